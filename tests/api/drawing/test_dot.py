"""DOT text that Graphviz reads, checked by a small and strict reader of our own."""

from __future__ import annotations

import html
import re

import pytest

from api.drawing import diagram, dot
from api.drawing.dot import quoted
from tests.api.drawing.conftest import HOSTILE, example_spec, random_text, spec_of

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<word>[A-Za-z_]\w*|\d*\.?\d+)|(?P<sign>->|[\[\]{}=,;]))'
)
_COLOURS = {
    "#cf222e": "on-error",
    "#0969da": "on-complete",
    "#8250df": "on-skip",
    None: "on-success",
    "#6e7781": "",
}

Attributes = dict[str, str]


def read(text: str) -> tuple[dict[str, Attributes], list[tuple[str, str, Attributes]]]:
    """Return the nodes and edges; fail at anything that is not the part of DOT we write."""
    tokens = _tokens(text)
    assert [tokens.pop(0) for _ in range(3)] == ["digraph", "workflow", "{"]
    assert tokens.pop() == "}"
    nodes: dict[str, Attributes] = {}
    edges: list[tuple[str, str, Attributes]] = []
    while tokens:
        name = tokens.pop(0)
        target = None
        if tokens[0] == "->":
            target = tokens[1]
            del tokens[:2]
            assert {name, target} <= set(nodes), "a node is known before its edges"
        attributes = _attributes(tokens)
        assert tokens.pop(0) == ";"
        if target is not None:
            edges.append((name, target, attributes))
        elif name not in ("graph", "node", "edge"):
            nodes[name] = attributes
    return nodes, edges


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        assert found, text[place : place + 40]
        tokens.append(found[0].strip())
        place = found.end()
    return tokens


def _attributes(tokens: list[str]) -> Attributes:
    attributes: Attributes = {}
    if tokens[0] == "[":
        while tokens.pop(0) in "[,":
            name, sign, value = (tokens.pop(0) for _ in range(3))
            assert (sign, name in attributes) == ("=", False)
            attributes[name] = _plain(value)
    return attributes


def _plain(value: str) -> str:
    if not value.startswith('"'):
        return value
    unescaped = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value[1:-1])
    return html.unescape(unescaped)


@pytest.mark.parametrize("text", [HOSTILE, *(random_text(seed, 12) for seed in range(10))])
def test_every_text_is_read_back(text: str) -> None:
    """Nodes and edges come back with their texts, whatever these hold."""
    drawn = diagram(spec_of(text))

    nodes, edges = read(dot(drawn))

    assert [found.get("label", "").split("\n")[0] for found in nodes.values()] == [
        node.title for node in drawn.nodes
    ]
    assert [
        (int(source[1:]), int(target[1:]), _COLOURS[found.get("color")]) for source, target, found in edges
    ] == [(edge.source, edge.target, edge.clause) for edge in drawn.edges]
    labels = [found.get("label", "").strip().split("\n")[-1] for _, _, found in edges]
    assert all(edge.label in ("", label) for edge, label in zip(drawn.edges, labels, strict=True))


def test_the_example() -> None:
    """A join is bold, a guard is a label, a message stands in the command's node."""
    text = dot(diagram(example_spec("deploy")))

    assert '    n3 [label="accept\\nstd.noop\\njoin all", tooltip="accept", penwidth="2.5"];' in text
    assert (
        "    n3 -> n4 [label=\" $.stage = 'staging' \", tooltip=\"on-success <% $.stage = 'staging' %>\"];"
        in text
    )
    assert '    n7 [label="fail\\ntests failed", tooltip="tests failed", style="rounded,bold"' in text


QUOTED = {
    "words": ("a b", '"a b"'),
    "quotes": ('a "b"', '"a \\"b\\""'),
    "a backslash at the end": ("a\\", '"a\\\\"'),
    "an escape": ("\\N", '"\\\\N"'),
    "an entity": ("&lt;", '"&amp;lt;"'),
    "two lines": ("a\nb", '"a\\nb"'),
}


@pytest.mark.parametrize(("text", "written"), QUOTED.values(), ids=list(QUOTED))
def test_quoted(text: str, written: str) -> None:
    """Neither escapes nor entities get through."""
    assert quoted(text) == written
