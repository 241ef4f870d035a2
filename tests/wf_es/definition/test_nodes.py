"""Places of characters: from an offset in a value to line and column in the text."""

from __future__ import annotations

import pytest

from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report
from wf_es.definition.text import read_text
from wf_es.limits import DefinitionLimits


def node_of(text: str) -> Node:
    """Return the root node of a text that has no problems."""
    report = Report("w.yaml")
    node = read_text(text, report, DefinitionLimits())
    assert node is not None
    assert report.problems == ()
    return node


SCALARS = [
    ("a: see <% X %> there", "1:11"),
    ("a: 'it''s <% X %>'", "1:14"),
    ('a: "tab\\t quote\\" \\x41\\u0042 <% X %>"', "1:33"),
    ("a:\n  first\n  then <% X %>", "3:11"),
    ("a: 'first\n\n  then <% X %>'", "3:11"),
    ('a: "first \\\n   then <% X %>"', "2:12"),
    ("a: |\n  first\n    then <% X %>\n", "3:13"),
    ("a: |2-  # note\n    <% X %>\n", "2:8"),
    ("a: >\n  first\n  second\n\n  then <% X %>\n", "5:11"),
    ("a: |\r\n  first\r\n  <% X %>\r\n", "3:6"),
    ("a: [1, {b: <% X %>}]", "1:15"),
    ("ä: ööö <% X %>", "1:11"),
]


@pytest.mark.parametrize(("text", "place"), SCALARS)
def test_finds_a_character_in_every_style(text: str, place: str) -> None:
    """Folding, indentation, quoting and escapes do not lead astray."""
    node = node_of(text).at(["a"]).at([1, "b"]) if "ä" not in text else node_of(text).at(["ä"])
    found = node.place_of(node.data.index("X"))
    assert f"{found.line}:{found.column}" == place


def test_any_order_of_offsets_gives_the_same_places() -> None:
    """Going back in the text works like going on."""
    node = node_of("a: |\n  x1\n  x2\n  x3\n").at(["a"])
    offsets = [index for index, character in enumerate(node.data) if character == "x"]
    forward = [node.place_of(offset) for offset in offsets]
    backward = [node.place_of(offset) for offset in reversed(offsets)]
    assert forward == [Place(2, 3), Place(3, 3), Place(4, 3)]
    assert backward == forward[::-1]


def test_what_is_no_text_stands_where_it_begins() -> None:
    """An offset into a number or list is the place of the value."""
    assert node_of("a: 15").at(["a"]).place_of(1) == Place(1, 4)


def test_a_path_that_leads_nowhere_ends_at_the_deepest_node() -> None:
    """Messages always have some place."""
    root = node_of("a:\n  b: [1]\n")
    assert root.at(["a", "b", 5]).place == Place(2, 6)
    assert root.at(["z"]) is root


def test_places_are_named_with_dots() -> None:
    """Scalars stand where they are written, collections where their key is."""
    places = dict(node_of("input:\n  url: x\n  list:\n    - 1\njoin: all\n").places(without=("join",)))
    assert places == {
        "input": Place(1, 1),
        "input.url": Place(2, 8),
        "input.list": Place(3, 3),
        "input.list.0": Place(4, 7),
    }
