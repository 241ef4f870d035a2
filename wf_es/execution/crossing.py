"""What happens in one execution and concerns others, as commands for those.

An execution decides for itself alone. What its events mean for its parent and
its sub-workflows crosses over as commands to them: a start, orders, reports, a
deletion. All of them follow from the log, so nothing is lost when a process
ends before they are delivered: :func:`crossings` gives what a fresh event means,
and the *outstanding* ones what may not have arrived yet, found from a state
alone; after a crash all reports come before any order. A command that has
arrived already changes nothing, so delivering twice is harmless.

A command carries what is current when it is made, not when the event happened:
of several that could not be delivered only the last one matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from wf_es.envelope import Event, Origin, Recorded
from wf_es.execution.commands import (
    Command,
    ConfirmDelivery,
    DeleteExecution,
    FollowOrder,
    ParentLink,
    RefuseSubWorkflow,
    ReportSubWorkflow,
    StartWorkflow,
)
from wf_es.execution.events import (
    ExecutionActivated,
    ExecutionDeleted,
    ExecutionForked,
    JoinReopened,
    OrderReceived,
    RetryScheduled,
    SubWorkflowReopened,
    SubWorkflowScheduled,
    TaskContinued,
    TaskRerun,
    TaskSkipped,
    TaskTimedOut,
    WorkflowCompleted,
    WorkflowPaused,
    WorkflowResumed,
)
from wf_es.execution.lifecycle import CANCELLED
from wf_es.execution.state import ExecutionState, SubExecution

_REPLACED = "Another attempt of its task in the parent execution has taken its place."
_DELETED = "The sub-workflow execution was deleted."

_TURNING = (WorkflowPaused, WorkflowResumed, WorkflowCompleted, ExecutionDeleted)

CROSSING: frozenset[type[Event]] = frozenset(
    {
        *_TURNING,
        ExecutionForked,
        OrderReceived,
        JoinReopened,
        SubWorkflowScheduled,
        SubWorkflowReopened,
        RetryScheduled,
        TaskTimedOut,
        TaskRerun,
        TaskContinued,
        TaskSkipped,
        ExecutionActivated,
    }
)
"""Events that may concern other executions; all others never do."""


def crossings(recorded: Recorded, state: ExecutionState, origin: Origin) -> Iterator[Command]:
    """Yield what one event means for other executions, in the order of delivery.

    Args:
        recorded: An event of the execution.
        state: The execution after that event, or later.
        origin: Who says so, and when.

    """
    data = recorded.data
    if _is_frozen(state):
        return
    if isinstance(data, ExecutionForked | ExecutionActivated):
        yield from outstanding_report(state, origin)
        yield from outstanding_orders(state, origin)
        return
    if isinstance(data, SubWorkflowScheduled):
        yield _start(state, state.children[data.execution_id], origin)
        return
    if isinstance(data, (*_TURNING, OrderReceived)) and state.parent_execution_id is not None:
        yield _report(state, origin)
    if isinstance(data, ExecutionDeleted):
        yield from _deletions(state, origin)
    elif state.orders:
        given = (child_id for child_id, number in state.orders.items() if number == recorded.version)
        yield from (_order(state, child, origin) for child in _by_number(state, given))


def outstanding_report(state: ExecutionState, origin: Origin) -> Iterator[Command]:
    """Yield what a sub-workflow's parent may not have heard of yet."""
    if state.parent_execution_id is not None and not _is_frozen(state):
        yield _report(state, origin)


def outstanding_orders(state: ExecutionState, origin: Origin) -> Iterator[Command]:
    """Yield what an execution's sub-workflows may not have heard of yet, starts included."""
    if _is_frozen(state):
        return
    if state.deleted:
        yield from _deletions(state, origin)
        return
    for child in open_children(state):
        if child.event == 0:
            yield _start(state, child, origin)
        if child.id in state.orders:
            yield _order(state, child, origin)


def _is_frozen(state: ExecutionState) -> bool:
    """Whether nobody may hear of an execution yet; its deletion concerns its sub-workflows even so."""
    return state.frozen and not state.deleted


def open_children(state: ExecutionState) -> list[SubExecution]:
    """Return the sub-workflows that have not ended as far as is known, in the order of their beginning."""
    return _by_number(state, state.open)


def refusal(command: Command, error: BaseException) -> RefuseSubWorkflow | None:
    """Return what a parent is told when its sub-workflow was refused; None if it need not be told."""
    if not isinstance(command, StartWorkflow) or command.parent is None:
        return None
    return RefuseSubWorkflow(
        execution_id=command.parent.execution_id,
        origin=command.origin,
        sub_execution_id=command.execution_id,
        message=f"Failed to start sub-workflow '{command.workflow_name}': {error}",
    )


def confirmation(
    state: ExecutionState, origin: Origin, recorded: Recorded | None = None
) -> ConfirmDelivery | None:
    """Return what to tell an execution once something of it has been delivered.

    Most of what crosses over needs no confirmation, because the other side
    shows in its own log that it is waiting for it. A run after the end and a
    deletion do: nobody waits for them.

    Args:
        state: The execution when the delivery began.
        origin: Who says so, and when.
        recorded: The event that was delivered, None for all that was
            outstanding. What is newer is still to come and is not confirmed.

    """
    if _is_frozen(state) or not owes(state) or (recorded is not None and not _is_last_owed(state, recorded)):
        return None
    event = state.version if state.deleted else state.reopened
    return ConfirmDelivery(execution_id=state.id, origin=origin, event=event)


def _is_last_owed(state: ExecutionState, recorded: Recorded) -> bool:
    """Whether nothing that needs a confirmation comes after an event."""
    if state.deleted:
        return isinstance(recorded.data, ExecutionDeleted)
    return recorded.version >= state.reopened


def owes(state: ExecutionState) -> bool:
    """Whether others may not have heard of something that nobody waits for."""
    if state.deleted:
        return bool(state.children) and state.delivered <= state.turned
    return state.parent_execution_id is not None and state.delivered < state.reopened


def is_unfinished(state: ExecutionState) -> bool:
    """Whether an execution has business that must be found again after a crash."""
    if state.deleted:
        return owes(state)
    if state.frozen:
        return False
    waits = state.unfinished or state.timers or state.open
    return not state.is_completed or bool(waits) or owes(state)


def _by_number(state: ExecutionState, child_ids: Iterable[str]) -> list[SubExecution]:
    children = (state.children[child_id] for child_id in child_ids)
    return sorted(children, key=lambda child: child.number)


def _start(state: ExecutionState, child: SubExecution, origin: Origin) -> StartWorkflow:
    notify = {"notify": state.params["notify"]} if "notify" in state.params else {}
    return StartWorkflow(
        execution_id=child.id,
        origin=_because(origin, state, child.scheduled),
        workflow_name=child.workflow_name,
        workflow_namespace=child.workflow_namespace,
        input=child.input,
        params=notify,
        description="sub-workflow execution",
        root_execution_id=state.root_execution_id or state.id,
        task_execution_id=child.task_id,
        parent=ParentLink(
            execution_id=state.id,
            workflow_name=state.workflow_name,
            order=child.scheduled,
            depth=state.depth + 1,
            env=state.env,
        ),
    )


def _order(state: ExecutionState, child: SubExecution, origin: Origin) -> FollowOrder:
    return FollowOrder(
        execution_id=child.id,
        origin=_because(origin, state, child.ordered),
        order=child.ordered,
        demand=child.demand,
        known=child.event,
        message=_message(state, child),
        env=state.env,
    )


def _message(state: ExecutionState, child: SubExecution) -> str | None:
    if child.superseded or state.tasks[child.task_id].superseded:
        return _REPLACED
    if child.demand == CANCELLED and state.state_info is None and state.state != CANCELLED:
        return f"The parent execution was stopped as {state.state}."
    return state.state_info


def _report(state: ExecutionState, origin: Origin) -> ReportSubWorkflow:
    is_lost = state.deleted and not state.is_completed
    return ReportSubWorkflow(
        execution_id=state.parent_execution_id or "",
        origin=_because(origin, state, state.turned),
        sub_execution_id=state.id,
        event=state.turned + is_lost,
        order=state.order,
        is_own=not state.by_order,
        state=CANCELLED if is_lost else state.state,
        state_info=_DELETED if is_lost else state.state_info,
        output=None if is_lost else state.output,
    )


def _deletions(state: ExecutionState, origin: Origin) -> Iterator[DeleteExecution]:
    for child in _by_number(state, state.children):
        yield DeleteExecution(
            execution_id=child.id, origin=_because(origin, state, state.version), force=True
        )


def _because(origin: Origin, state: ExecutionState, event: int) -> Origin:
    return msgspec.structs.replace(origin, cause=f"{state.id}/{event}")
