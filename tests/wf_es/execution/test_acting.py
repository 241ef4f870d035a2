"""What follows when the action of a task pauses, goes on, or ends."""

from __future__ import annotations

from typing import Any

from wf_es.execution import commands

ONE = "w: {tasks: {a: {action: std.async_noop, on-success: b}, b: {action: std.async_noop}}}"


def started(story: Any, text: Any = ONE) -> Any:
    """Return a story whose execution has begun."""
    told = story(text)
    told.start()
    return told


def test_pausing_an_action_pauses_the_workflow(story: Any) -> None:
    """Task and workflow pause with an asynchronous action and go on with it."""
    told = started(story)
    action = told.unfinished()[0]
    assert told.when(commands.PauseAction, action_id=action.id) == ["ActionPaused a", "WorkflowPaused"]
    assert (told.task("a").state, told.state.state) == ("PAUSED", "PAUSED")
    assert told.when(commands.ResumeAction, action_id=action.id) == ["ActionResumed a", "WorkflowResumed"]
    assert (told.task("a").state, told.state.state) == ("RUNNING", "RUNNING")


def test_completion_after_the_end_is_recorded_and_starts_nothing(story: Any) -> None:
    """A stopped execution still takes results."""
    told = started(story)
    told.when(commands.StopWorkflow, state="ERROR", message="enough")
    assert told.complete("a", {}) == ["ActionCompleted a SUCCESS", "TaskCompleted a SUCCESS"]
    assert told.state.state == "ERROR"
    assert "b" not in told.tasks()
