"""What an event that concerns one action changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import Changes, with_action, with_task
from wf_es.execution.lifecycle import CANCELLED, ERROR, PAUSED, RUNNING, SUCCESS
from wf_es.execution.state import ActionExecution, ExecutionState

_replace = msgspec.structs.replace


def _action_scheduled(state: ExecutionState, event: log.ActionScheduled, recorded: Recorded) -> Changes:
    task = state.tasks[event.task_id]
    number = state.counter + 1
    action = ActionExecution(
        id=event.action_id,
        task_id=event.task_id,
        name=event.name,
        number=number,
        attempt=task.attempt,
        state=RUNNING,
        input=event.input,
        is_async=event.is_async,
        idempotent=event.idempotent,
        safe_rerun=event.safe_rerun,
        index=event.index,
        target=event.target,
        created_at=recorded.time,
        updated_at=recorded.time,
        event=recorded.version,
    )
    changes: Changes = {"counter": number}
    with_action(state, changes, action)
    with_task(state, changes, _replace(task, actions=(*task.actions, action.id), updated_at=recorded.time))
    return changes


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
    return _with_its_task(state, event.action_id, recorded, PAUSED)


def _action_resumed(state: ExecutionState, event: log.ActionResumed, recorded: Recorded) -> Changes:
    return _with_its_task(state, event.action_id, recorded, RUNNING)


def _with_its_task(state: ExecutionState, action_id: str, recorded: Recorded, standing: str) -> Changes:
    changes = _changed_action(state, action_id, recorded, state=standing)
    task = state.tasks[state.actions[action_id].task_id]
    with_task(state, changes, _replace(task, state=standing, updated_at=recorded.time))
    return changes


def _action_completed(state: ExecutionState, event: log.ActionCompleted, recorded: Recorded) -> Changes:
    accepted = event.state in (SUCCESS, ERROR)
    changes = _changed_action(
        state, event.action_id, recorded, state=event.state, output=event.output, accepted=accepted
    )
    task = state.tasks[state.actions[event.action_id].task_id]
    if event.state != CANCELLED:
        with_task(state, changes, _replace(task, result=event.output, updated_at=recorded.time))
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
