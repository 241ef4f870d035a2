"""What an event that concerns the execution as a whole changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import JSON, Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.context import merge_patch
from wf_es.execution.indexes import put_action
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING
from wf_es.execution.making import assign, change
from wf_es.execution.ordering import demand
from wf_es.execution.state import ExecutionState

_Turn = log.WorkflowPaused | log.WorkflowResumed | log.WorkflowCompleted


def _workflow_started(state: ExecutionState, event: log.WorkflowStarted, recorded: Recorded) -> None:
    change(
        state,
        project=recorded.project,
        workflow_name=event.workflow_name,
        workflow_namespace=event.workflow_namespace,
        definition=event.definition,
        definition_since=recorded.version,
        state=RUNNING,
        input=event.input,
        params=event.params,
        env=event.env,
        vars=event.vars,
        description=event.description,
        tags=tuple(event.tags),
        root_execution_id=event.root_execution_id,
        task_execution_id=event.task_execution_id,
        source_execution_id=event.source_execution_id,
        parent_execution_id=event.parent_execution_id,
        depth=event.depth,
        order=event.order,
        turned=recorded.version,
        created_at=recorded.time,
    )


def _turn(state: ExecutionState, event: _Turn, recorded: Recorded, /, **values: Any) -> None:
    """Note who turned the execution from one state to another, and when, with the values it has now."""
    order = max(state.order, event.order)
    change(state, turned=recorded.version, by_order=event.order > 0, order=order, **values)


def _workflow_paused(state: ExecutionState, event: log.WorkflowPaused, recorded: Recorded) -> None:
    _turn(state, event, recorded, state=PAUSED, state_info=event.state_info)
    demand(state, PAUSED, recorded.version)
    if event.backlog:
        assign(state, "backlog", (*state.backlog, (event.task_id, tuple(event.backlog))))


def _workflow_resumed(state: ExecutionState, event: log.WorkflowResumed, recorded: Recorded) -> None:
    reopened = recorded.version if state.is_completed else state.reopened
    _turn(
        state,
        event,
        recorded,
        state=RUNNING,
        state_info=None,
        output=None,
        stopped=False,
        reopened=reopened,
    )
    demand(state, RUNNING, recorded.version)
    _change_env(state, event.env, recorded)


def _transitions_held(state: ExecutionState, event: log.TransitionsHeld, _: Recorded) -> None:
    assign(state, "backlog", (*state.backlog, (event.task_id, tuple(event.transitions))))


def _backlog_taken(state: ExecutionState, event: log.BacklogTaken, _: Recorded) -> None:
    assign(state, "backlog", tuple(entry for entry in state.backlog if entry[0] != event.task_id))


def _workflow_completed(state: ExecutionState, event: log.WorkflowCompleted, recorded: Recorded) -> None:
    _turn(
        state,
        event,
        recorded,
        state=event.state,
        state_info=event.state_info,
        output=event.output,
        stopped=event.stopped,
    )
    if event.stopped:
        demand(state, CANCELLED, recorded.version)


def _execution_updated(state: ExecutionState, event: log.ExecutionUpdated, recorded: Recorded) -> None:
    if event.description is not None:
        assign(state, "description", event.description)
    _change_env(state, event.env, recorded)


def _change_env(state: ExecutionState, patch: dict[str, JSON] | None, recorded: Recorded) -> None:
    if patch:
        events = state.env_events | dict.fromkeys(patch, recorded.version)
        env = merge_patch(state.env, patch)
        change(state, env_events=events, env=env, params={**state.params, "env": env})


def _definition_chosen(state: ExecutionState, event: log.DefinitionChosen, recorded: Recorded) -> None:
    change(state, definition=event.definition, definition_since=recorded.version)


def _execution_forked(state: ExecutionState, event: log.ExecutionForked, recorded: Recorded) -> None:
    origin = log.Lineage(
        execution_id=event.source_execution_id, event=event.source_event, since=recorded.version
    )
    change(state, forked_from=origin, created_at=recorded.time)
    if event.definition is not None:
        change(state, definition=event.definition, definition_since=recorded.version)
    for action_id in event.actions:
        action = msgspec.structs.replace(state.actions[action_id], started=False, delegated=False)
        put_action(state, action)


def _execution_deleted(state: ExecutionState, event: log.ExecutionDeleted, _: Recorded) -> None:
    del event
    assign(state, "deleted", True)


def _execution_imported(state: ExecutionState, event: log.ExecutionImported, _: Recorded) -> None:
    change(state, frozen=True, masked=event.masked)


def _execution_activated(state: ExecutionState, event: log.ExecutionActivated, _: Recorded) -> None:
    del event
    assign(state, "frozen", False)


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.WorkflowStarted: _workflow_started,
    log.WorkflowPaused: _workflow_paused,
    log.WorkflowResumed: _workflow_resumed,
    log.TransitionsHeld: _transitions_held,
    log.BacklogTaken: _backlog_taken,
    log.WorkflowCompleted: _workflow_completed,
    log.ExecutionUpdated: _execution_updated,
    log.DefinitionChosen: _definition_chosen,
    log.ExecutionForked: _execution_forked,
    log.ExecutionDeleted: _execution_deleted,
    log.ExecutionImported: _execution_imported,
    log.ExecutionActivated: _execution_activated,
}
