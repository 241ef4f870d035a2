"""Documents: version, names, and what is no workflow list at all."""

from __future__ import annotations

import pytest

from wf_es.definition import read_workflows

BODY = "{tasks: {a: {action: std.noop}}}"

CASES = [
    ("", "1:1", "E107", "'version' is a required property"),
    ("# nothing\n", "1:1", "E107", "'version' is a required property"),
    ("just text", "1:1", "E105", "'just text' is not of type 'object'"),
    ("- a\n- b\n", "1:1", "E105", "['a', 'b'] is not of type 'object'"),
    (f"w: {BODY}", "1:1", "E107", "begin with version: '2.0'"),
    ("version: '2.0'", "1:1", "E107", "holds no workflow"),
    (f"version: '3.0'\nw: {BODY}", "1:10", "E110", "'3.0' is not supported"),
    (f"version: 1.0\nw: {BODY}", "1:10", "E110", "1.0 is not supported"),
    (f"version: true\nw: {BODY}", "1:10", "E110", "True is not supported"),
    (f"version: [2.0]\nw: {BODY}", "1:10", "E110", "[2.0] is not supported"),
    (f"version: '2.0'\na b: {BODY}", "2:1", "E109", "Name 'a b' must not contain spaces"),
    (f"version: '2.0'\n'': {BODY}", "2:1", "E109", "visible text"),
    (f'version: "2.0"\n"a\\x07": {BODY}', "2:1", "E109", "visible text"),
    (f"version: '2.0'\n{'w' * 256}: {BODY}", "2:1", "E109", "256 characters, 255 are allowed"),
    (f"version: '2.0'\n1234567a-1234-1234-1234-1234567890ab: {BODY}", "2:1", "E109", "look like a UUID"),
    (f"version: '2.0'\nABCDEF7a123412341234123456789012: {BODY}", "2:1", "E109", "look like a UUID"),
    (f"version: '2.0'\nw: {BODY}\nw: {BODY}", "3:1", "E103", "key 'w' is given twice"),
    ("version: '2.0'\nw: text", "2:4", "E105", "'text' is not of type 'object'"),
    ("version: '2.0'\nw:", "2:3", "E105", "None is not of type 'object'"),
    (
        "version: '2.0'\nname: book\nworkflows: {w: {}}\n",
        "1:1",
        "E105",
        "workbook (it has 'name' or 'workflows')",
    ),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), CASES)
def test_says_what_is_wrong_with_a_document(text: str, place: str, code: str, words: str) -> None:
    """Each mistake is reported once, at its place, and nothing is usable."""
    reading = read_workflows(text)
    (problem,) = reading.problems
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message
    assert reading.workflows == ()


@pytest.mark.parametrize("version", ["'2.0'", "2.0", '"2.0"'])
@pytest.mark.parametrize("name", ["w", "w.x-1", "ä", "w" * 255, "12345678-1234", "'200'"])
def test_accepts_versions_and_names(version: str, name: str) -> None:
    """The version may be text or a number, the name nearly anything visible."""
    reading = read_workflows(f"version: {version}\n{name}: {BODY}\n")
    assert reading.problems == ()
    assert reading.workflows[0].name == name.strip("'")
