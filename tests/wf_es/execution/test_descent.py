"""What a task had led to no longer counts once the task is run again."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import CompletionConflict
from wf_es.execution import commands
from wf_es.execution.descent import runs_after

CHAIN = """
w:
  output: {x: <% $.x %>}
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: b}
    b: {action: std.async_noop, on-success: c}
    c: {action: std.async_noop}
"""

MEETING = """
w:
  output: {a: <% $.a %>, b: <% $.b %>}
  tasks:
    a: {action: std.async_noop, publish: {a: <% task().result %>}, on-success: m}
    m: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, publish: {b: <% task().result %>}, on-success: z}
    z: {join: all, action: std.async_noop}
"""


def test_runs_after(story: Any) -> None:
    """Descendants are found through every trigger, also through joins, oldest first."""
    told = story(MEETING)
    told.start()
    for name in ("a", "b", "m"):
        told.complete(name)
    after = [told.name_of(task_id) for task_id in runs_after(told.state, told.task("a").id)]
    assert after == ["m", "z"]
    assert [told.name_of(task_id) for task_id in runs_after(told.state, told.task("b").id)] == ["z"]


def test_a_failure_further_down_is_forgiven(story: Any) -> None:
    """Resuming before the task that failed: only the corrected runs decide the outcome."""
    told = story(CHAIN)
    told.start()
    told.complete("a", "wrong")
    told.fail("b")
    assert told.state.state == "ERROR"
    told.resume_from({"task": "a"}, allow_succeeded=True)
    for name in "abc":
        told.complete(name, "right")
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["ERROR", "SUCCESS"], "c": ["SUCCESS"]}
    assert (told.state.state, told.state.output) == ("SUCCESS", {"x": "right"})


def test_stale_values_do_not_reach_the_output(story: Any) -> None:
    """What an earlier, longer way had written more often does not win over the correction."""
    told = story(
        """
w:
  vars: {n: 0}
  tasks:
    a: {action: std.async_noop, publish: {limit: <% task().result %>, n: 0}, on-success: count}
    count: {publish: {n: <% $.n + 1 %>}, on-success: [{count: <% $.n < $.limit %>}]}
"""
    )
    told.start()
    told.complete("a", 5)
    told.run_everything()
    assert told.state.output["n"] == 5
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a", 2)
    told.run_everything()
    assert told.state.output == {"limit": 2, "n": 2}


def test_a_stale_run_that_still_works_starts_nothing(story: Any) -> None:
    """Its end is recorded and leads nowhere; the corrected run does."""
    told = story(CHAIN)
    told.start()
    told.complete("a")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    assert told.complete("b") == ["ActionCompleted b SUCCESS", "TaskCompleted b SUCCESS"]
    told.complete("a")
    assert told.complete("b")[-2:] == ["TaskScheduled c", "ActionScheduled std.async_noop"]
    told.complete("c")
    assert told.state.state == "SUCCESS"


@pytest.mark.parametrize("state", ["ERROR", "CANCELLED"])
def test_a_stale_run_that_fails_harms_nobody(story: Any, state: str) -> None:
    """Only runs that count decide how the execution ends."""
    told = story(CHAIN)
    told.start()
    told.complete("a")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("b", "late", state)
    for name in "abc":
        told.complete(name)
    assert told.state.state == "SUCCESS"


def test_a_stale_run_that_cannot_be_handled_harms_nobody(story: Any) -> None:
    """Even an expression that fails ends the stale run alone."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.async_noop, publish: {x: <% task().result.x %>}}
"""
    )
    told.start()
    told.complete("a")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("b", "no mapping")
    assert told.state.state == "RUNNING"
    told.complete("a")
    told.complete("b", {"x": 1})
    assert told.state.state == "SUCCESS"


def test_a_waiting_join_waits_for_the_rerun(story: Any) -> None:
    """What a branch had brought is taken back while the branch runs again."""
    told = story(MEETING)
    told.start()
    told.complete("a", 1)
    told.complete("m")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("b", 10)
    assert told.task("z").state == "WAITING"
    told.complete("a", 2)
    told.complete("m")
    told.complete("z")
    assert told.tasks()["z"] == ["SUCCESS"]
    assert (told.state.state, told.state.output) == ("SUCCESS", {"a": 2, "b": 10})


def test_a_rerun_task_that_triggers_a_join_itself(story: Any) -> None:
    """The join does not begin with what the task had not published yet."""
    told = story(MEETING)
    told.start()
    told.complete("b", 1)
    told.resume_from({"task": "b"}, allow_succeeded=True)
    told.complete("a", 10)
    told.complete("m")
    assert told.task("z").state == "WAITING"
    told.complete("b", 2)
    told.complete("z")
    assert told.state.output == {"a": 10, "b": 2}


def test_a_join_with_nothing_left_does_not_fail_the_execution(story: Any) -> None:
    """If the corrected run goes another way, the join that it had opened is history."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, publish: {go: <% task().result %>}, on-success: [{z: <% $.go %>}]}
    b: {action: std.async_noop, on-error: z}
    z: {join: all, action: std.noop}
"""
    )
    told.start()
    told.complete("a", True)
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a", False)
    told.complete("b")
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_a_rerun_forgets_the_backlog_of_its_earlier_end(story: Any) -> None:
    """Transitions that a pause held back belong to the end that no longer holds."""
    told = story("w: {tasks: {a: {action: std.async_noop, on-success: [pause, b]}, b: {action: std.noop}}}")
    told.start()
    told.complete("a")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    assert told.tasks() == {"a": ["RUNNING"]}
    told.complete("a")
    told.resume()
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"]}


def test_what_completed_during_a_pause_is_not_routed_behind_a_rerun(story: Any) -> None:
    """A run that a rerun made history does not go on when the execution does."""
    told = story(CHAIN)
    told.start()
    told.complete("a")
    told.pause()
    told.complete("b")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    assert "c" not in told.tasks()
    for name in "abc":
        told.complete(name)
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS", "SUCCESS"], "c": ["SUCCESS"]}


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_a_task_and_one_that_it_led_to(story: Any, order: Any) -> None:
    """Resumed together, the later one runs by its own right, whatever the order in the request."""
    told = story(
        """
w:
  tasks:
    first: {action: std.async_noop, on-complete: second}
    second: {action: std.async_noop}
"""
    )
    told.start()
    told.fail("first")
    told.fail("second")
    told.resume_from(*({"task": name} for name in order))
    told.complete("second")
    told.complete("first")
    told.complete("second")
    assert told.tasks() == {"first": ["SUCCESS"], "second": ["SUCCESS", "SUCCESS"]}
    assert told.state.state == "SUCCESS"


def test_skip_and_continue_supersede_too(story: Any) -> None:
    """A failed task that is declared done takes its error route with it."""
    text = """
w:
  tasks:
    a: {action: std.async_noop, on-complete: clean, on-success: b}
    clean: {action: std.async_noop}
    b: {action: std.async_noop}
"""
    for kind in ("skip", "continue"):
        told = story(text)
        told.start()
        told.fail("a")
        told.fail("clean")
        if kind == "skip":
            told.when(commands.SkipTask, task_id=told.task("a").id)
        else:
            told.resume_from({"task": "a", "action": "continue"})
            told.complete("clean")
        told.complete("b")
        assert told.state.state == "SUCCESS", kind


def test_a_late_result_of_the_earlier_attempt_is_refused_each_time(story: Any) -> None:
    """The refusal is recorded once and told to everybody who asks, with the same key or not."""
    told = story("w: {tasks: {a: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    told.resume_from({"task": "a"})
    told.resume()
    old = told.unfinished()[0].id
    told.when(commands.StopWorkflow, state="CANCELLED")
    told.resume_from({"task": "a"})
    for key in ("k", "k", None):
        with pytest.raises(CompletionConflict, match="superseded"):
            told.when(commands.CompleteAction, action_id=old, state="SUCCESS", origin=told.origin(key=key))


def test_a_failed_join_remembers_who_came_late(story: Any) -> None:
    """Branches that reach a join after it failed count once the lost branch runs again."""
    told = story(
        """
w:
  output:
    abc: <% [$.a, $.b, $.c] %>
  tasks:
    a: {action: std.async_noop, publish: {a: 1}, on-success: z}
    b: {action: std.async_noop, publish: {b: 2}, on-success: z}
    c: {action: std.async_noop, publish: {c: 3}, on-success: z}
    z: {join: all}
"""
    )
    told.start()
    told.fail("a")
    told.complete("b")
    assert told.task("z").state == "ERROR"
    assert told.complete("c")[2] == "JoinTriggered z late"
    told.resume_from({"task": "a"})
    told.complete("a")
    told.run_everything()
    assert told.tasks()["z"] == ["SUCCESS"]
    assert told.state.output == {"abc": [1, 2, 3]}


def test_a_stale_run_at_work_is_not_waited_for(story: Any) -> None:
    """A join that is corrected keeps what a branch brought, though a stale run of it still works."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: m}
    m: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, on-success: z}
    z: {join: all}
"""
    )
    told.start()
    told.complete("a")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a")
    told.complete("m", run=-1)
    told.complete("b")
    told.resume_from({"task": "b"}, allow_succeeded=True)
    told.complete("b")
    assert told.task("z").state == "RUNNING"
    told.complete("m")
    told.run_everything()
    assert told.state.state == "SUCCESS"
