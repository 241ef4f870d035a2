"""Rows made from a state, with the names the views use.

The answer to a write is represented from the state that the write led to, so
it never depends on how far the views have come. A test compares these rows
with those of the views.
"""

from __future__ import annotations

from collections.abc import Sequence

from projections.items import items_of
from projections.runtime_context import runtime_context_of
from wf_es.definition import environments
from wf_es.definition.versions import DefinitionState
from wf_es.envelope import JSON
from wf_es.execution.state import ActionExecution, ExecutionState

UNFINISHED = ("IDLE", "WAITING", "RUNNING", "DELAYED", "PAUSED")
"""States that something is in which has not ended."""


def execution_row(state: ExecutionState) -> dict[str, JSON]:
    """Return the row of an execution."""
    return {
        "id": state.id,
        "workflow_id": state.definition.stream if state.definition else None,
        "workflow_name": state.workflow_name,
        "workflow_namespace": state.workflow_namespace,
        "description": state.description,
        "tags": list(state.tags),
        "params": {**state.params, "env": state.env},
        "task_execution_id": state.task_execution_id,
        "root_execution_id": state.root_execution_id,
        "source_execution_id": state.source_execution_id,
        "state": state.state,
        "state_info": state.state_info,
        "input": state.input,
        "output": state.output,
        "created_at": state.created_at,
        "updated_at": state.updated_at,
        "project_id": state.project,
        "published_global": state.published_global,
        "forked_from": state.forked_from.execution_id if state.forked_from else None,
        "forked_from_event": state.forked_from.event if state.forked_from else None,
        "definition_version": state.definition.version if state.definition else None,
        "definition_since_event": state.definition_since,
        "frozen": state.frozen,
    }


def task_row(state: ExecutionState, task_id: str, tags: Sequence[str]) -> dict[str, JSON]:
    """Return the row of a task execution."""
    task = state.tasks[task_id]
    return {
        "id": task.id,
        "name": task.name,
        "type": task.type,
        "workflow_name": state.workflow_name,
        "workflow_namespace": state.workflow_namespace,
        "workflow_id": state.definition.stream if state.definition else None,
        "workflow_execution_id": state.id,
        "tags": list(tags),
        "state": task.state,
        "state_info": task.state_info,
        "project_id": state.project,
        "runtime_context": runtime_context_of(state, task),
        "items": items_of(task),
        "result": task.result,
        "published": task.published,
        "published_global": task.published_global,
        "processed": task.processed,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "reset": task.attempt - task.retries > 1,
        "env": None,
    }


def action_row(state: ExecutionState, action_id: str, tags: Sequence[str]) -> dict[str, JSON]:
    """Return the row of an action execution that the state holds."""
    action = state.actions[action_id]
    task = state.tasks.get(action.task_id)
    return {
        "id": action.id,
        "workflow_name": None if task is None else state.workflow_name,
        "workflow_namespace": state.workflow_namespace,
        "task_name": None if task is None else task.name,
        "task_execution_id": None if task is None else task.id,
        "state": action.state,
        "state_info": None,
        "tags": list(tags),
        "name": action.name,
        "description": state.description if task is None else "",
        "project_id": state.project,
        "accepted": action.accepted,
        "input": action.input,
        "output": _output(action),
        "created_at": action.created_at,
        "updated_at": action.updated_at,
        "params": params_of(action) | ({"env": state.env} if task is None and state.env else {}),
    }


def _output(action: ActionExecution) -> dict[str, JSON] | None:
    if action.digest is not None:
        return {}
    return {"result": action.output} if action.state not in UNFINISHED else None


def definition_row(definition: DefinitionState) -> dict[str, JSON]:
    """Return what a definition's own state says of its row, whatever its kind."""
    content = definition.content
    text = content.text if content else ""
    return {
        "id": definition.id,
        "name": definition.name,
        "namespace": definition.namespace,
        "is_system": False,
        "definition": text,
        "variables": environments.variables_of(text) if definition.kind == "environment" else {},
        "checksum": content.checksum if content else "",
        "description": content.description if content else "",
        "tags": list(content.tags) if content else [],
        "scope": content.scope if content else "private",
        "project_id": definition.project,
        "created_at": definition.created_at,
        "updated_at": definition.updated_at,
        "version": definition.version,
    }


def params_of(action: ActionExecution) -> dict[str, JSON]:
    """Return what is special about how an action runs."""
    params: dict[str, JSON] = {}
    if action.safe_rerun:
        params["safe_rerun"] = True
    if action.index is not None:
        params["index"] = action.index
    if action.target is not None:
        params["target"] = action.target
    return params
