"""What an event between an execution and its sub-workflows changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import Changes, with_child, with_task
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING, WORKING
from wf_es.execution.state import ExecutionState, SubExecution, TaskExecution
from wf_es.execution.task_reducer import supersede_runs
from wf_es.execution.units import unit_begun, unit_ended, unit_paused, unit_reopened, unit_resumed

_replace = msgspec.structs.replace

_Report = log.SubWorkflowPaused | log.SubWorkflowResumed | log.SubWorkflowCompleted | log.SubWorkflowReopened


def _scheduled(state: ExecutionState, event: log.SubWorkflowScheduled, recorded: Recorded) -> Changes:
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
    changes: Changes = {"counter": number}
    with_child(state, changes, child)
    task = _replace(task, children=task.children.set(number, child.id), updated_at=recorded.time)
    with_task(state, changes, unit_begun(task, child.id, event.index))
    return changes


def _heard(
    state: ExecutionState, changes: Changes, event: _Report, recorded: Recorded, /, **fields: Any
) -> SubExecution:
    child = state.children[event.execution_id]
    child = _replace(
        child,
        event=max(child.event, event.event),
        order=max(child.order, event.order),
        updated_at=recorded.time,
        **fields,
    )
    with_child(state, changes, child)
    return child


def _paused(state: ExecutionState, event: log.SubWorkflowPaused, recorded: Recorded) -> Changes:
    changes: Changes = {}
    before = state.children[event.execution_id]
    _heard(state, changes, event, recorded, state=PAUSED)
    if before.state != PAUSED:
        _change_task(state, changes, event, unit_paused, recorded)
    return changes


def _resumed(state: ExecutionState, event: log.SubWorkflowResumed, recorded: Recorded) -> Changes:
    changes: Changes = {}
    before = state.children[event.execution_id]
    _heard(state, changes, event, recorded, state=RUNNING)
    if before.state == PAUSED:
        _change_task(state, changes, event, unit_resumed, recorded)
    return changes


def _change_task(
    state: ExecutionState,
    changes: Changes,
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
    with_task(state, changes, _replace(changed, updated_at=recorded.time))


def _completed(state: ExecutionState, event: log.SubWorkflowCompleted, recorded: Recorded) -> Changes:
    changes: Changes = {}
    before = state.children[event.execution_id]
    _heard(
        state,
        changes,
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

    _change_task(state, changes, event, ended, recorded)
    return changes


def _reopened(state: ExecutionState, event: log.SubWorkflowReopened, recorded: Recorded) -> Changes:
    changes: Changes = {}
    before = state.children[event.execution_id]
    child = _heard(
        state,
        changes,
        event,
        recorded,
        state=RUNNING,
        accepted=False,
        alone=event.alone,
        counted=before.counted if event.alone else None,
        state_info=None,
        output=None,
    )
    with_child(state, changes, _newly_ordered(child, recorded))
    if not event.alone:
        task = unit_reopened(state.tasks[child.task_id], before.counted)
        _reopen_task(state, changes, task, event.supersedes, recorded)
    return changes


def _newly_ordered(child: SubExecution, recorded: Recorded) -> SubExecution:
    """Return a sub-workflow that runs again: it is still to end if it was to, and no older order holds."""
    is_to_end = child.demand == CANCELLED and child.order < child.ordered
    if child.superseded or is_to_end:
        return _replace(child, ordered=recorded.version, demand=CANCELLED)
    return _replace(child, ordered=child.order, demand=RUNNING)


def _reopen_task(
    state: ExecutionState, changes: Changes, task: TaskExecution, supersedes: list[str], recorded: Recorded
) -> None:
    """Let a task whose work had ended with its sub-workflow run again with it."""
    if task.state not in WORKING:
        supersede_runs(state, changes, task.id, supersedes, recorded)
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
    with_task(state, changes, _replace(task, updated_at=recorded.time))


def _order_received(state: ExecutionState, event: log.OrderReceived, _: Recorded) -> Changes:
    return {"order": max(state.order, event.order)}


def _delivered(state: ExecutionState, event: log.Delivered, _: Recorded) -> Changes:
    return {"delivered": max(state.delivered, event.event)}


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], Changes]] = {
    log.SubWorkflowScheduled: _scheduled,
    log.SubWorkflowPaused: _paused,
    log.SubWorkflowResumed: _resumed,
    log.SubWorkflowCompleted: _completed,
    log.SubWorkflowReopened: _reopened,
    log.OrderReceived: _order_received,
    log.Delivered: _delivered,
}
