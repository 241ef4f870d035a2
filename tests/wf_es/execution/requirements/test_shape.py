"""Which task can lead to which, after which outcome."""

from __future__ import annotations

from typing import Any

from wf_es.execution.lifecycle import ERROR, SKIPPED, SUCCESS
from wf_es.execution.requirements.shape import Edge, Shape

DIRECT = """
w:
  tasks:
    start: {action: std.noop, on-success: a}
    a:
      action: std.noop
      on-success: [b, {c: <% $.x %>}, succeed, d]
      on-error: [d]
      on-complete: [e]
      on-skip: [c]
    b: {action: std.noop, on-success: [a: <% $.again %>]}
    c: {action: std.noop}
    d: {action: std.noop}
    e: {action: std.noop, join: all}
"""
REVERSE = """
w:
  type: reverse
  tasks:
    a: {action: std.noop}
    b: {action: std.noop, requires: [a]}
    c: {action: std.noop, requires: [a]}
    d: {action: std.noop, requires: [b]}
"""


def shape(story: Any, text: str, target: str | None = None) -> Shape:
    """Return the shape of the only workflow of a text."""
    return Shape(story(text).definition, target)


def targets(edges: tuple[Edge, ...]) -> list[str]:
    """Return the targets, those behind a guard with a mark."""
    return [f"{edge.target}?" if edge.is_guarded else edge.target for edge in edges]


def test_what_follows_an_outcome(story: Any) -> None:
    """Behind a command that ends the workflow in any case nothing starts."""
    made = shape(story, DIRECT)
    assert targets(made.edges("a", SUCCESS)) == ["b", "c?"]
    assert targets(made.edges("a", ERROR)) == ["d", "e"]
    assert targets(made.edges("a", SKIPPED)) == ["c", "b", "c?"]
    assert [item.command for item in made.commands("a", SUCCESS)] == ["succeed"]
    assert (made.is_join("e"), made.is_join("a")) == (True, False)


def test_what_a_reverse_workflow_releases(story: Any) -> None:
    """Only what the target needs, and nothing after an error."""
    made = shape(story, REVERSE, "d")
    assert targets(made.edges("a", SUCCESS)) == ["b"]
    assert made.edges("a", ERROR) == ()
    assert (made.starts(), made.required("d"), made.is_join("d")) == (("a",), 1, True)
    assert targets(shape(story, REVERSE).edges("a", SUCCESS)) == ["b", "c"]


def test_each_task_comes_after_what_leads_to_it(story: Any) -> None:
    """But for loops, and only what can be reached has a number."""
    order = shape(story, DIRECT).order(["b"])
    assert order["b"] < order["a"] < min(order["c"], order["d"], order["e"])
    assert shape(story, DIRECT).order(["d"]) == {"d": 0}
