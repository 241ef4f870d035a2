"""What follows a task."""

from __future__ import annotations

from typing import Any

import pytest


def test_guards_choose(story: Any) -> None:
    """Only transitions whose guard holds are taken."""
    told = story(
        """
w:
  input: [n]
  tasks:
    a: {action: std.noop, on-success: [{big: <% $.n > 10 %>}, {small: <% $.n <= 10 %>}]}
    big: {action: std.noop}
    small: {action: std.noop}
"""
    )
    told.start(input={"n": 11})
    assert told.complete("a") == [
        "ActionCompleted a SUCCESS",
        "TaskCompleted a SUCCESS -> big",
        "TaskScheduled big",
        "ActionScheduled std.noop",
    ]


@pytest.mark.parametrize(
    ("outcome", "followers"),
    [
        ("SUCCESS", ["s", "c"]),
        ("ERROR", ["e", "c"]),
        ("CANCELLED", []),
    ],
)
def test_clauses_by_outcome(story: Any, outcome: Any, followers: Any) -> None:
    """Each outcome asks its own clauses, the specific one first."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: s, on-error: e, on-complete: c}
    s: {action: std.noop}
    e: {action: std.noop}
    c: {action: std.noop}
"""
    )
    told.start()
    told.complete("a", state=outcome)
    assert [name for name in told.tasks() if name != "a"] == followers


def test_task_runs_once_per_trigger(story: Any) -> None:
    """Without join each trigger starts a run of its own."""
    told = story("w: {tasks: {a: {on-success: y}, b: {on-success: y}, y: {action: std.noop}}}")
    told.start()
    told.run_everything()
    assert told.tasks()["y"] == ["SUCCESS", "SUCCESS"]


def test_loop_runs_until_its_guard_says_so(story: Any) -> None:
    """Each turn of a loop is a task execution."""
    told = story(
        """
w:
  vars: {n: 0}
  output: {n: <% $.n %>}
  tasks:
    begin: {on-success: step}
    step:
      action: std.echo output=<% $.n + 1 %>
      publish: {n: <% task().result %>}
      on-success: [{step: <% $.n < 3 %>}]
"""
    )
    told.start()
    told.run_everything()
    assert told.tasks()["step"] == ["SUCCESS"] * 3
    assert told.state.output == {"n": 3}


@pytest.mark.parametrize(
    ("clause", "state", "info", "others"),
    [
        pytest.param("[fail, b]", "ERROR", None, [], id="fail discards the rest"),
        pytest.param("[b, fail]", "ERROR", None, ["b"], id="what stands before fail runs"),
        pytest.param("[\"fail msg='sorry'\"]", "ERROR", "sorry", [], id="fail with a message"),
        pytest.param('["fail(msg=<% task().result %>)"]', "ERROR", "why", [], id="evaluated message"),
        pytest.param("[succeed, b]", "SUCCESS", None, [], id="succeed"),
        pytest.param("[noop]", "SUCCESS", None, [], id="noop"),
    ],
)
def test_engine_commands(story: Any, clause: Any, state: Any, info: Any, others: Any) -> None:
    """fail, succeed and noop do what Mistral does with what stands around them."""
    told = story(
        "w: {tasks: {a: {action: std.echo output=why, on-success: %s, on-error: b}, b: {action: std.noop}}}"
        % clause
    )
    told.start()
    told.complete("a", "why")
    assert (told.state.state, told.state.state_info) == (state, info)
    assert [name for name in told.tasks() if name != "a"] == others


def test_pause_command_keeps_the_rest_for_the_resume(story: Any) -> None:
    """What stands behind a pause runs first after the resume."""
    told = story("w: {tasks: {a: {on-success: [\"pause msg='look here'\", b]}, b: {action: std.noop}}}")
    told.start()
    told.complete("a")
    assert (told.state.state, told.state.state_info) == ("PAUSED", "look here")
    assert "b" not in told.tasks()
    assert told.resume() == [
        "WorkflowResumed",
        "BacklogTaken a -> b",
        "TaskScheduled b",
        "ActionScheduled std.noop",
    ]


def test_noop_in_on_error_handles_the_error(story: Any) -> None:
    """A command in on-error counts as handling."""
    told = story("w: {tasks: {a: {action: std.fail, on-error: noop}}}")
    told.start()
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_on_complete_does_not_handle_an_error(story: Any) -> None:
    """on-complete runs after an error, and the workflow still fails."""
    told = story("w: {tasks: {a: {action: std.fail, on-complete: c}, c: {action: std.noop}}}")
    told.start()
    told.run_everything()
    assert (told.state.state, told.tasks()["c"]) == ("ERROR", ["SUCCESS"])


def test_guard_that_fails_fails_by_force(story: Any) -> None:
    """An expression error in a guard ends task and workflow, on-error or not."""
    told = story("w: {tasks: {a: {on-success: [{b: <% $.nowhere %>}], on-error: b}, b: {action: std.noop}}}")
    told.start()
    told.complete("a")
    assert told.state.state == "ERROR"
    assert told.tasks() == {"a": ["ERROR"]}
    assert "nowhere" in told.state.state_info


def test_guard_that_fails_leaves_what_was_published(story: Any) -> None:
    """The task has published before it is asked what follows."""
    clause = "{publish: {global: {g: 2}}, next: [b: <% $.no %>]}"
    told = story("w: {tasks: {a: {publish: {x: 1}, on-success: %s}, b: {action: std.noop}}}" % clause)
    told.start()
    told.complete("a")
    assert (told.task("a").state, told.task("a").published) == ("ERROR", {"x": 1})
    assert told.state.published_global == {"g": 2}
    assert told.state.output == {"result": told.state.state_info, "x": 1}


def test_what_follows_a_task_that_cannot_run_is_held(story: Any) -> None:
    """A forced failure in the middle of a list loses nothing: the resume takes up the rest."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: [b, c, d]}
    b: {action: std.noop}
    c: {action: std.noop, target: <% $.where %>}
    d: {action: std.noop}
"""
    )
    told.start()
    assert told.complete("a")[-1] == "TransitionsHeld a -> d"
    told.run_everything()
    told.resume_from({"task": "c", "context": {"where": "here"}})
    told.run_everything()
    assert told.tasks() == {name: ["SUCCESS"] for name in "abcd"}
    assert told.state.state == "SUCCESS"


def test_several_pauses_in_one_list(story: Any) -> None:
    """Each resume goes as far as the next pause."""
    told = story(
        """
w:
  tasks:
    a: {on-success: [pause, b, "pause msg='again'", j]}
    b: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
"""
    )
    told.start()
    told.complete("a")
    told.resume()
    assert (told.state.state, told.tasks()) == ("PAUSED", {"a": ["SUCCESS"], "b": ["RUNNING"]})
    told.run_everything()
    told.resume()
    told.run_everything()
    assert (told.state.state, told.tasks()["j"]) == ("SUCCESS", ["SUCCESS"])


def test_a_backlog_outlives_a_stop(story: Any) -> None:
    """What a pause had held back is not lost when the paused execution fails and is resumed."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: [pause, b]}
    b: {action: std.noop}
    c: {action: std.async_noop, publish: {x: <% task().result.x %>}}
"""
    )
    told.start()
    told.complete("a")
    told.complete("c", "no mapping")
    assert told.state.state == "ERROR"
    told.resume_from({"task": "c"})
    told.complete("c", {"x": 1})
    told.run_everything()
    assert (told.state.state, told.tasks()["b"]) == ("SUCCESS", ["SUCCESS"])
