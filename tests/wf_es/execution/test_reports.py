"""What is reported of an action: compared with what is known, and recorded."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import CompletionConflict, IllegalState, InvalidRequest, NotFound
from wf_es.execution import commands
from wf_es.execution.events import TaskRerun

ONE = "w: {tasks: {a: {action: std.async_noop, on-success: b}, b: {action: std.async_noop}}}"


def started(story: Any, text: Any = ONE) -> Any:
    """Return a story whose execution has begun."""
    told = story(text)
    told.start()
    return told


def test_same_completion_again_is_harmless(story: Any) -> None:
    """The same value again records nothing."""
    told = started(story)
    action = told.unfinished()[0]
    told.complete("a", {"n": [1, 2], "m": {"x": 1}})
    again = told.when(
        commands.CompleteAction, action_id=action.id, state="SUCCESS", output={"m": {"x": 1}, "n": [1, 2]}
    )
    assert again == []


@pytest.mark.parametrize(
    ("state", "output"), [("SUCCESS", 2), ("SUCCESS", True), ("ERROR", 1), ("SUCCESS", None)]
)
def test_another_completion_is_a_conflict(story: Any, state: Any, output: Any) -> None:
    """Another value or state is refused; true is not 1."""
    told = started(story)
    action = told.unfinished()[0]
    told.complete("a", 1)
    with pytest.raises(CompletionConflict, match="already completed"):
        told.when(commands.CompleteAction, action_id=action.id, state=state, output=output)


def test_completion_of_a_superseded_attempt_is_recorded_once(story: Any) -> None:
    """A report for an attempt that a rerun replaced is refused and shows in the log."""
    told = started(story)
    action = told.unfinished()[0]
    told.happened(TaskRerun(task_id=action.task_id))
    for _ in range(2):
        with pytest.raises(CompletionConflict, match="superseded"):
            told.when(commands.CompleteAction, action_id=action.id, state="SUCCESS", output=1)
    assert [type(event.data).__name__ for event in told.events].count("CompletionRefused") == 1
    assert told.task("a").state == "RUNNING"


def test_unknown_action_is_not_found(story: Any) -> None:
    """An id that the execution does not have is refused."""
    with pytest.raises(NotFound, match="ActionExecution not found"):
        started(story).when(commands.CompleteAction, action_id="nobody", state="SUCCESS")


def test_unknown_outcome_is_refused(story: Any) -> None:
    """Only SUCCESS, ERROR and CANCELLED end an action."""
    told = started(story)
    with pytest.raises(InvalidRequest, match="actual: DELAYED"):
        told.when(commands.CompleteAction, action_id=told.unfinished()[0].id, state="DELAYED")


def test_error_without_output_has_a_text(story: Any) -> None:
    """An error that says nothing becomes 'Unknown error'."""
    told = started(story)
    told.complete("a", None, "ERROR")
    assert told.task("a").result == "Unknown error"
    assert told.task("a").state_info == "Unknown error"


def test_start_is_recorded_once(story: Any) -> None:
    """A runner's second start of the same action is no event."""
    told = started(story)
    action = told.unfinished()[0]
    assert told.when(commands.StartAction, action_id=action.id, runner="r") == ["ActionStarted a"]
    assert told.when(commands.StartAction, action_id=action.id, runner="q") == []


def test_start_of_a_finished_action_is_refused(story: Any) -> None:
    """What has ended cannot begin."""
    told = started(story)
    action = told.unfinished()[0]
    told.complete("a")
    with pytest.raises(IllegalState, match="has ended in SUCCESS"):
        told.when(commands.StartAction, action_id=action.id)


def test_start_and_end_of_an_idempotent_action_come_together(story: Any) -> None:
    """The runner's name is recorded with the completion."""
    told = started(story)
    action = told.unfinished()[0]
    events = told.when(commands.CompleteAction, action_id=action.id, state="SUCCESS", started_by="r")
    assert events[:2] == ["ActionStarted a", "ActionCompleted a SUCCESS"]


def test_delegation_is_recorded_once_and_never_too_late(story: Any) -> None:
    """Handing over after the completion arrived records nothing."""
    told = started(story)
    action = told.unfinished()[0]
    assert told.when(commands.DelegateAction, action_id=action.id) == ["ActionDelegated a"]
    assert told.when(commands.DelegateAction, action_id=action.id) == []
    told.complete("a")
    assert told.when(commands.DelegateAction, action_id=action.id) == []
