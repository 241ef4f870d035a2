r"""A diagram in DOT, the language of Graphviz.

All texts stand in quotes. There Graphviz knows two languages more: a backslash
begins an escape (``\N``), and an ampersand an HTML entity (``&lt;``).
"""

from __future__ import annotations

from collections.abc import Mapping

from api.drawing.diagram import Diagram, Edge, Kind, Node

_STYLES: Mapping[str, Mapping[str, str]] = {
    "": {"color": "#6e7781"},
    "on-success": {},
    "on-error": {"style": "dashed", "color": "#cf222e", "fontcolor": "#cf222e"},
    "on-complete": {"style": "bold", "color": "#0969da", "fontcolor": "#0969da"},
    "on-skip": {"style": "dotted", "color": "#8250df", "fontcolor": "#8250df", "arrowhead": "onormal"},
    "requires": {},
}
_COLOURS = {Kind.FAIL: "#cf222e", Kind.SUCCEED: "#1a7f37", Kind.PAUSE: "#9a6700", Kind.NOOP: "#6e7781"}
_HEAD = """\
digraph workflow {
    graph [rankdir=TB, labelloc=t, fontname="Helvetica", nodesep=0.35, ranksep=0.55];
    node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
    edge [fontname="Helvetica", fontsize=9, arrowsize=0.8];
"""


def dot(diagram: Diagram) -> str:
    """Return a diagram as the text of a DOT file."""
    title = quoted("\n".join(text for text in (diagram.name, diagram.description) if text))
    lines = [f"    graph [label={title}];"]
    lines += [f"    n{number} {_attributes(_node(node))};" for number, node in enumerate(diagram.nodes)]
    lines += [f"    n{edge.source} -> n{edge.target}{_after(_edge(edge))};" for edge in diagram.edges]
    return _HEAD + "\n".join(lines) + "\n}\n"


def quoted(text: str) -> str:
    """Return a text in quotes, for a DOT label; a line break stays one."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n")
    return f'"{escaped}"'


def _node(node: Node) -> dict[str, str]:
    match node.kind:
        case Kind.START:
            return {"shape": "circle", "style": "filled", "fillcolor": "#24292f", "width": "0.2", "label": ""}
        case Kind.END:
            return {
                "shape": "doublecircle",
                "style": "filled",
                "fillcolor": "#24292f",
                "width": "0.12",
                "label": "",
            }
        case Kind.TASK:
            shape = {"shape": "component", "style": "solid"} if node.is_workflow else {}
            width = {"penwidth": "2.5"} if node.is_join else {}
            return {"label": _text(node), "tooltip": node.description or node.name, **shape, **width}
        case command:
            rounded = {"style": "rounded,bold", "color": _COLOURS[command], "fontcolor": _COLOURS[command]}
            return {"label": _text(node), "tooltip": node.name or node.title, **rounded}


def _text(node: Node) -> str:
    return "\n".join(line for line in (node.title, node.detail, ", ".join(node.marks)) if line)


def _edge(edge: Edge) -> dict[str, str]:
    clause = "" if edge.clause in ("", "on-success") else edge.clause
    label = "\n".join(part for part in (clause, edge.label) if part)
    whole = " ".join(part for part in (edge.clause, edge.guard) if part)
    texts = {"label": f" {label} ", "tooltip": whole} if label else {}
    return {**texts, **_STYLES[edge.clause]}


def _after(attributes: dict[str, str]) -> str:
    return f" {_attributes(attributes)}" if attributes else ""


def _attributes(attributes: dict[str, str]) -> str:
    return "[" + ", ".join(f"{name}={quoted(value)}" for name, value in attributes.items()) + "]"
