"""The work of a task begins: one unit, or one for each item of a list."""

from __future__ import annotations

from wf_es.execution.decision import Draft
from wf_es.execution.items import begin_items
from wf_es.execution.work import begin_unit


def begin_work(draft: Draft, task_id: str, cause: int) -> None:
    """Begin the work of a RUNNING task, or fail the task by force."""
    name = draft.state.tasks[task_id].name
    if draft.definition.workflow.spec.tasks[name].with_items:
        begin_items(draft, task_id, cause)
    else:
        begin_unit(draft, task_id, cause)
