"""The workflow language: from the author's text to a model that can be run.

Text -> plain data (``text``, ``nodes``) -> model (``documents``,
``workflows``, ``defaults``, ``tasks``, ``calls``, ``items``, ``policies``,
``transitions``, ``inline``, ``values``; ``adhoc`` and ``workbooks`` beside
them) -> graph -> checks (``shape``, ``requirements``, ``variables``,
``invocations``). All problems of a text are found at once, each with its
place. ``schema`` says the same to editors.
"""

from __future__ import annotations

from wf_es.definition.action_lists import ActionReading, AdHocAction, action_from, read_actions
from wf_es.definition.graph import Graph
from wf_es.definition.model import (
    ActionSpec,
    AdHocSpec,
    Clause,
    InputParameter,
    ItemsSpec,
    Place,
    Publish,
    RetrySpec,
    TaskSpec,
    TransitionSpec,
    WorkflowSpec,
)
from wf_es.definition.policies import LARGEST_COUNT, LONGEST_WAIT
from wf_es.definition.problems import CODES, Problem
from wf_es.definition.reading import Reading, Workflow, read_workflows, workflow_from
from wf_es.definition.workbooks import Workbook, WorkbookReading, read_workbook

__all__ = [
    "CODES",
    "LARGEST_COUNT",
    "LONGEST_WAIT",
    "ActionReading",
    "ActionSpec",
    "AdHocAction",
    "AdHocSpec",
    "Clause",
    "Graph",
    "InputParameter",
    "ItemsSpec",
    "Place",
    "Problem",
    "Publish",
    "Reading",
    "RetrySpec",
    "TaskSpec",
    "TransitionSpec",
    "Workbook",
    "WorkbookReading",
    "Workflow",
    "WorkflowSpec",
    "action_from",
    "read_actions",
    "read_workbook",
    "read_workflows",
    "workflow_from",
]
