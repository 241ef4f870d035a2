"""A diagram as Mermaid, which many wikis and code forges draw by themselves.

Labels stand in quotes, and in them Mermaid still looks for HTML, Markdown,
icons (``fa:fa-bolt``) and directives (``%%{init}%%``). So everything that is
no letter or digit is written as a character code, apart from a few signs which
mean nothing where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from api.drawing.diagram import Diagram, Edge, Kind, Node


class Limits(NamedTuple):
    """How large a picture may be."""

    edges: int
    characters: int

    def exceeded_by(self, diagram: Diagram, text: str) -> bool:
        """Whether a diagram, written as this text, is larger."""
        return len(diagram.edges) > self.edges or len(text) > self.characters


LIMITS = Limits(edges=500, characters=50_000)
"""What Mermaid draws unless the page that shows the picture allows more."""

_ARROWS = {"on-error": "-.->", "on-complete": "==>", "on-skip": "--o"}
_COLOURS = {"on-error": "#cf222e", "on-complete": "#0969da", "on-skip": "#8250df"}
_CLASSES = {
    "join": "stroke-width:3px",
    "fail": "stroke:#cf222e,stroke-width:2px",
    "succeed": "stroke:#1a7f37,stroke-width:2px",
    "pause": "stroke:#9a6700,stroke-width:2px",
}


def mermaid(diagram: Diagram) -> str:
    """Return a diagram as the text of a Mermaid flowchart."""
    lines = ["---", f'title: "{_title(diagram.name)}"', "---", "flowchart TD"]
    lines += [f"    {_node(number, node)}" for number, node in enumerate(diagram.nodes)]
    lines += [f"    {_edge(edge)}" for edge in diagram.edges]
    lines += [f"    {style}" for style in _styles(diagram)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as it may stand between the quotes of a Mermaid label."""
    padded = f" {text} "
    signs = zip(padded, padded[1:], padded[2:], strict=False)
    return "".join(char if _is_plain(*sign) else f"#{ord(char)};" for sign in signs for char in sign[1])


def _is_plain(before: str, char: str, after: str) -> bool:
    if char in "_-":
        return before.isalnum() and after.isalnum()
    if char == ".":
        # "1. " would begin a list.
        return after.isalnum()
    if char == ":":
        return after == " "
    return char.isalnum() or char in " ,=!'()/$" or (ord(char) > 0x2000 and char.isprintable())


def _title(name: str) -> str:
    """Return a name for the quotes of the YAML above the picture, which is shown as it is."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _node(number: int, node: Node) -> str:
    text = "<br/>".join(quoted(line) for line in _lines(node))
    match node.kind:
        case Kind.TASK if node.is_workflow:
            return f'n{number}[["{text}"]]'
        case Kind.TASK:
            return f'n{number}["{text}"]'
        case Kind.START:
            return f'n{number}(("start"))'
        case Kind.END:
            return f'n{number}((("end")))'
        case _:
            return f'n{number}(["{text}"])'


def _lines(node: Node) -> list[str]:
    return [line for line in (node.title, node.detail, ", ".join(node.marks)) if line]


def _edge(edge: Edge) -> str:
    # The usual case needs no words; every other clause says what it is.
    clause = "" if edge.clause in ("", "on-success") else edge.clause
    label = ": ".join(part for part in (clause, edge.label) if part)
    text = f'|"{quoted(label)}"|' if label else ""
    return f"n{edge.source} {_ARROWS.get(edge.clause, '-->')}{text} n{edge.target}"


def _styles(diagram: Diagram) -> Iterator[str]:
    """Yield what comes on top of the shapes and the kinds of lines."""
    for name, look in _CLASSES.items():
        nodes = [f"n{number}" for number, node in enumerate(diagram.nodes) if _class(node) == name]
        if nodes:
            yield f"classDef {name} {look}"
            yield f"class {','.join(nodes)} {name}"
    for clause, colour in _COLOURS.items():
        edges = [str(number) for number, edge in enumerate(diagram.edges) if edge.clause == clause]
        if edges:
            yield f"linkStyle {','.join(edges)} stroke:{colour}"


def _class(node: Node) -> str:
    return "join" if node.is_join else str(node.kind)
