"""When the time of a timer has come."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.execution import commands

DELAYED = "w: {tasks: {a: {action: std.async_noop, wait-before: 2}, z: {action: std.async_noop}}}"


def test_a_timer_fires_once(story: Any) -> None:
    """A second firing, and one of a timer that never was, change nothing."""
    told = story(DELAYED)
    told.start()
    timer = told.task("a").timer
    told.fire("a")
    assert told.when(commands.FireTimer, timer_id=timer) == []
    assert told.when(commands.FireTimer, timer_id="nobody") == []


@pytest.mark.parametrize("work", ["action: std.async_noop", "action: std.async_noop, with-items: 'i in [1]'"])
def test_a_pause_does_not_hold_a_task_that_waits_for_a_time(story: Any, work: str) -> None:
    """It has begun already; only what follows it waits for the resume."""
    told = story("w: {tasks: {a: {%s, wait-before: 2, on-success: b}, b: {action: std.noop}}}" % work)
    told.start()
    told.pause()
    assert told.fire("a")[-1].startswith("ActionScheduled std.async_noop")
    assert told.complete("a")[-1] == "TaskCompleted a SUCCESS"
    assert told.resume()[-1] == "ActionScheduled std.noop"


def test_a_sub_workflow_does_not_begin_while_paused(story: Any) -> None:
    """A pause is one for sub-workflows, too: the task is IDLE, and begins when the execution goes on."""
    told = story("w: {tasks: {a: {workflow: sub, wait-before: 2}}}")
    told.start()
    told.pause()
    assert told.fire("a") == ["TimerFired a wait-before", "TaskHeld a wait-before"]
    assert told.task("a").state == "IDLE"
    assert told.resume() == ["WorkflowResumed", "TaskStarted a", "SubWorkflowScheduled a"]


def test_a_resume_does_not_shorten_a_wait(story: Any) -> None:
    """A delayed task stays delayed over a pause and a resume."""
    told = story(DELAYED)
    told.start()
    told.pause()
    assert told.resume() == ["WorkflowResumed"]
    assert told.task("a").state == "DELAYED"


def test_a_wait_goes_on_behind_the_end(story: Any) -> None:
    """A task that was delayed when the execution failed runs after somebody resumed it."""
    told = story(DELAYED)
    told.start()
    told.fail("z")
    told.when(commands.StopWorkflow, state="ERROR")
    assert told.fire("a") == ["TimerFired a wait-before", "TaskHeld a wait-before"]
    told.when(commands.RerunTask, task_id=told.task("z").id)
    assert told.task("a").state == "RUNNING"
    told.complete("a")
    told.complete("z")
    assert told.state.state == "SUCCESS"


def test_a_skipped_or_continued_task_waits_for_nothing(story: Any) -> None:
    """What is declared done by hand has no timer any more."""
    told = story(DELAYED)
    told.start()
    timer = told.task("a").timer
    told.when(commands.StopWorkflow, state="SUCCESS")
    told.resume_from({"task": "a", "action": "continue"})
    assert told.task("a").state == "SUCCESS"
    assert not told.state.timers
    assert told.when(commands.FireTimer, timer_id=timer) == []


def test_a_sub_workflow_is_tried_again_after_the_resume(story: Any) -> None:
    """One that began while the execution is paused would not have heard of the pause."""
    told = story("w: {tasks: {a: {workflow: sub, retry: {count: 1, delay: 0}}}}")
    told.start()
    told.pause()
    (child,) = told.state.children.values()
    report = {"event": 9, "is_own": False, "order": child.ordered, "state": "ERROR", "output": {}}
    told.when(commands.ReportSubWorkflow, sub_execution_id=child.id, **report)
    assert told.task("a").state == "IDLE"
    assert told.resume()[1:] == ["TaskStarted a", "SubWorkflowScheduled a"]
