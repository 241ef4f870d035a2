"""What an event that concerns the execution as a whole changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import JSON, Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.context import merge_patch
from wf_es.execution.indexes import Changes, with_action
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING
from wf_es.execution.ordering import demand
from wf_es.execution.state import ExecutionState

_Turn = log.WorkflowPaused | log.WorkflowResumed | log.WorkflowCompleted


def _workflow_started(state: ExecutionState, event: log.WorkflowStarted, recorded: Recorded) -> Changes:
    del state
    return {
        "project": recorded.project,
        "workflow_name": event.workflow_name,
        "workflow_namespace": event.workflow_namespace,
        "definition": event.definition,
        "definition_since": recorded.version,
        "state": RUNNING,
        "input": event.input,
        "params": event.params,
        "env": event.env,
        "vars": event.vars,
        "description": event.description,
        "tags": tuple(event.tags),
        "root_execution_id": event.root_execution_id,
        "task_execution_id": event.task_execution_id,
        "source_execution_id": event.source_execution_id,
        "parent_execution_id": event.parent_execution_id,
        "depth": event.depth,
        "order": event.order,
        "turned": recorded.version,
        "created_at": recorded.time,
    }


def _turned(state: ExecutionState, event: _Turn, recorded: Recorded) -> Changes:
    """Note who turned the execution from one state to another, and when."""
    return {
        "turned": recorded.version,
        "by_order": event.order > 0,
        "order": max(state.order, event.order),
    }


def _workflow_paused(state: ExecutionState, event: log.WorkflowPaused, recorded: Recorded) -> Changes:
    changes = _turned(state, event, recorded)
    changes |= {"state": PAUSED, "state_info": event.state_info}
    demand(state, changes, PAUSED, recorded.version)
    if event.backlog:
        changes["backlog"] = (*state.backlog, (event.task_id, tuple(event.backlog)))
    return changes


def _workflow_resumed(state: ExecutionState, event: log.WorkflowResumed, recorded: Recorded) -> Changes:
    changes = _turned(state, event, recorded)
    changes |= {"state": RUNNING, "state_info": None, "output": None, "stopped": False}
    if state.is_completed:
        changes["reopened"] = recorded.version
    demand(state, changes, RUNNING, recorded.version)
    _change_env(state, changes, event.env, recorded)
    return changes


def _transitions_held(state: ExecutionState, event: log.TransitionsHeld, _: Recorded) -> Changes:
    return {"backlog": (*state.backlog, (event.task_id, tuple(event.transitions)))}


def _backlog_taken(state: ExecutionState, event: log.BacklogTaken, _: Recorded) -> Changes:
    kept = tuple(entry for entry in state.backlog if entry[0] != event.task_id)
    return {"backlog": kept}


def _workflow_completed(state: ExecutionState, event: log.WorkflowCompleted, recorded: Recorded) -> Changes:
    changes = _turned(state, event, recorded)
    changes |= {
        "state": event.state,
        "state_info": event.state_info,
        "output": event.output,
        "stopped": event.stopped,
    }
    if event.stopped:
        demand(state, changes, CANCELLED, recorded.version)
    return changes


def _execution_updated(state: ExecutionState, event: log.ExecutionUpdated, recorded: Recorded) -> Changes:
    changes: Changes = {}
    if event.description is not None:
        changes["description"] = event.description
    _change_env(state, changes, event.env, recorded)
    return changes


def _change_env(
    state: ExecutionState, changes: Changes, change: dict[str, JSON] | None, recorded: Recorded
) -> None:
    if change:
        changes["env_events"] = state.env_events | dict.fromkeys(change, recorded.version)
        changes["env"] = merge_patch(state.env, change)
        changes["params"] = {**state.params, "env": changes["env"]}


def _definition_chosen(_: ExecutionState, event: log.DefinitionChosen, recorded: Recorded) -> Changes:
    return {"definition": event.definition, "definition_since": recorded.version}


def _execution_forked(state: ExecutionState, event: log.ExecutionForked, recorded: Recorded) -> Changes:
    changes: Changes = {
        "forked_from": log.Lineage(
            execution_id=event.source_execution_id, event=event.source_event, since=recorded.version
        ),
        "created_at": recorded.time,
    }
    if event.definition is not None:
        changes |= {"definition": event.definition, "definition_since": recorded.version}
    for action_id in event.actions:
        action = msgspec.structs.replace(state.actions[action_id], started=False, delegated=False)
        with_action(state, changes, action)
    return changes


def _execution_deleted(state: ExecutionState, event: log.ExecutionDeleted, _: Recorded) -> Changes:
    del state, event
    return {"deleted": True}


def _execution_imported(state: ExecutionState, event: log.ExecutionImported, _: Recorded) -> Changes:
    del state
    return {"frozen": True, "masked": event.masked}


def _execution_activated(state: ExecutionState, event: log.ExecutionActivated, _: Recorded) -> Changes:
    del state, event
    return {"frozen": False}


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], Changes]] = {
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
