"""Folds what happened to executions as a whole into their rows."""

from __future__ import annotations

from projections.encoding import dump, load, storable
from projections.worksheet import Fact, Fold, Row, Worksheet, version_key
from wf_es.envelope import JSON, Event
from wf_es.execution import events as log
from wf_es.execution.context import deep_merge, merge_patch


def _started(sheets: Worksheet, fact: Fact, data: log.WorkflowStarted) -> None:
    pin = data.definition
    version = sheets.versions.find(version_key(pin.stream, pin.version))
    sheets.executions.insert(
        {
            "id": fact.event.stream,
            "workflow_id": pin.stream,
            "workflow_name": data.workflow_name,
            "workflow_namespace": data.workflow_namespace,
            "description": storable(data.description),
            "tags": dump(data.tags),
            "params": dump(data.params),
            "task_execution_id": data.task_execution_id,
            "root_execution_id": data.root_execution_id,
            "source_execution_id": data.source_execution_id,
            "state": "RUNNING",
            "state_info": None,
            "input": dump(data.input),
            "output": None,
            "created_at": fact.time,
            "updated_at": fact.time,
            "project_id": fact.event.project,
            "published_global": "{}",
            "frozen": False,
            "env": dump(data.env),
            "version": fact.event.version,
            "position": fact.position,
            "forked_from": None,
            "forked_from_event": None,
            "definition_version": pin.version,
            "definition_since_event": fact.event.version,
            "vars": dump(data.vars),
            "task_tags": version["task_tags"] if version else "{}",
            "born": fact.position,
        }
    )


def _paused(sheets: Worksheet, fact: Fact, data: log.WorkflowPaused) -> None:
    sheets.executions.update(fact.event.stream, state="PAUSED", state_info=storable(data.state_info))


def _resumed(sheets: Worksheet, fact: Fact, data: log.WorkflowResumed) -> None:
    sheets.executions.update(fact.event.stream, state="RUNNING", state_info=None, output=None)
    _patch_environment(sheets, fact, data.env)


def _completed(sheets: Worksheet, fact: Fact, data: log.WorkflowCompleted) -> None:
    sheets.executions.update(
        fact.event.stream, state=data.state, state_info=storable(data.state_info), output=dump(data.output)
    )


def _updated(sheets: Worksheet, fact: Fact, data: log.ExecutionUpdated) -> None:
    if data.description is not None:
        sheets.executions.update(fact.event.stream, description=storable(data.description))
    _patch_environment(sheets, fact, data.env)


def _patch_environment(sheets: Worksheet, fact: Fact, patch: JSON) -> None:
    """Merge a patch into the environment, and into the params that show it."""
    row = sheets.executions.find(fact.event.stream)
    if not patch or row is None:
        return
    environment = merge_patch(load(row["env"]), patch)
    params = {**load(row["params"]), "env": environment}
    sheets.executions.update(fact.event.stream, env=dump(environment), params=dump(params))


def _forked(sheets: Worksheet, fact: Fact, data: log.ExecutionForked) -> None:
    sheets.executions.update(
        fact.event.stream,
        forked_from=data.source_execution_id,
        forked_from_event=data.source_event,
        created_at=fact.time,
    )
    if data.definition is not None:
        _change_definition(sheets, fact, data.definition)


def _chosen(sheets: Worksheet, fact: Fact, data: log.DefinitionChosen) -> None:
    _change_definition(sheets, fact, data.definition)


def _change_definition(sheets: Worksheet, fact: Fact, pin: log.Pin) -> None:
    version = sheets.versions.find(version_key(pin.stream, pin.version))
    sheets.executions.update(
        fact.event.stream,
        definition_version=pin.version,
        definition_since_event=fact.event.version,
        task_tags=version["task_tags"] if version else "{}",
    )


def _deleted(sheets: Worksheet, fact: Fact, data: log.ExecutionDeleted) -> None:
    del data
    sheets.actions.remove("workflow_execution_id", fact.event.stream)
    sheets.children.remove("workflow_execution_id", fact.event.stream)
    sheets.tasks.remove("workflow_execution_id", fact.event.stream)
    sheets.executions.remove("id", fact.event.stream)


def _imported(sheets: Worksheet, fact: Fact, data: log.ExecutionImported) -> None:
    del data
    sheets.executions.update(fact.event.stream, frozen=True)


def _activated(sheets: Worksheet, fact: Fact, data: log.ExecutionActivated) -> None:
    del data
    sheets.executions.update(fact.event.stream, frozen=False)


def _unchanged(sheets: Worksheet, fact: Fact, data: Event) -> None:
    """Leave the row: what was held back is no part of it."""
    del sheets, fact, data


def publish_globally(
    sheets: Worksheet, execution: Row, data: log.TaskCompleted | log.TaskContinued | log.TaskSkipped
) -> None:
    """Write the global variables that a task published into the execution's."""
    known, variables = load(execution["published_global"]), load(execution["vars"])
    for name, value in data.published_global.items():
        known[name] = deep_merge(known.get(name, variables.get(name)), value)
    known.update(data.published_atomic)
    sheets.executions.update(execution["id"], published_global=dump(known))


FOLD: Fold = {
    log.WorkflowStarted: _started,
    log.WorkflowPaused: _paused,
    log.WorkflowResumed: _resumed,
    log.WorkflowCompleted: _completed,
    log.TransitionsHeld: _unchanged,
    log.BacklogTaken: _unchanged,
    log.ExecutionUpdated: _updated,
    log.DefinitionChosen: _chosen,
    log.ExecutionForked: _forked,
    log.ExecutionDeleted: _deleted,
    log.ExecutionImported: _imported,
    log.ExecutionActivated: _activated,
}
"""What each event about an execution does to the rows."""
