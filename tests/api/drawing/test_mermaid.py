"""Mermaid text that Mermaid reads, checked by a small and strict reader of our own."""

from __future__ import annotations

import re

import pytest
import yaml

from api.drawing import LIMITS, Diagram, diagram, mermaid
from api.drawing.mermaid import quoted
from tests.api.drawing.conftest import HOSTILE, example_spec, random_text, spec_of

_TEXT = r"\"(?P<text>(?:[^\"<&%`{}\[\]|;#\n\\]|#\d+;|<br/>)*)\""
_NODE = re.compile(rf"    n(?P<id>\d+)(?:\[{_TEXT}\]|\[\[{_TEXT.replace('text', 'sub')}\]\]|"
                   rf"\(\({_TEXT.replace('text', 'dot')}\)\)|\(\(\({_TEXT.replace('text', 'end')}\)\)\)|"
                   rf"\(\[{_TEXT.replace('text', 'stop')}\]\))")  # fmt: skip
_EDGE = re.compile(rf"    n(?P<source>\d+) (?P<arrow>-->|-\.->|==>|--o)(?:\|{_TEXT}\|)? n(?P<target>\d+)")
_STYLE = re.compile(
    r"    (?:classDef (?P<defined>\w+) [\w:#,-]+|class n\d+(?:,n\d+)* (?P<used>\w+)"
    r"|linkStyle (?P<links>\d+(?:,\d+)*) stroke:#\w{6})"
)
_ARROWS = {"-.->": "on-error", "==>": "on-complete", "--o": "on-skip"}

DEPLOY = """\
---
title: "deploy"
---
flowchart TD
    n0(("start"))
    n1["build<br/>std.echo"]
    n2["test<br/>std.echo"]
    n3["accept<br/>std.noop<br/>join all"]
    n4["staging<br/>std.noop"]
    n5["deploy<br/>std.echo"]
    n6["announce<br/>std.echo"]
    n7(["fail<br/>tests failed"])
    n8((("end")))
    n0 --> n1
    n0 --> n2
    n1 --> n3
    n2 --> n3
    n3 -->|"$.report.failed #62; 0"| n7
    n3 -->|"$.stage = 'staging'"| n4
    n3 -->|"$.stage != 'staging'"| n5
    n4 --> n5
    n5 --> n6
    n6 --> n8
    classDef join stroke-width:3px
    class n3 join
    classDef fail stroke:#cf222e,stroke-width:2px
    class n7 fail
"""


def read(text: str) -> tuple[list[str], list[tuple[int, int, str, str]]]:
    """Return the labels of the nodes and the edges; fail at anything that is not understood."""
    _, head, body = text.split("---\n", 2)
    assert list(yaml.safe_load(head)) == ["title"]
    lines = body.splitlines()
    assert lines.pop(0) == "flowchart TD"
    nodes: list[str] = []
    edges: list[tuple[int, int, str, str]] = []
    for line in lines:
        if found := _NODE.fullmatch(line):
            assert int(found["id"]) == len(nodes)
            nodes.append(_plain(next(text for text in found.groups()[1:] if text is not None)))
        elif found := _EDGE.fullmatch(line):
            label = _plain(found["text"] or "")
            edges.append((int(found["source"]), int(found["target"]), _ARROWS.get(found["arrow"], ""), label))
        else:
            found = _STYLE.fullmatch(line)
            assert found, line
            assert all(int(link) < len(edges) for link in (found["links"] or "0").split(","))
    return nodes, edges


def _plain(text: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text.replace("<br/>", "\n"))


def expected(drawn: Diagram) -> list[tuple[int, int, str, str]]:
    """Return what the reader should find."""
    found = []
    for edge in drawn.edges:
        clause = "" if edge.clause in ("", "on-success") else edge.clause
        label = ": ".join(part for part in (clause, edge.label) if part)
        found.append((edge.source, edge.target, clause, label))
    return found


def test_the_example() -> None:
    """The whole text of deploy.yaml."""
    assert mermaid(diagram(example_spec("deploy"))) == DEPLOY


@pytest.mark.parametrize("text", [HOSTILE, *(random_text(seed, 12) for seed in range(10))])
def test_every_text_is_read_back(text: str) -> None:
    """Nodes and edges come back with their texts, whatever these hold."""
    drawn = diagram(spec_of(text))

    nodes, edges = read(mermaid(drawn))

    assert [label.split("\n")[0] for label in nodes] == [node.title or str(node.kind) for node in drawn.nodes]
    assert edges == expected(drawn)


QUOTED = {
    "words": ("a name_of a-task 1.5 $.x", "a name_of a-task 1.5 $.x"),
    "html": ("<b>&\"'", "#60;b#62;#38;#34;'"),
    "a list": ("1. a - b * c + d", "1#46; a #45; b #42; c #43; d"),
    "emphasis": ("_a_ **b** `c`", "#95;a#95; #42;#42;b#42;#42; #96;c#96;"),
    "an icon": ("fa:fa-bolt on-error: x", "fa#58;fa-bolt on-error: x"),
    "a directive": ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
    "a code": ("#35; \\", "#35;35#59; #92;"),
    "letters": ("größe 日本 🚀 …", "größe 日本 🚀 …"),
}


@pytest.mark.parametrize(("text", "written"), QUOTED.values(), ids=list(QUOTED))
def test_quoted(text: str, written: str) -> None:
    """What could mean something to Mermaid is a character code."""
    assert quoted(text) == written


def test_the_title_is_yaml() -> None:
    """A name with quotes and backslashes comes back as it is."""
    head = mermaid(Diagram(name='a "b" \\ <c>: #', description="", nodes=(), edges=())).split("---\n")[1]

    assert yaml.safe_load(head) == {"title": 'a "b" \\ <c>: #'}


def test_limits() -> None:
    """A picture that Mermaid would refuse is known beforehand."""
    drawn = diagram(example_spec("deploy"))

    assert not LIMITS.exceeded_by(drawn, "x" * 50_000)
    assert LIMITS.exceeded_by(drawn, "x" * 50_001)
