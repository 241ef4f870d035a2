"""YAML text to nodes: what is read, what is refused, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from wf_es.definition import text as text_module
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report
from wf_es.definition.text import flow_value, plain_value, read_text, write_text
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits

BACKENDS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

VALUES: list[tuple[str, JSON]] = [
    ("a: 1\nb: [x, 2.5, ~, '1']", {"a": 1, "b": ["x", 2.5, None, "1"]}),
    ("a: yes\nb: off\nc: True", {"a": True, "b": False, "c": True}),
    (
        "a: 2026-01-01\nb: 2026-99-99\nc: 2026-01-01T10:00:00Z",
        {"a": "2026-01-01", "b": "2026-99-99", "c": "2026-01-01T10:00:00Z"},
    ),
    ("a: @here\nb: x@y\n@c: '@'", {"a": "@here", "b": "x@y", "@c": "@"}),
    ("a: <% $.x + 1 %>\nb: [<% $.y %>, z]", {"a": "<% $.x + 1 %>", "b": ["<% $.y %>", "z"]}),
    (
        "a: 0x1f\nb: 1_000\nc: 1:30\nd: 010\ne: 08\nf: 0b11",
        {"a": 31, "b": 1000, "c": 90, "d": 8, "e": "08", "f": 3},
    ),
    ("a: 0b_\nb: 1e5\nc: 1.5e+3\nd: '12'\ne: !", {"a": "0b_", "b": "1e5", "c": 1500.0, "d": "12", "e": ""}),
    ("200: ok\n1.5: x", {"200": "ok", "1.5": "x"}),
    ("\ufeffa: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ("%YAML 1.1\n---\na: 1\n...\n", {"a": 1}),
    ("a: =\nb: {c, d}\nc:\n", {"a": "=", "b": {"c": None, "d": None}, "c": None}),
    ("a: |\n  one\n  two\nb: >-\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two"}),
    ("", None),
]

REFUSED = [
    ("a: &x 1", "1:4", "E102", "anchors (&x)"),
    ("a: *x", "1:4", "E102", "aliases (*x)"),
    ("a: {b: 1, <<: {c: 1}}", "1:11", "E102", "merge keys"),
    ("a: !!int abc", "1:4", "E102", "tags (tag:yaml.org,2002:int)"),
    ("a: !include x", "1:4", "E102", "tags (!include)"),
    ("- !!python/object:os.system {}", "1:3", "E102", "tags"),
    ("a: 1\n---\nb: 2", "2:1", "E102", "second YAML document"),
    ("a: 1\nb: 2\na: 3", "3:1", "E103", "key 'a' is given twice; the first one is in line 1"),
    ("a: {1: x, '1': y}", "1:11", "E103", "key '1'"),
    ("on: x", "1:1", "E114", "key `on` is read as True, not as text; write it in quotes: 'on'"),
    ("~: x", "1:1", "E114", "read as None"),
    ("a: {{ _.x }}", "1:5", "E114", "must be in quotes"),
    ("? [a, b]\n: c", "1:3", "E114", "not a collection"),
    ("a: .nan", "1:4", "E115", "is not a number that can be stored"),
    ("a: -.inf", "1:4", "E115", "is not a number"),
    ("a: 1.0e+999", "1:4", "E115", "is not a number"),
    ("a: 18446744073709551616", "1:4", "E115", "too large"),
    ("a: " + "9" * 5000, "1:4", "E115", "too large"),
    ("a: [1, 2", "2:1", "E100", "Definition could not be parsed"),
    ("a:\n\tb: 1", "2:1", "E100", "indent with spaces"),
    ("a: %b", "1:4", "E100", "in quotes"),
    ("a: {% if x %}", "1:5", "E100", "a Jinja expression must be in quotes"),
    ("a: \x07", "1:4", "E100", "U+0007"),
    ("x: 1\na: \ud800", "2:4", "E100", "U+D800"),
    ("a: b: <% c %>", "1:5", "E100", "put text that contains ': ' in quotes"),
]


def read(text: str, **limits: int) -> tuple[Node | None, Report]:
    """Read a text, with some limits changed."""
    report = Report("w.yaml")
    return read_text(text, report, DefinitionLimits(**limits)), report


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_reads_json_written_in_yaml(
    text: str, expected: JSON, backend: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both parsers of yaml give the same plain data."""
    monkeypatch.setattr(text_module, "_BACKEND", backend)
    text = text.replace("e: !", "e: ''")
    node, report = read(text)
    assert report.problems == ()
    assert (None if node is None else node.data) == expected


@pytest.mark.parametrize(("text", "place", "code", "words"), REFUSED)
def test_refuses_what_is_not_json(text: str, place: str, code: str, words: str) -> None:
    """Each refusal has its place, its code and a message that says what to do."""
    _, report = read(text)
    first = report.problems[0]
    assert (f"{first.line}:{first.column}", first.code) == (place, code)
    assert words in first.message


ESCAPES = ['a: "\\UFFFFFFFF"', 'a: "\\ud800"', 'a: "\\x"', "a: !<%ff> b"]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("text", ESCAPES)
def test_escapes_that_stand_for_nothing(text: str, backend: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half characters, numbers out of range and broken escapes are refused by both parsers."""
    monkeypatch.setattr(text_module, "_BACKEND", backend)
    _, report = read(text)
    assert [problem.code for problem in report.problems] in (["E100"], ["E115"])


def test_goes_on_after_a_refusal() -> None:
    """All refusals of a text are reported, and the rest is still read."""
    node, report = read("a: &x 1\nb: *x\na: 2\non: 3\nc: .inf\nd: 4")
    assert [problem.code for problem in report.problems] == ["E102", "E102", "E103", "E114", "E115"]
    assert node is not None
    assert node.data["d"] == 4


DEEP = ["[", "{a: ", "- ", "? ", "{", "[[{a: "]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("opening", DEEP)
def test_refuses_deep_nesting_early(opening: str, backend: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that would crash the C loader is refused at the 65th level."""
    monkeypatch.setattr(text_module, "_BACKEND", backend)
    _, report = read(opening * (200_000 // len(opening)), expressions=10**6)
    assert [problem.code for problem in report.problems] == ["E101"]
    assert "64 levels" in report.problems[0].message


def test_brackets_in_text_are_no_nesting() -> None:
    """Only structure counts as depth, not characters."""
    node, report = read("a: '" + "[" * 500 + "'\nb: x" + "{" * 500)
    assert report.problems == ()
    assert node is not None


SIZES = [
    ("x" * 50, {"text_bytes": 49}, "49"),
    ("é" * 40, {"text_bytes": 50}, "80 bytes"),
    ("[" + "1," * 50 + "]", {"values": 20}, "more than 20 keys and values"),
    ("<% a %>" * 6, {"expressions": 5}, "6 expressions"),
]


@pytest.mark.parametrize(("text", "limits", "words"), SIZES)
def test_refuses_by_size(text: str, limits: dict[str, int], words: str) -> None:
    """Sizes are checked before or while reading, and the message names the limit."""
    node, report = read(text, **limits)
    assert node is None
    assert report.problems[0].code == "E101"
    assert words in report.problems[0].message


def test_a_text_full_of_problems_ends_early() -> None:
    """After a thousand problems one more says that there are more."""
    _, report = read("a: 1\n" * 5000)
    assert len(report.problems) == 1001
    assert "more than 1000 problems" in report.problems[-1].message


PLAIN: list[tuple[str, JSON]] = [
    ("true", True),
    ("~", None),
    ("", None),
    ("1.5", 1.5),
    ("-2", -2),
    ("word", "word"),
    ("a/b-c.d", "a/b-c.d"),
]


@pytest.mark.parametrize(("text", "value"), PLAIN)
def test_plain_values(text: str, value: JSON) -> None:
    """A single scalar is typed as in a document."""
    assert plain_value(text) == value


def test_flow_value_gives_data_or_a_reason() -> None:
    """Collections in one line are read, or said to be wrong."""
    assert flow_value("{a: [1, x]}") == ({"a": [1, "x"]}, "")
    assert "could not be parsed" in flow_value("{a: [1")[1]


def test_written_text_reads_the_same() -> None:
    """What is written anew means the same, is readable, and keeps the order."""
    data: JSON = {
        "version": "2.0",
        "w": {
            "b": [1, 1.5, None, True],
            "a": "one\ntwo\n",
            "d": "2026-01-01",
            "e": "@x",
            "f": "yes",
            "1": "é",
        },
    }
    written = write_text(data)
    node, report = read(written)
    assert report.problems == ()
    assert node is not None
    assert node.data == data
    assert list(node.data["w"]) == list(data["w"])
    assert "a: |\n" in written


def test_shared_data_is_written_without_aliases() -> None:
    """A value that stands in two places is written twice."""
    shared = {"x": [1]}
    assert "&" not in write_text({"a": shared, "b": shared})


def test_only_one_file_imports_yaml() -> None:
    """The rest of the package does not know the library."""
    folder = Path(text_module.__file__).parent
    users = [path.name for path in folder.glob("*.py") if "import yaml" in path.read_text(encoding="utf-8")]
    assert users == ["text.py"]
