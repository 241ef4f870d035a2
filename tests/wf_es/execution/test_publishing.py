"""What a task publishes."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("SUCCESS", {"clause": "s", "task": "t", "always": "c", "tc": "task", "ct": "s"}),
        ("ERROR", {"clause": "e", "task": "te", "always": "c", "tc": "task", "ct": "e"}),
    ],
)
def test_precedence(story: Any, outcome: Any, expected: Any) -> None:
    """The specific clause wins over the task, the task over on-complete; nothing is lost."""
    told = story(
        """
w:
  tasks:
    a:
      action: std.async_noop
      publish: {task: t, tc: task, ct: task}
      publish-on-error: {task: te, tc: task, ct: task}
      on-success: {publish: {branch: {clause: s, ct: s}}}
      on-error: {publish: {branch: {clause: e, ct: e}}}
      on-complete: {publish: {branch: {always: c, tc: complete, ct: complete}}}
"""
    )
    told.start()
    told.complete("a", state=outcome)
    assert told.task("a").published == expected


def test_global_values_are_seen_by_other_branches(story: Any) -> None:
    """What goes into the global scope is visible at once, everywhere."""
    told = story(
        """
w:
  vars: {g: {old: 1}}
  tasks:
    a: {action: std.async_noop, on-success: {publish: {global: {g: {new: 2}}}}}
    b: {action: std.async_noop, on-success: c}
    c: {action: std.echo output=<% global(g) %>}
"""
    )
    told.start()
    told.complete("a")
    told.complete("b")
    assert told.unfinished()[0].input == {"output": {"old": 1, "new": 2}}
    assert told.state.published_global == {"g": {"old": 1, "new": 2}}


def test_branches_do_not_see_each_other(story: Any) -> None:
    """What one branch publishes stays there until they meet."""
    told = story(
        """
w:
  vars: {v: start}
  tasks:
    l: {publish: {v: left}, on-success: l2}
    r: {on-success: r2}
    l2: {action: std.echo output=<% $.v %>}
    r2: {action: std.echo output=<% $.v %>}
"""
    )
    told.start()
    told.complete("l")
    told.complete("r")
    assert [action.input["output"] for action in told.unfinished()] == ["left", "start"]


def test_publish_that_fails_fails_by_force(story: Any) -> None:
    """An expression error in publish ends task and workflow at once."""
    told = story("w: {tasks: {a: {publish: {x: <% $.nowhere %>}, on-error: b}, b: {action: std.noop}}}")
    told.start()
    told.complete("a")
    assert told.tasks() == {"a": ["ERROR"]}
    assert told.state.state_info.startswith("Failed to handle action completion")


def test_keep_result_false_drops_the_output_after_publishing(story: Any) -> None:
    """The output is used for publishing and gone afterwards; repeats are still recognised."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, keep-result: false, publish: {x: <% task().result %>}}}}"
    )
    told.start()
    action = told.unfinished()[0]
    told.complete("a", 5)
    assert told.task("a").published == {"x": 5}
    assert told.task("a").result is None
    assert told.state.actions[action.id].output == {}
