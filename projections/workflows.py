"""What the rows of workflows show beside what all definitions show.

Of every version the fold keeps the tags of its tasks, because an execution
shows those of the version it runs.
"""

from __future__ import annotations

from typing import Any

from projections.encoding import dump
from projections.worksheet import Fact, version_key
from wf_es.definition import Workflow, workflow_from
from wf_es.definition.model import InputParameter
from wf_es.definition.versions import DefinitionCreated, DefinitionUpdated
from wf_es.envelope import JSON

Upload = DefinitionCreated | DefinitionUpdated
"""An event that brings a text."""


def columns(name: str, data: Upload) -> dict[str, Any]:
    """Return the columns that only workflows have."""
    workflow = workflow_from(data.text, name)
    return {
        "input": ", ".join(_signature(parameter) for parameter in workflow.spec.input),
        "interface": dump(_interface(workflow)),
    }


def version(fact: Fact, name: str, data: Upload) -> dict[str, Any]:
    """Return the row that keeps what the fold needs of a version of a workflow."""
    tasks = workflow_from(data.text, name).spec.tasks
    tags = {task: list(spec.tags) for task, spec in tasks.items() if spec.tags}
    return {"id": version_key(fact.event.stream, fact.event.version), "task_tags": dump(tags)}


def _signature(parameter: InputParameter) -> str:
    """Return an input as Mistral shows it: ``name``, or ``name="text of the default in Python"``."""
    return parameter.name if parameter.required else f'{parameter.name}="{parameter.default}"'


def _interface(workflow: Workflow) -> dict[str, JSON]:
    output = workflow.spec.output
    return {
        "input": [
            parameter.name if parameter.required else {parameter.name: parameter.default}
            for parameter in workflow.spec.input
        ],
        "output": list(output.source) if output is not None and isinstance(output.source, dict) else [],
    }
