"""Folds uploads of workflows into their rows.

A row shows the newest version of a workflow; deleting it removes the row and
creating it again brings the row back under the same id. Of every version the
fold keeps the tags of its tasks, because an execution shows those of the
version it runs.
"""

from __future__ import annotations

from typing import Any

from projections.encoding import dump
from projections.worksheet import Fact, Fold, Worksheet, version_key
from wf_es.definition import Workflow, workflow_from
from wf_es.definition.model import InputParameter
from wf_es.definition.versions import DefinitionCreated, DefinitionDeleted, DefinitionUpdated
from wf_es.envelope import JSON

_KIND = "workflow"


def _created(sheets: Worksheet, fact: Fact, data: DefinitionCreated) -> None:
    if data.kind != _KIND:
        return
    workflow = workflow_from(data.text, data.name)
    sheets.workflows.insert(
        {
            "id": fact.event.stream,
            "name": data.name,
            "namespace": data.namespace,
            "project_id": fact.event.project,
            "created_at": fact.time,
            **_content(fact, data, workflow),
        }
    )
    _keep_version(sheets, fact, workflow)


def _updated(sheets: Worksheet, fact: Fact, data: DefinitionUpdated) -> None:
    row = sheets.workflows.find(fact.event.stream)
    if row is None:
        return
    workflow = workflow_from(data.text, row["name"])
    sheets.workflows.update(fact.event.stream, **_content(fact, data, workflow))
    _keep_version(sheets, fact, workflow)


def _deleted(sheets: Worksheet, fact: Fact, data: DefinitionDeleted) -> None:
    del data
    sheets.workflows.remove("id", fact.event.stream)


def _content(fact: Fact, data: DefinitionCreated | DefinitionUpdated, workflow: Workflow) -> dict[str, Any]:
    spec = workflow.spec
    return {
        "input": ", ".join(_signature(parameter) for parameter in spec.input),
        "interface": dump(_interface(workflow)),
        "definition": data.text,
        "checksum": data.checksum,
        "tags": dump(data.tags),
        "scope": data.scope,
        "updated_at": fact.time,
        "version": fact.event.version,
        "description": data.description,
    }


def _signature(parameter: InputParameter) -> str:
    """Return an input as Mistral shows it: ``name``, or ``name="default"`` (``name=null`` for none)."""
    if parameter.required:
        return parameter.name
    default = _default(parameter)
    if default is None:
        return f"{parameter.name}=null"
    return f'{parameter.name}="{default if isinstance(default, str) else dump(default)}"'


def _interface(workflow: Workflow) -> dict[str, JSON]:
    output = workflow.spec.output
    return {
        "input": [
            parameter.name if parameter.required else {parameter.name: _default(parameter)}
            for parameter in workflow.spec.input
        ],
        "output": list(output.source) if output is not None and isinstance(output.source, dict) else [],
    }


def _default(parameter: InputParameter) -> JSON:
    return None if parameter.default is None else parameter.default.source


def _keep_version(sheets: Worksheet, fact: Fact, workflow: Workflow) -> None:
    tags = {name: list(task.tags) for name, task in workflow.spec.tasks.items() if task.tags}
    sheets.versions.insert(
        {"id": version_key(fact.event.stream, fact.event.version), "task_tags": dump(tags)}
    )


FOLD: Fold = {
    DefinitionCreated: _created,
    DefinitionUpdated: _updated,
    DefinitionDeleted: _deleted,
}
"""What each event about a definition does to the rows."""
