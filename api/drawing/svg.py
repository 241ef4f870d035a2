"""A diagram as one SVG file that needs nothing else: no script, no font, no picture.

Every text passes ``_escaped``; the diagram has already taken out the
characters that XML cannot hold. What is shortened is whole in the tooltip.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from api.drawing.appearance import LINES, SMALL, mono_width, style, text_width
from api.drawing.diagram import Diagram, Edge, Kind, Node
from api.drawing.grid import Link, Size
from api.drawing.layout import LOOP, Box, Layout, Point, Route, layout

_MARGIN, _HEADING, _LEGEND = 24.0, 34.0, 22.0
_IN_WORDS = 60
_ENTITIES = {'"': "&quot;", "'": "&#39;"}
_SIGNS = {
    Kind.FAIL: "M-4,-4 L4,4 M-4,4 L4,-4",
    Kind.SUCCEED: "M-5,0 L-1,4 L5,-4",
    Kind.PAUSE: "M-3,-4 V4 M3,-4 V4",
    Kind.NOOP: "M-4,0 H4",
}


def svg(diagram: Diagram) -> str:
    """Return a diagram as the text of an SVG file."""
    return "\n".join(_Sheet(diagram).lines()) + "\n"


def node_size(node: Node) -> Size:
    """Return how much room a node takes."""
    if node.kind in (Kind.START, Kind.END):
        return Size(18, 18)
    if node.kind != Kind.TASK:
        return Size(max(text_width(node.title), mono_width(node.detail)) + 44, 36 if node.detail else 26)
    marks = ", ".join(node.marks)
    width = max(text_width(node.title), mono_width(node.detail), mono_width(marks))
    return Size(max(72.0, width + 28), 42 + (16 if marks else 0))


def links(diagram: Diagram) -> list[Link]:
    """Return what the layout has to know of the edges."""
    return [Link(edge.source, edge.target, edge.clause, _label_size(edge.label)) for edge in diagram.edges]


def _label_size(label: str) -> Size | None:
    return Size(mono_width(label) + 8, 16) if label else None


class _Sheet:
    """The parts of a file; they share the layout and the names in it."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._layout: Layout = layout([node_size(node) for node in diagram.nodes], links(diagram))
        # Several pictures may stand on one page; their names must not meet.
        self._id = f"w{zlib.crc32(diagram.name.encode()):08x}"

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        legend = list(self._legend())
        below = _MARGIN + _HEADING + self._layout.height + _MARGIN
        width = max([self._layout.width, text_width(self._diagram.name) * 1.4, *(end for _, end in legend)])
        width, height = width + 2 * _MARGIN, below + _LEGEND + _MARGIN / 2
        yield from self._head(width, height)
        yield f'<g transform="translate({_n(_MARGIN + self._shift(width))} {_n(_MARGIN + _HEADING)})">'
        yield from map(self._route, self._layout.routes)
        yield from map(self._loop, sorted(self._layout.loops))
        yield from map(self._label, sorted(self._layout.labels))
        for node, box in zip(self._diagram.nodes, self._layout.boxes, strict=True):
            yield from _node(node, box)
        yield "</g>"
        yield f'<g class="legend" transform="translate({_n(_MARGIN)} {_n(below)})">'
        yield from (line for line, _ in legend)
        yield "</g>"
        yield "</svg>"

    def _shift(self, width: float) -> float:
        return max(0.0, (width - 2 * _MARGIN - self._layout.width) / 2)

    def _head(self, width: float, height: float) -> Iterator[str]:
        name, key = _escaped(self._diagram.name), self._id
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-labelledby="{key}-title {key}-desc">'
        )
        yield f'<title id="{key}-title">Workflow {name}</title>'
        yield f'<desc id="{key}-desc">{_escaped(in_words(self._diagram))}</desc>'
        yield f"<style>\n{style()}</style>"
        yield "<defs>"
        for look in sorted({LINES[edge.clause].style for edge in self._diagram.edges}):
            yield (
                f'<marker id="{key}-{look}" viewBox="0 0 10 10" refX="9" refY="5" '
                f'markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto">'
                f'<path class="head-{look}" d="M0,1 L10,5 L0,9 z"/></marker>'
            )
        yield "</defs>"
        yield '<rect class="paper" width="100%" height="100%"/>'
        yield f'<text class="heading" x="{_n(_MARGIN)}" y="{_n(_MARGIN + 12)}">{name}</text>'

    def _route(self, route: Route) -> str:
        edge = self._diagram.edges[route.link]
        kind = "trunk" if route.trunk else "edge"
        about = "" if route.trunk else self._about(edge)
        path = self._path(edge, _bends(route.points), route.arrives)
        return f'<g class="{kind}"{about}>{_tip(edge)}{path}</g>'

    def _loop(self, number: int) -> str:
        edge = self._diagram.edges[number]
        start, end = self._layout.loops[number]
        out = start.x + LOOP
        curve = f"M{_p(start)} C{_n(out)},{_n(start.y)} {_n(out)},{_n(end.y)} {_p(end)}"
        return f'<g class="edge"{self._about(edge)}>{_tip(edge)}{self._path(edge, curve, True)}</g>'

    def _about(self, edge: Edge) -> str:
        """Return where an edge leads, for programs that read the picture."""
        return f' data-edge="{edge.source} {edge.target} {edge.clause or "mark"}"'

    def _path(self, edge: Edge, curve: str, arrives: bool) -> str:
        look = LINES[edge.clause].style
        head = f' marker-end="url(#{self._id}-{look})"' if arrives else ""
        return f'<path class="line {look}" d="{curve}"{head}/>'

    def _label(self, number: int) -> str:
        edge, box = self._diagram.edges[number], self._layout.labels[number]
        return (
            f'<g class="label">{_tip(edge)}<rect class="paper" x="{_n(box.x)}" y="{_n(box.y)}" '
            f'width="{_n(box.width)}" height="{_n(box.height)}"/>'
            f"{_text(edge.label, box.x + box.width / 2, box.y + 12, 'mono faint')}</g>"
        )

    def _legend(self) -> Iterator[tuple[str, float]]:
        """Yield a sample of each kind of line, and how far it reaches."""
        used = {edge.clause for edge in self._diagram.edges}
        x = 0.0
        for clause, (look, meaning) in LINES.items():
            if not clause or clause not in used:
                continue
            head = f'marker-end="url(#{self._id}-{look})"'
            path = f'<path class="line {look}" d="M{_n(x)},0 H{_n(x + 34)}" {head}/>'
            end = x + 42 + len(meaning) * SMALL * 0.6
            yield f"<g>{path}{_text(meaning, x + 42, 4, 'faint', 'start')}</g>", end
            x = end + 20


def in_words(diagram: Diagram) -> str:
    """Return what a picture shows, for those who do not see it."""
    tasks = [node for node in diagram.nodes if node.kind == Kind.TASK]
    count = f"{len(tasks)} task" + ("" if len(tasks) == 1 else "s")
    said = [f"{diagram.description}." if diagram.description else "", f"A workflow with {count}."]
    if len(diagram.edges) <= _IN_WORDS:
        said += [_sentence(diagram.nodes, edge) for edge in diagram.edges]
    return " ".join(sentence for sentence in said if sentence)


def _sentence(nodes: Sequence[Node], edge: Edge) -> str:
    source, target = nodes[edge.source], nodes[edge.target]
    if source.kind == Kind.START:
        return f"{target.name} begins."
    if target.kind == Kind.END:
        return f"Behind {source.name} it ends."
    goal = target.name if target.kind == Kind.TASK else " ".join(filter(None, (target.title, target.name)))
    guard = f" if {edge.label}" if edge.label else ""
    return f"{source.name} leads to {goal} {edge.clause}{guard}."


def _node(node: Node, box: Box) -> Iterator[str]:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    yield f'<g class="{node.kind}">'
    match node.kind:
        case Kind.START:
            yield f'<title>begin</title><circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="7"/>'
        case Kind.END:
            yield (
                f'<title>end</title><circle class="line mark paper" cx="{_n(x)}" cy="{_n(y)}" r="8"/>'
                f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="4.5"/>'
            )
        case Kind.TASK:
            yield from _task(node, box)
        case _:
            yield from _command(node, box)
    yield "</g>"


def _task(node: Node, box: Box) -> Iterator[str]:
    x, marks = box.x + box.width / 2, ", ".join(node.marks)
    yield f"<title>{_escaped(': '.join(part for part in (node.name, node.description) if part))}</title>"
    if node.is_repeated:
        yield _rect(Box(box.x + 4, box.y + 4, box.width, box.height), 6)
    yield _rect(box, 6)
    if node.is_workflow:
        sides = (box.x + 6, box.x + box.width - 6)
        bars = " ".join(f"M{_n(side)},{_n(box.y)} V{_n(box.y + box.height)}" for side in sides)
        yield f'<path class="box" d="{bars}"/>'
    if node.is_join:
        yield f'<path class="bar" d="M{_n(box.x + 3)},{_n(box.y)} H{_n(box.x + box.width - 3)}"/>'
    # A box is higher than its text needs if several lines lead back to it.
    y = box.y + (box.height - node_size(node).height) / 2
    yield _text(node.title, x, y + 18, "name")
    yield _text(node.detail, x, y + 33, "mono faint")
    if marks:
        yield _text(marks, x, y + 49, "faint")


def _command(node: Node, box: Box) -> Iterator[str]:
    yield f"<title>{_escaped(' '.join(part for part in (node.title, node.name) if part))}</title>"
    yield _rect(box, box.height / 2 if not node.detail else 14)
    sign = f"translate({_n(box.x + 16)} {_n(box.y + box.height / 2)})"
    yield f'<path class="sign" transform="{sign}" d="{_SIGNS[node.kind]}"/>'
    x = box.x + 10 + box.width / 2
    yield _text(node.title, x, box.y + (15 if node.detail else 17.5), "name")
    if node.detail:
        yield _text(node.detail, x, box.y + 29, "mono faint")


def _rect(box: Box, radius: float) -> str:
    return (
        f'<rect class="box face" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" '
        f'height="{_n(box.height)}" rx="{_n(radius)}"/>'
    )


def _text(text: str, x: float, y: float, kind: str, anchor: str = "middle") -> str:
    return f'<text class="{kind} ink" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{_escaped(text)}</text>'


def _tip(edge: Edge) -> str:
    words = " ".join(part for part in (edge.clause, edge.guard) if part)
    return f"<title>{_escaped(words)}</title>" if words else ""


def _bends(points: Sequence[Point]) -> str:
    """Return the curve through points; straight and bent stretches take turns."""
    parts = [f"M{_p(points[0])}"]
    for number, (before, point) in enumerate(itertools.pairwise(points)):
        if number % 2 == 0 or before.x == point.x:
            parts.append(f"L{_p(point)}")
        else:
            middle = _n((before.y + point.y) / 2)
            parts.append(f"C{_n(before.x)},{middle} {_n(point.x)},{middle} {_p(point)}")
    return " ".join(parts)


def _p(point: Point) -> str:
    return f"{_n(point.x)},{_n(point.y)}"


def _n(value: float) -> str:
    """Return a number of pixels, as short as it may be."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 100_000 else f"{value:.1f}"


def _escaped(text: str) -> str:
    return escape(text, _ENTITIES)
