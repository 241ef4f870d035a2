"""What an event that concerns one action changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from immutables import Map

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import Changes, with_action, with_task
from wf_es.execution.lifecycle import COMPLETED, PAUSED, RUNNING
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.execution.units import unit_begun, unit_ended, unit_paused, unit_resumed, without_output

_replace = msgspec.structs.replace


def _action_scheduled(state: ExecutionState, event: log.ActionScheduled, recorded: Recorded) -> Changes:
    task = state.tasks.get(event.task_id)
    number = state.counter + 1
    action = ActionExecution(
        id=event.action_id,
        task_id=event.task_id,
        name=event.name,
        number=number,
        attempt=1 if task is None else task.attempt,
        state=RUNNING,
        input=event.input,
        is_async=event.is_async,
        idempotent=event.idempotent,
        safe_rerun=event.safe_rerun,
        index=event.index,
        target=event.target,
        base=event.base,
        base_input=event.base_input,
        chain=tuple(event.chain),
        created_at=recorded.time,
        updated_at=recorded.time,
        event=recorded.version,
    )
    changes: Changes = {"counter": number}
    with_action(state, changes, action)
    if task is not None:
        task = _replace(task, actions=task.actions.set(number, action.id), updated_at=recorded.time)
        with_task(state, changes, unit_begun(task, action.id, event.index))
    if event.direct is not None:
        changes |= _begun_by_itself(event.direct, recorded)
    return changes


def _begun_by_itself(direct: log.DirectRun, recorded: Recorded) -> Changes:
    return {
        "direct": direct,
        "project": recorded.project,
        "workflow_namespace": direct.namespace,
        "description": direct.description,
        "env": direct.env,
        "state": RUNNING,
        "created_at": recorded.time,
    }


def _changed_action(state: ExecutionState, action_id: str, recorded: Recorded, /, **fields: Any) -> Changes:
    changes: Changes = {}
    action = _replace(state.actions[action_id], updated_at=recorded.time, **fields)
    with_action(state, changes, action)
    return changes


def _action_started(state: ExecutionState, event: log.ActionStarted, recorded: Recorded) -> Changes:
    return _changed_action(state, event.action_id, recorded, started=True)


def _action_delegated(state: ExecutionState, event: log.ActionDelegated, recorded: Recorded) -> Changes:
    return _changed_action(state, event.action_id, recorded, delegated=True)


def _action_paused(state: ExecutionState, event: log.ActionPaused, recorded: Recorded) -> Changes:
    return _with_its_task(state, event.action_id, recorded, PAUSED, unit_paused)


def _action_resumed(state: ExecutionState, event: log.ActionResumed, recorded: Recorded) -> Changes:
    return _with_its_task(state, event.action_id, recorded, RUNNING, unit_resumed)


def _with_its_task(
    state: ExecutionState,
    action_id: str,
    recorded: Recorded,
    standing: str,
    changed: Callable[[TaskExecution], TaskExecution],
) -> Changes:
    changes = _changed_action(state, action_id, recorded, state=standing)
    task = state.tasks.get(state.actions[action_id].task_id)
    if task is not None:
        with_task(state, changes, changed(_replace(task, updated_at=recorded.time)))
    return changes


def _action_completed(state: ExecutionState, event: log.ActionCompleted, recorded: Recorded) -> Changes:
    action = state.actions[event.action_id]
    task = state.tasks.get(action.task_id)
    is_late = task is not None and task.items is not None and task.state in COMPLETED
    changes = _changed_action(
        state,
        event.action_id,
        recorded,
        state=event.state,
        output=event.output,
        reported=event.reported,
        accepted=not is_late,
    )
    if task is None:
        return changes | {"state": event.state, "timers": Map()}
    task = unit_ended(task, action.state, event.state, event.output)
    if not task.keep_result:
        with_action(state, changes, without_output(changes["actions"][action.id]))
    with_task(state, changes, _replace(task, updated_at=recorded.time))
    return changes


def _completion_refused(state: ExecutionState, event: log.CompletionRefused, recorded: Recorded) -> Changes:
    return _changed_action(state, event.action_id, recorded, refused=True)


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], Changes]] = {
    log.ActionScheduled: _action_scheduled,
    log.ActionStarted: _action_started,
    log.ActionDelegated: _action_delegated,
    log.ActionPaused: _action_paused,
    log.ActionResumed: _action_resumed,
    log.ActionCompleted: _action_completed,
    log.CompletionRefused: _completion_refused,
}
