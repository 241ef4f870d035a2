"""What kind of text a text is."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionReading, Reading, WorkbookReading
from wf_es.definition.detection import kind_of, read_any
from wf_es.errors import InvalidRequest

HEAD = "version: '2.0'\n"
TEXTS = [
    (HEAD + "w:\n  tasks:\n    t: {action: std.noop}\n", "workflow"),
    (HEAD + "name:\n  tasks:\n    t: {action: std.noop}\n", "workflow"),
    (HEAD + "workflows:\n  tasks:\n    t: {action: std.noop}\n", "workflow"),
    (HEAD + "w: {input: [x]}\n", "workflow"),
    (HEAD + "w: {base: std.noop, tasks: {}}\n", "workflow"),
    (HEAD + "a: {base: std.noop}\n", "action"),
    (HEAD + "actions: {base: std.noop}\n", "action"),
    (HEAD + "a: {base: std.noop}\nb: {input: [x]}\n", "action"),
    (HEAD + "name: b\n", "workbook"),
    (HEAD + "workflows:\n  w:\n    tasks:\n      t: {action: std.noop}\n", "workbook"),
    (HEAD + "actions:\n  a: {base: std.noop}\n", "workbook"),
    (HEAD, "workflow"),
    ("", "workflow"),
    ("a: b: c", "workflow"),
    ("- 1", "workflow"),
]


@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_the_shape_tells(text: str, kind: str) -> None:
    """Whatever it is, it is then read as that."""
    assert kind_of(text) == kind
    expected = {"workflow": Reading, "action": ActionReading, "workbook": WorkbookReading}[kind]
    assert isinstance(read_any(text), expected)


def test_whoever_says_the_kind_is_believed() -> None:
    """The findings are those of that kind, in the file's name."""
    reading = read_any(HEAD + "a: {base: std.noop}\n", "workflow", file="w.yaml")

    assert isinstance(reading, Reading)
    assert {problem.file for problem in reading.errors} == {"w.yaml"}
    with pytest.raises(InvalidRequest, match="'environment' is not uploaded as a text"):
        read_any("{}", "environment")
