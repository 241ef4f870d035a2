"""Folds what executions hear of their sub-workflows into the rows of their tasks.

A sub-workflow is an execution and has a row of its own. Its task's row shows
how the task stands and, once it has ended, its output as the task's result.
One that runs for an item is counted, and what it gave is kept until the task
has ended and all of it is listed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projections.encoding import dump
from projections.items import item_begun, item_ended, item_paused, item_reopened, item_resumed
from projections.tasks import change_task, runtime_context, task_of
from projections.worksheet import Fact, Fold, Row, Worksheet
from wf_es.execution import events as log
from wf_es.execution.lifecycle import WORKING

_Report = log.SubWorkflowPaused | log.SubWorkflowResumed | log.SubWorkflowCompleted | log.SubWorkflowReopened


def _scheduled(sheets: Worksheet, fact: Fact, data: log.SubWorkflowScheduled) -> None:
    change_task(sheets, fact, data.task_id)
    task = task_of(sheets, fact, data.task_id)
    if data.index is None or task["items"] is None:
        return
    sheets.children.insert(
        {
            "id": data.execution_id,
            "task_execution_id": data.task_id,
            "workflow_execution_id": fact.event.stream,
            "item": data.index,
            "state": "RUNNING",
            "accepted": False,
            "output": None,
        }
    )
    item_begun(sheets, task)


def _heard(sheets: Worksheet, data: _Report, state: str, **changes: Any) -> str | None:
    """Note how the sub-workflow of an item stands; return how it stood, None for another one."""
    child = sheets.children.find(data.execution_id)
    if child is None:
        return None
    before: str = child["state"]
    sheets.children.update(data.execution_id, state=state, **changes)
    return before


def _count(sheets: Worksheet, fact: Fact, data: _Report, change: Callable[[Worksheet, Row], None]) -> None:
    """Count an item for its task; how one stands whose work has ended stays."""
    if data.alone:
        return
    change_task(sheets, fact, data.task_id)
    task = task_of(sheets, fact, data.task_id)
    standing = task["state"]
    change(sheets, task)
    if standing not in WORKING:
        sheets.tasks.update(data.task_id, state=standing)


def _paused(sheets: Worksheet, fact: Fact, data: log.SubWorkflowPaused) -> None:
    before = _heard(sheets, data, "PAUSED")
    if before is None:
        _stand(sheets, fact, data, "PAUSED")
    elif before != "PAUSED":
        _count(sheets, fact, data, item_paused)


def _resumed(sheets: Worksheet, fact: Fact, data: log.SubWorkflowResumed) -> None:
    before = _heard(sheets, data, "RUNNING")
    if before is None:
        _stand(sheets, fact, data, "RUNNING")
    elif before == "PAUSED":
        _count(sheets, fact, data, item_resumed)


def _stand(
    sheets: Worksheet, fact: Fact, data: log.SubWorkflowPaused | log.SubWorkflowResumed, state: str
) -> None:
    """Let the task stand as its sub-workflow does, unless its work has ended or it does so already."""
    if not data.alone and task_of(sheets, fact, data.task_id)["state"] in WORKING - {state}:
        change_task(sheets, fact, data.task_id, state=state)


def _completed(sheets: Worksheet, fact: Fact, data: log.SubWorkflowCompleted) -> None:
    before = _heard(sheets, data, data.state, output=dump(data.output), accepted=not data.alone)
    if before is not None:
        _count(sheets, fact, data, lambda sheets, task: item_ended(sheets, task, before, data.state))
    elif not data.alone:
        change_task(sheets, fact, data.task_id, result=dump(data.output))


def _reopened(sheets: Worksheet, fact: Fact, data: log.SubWorkflowReopened) -> None:
    before = _heard(sheets, data, "RUNNING", output=None, accepted=False)
    if data.alone:
        return
    if before is not None:
        item_reopened(sheets, task_of(sheets, fact, data.task_id), before)
    row = task_of(sheets, fact, data.task_id)
    if row["state"] in WORKING:
        change_task(sheets, fact, data.task_id, result=None)
        return
    change_task(
        sheets,
        fact,
        data.task_id,
        state="RUNNING",
        state_info=None,
        runtime_context=dump(runtime_context(row)),
        result=None,
        published="{}",
        published_global="{}",
        processed=False,
        finished_at=None,
        keeps_result=True,
    )


def _unchanged(sheets: Worksheet, fact: Fact, data: Any) -> None:
    """Leave the rows: only the execution's own place in the log moves."""
    del sheets, fact, data


FOLD: Fold = {
    log.SubWorkflowScheduled: _scheduled,
    log.SubWorkflowPaused: _paused,
    log.SubWorkflowResumed: _resumed,
    log.SubWorkflowCompleted: _completed,
    log.SubWorkflowReopened: _reopened,
    log.OrderReceived: _unchanged,
    log.Delivered: _unchanged,
}
"""What each event between executions does to the rows."""
