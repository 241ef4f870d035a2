"""The workflow language: from the author's text to a model that can be run.

Text -> plain data (``text``, ``nodes``) -> model (``documents``,
``workflows``, ``tasks``, ``transitions``, ``inline``, ``values``) -> graph ->
checks (``shape``, ``variables``, ``invocations``). All problems of a text are
found at once, each with its place.
"""

from __future__ import annotations

from wf_es.definition.characters import Limits
from wf_es.definition.graph import Graph
from wf_es.definition.model import (
    ActionSpec,
    Clause,
    InputParameter,
    Place,
    Publish,
    TaskSpec,
    TransitionSpec,
    WorkflowSpec,
)
from wf_es.definition.problems import CODES, Problem
from wf_es.definition.reading import Reading, Workflow, read_workflows, workflow_from

__all__ = [
    "CODES",
    "ActionSpec",
    "Clause",
    "Graph",
    "InputParameter",
    "Limits",
    "Place",
    "Problem",
    "Publish",
    "Reading",
    "TaskSpec",
    "TransitionSpec",
    "Workflow",
    "WorkflowSpec",
    "read_workflows",
    "workflow_from",
]
