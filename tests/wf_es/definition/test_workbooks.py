"""Workbooks: their items, local names, and what is wrong with them."""

from __future__ import annotations

import hashlib

import pytest

from wf_es.definition import ActionSpec, Workbook, action_from, read_workbook, read_workflows

ACTIONS = {
    "std.noop": ActionSpec(name="std.noop", inputs={}),
    "std.echo": ActionSpec(name="std.echo", inputs={"output": True}),
}
BOOK = """\
version: '2.0'
name: book
description: d
tags: [t]
actions:
  shout:
    base: std.echo output="<% $.what %>!"
    input: [what]
  louder: {base: shout what="x"}
workflows:
  parent:
    tasks:
      a: {workflow: child word="hey"}
  child:
    input: [word]
    tasks:
      b: {action: shout what=<% $.word %>}
      c: {action: book.louder}
"""


def book_of(text: str) -> Workbook:
    """Return the workbook of a text without problems."""
    reading = read_workbook(text, actions=ACTIONS)
    assert reading.problems == ()
    assert reading.workbook is not None
    return reading.workbook


def test_reads_all_of_a_workbook() -> None:
    """Items carry the name of the book; short and whole names are known in it."""
    book = book_of(BOOK)
    assert (book.name, book.description, book.tags, book.text) == ("book", "d", ("t",), BOOK)
    assert book.hash == hashlib.sha256(BOOK.encode()).hexdigest()
    assert book.checksum == hashlib.md5(BOOK.encode()).hexdigest()
    assert [action.name for action in book.actions] == ["book.shout", "book.louder"]
    assert [workflow.name for workflow in book.workflows] == ["book.parent", "book.child"]


def test_each_item_has_a_document_of_its_own() -> None:
    """It is found by its whole name and can be read again."""
    book = book_of(BOOK)
    for action in book.actions:
        same = action_from(action.text, action.name)
        assert (same.name, same.hash, same.spec.source) == (action.name, action.hash, action.spec.source)
    for workflow in book.workflows:
        (again,) = read_workflows(workflow.text).workflows
        assert (again.name, again.hash, again.spec.source) == (
            workflow.name,
            workflow.hash,
            workflow.spec.source,
        )


@pytest.mark.parametrize(
    "text",
    [
        "version: 2.0\nname: b\n",
        "version: '2.0'\nname: b\nactions: {version: '2.0', a: {base: std.noop}}\n",
        "version: '2.0'\nname: 12345678-1234-1234-1234-123456789abc\n",
        "version: '2.0'\nname: b\nworkflows: {w-1: {tasks: {a: {action: std.noop}}}}\n",
    ],
)
def test_small_workbooks(text: str) -> None:
    """Actions and workflows may both be missing; a version may stand with them."""
    assert read_workbook(text).problems == ()


WORKFLOWS = "workflows: {w: {tasks: {a: {action: std.noop}}}}"
MISTAKES = [
    ("", "1:1", "E107", "'version' is a required property"),
    ("text", "1:1", "E105", "is not of type 'object'"),
    (f"name: b\n{WORKFLOWS}", "1:1", "E107", "'version' is a required property"),
    (f"version: '3.0'\nname: b\n{WORKFLOWS}", "1:10", "E110", "not supported"),
    (f"version: '2.0'\n{WORKFLOWS}", "1:1", "E107", "'name' is a required property"),
    (f"version: '2.0'\nname: b c\n{WORKFLOWS}", "2:7", "E109", "must not contain spaces"),
    ("version: '2.0'\nname: 5", "2:7", "E105", "5 is not of type 'string'"),
    ("version: '2.0'\nname: b\ncolour: red", "3:1", "E104", "('colour' was unexpected)"),
    ("version: '2.0'\nname: b\nworkflow: {}", "3:1", "E104", "did you mean 'workflows'?"),
    ("version: '2.0'\nname: b\nactions: {}", "3:10", "E106", "{} should be non-empty"),
    ("version: '2.0'\nname: b\nworkflows: [w]", "3:12", "E105", "is not of type 'object'"),
    ("version: '2.0'\nname: b\nactions: {a.b: {base: std.noop}}", "3:11", "E109", "letters, digits"),
    (
        "version: '2.0'\nname: b\nactions: {version: 3, a: {base: std.noop}}",
        "3:20",
        "E110",
        "3 is not supported",
    ),
    ("version: '2.0'\nname: b\nactions: {a: {base: a}}", "3:21", "E404", "circle (b.a -> b.a)"),
    ("version: '2.0'\nname: b\nactions: {a: {base: b.a}}", "3:21", "E404", "circle (b.a -> b.a)"),
    (
        f"version: '2.0'\nname: b\nactions: {{{'a' * 254}: {{base: std.noop}}}}",
        "3:11",
        "E109",
        "255 are allowed",
    ),
    (
        "version: '2.0'\nname: b\nworkflows: {w: {tasks: {t: {on-success: ghost}}}}",
        "3:41",
        "E201",
        "Task 'ghost' not found",
    ),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(text: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, and nothing is usable."""
    reading = read_workbook(text)
    (problem,) = reading.problems
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message
    assert reading.workbook is None


def test_a_workbook_is_not_taken_for_a_list_of_workflows() -> None:
    """The message says what it is."""
    (problem,) = read_workflows(BOOK).problems
    assert problem.code == "E105"
    assert "upload it as a workbook" in problem.message


def test_calls_that_do_not_fit_are_found_within_the_book() -> None:
    """An ad-hoc action of the book is checked like any action."""
    found = read_workbook(BOOK.replace("shout what=<% $.word %>", "shout"), actions=ACTIONS).problems
    assert [(problem.line, problem.code) for problem in found] == [(17, "W503")]
