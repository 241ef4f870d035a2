"""What an event that concerns one action changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from immutables import Map

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import put_action, put_task
from wf_es.execution.lifecycle import COMPLETED, PAUSED, RUNNING
from wf_es.execution.making import assign, change, put
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.execution.units import unit_begun, unit_ended, unit_paused, unit_resumed, without_output

_replace = msgspec.structs.replace


def _action_scheduled(state: ExecutionState, event: log.ActionScheduled, recorded: Recorded) -> None:
    task = state.tasks.get(event.task_id)
    number = state.counter + 1
    # At most 15 keywords in one call, as for a task: what is particular about ad-hoc actions comes later.
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
        created_at=recorded.time,
        updated_at=recorded.time,
        event=recorded.version,
    )
    if event.base is not None or event.chain:
        base_input, chain = event.base_input, tuple(event.chain)
        action = _replace(action, base=event.base, base_input=base_input, chain=chain)
    assign(state, "counter", number)
    put_action(state, action)
    if task is not None:
        actions = task.actions.set(number, action.id)
        task = unit_begun(task, action.id, event.index, actions=actions, updated_at=recorded.time)
        _put_at_work(state, task)
    if event.direct is not None:
        _begin_by_itself(state, event.direct, recorded)


def _put_at_work(state: ExecutionState, task: TaskExecution) -> None:
    """Put a task of which only the work has come further: an index looks at that only if it has items."""
    if task.items is None:
        put(state, "tasks", task.id, task)
    else:
        put_task(state, task)


def _begin_by_itself(state: ExecutionState, direct: log.DirectRun, recorded: Recorded) -> None:
    change(
        state,
        direct=direct,
        project=recorded.project,
        workflow_namespace=direct.namespace,
        description=direct.description,
        env=direct.env,
        state=RUNNING,
        created_at=recorded.time,
    )


def _change_action(state: ExecutionState, action_id: str, recorded: Recorded, /, **fields: Any) -> None:
    put_action(state, _replace(state.actions[action_id], updated_at=recorded.time, **fields))


def _action_started(state: ExecutionState, event: log.ActionStarted, recorded: Recorded) -> None:
    _change_action(state, event.action_id, recorded, started=True)


def _action_delegated(state: ExecutionState, event: log.ActionDelegated, recorded: Recorded) -> None:
    _change_action(state, event.action_id, recorded, delegated=True)


def _action_paused(state: ExecutionState, event: log.ActionPaused, recorded: Recorded) -> None:
    _change_with_its_task(state, event.action_id, recorded, PAUSED, unit_paused)


def _action_resumed(state: ExecutionState, event: log.ActionResumed, recorded: Recorded) -> None:
    _change_with_its_task(state, event.action_id, recorded, RUNNING, unit_resumed)


def _change_with_its_task(
    state: ExecutionState,
    action_id: str,
    recorded: Recorded,
    standing: str,
    changed: Callable[[TaskExecution], TaskExecution],
) -> None:
    _change_action(state, action_id, recorded, state=standing)
    task = state.tasks.get(state.actions[action_id].task_id)
    if task is not None:
        put_task(state, changed(_replace(task, updated_at=recorded.time)))


def _action_completed(state: ExecutionState, event: log.ActionCompleted, recorded: Recorded) -> None:
    action = state.actions[event.action_id]
    task = state.tasks.get(action.task_id)
    is_late = task is not None and task.items is not None and task.state in COMPLETED
    ended = _replace(
        action,
        state=event.state,
        output=event.output,
        reported=event.reported,
        accepted=not is_late,
        updated_at=recorded.time,
    )
    put_action(state, ended if task is None or task.keep_result else without_output(ended))
    if task is None:
        change(state, state=event.state, timers=Map())
    else:
        task = unit_ended(task, action.state, event.state, event.output, updated_at=recorded.time)
        _put_at_work(state, task)


def _completion_refused(state: ExecutionState, event: log.CompletionRefused, recorded: Recorded) -> None:
    _change_action(state, event.action_id, recorded, refused=True)


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.ActionScheduled: _action_scheduled,
    log.ActionStarted: _action_started,
    log.ActionDelegated: _action_delegated,
    log.ActionPaused: _action_paused,
    log.ActionResumed: _action_resumed,
    log.ActionCompleted: _action_completed,
    log.CompletionRefused: _completion_refused,
}
