"""What differs between two versions of a definition."""

from __future__ import annotations

import pytest

from wf_es.definition.differences import ADDED, CHANGED, REMOVED, Part, parts, text_difference
from wf_es.definition.stored import checksum_of, hash_of
from wf_es.definition.versions import ACTION, ENVIRONMENT, WORKBOOK, WORKFLOW, Content

W = """\
version: '2.0'
w:
  output: {r: 1}
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop}
"""
BOOK = """\
version: '2.0'
name: wb
actions:
  shout: {base: std.echo output="!"}
workflows:
  one: {tasks: {a: {action: std.noop}}}
  two: {tasks: {a: {action: std.noop}}}
"""


def content(text: str, scope: str = "private", description: str = "") -> Content:
    """Return what an upload of a text says."""
    return Content(
        text=text, hash=hash_of(text), checksum=checksum_of(text), scope=scope, description=description
    )


def changed(kind: str, name: str, before: str, after: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return the parts that differ, as tuples."""
    found = parts(kind, name, content(before), content(after))
    return [(part.kind, part.name, part.change, part.keys) for part in found]


def test_tasks_and_other_keys_of_a_workflow() -> None:
    """What was added, removed, and which keys of a task have changed."""
    after = W.replace("b: {action: std.noop}", "c: {action: std.noop}").replace(
        "on-success: b", "wait-before: 1"
    )
    after = after.replace("output: {r: 1}", "description: new\n  output: {r: 2}")

    assert changed(WORKFLOW, "w", W, after) == [
        ("task", "a", CHANGED, ("on-success", "wait-before")),
        ("task", "b", REMOVED, ()),
        ("task", "c", ADDED, ()),
        ("key", "output", CHANGED, ()),
        ("key", "description", ADDED, ()),
    ]


@pytest.mark.parametrize(
    "after",
    [
        W,
        f"# a comment\n{W}",
        W.replace("std.noop, on", '"std.noop", on'),
        W.replace("  output", "  'output'"),
    ],
)
def test_what_means_the_same_is_no_difference(after: str) -> None:
    """Comments and quotes are a difference of the text alone."""
    assert changed(WORKFLOW, "w", W, after) == []
    assert bool(text_difference(W, after, ("a", "b"))) == (after != W)


def test_a_truth_value_is_no_number() -> None:
    """1 and true are different inputs."""
    assert changed(WORKFLOW, "w", W, W.replace("{r: 1}", "{r: true}")) == [("key", "output", CHANGED, ())]


def test_items_of_a_workbook() -> None:
    """Its workflows and actions by their full names."""
    after = BOOK.replace("two: {tasks", "three: {tasks").replace('"!"', '"?"')
    after = after.replace("one: {tasks: {a: {action: std.noop", "one: {tasks: {a: {action: std.fail")

    assert changed(WORKBOOK, "wb", BOOK, after) == [
        ("workflow", "wb.one", CHANGED, ("tasks",)),
        ("workflow", "wb.two", REMOVED, ()),
        ("workflow", "wb.three", ADDED, ()),
        ("action", "wb.shout", CHANGED, ("base",)),
    ]
    assert changed(WORKBOOK, "wb", BOOK, f"{BOOK}description: d\n") == [("key", "description", CHANGED, ())]


def test_keys_of_an_action() -> None:
    """As the author wrote them."""
    before = "version: '2.0'\nshout: {base: std.echo, base-input: {output: 1}}\n"
    after = "version: '2.0'\nshout: {base: std.echo, base-input: {output: 2}, input: [x]}\n"

    assert changed(ACTION, "shout", before, after) == [
        ("key", "base-input", CHANGED, ()),
        ("key", "input", ADDED, ()),
    ]


def test_variables_of_an_environment() -> None:
    """By name; their values are not told."""
    assert changed(ENVIRONMENT, "e", '{"a":1,"b":[1],"c":0}', '{"b":[2],"c":0,"d":null}') == [
        ("variable", "a", REMOVED, ()),
        ("variable", "b", CHANGED, ()),
        ("variable", "d", ADDED, ()),
    ]


def test_what_is_not_in_the_text() -> None:
    """The scope, and what an environment is for."""
    public = parts(WORKFLOW, "w", content(W), content(W, scope="public"))
    described = parts(ENVIRONMENT, "e", content("{}"), content("{}", description="d"))

    assert public == [Part(kind="property", name="scope", change=CHANGED)]
    assert described == [Part(kind="property", name="description", change=CHANGED)]


def test_a_text_that_cannot_be_read_has_no_parts() -> None:
    """It was taken in other days; its lines still tell."""
    assert changed(WORKFLOW, "w", "version: '1.0'\n", W) == []
    assert changed(WORKBOOK, "wb", "version: '1.0'\n", BOOK) == []


def test_the_text_line_by_line() -> None:
    """In the unified format, also where the last line has no end."""
    before, after = "a\nb\nc", "a\nB\nc\n"

    assert text_difference(before, after, ("w version 1", "w version 2")) == (
        "--- w version 1\n+++ w version 2\n@@ -1,3 +1,3 @@\n"
        " a\n-b\n-c\n\\ No newline at end of file\n+B\n+c\n"
    )
    assert text_difference(before, before, ("x", "y")) == ""


def test_very_long_texts_are_compared_as_one_piece() -> None:
    """What both begin and end with is left out; the rest is not searched for what is alike."""
    before = "".join(f"old {number}\n" for number in range(5_000))
    after = "".join(f"new {number}\n" for number in range(6_000))

    found = text_difference(f"head\n{before}tail\n", f"head\n{after}tail\n", ("x", "y")).splitlines()

    assert found[:4] == ["--- x", "+++ y", "@@ -2,5000 +2,6000 @@", "-old 0"]
    assert found[-1] == "+new 5999"
    assert len(found) == 3 + 5_000 + 6_000


def test_a_long_text_with_a_small_change_is_compared_line_by_line() -> None:
    """However long it is."""
    lines = [f"line {number}\n" for number in range(50_000)]
    changed_lines = [*lines[:30_000], "more\n", *lines[30_000:]]

    found = text_difference("".join(lines), "".join(changed_lines), ("x", "y")).splitlines()

    assert [line for line in found if line.startswith("+")] == ["+++ y", "+more"]
