"""wf_es: an event-sourced workflow engine that can resume from any task.

To embed it, open a store and speak to what you get::

    import wf_es

    with wf_es.open("sqlite:///workflows.sqlite") as workflows:
        workflows.create_workflows(text)
        execution = workflows.start("my_workflow", {"host": "web1"})
        print(workflows.wait(execution, timeout=10).output)

The names below are the whole of it; they are loaded when they are first used,
so importing one of the inner packages stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wf_es.actions import LATER, ActionContext, Catalogue, Result, action
    from wf_es.door import Workflows, open
    from wf_es.engine import ForkReport
    from wf_es.envelope import Recorded
    from wf_es.errors import (
        ConflictError,
        DefinitionError,
        InvalidDefinition,
        NotFound,
        RequestError,
        RequirementsMissing,
        WfEsError,
        WorldError,
    )
    from wf_es.execution.commands import TaskResumption
    from wf_es.execution.inspection import FinalContext, TaskContext
    from wf_es.execution.requirements import Requirements
    from wf_es.execution.selection import Selection
    from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution

_HOMES = {
    "LATER": "wf_es.actions",
    "ActionContext": "wf_es.actions",
    "ActionExecution": "wf_es.execution.state",
    "Catalogue": "wf_es.actions",
    "ConflictError": "wf_es.errors",
    "DefinitionError": "wf_es.errors",
    "ExecutionState": "wf_es.execution.state",
    "FinalContext": "wf_es.execution.inspection",
    "ForkReport": "wf_es.engine",
    "InvalidDefinition": "wf_es.errors",
    "NotFound": "wf_es.errors",
    "Recorded": "wf_es.envelope",
    "RequestError": "wf_es.errors",
    "Requirements": "wf_es.execution.requirements",
    "RequirementsMissing": "wf_es.errors",
    "Result": "wf_es.actions",
    "Selection": "wf_es.execution.selection",
    "TaskContext": "wf_es.execution.inspection",
    "TaskExecution": "wf_es.execution.state",
    "TaskResumption": "wf_es.execution.commands",
    "WfEsError": "wf_es.errors",
    "Workflows": "wf_es.door",
    "WorldError": "wf_es.errors",
    "action": "wf_es.actions",
    "open": "wf_es.door",
}

__all__ = [
    "LATER",
    "ActionContext",
    "ActionExecution",
    "Catalogue",
    "ConflictError",
    "DefinitionError",
    "ExecutionState",
    "FinalContext",
    "ForkReport",
    "InvalidDefinition",
    "NotFound",
    "Recorded",
    "RequestError",
    "Requirements",
    "RequirementsMissing",
    "Result",
    "Selection",
    "TaskContext",
    "TaskExecution",
    "TaskResumption",
    "WfEsError",
    "Workflows",
    "WorldError",
    "action",
    "open",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'wf_es' has no attribute {name!r}")
    return getattr(import_module(home), name)
