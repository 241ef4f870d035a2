"""Frozen executions refuse whatever would let them go on, and mean nothing to others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wf_es.definition import read_workflows
from wf_es.envelope import Origin, Recorded
from wf_es.errors import IllegalState, NotAllowed
from wf_es.execution import commands
from wf_es.execution import events as log
from wf_es.execution.commands import ActivateExecution, Command
from wf_es.execution.crossing import crossings, is_unfinished, outstanding_orders, outstanding_report
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.freezing import check_frozen
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ORIGIN = Origin(actor="ann", project="home", command="c", now=NOW)
PIN = log.Pin(stream="d", version=1, hash="h")
(WORKFLOW,) = read_workflows("version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n").workflows
DEFINITION = Definition(pin=PIN, workflow=WORKFLOW, actions={})
STARTED = log.WorkflowStarted(workflow_name="w", definition=PIN, parent_execution_id="p", order=3)
IMPORTED = log.ExecutionImported(events=3, digest="d", exported_at="now")
BODIES = (
    STARTED,
    log.TaskScheduled(task_id="t", name="a", kind="WORKFLOW"),
    log.SubWorkflowScheduled(execution_id="child", task_id="t", workflow_name="s"),
)


def recorded(*bodies: Any) -> list[Recorded]:
    """Return events as recorded."""
    return [
        Recorded(stream="e", version=n, time=NOW, actor="ann", project="home", command="c", data=body)
        for n, body in enumerate(bodies, 1)
    ]


def state(*bodies: Any) -> ExecutionState:
    """Return the state after events."""
    return fold("e", recorded(*bodies))


def decided(command: Command, before: ExecutionState) -> Decision:
    """Decide on a command of an execution that needs no definition for it."""
    decision = decide(command, before, DEFINITION)
    assert isinstance(decision, Decision)
    return decision


ASKED: list[tuple[type[Command], dict[str, Any]]] = [
    (commands.PauseWorkflow, {}),
    (commands.ResumeWorkflow, {}),
    (commands.ResumeFrom, {}),
    (commands.StopWorkflow, {"state": "SUCCESS"}),
    (commands.CompleteAction, {"action_id": "a", "state": "SUCCESS"}),
    (commands.StartAction, {"action_id": "a"}),
    (commands.FireTimer, {"timer_id": "t"}),
    (commands.ContinueItems, {"task_id": "t"}),
    (commands.UpdateExecution, {"description": "d"}),
    (commands.FollowOrder, {"order": 9, "demand": "PAUSED", "known": 1}),
]


@pytest.mark.parametrize(("kind", "fields"), ASKED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_would_let_it_go_on_is_refused(kind: type[Command], fields: dict[str, Any]) -> None:
    """Before it is activated, and not any more after it."""
    command = kind(execution_id="e", origin=ORIGIN, **fields)
    with pytest.raises(IllegalState, match="frozen"):
        check_frozen(command, state(*BODIES, IMPORTED))
    check_frozen(command, state(*BODIES, IMPORTED, log.ExecutionActivated()))
    check_frozen(command, state(*BODIES))


def test_it_may_be_deleted_and_activated() -> None:
    """And starting it again changes nothing anyway."""
    frozen = state(*BODIES, IMPORTED)
    check_frozen(commands.DeleteExecution(execution_id="e", origin=ORIGIN), frozen)
    check_frozen(ActivateExecution(execution_id="e", origin=ORIGIN), frozen)
    check_frozen(commands.StartWorkflow(execution_id="e", origin=ORIGIN, workflow_name="w"), frozen)


def test_activating_is_one_event_and_then_none() -> None:
    """The state is no longer frozen."""
    command = ActivateExecution(execution_id="e", origin=ORIGIN)
    decision = decided(command, state(*BODIES, IMPORTED))
    assert [type(event.data) for event in decision.events] == [log.ExecutionActivated]
    assert not decision.state.frozen
    assert decided(command, decision.state).events == ()
    assert decided(command, state(*BODIES)).events == ()


def test_without_secrets_it_cannot_be_activated() -> None:
    """The message says how to get one that can."""
    masked = log.ExecutionImported(events=3, digest="d", exported_at="now", masked=True)
    with pytest.raises(NotAllowed, match="--include-secrets"):
        decided(ActivateExecution(execution_id="e", origin=ORIGIN), state(*BODIES, masked))


def test_others_hear_of_nothing_before_it_is_activated() -> None:
    """Then of all that is outstanding: a report to the parent, a start for the child."""
    frozen = state(*BODIES, IMPORTED)
    assert not is_unfinished(frozen)
    for event in recorded(*BODIES, IMPORTED):
        assert list(crossings(event, frozen, ORIGIN)) == []
    assert [*outstanding_report(frozen, ORIGIN), *outstanding_orders(frozen, ORIGIN)] == []
    events = recorded(*BODIES, IMPORTED, log.ExecutionActivated())
    active = fold("e", events)
    assert is_unfinished(active)
    told = list(crossings(events[-1], active, ORIGIN))
    assert [type(command) for command in told] == [commands.ReportSubWorkflow, commands.StartWorkflow]
    assert [command.execution_id for command in told] == ["p", "child"]
