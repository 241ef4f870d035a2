"""What every decision has in common, and the commands about a whole execution."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import IllegalState, InvalidRequest, NotAllowed, NotFound
from wf_es.execution import commands

TWO = """
w:
  vars: {v: 1}
  output: {v: <% $.v %>}
  output-on-error: {w: 2}
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.noop}
"""


def running(story: Any) -> Any:
    """Return an execution that waits for its task a."""
    told = story(TWO)
    told.start()
    return told


@pytest.mark.parametrize(
    ("state", "output"),
    [
        ("SUCCESS", {"v": 1}),
        ("ERROR", {"result": "by hand", "w": 2}),
        ("CANCELLED", {"result": "by hand"}),
    ],
)
def test_stop(story: Any, state: Any, output: Any) -> None:
    """An execution can be ended as any outcome, with a message, once."""
    told = running(story)
    assert told.when(commands.StopWorkflow, state=state, message="by hand") == [f"WorkflowCompleted {state}"]
    assert (told.state.state_info, told.state.output) == ("by hand", output)
    assert told.when(commands.StopWorkflow, state=state) == []
    assert told.when(commands.StopWorkflow, state="CANCELLED") == []


@pytest.mark.parametrize("state", ["ERROR", "CANCELLED"])
def test_a_failure_cannot_be_called_a_success(story: Any, state: Any) -> None:
    """Whoever wants that must go on from the failed tasks; any other repeated end is harmless."""
    told = running(story)
    told.when(commands.StopWorkflow, state=state)
    with pytest.raises(IllegalState, match=f"from {state} to SUCCESS"):
        told.when(commands.StopWorkflow, state="SUCCESS")
    assert told.when(commands.StopWorkflow, state="ERROR") == []


def test_stop_as_something_else_is_refused(story: Any) -> None:
    """Only outcomes end an execution."""
    with pytest.raises(InvalidRequest, match="not as PAUSED"):
        running(story).when(commands.StopWorkflow, state="PAUSED")


def test_pause_after_the_end_is_refused(story: Any) -> None:
    """What has ended cannot be paused."""
    told = running(story)
    told.when(commands.StopWorkflow, state="SUCCESS")
    with pytest.raises(IllegalState, match="from SUCCESS to PAUSED"):
        told.pause()


def test_unknown_execution(story: Any) -> None:
    """Nothing can be asked of an execution that never began."""
    with pytest.raises(NotFound, match="WorkflowExecution not found"):
        story(TWO).pause()


def test_delete(story: Any) -> None:
    """A running execution is only deleted with force, and is gone then."""
    told = running(story)
    with pytest.raises(NotAllowed, match="Only completed executions"):
        told.when(commands.DeleteExecution)
    assert told.when(commands.DeleteExecution, force=True) == ["ExecutionDeleted"]
    with pytest.raises(NotFound):
        told.pause()


def test_update(story: Any) -> None:
    """Description at any time, environment only while nothing runs."""
    told = running(story)
    assert told.when(commands.UpdateExecution, description="new") == ["ExecutionUpdated"]
    assert told.when(commands.UpdateExecution, description="new") == []
    with pytest.raises(NotAllowed, match="property env"):
        told.when(commands.UpdateExecution, env={"k": 1})
    told.pause()
    told.when(commands.UpdateExecution, env={"k": 1})
    assert (told.state.description, told.state.env) == ("new", {"k": 1})


def test_idempotency_key_counts_once(story: Any) -> None:
    """A request with a key that is already in the log changes nothing."""
    told = running(story)
    told.pause()
    told.when(commands.ResumeWorkflow, origin=told.origin(key="k"))
    told.pause()
    assert told.when(commands.ResumeWorkflow, origin=told.origin(key="k")) == []
    assert told.state.state == "PAUSED"


@pytest.mark.parametrize(("state", "allowed"), [("SUCCESS", False), ("ERROR", True), ("CANCELLED", True)])
def test_stop_of_a_paused_execution(story: Any, state: Any, allowed: Any) -> None:
    """As in Mistral, a paused execution cannot become a success; it must run on first."""
    told = running(story)
    told.pause()
    if allowed:
        assert told.when(commands.StopWorkflow, state=state) == [f"WorkflowCompleted {state}"]
    else:
        with pytest.raises(IllegalState, match="from PAUSED to SUCCESS"):
            told.when(commands.StopWorkflow, state=state)


def test_a_changed_environment_shows_in_the_params(story: Any) -> None:
    """execution().params gives the environment as it is now."""
    told = story("w: {output: {p: <% execution().params.env %>}, tasks: {a: {action: std.noop}}}")
    told.start(params={"env": {"k": 1, "keep": 0}})
    told.pause()
    told.resume(env={"k": 2})
    told.run_everything()
    assert told.state.output == {"p": {"k": 2, "keep": 0}}


def test_events_tell_who_when_and_why(story: Any) -> None:
    """Every event carries its envelope; later ones name the event that caused them."""
    told = running(story)
    told.when(commands.StopWorkflow, state="ERROR", origin=told.origin(reason="ticket 7"))
    first, last = told.events[0], told.events[-1]
    assert (last.actor, last.project, last.reason) == ("ada", "p", "ticket 7")
    assert last.command != first.command
    causes = {type(event.data).__name__: event.cause for event in told.events}
    assert causes["WorkflowStarted"] is None
    assert causes["TaskScheduled"] == "1"
    assert causes["ActionScheduled"] == "2"


def test_every_prefix_of_a_log_replays(story: Any) -> None:
    """Folding any beginning of a log gives the state of that moment."""
    told = running(story)
    told.complete("a")
    told.run_everything()
    for length in range(1, len(told.events) + 1):
        told_so_far = told.events[:length]
        state = type(told)(TWO)
        state.events = told_so_far
        assert state.replayed().version == length
    assert told.replayed() == told.state
