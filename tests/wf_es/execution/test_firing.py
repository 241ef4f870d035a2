"""When the time of a timer has come."""

from __future__ import annotations

from typing import Any

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


def test_a_wait_that_is_over_while_paused_ends_with_the_resume(story: Any) -> None:
    """The task is IDLE, and begins when the execution goes on."""
    told = story(DELAYED)
    told.start()
    told.pause()
    assert told.fire("a") == ["TimerFired a wait-before", "TaskHeld a wait-before"]
    assert told.task("a").state == "IDLE"
    assert told.resume() == ["WorkflowResumed", "TaskStarted a", "ActionScheduled std.async_noop"]


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
