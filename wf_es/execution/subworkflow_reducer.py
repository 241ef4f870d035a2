"""What an event between an execution and its sub-workflows changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import put_child, put_task
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING, WORKING
from wf_es.execution.making import assign
from wf_es.execution.state import ExecutionState, SubExecution, TaskExecution
from wf_es.execution.task_reducer import supersede_runs
from wf_es.execution.units import unit_begun, unit_ended, unit_paused, unit_reopened, unit_resumed

_replace = msgspec.structs.replace

_Report = log.SubWorkflowPaused | log.SubWorkflowResumed | log.SubWorkflowCompleted | log.SubWorkflowReopened


def _scheduled(state: ExecutionState, event: log.SubWorkflowScheduled, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    number = state.counter + 1
    child = SubExecution(
        id=event.execution_id,
        task_id=task.id,
        workflow_name=event.workflow_name,
        workflow_namespace=event.workflow_namespace,
        number=number,
        attempt=task.attempt,
        state=RUNNING,
        input=event.input,
        index=event.index,
        scheduled=recorded.version,
        order=recorded.version,
        ordered=recorded.version,
        created_at=recorded.time,
        updated_at=recorded.time,
    )
    assign(state, "counter", number)
    put_child(state, child)
    children = task.children.set(number, child.id)
    put_task(state, unit_begun(task, child.id, event.index, children=children, updated_at=recorded.time))


def _heard(state: ExecutionState, event: _Report, recorded: Recorded, /, **fields: Any) -> SubExecution:
    child = state.children[event.execution_id]
    child = _replace(
        child,
        event=max(child.event, event.event),
        order=max(child.order, event.order),
        updated_at=recorded.time,
        **fields,
    )
    put_child(state, child)
    return child


def _paused(state: ExecutionState, event: log.SubWorkflowPaused, recorded: Recorded) -> None:
    before = state.children[event.execution_id]
    _heard(state, event, recorded, state=PAUSED)
    if before.state != PAUSED:
        _change_task(state, event, unit_paused, recorded)


def _resumed(state: ExecutionState, event: log.SubWorkflowResumed, recorded: Recorded) -> None:
    before = state.children[event.execution_id]
    _heard(state, event, recorded, state=RUNNING)
    if before.state == PAUSED:
        _change_task(state, event, unit_resumed, recorded)


def _change_task(
    state: ExecutionState,
    event: _Report,
    change: Callable[[TaskExecution], TaskExecution],
    recorded: Recorded,
) -> None:
    """Change the task that a sub-workflow counts for; how one stands whose work has ended stays."""
    if event.alone:
        return
    task = state.tasks[event.task_id]
    changed = change(task)
    if task.state not in WORKING:
        changed = _replace(changed, state=task.state)
    put_task(state, _replace(changed, updated_at=recorded.time))


def _completed(state: ExecutionState, event: log.SubWorkflowCompleted, recorded: Recorded) -> None:
    before = state.children[event.execution_id]
    _heard(
        state,
        event,
        recorded,
        state=event.state,
        state_info=event.state_info,
        output=event.output,
        accepted=not event.alone,
        counted=before.counted if event.alone else event.state,
    )

    def ended(task: TaskExecution) -> TaskExecution:
        task = unit_ended(task, before.state, event.state, event.output)
        return task if task.items is not None else _replace(task, result=event.output)

    _change_task(state, event, ended, recorded)


def _reopened(state: ExecutionState, event: log.SubWorkflowReopened, recorded: Recorded) -> None:
    before = state.children[event.execution_id]
    child = _heard(
        state,
        event,
        recorded,
        state=RUNNING,
        accepted=False,
        alone=event.alone,
        counted=before.counted if event.alone else None,
        state_info=None,
        output=None,
    )
    put_child(state, _newly_ordered(child, recorded))
    if not event.alone:
        task = unit_reopened(state.tasks[child.task_id], before.counted)
        _reopen_task(state, task, event.supersedes, recorded)


def _newly_ordered(child: SubExecution, recorded: Recorded) -> SubExecution:
    """Return a sub-workflow that runs again: it is still to end if it was to, and no older order holds."""
    is_to_end = child.demand == CANCELLED and child.order < child.ordered
    if child.superseded or is_to_end:
        return _replace(child, ordered=recorded.version, demand=CANCELLED)
    return _replace(child, ordered=child.order, demand=RUNNING)


def _reopen_task(
    state: ExecutionState, task: TaskExecution, supersedes: list[str], recorded: Recorded
) -> None:
    """Let a task whose work had ended with its sub-workflow run again with it."""
    if task.state not in WORKING:
        supersede_runs(state, task.id, supersedes, recorded)
        task = _replace(
            task,
            state=RUNNING,
            state_info=None,
            revision=recorded.version,
            outbound=task.inbound,
            published={},
            published_global={},
            keep_result=True,
            transitions=None,
            processed=False,
            handled=False,
            superseded=False,
            outcome=None,
            outcome_info=None,
            timer=None,
            finished_at=None,
        )
    put_task(state, _replace(task, updated_at=recorded.time))


def _order_received(state: ExecutionState, event: log.OrderReceived, _: Recorded) -> None:
    assign(state, "order", max(state.order, event.order))


def _delivered(state: ExecutionState, event: log.Delivered, _: Recorded) -> None:
    assign(state, "delivered", max(state.delivered, event.event))


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.SubWorkflowScheduled: _scheduled,
    log.SubWorkflowPaused: _paused,
    log.SubWorkflowResumed: _resumed,
    log.SubWorkflowCompleted: _completed,
    log.SubWorkflowReopened: _reopened,
    log.OrderReceived: _order_received,
    log.Delivered: _delivered,
}
