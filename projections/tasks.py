"""Folds what happened to tasks into their rows.

A task's result is the output of its last action, from the moment the action
ended, or the list of what its items gave, from its own end on; what a task
published globally also goes to its execution's row.
"""

from __future__ import annotations

from typing import Any

from projections.encoding import dump, load, storable
from projections.executions import publish_globally
from projections.items import items_again, items_evaluated
from projections.worksheet import Fact, Fold, Row, Worksheet
from wf_es.errors import CorruptHistory
from wf_es.execution import events as log
from wf_es.execution.lifecycle import COMPLETED

TIMER = "timer"
"""Where a task's runtime context tells what the task waits for: ``kind`` and ``due``."""


def task_of(sheets: Worksheet, fact: Fact, task_id: str) -> Row:
    """Return the row of a task; CorruptHistory if the log never scheduled it."""
    row = sheets.tasks.find(task_id)
    if row is None:
        raise CorruptHistory(f"Event {fact.event.version} is about task {task_id}, which was never scheduled")
    return row


def runtime_context(row: Row) -> dict[str, Any]:
    """Return what is kept about how a task runs, without the timer that it waited for."""
    context: dict[str, Any] = load(row["runtime_context"])
    context.pop(TIMER, None)
    return context


def _without_timer(row: Row) -> str:
    text: str = row["runtime_context"]
    return dump(runtime_context(row)) if f'"{TIMER}"' in text else text


def execution_of(sheets: Worksheet, fact: Fact) -> Row:
    """Return the row of the execution that the event belongs to."""
    row = sheets.executions.find(fact.event.stream)
    if row is None:
        raise CorruptHistory(f"Event {fact.event.version} comes before the start of its execution")
    return row


def _scheduled(sheets: Worksheet, fact: Fact, data: log.TaskScheduled) -> None:
    execution = execution_of(sheets, fact)
    tags = load(execution["task_tags"]).get(data.name, []) if execution["task_tags"] != "{}" else []
    triggers = [_trigger(trigger) for trigger in data.triggered_by]
    sheets.tasks.insert(
        {
            "id": data.task_id,
            "name": data.name,
            "type": data.kind,
            "workflow_name": execution["workflow_name"],
            "workflow_namespace": execution["workflow_namespace"],
            "workflow_id": execution["workflow_id"],
            "workflow_execution_id": fact.event.stream,
            "tags": dump(tags) if tags else "[]",
            "state": data.state,
            "state_info": None,
            "project_id": execution["project_id"],
            "runtime_context": dump({"triggered_by": triggers}) if triggers else "{}",
            "items": None,
            "keeps_result": True,
            "result": None,
            "published": "{}",
            "published_global": "{}",
            "processed": False,
            "created_at": fact.time,
            "updated_at": fact.time,
            "started_at": fact.time if data.state == "RUNNING" else None,
            "finished_at": None,
            "reset": False,
            "env": None,
            "born": fact.position,
        }
    )


def _trigger(trigger: log.Trigger) -> dict[str, str]:
    return {"task_id": trigger.task_id, "event": trigger.event}


def _unchanged(sheets: Worksheet, fact: Fact, data: Any) -> None:
    """Leave the rows: they do not show which runs count."""
    del sheets, fact, data


def _triggered(sheets: Worksheet, fact: Fact, data: log.JoinTriggered) -> None:
    row = task_of(sheets, fact, data.task_id)
    if data.late:
        return
    context = load(row["runtime_context"])
    context["triggered_by"] = [*context.get("triggered_by", []), _trigger(data.trigger)]
    change_task(
        sheets,
        fact,
        data.task_id,
        state="WAITING",
        state_info=None,
        runtime_context=dump(context),
        processed=False,
        finished_at=None,
    )


def _started(sheets: Worksheet, fact: Fact, data: log.TaskStarted) -> None:
    row = task_of(sheets, fact, data.task_id)
    goes_on = row["state"] == "DELAYED" or "retry_task_policy" in row["runtime_context"]
    change_task(
        sheets,
        fact,
        data.task_id,
        state="RUNNING",
        state_info=None,
        runtime_context=_without_timer(row),
        started_at=row["started_at"] if goes_on else fact.time,
    )


def _completed(sheets: Worksheet, fact: Fact, data: log.TaskCompleted) -> None:
    change_task(
        sheets,
        fact,
        data.task_id,
        state=data.state,
        state_info=storable(data.state_info),
        published=dump(data.published) if data.published else "{}",
        published_global=_globals(data),
        runtime_context=_without_timer(task_of(sheets, fact, data.task_id)),
        processed=data.transitions is not None,
        finished_at=fact.time,
    )
    if not data.keep_result:
        _forget_result(sheets, data.task_id)
    elif task_of(sheets, fact, data.task_id)["items"] is not None:
        sheets.tasks.update(data.task_id, result=sheets.results(data.task_id))
    if data.published_global or data.published_atomic:
        publish_globally(sheets, execution_of(sheets, fact), data)


def _globals(data: log.TaskCompleted | log.TaskContinued | log.TaskSkipped) -> str:
    published = {**data.published_global, **data.published_atomic}
    return dump(published) if published else "{}"


def _forget_result(sheets: Worksheet, task_id: str) -> None:
    sheets.tasks.update(task_id, result=None, keeps_result=False)
    for action in sheets.actions.where("task_execution_id", task_id):
        if action["state"] in COMPLETED:
            sheets.actions.update(action["id"], output="{}")


def _items_evaluated(sheets: Worksheet, fact: Fact, data: log.ItemsEvaluated) -> None:
    items_evaluated(sheets, task_of(sheets, fact, data.task_id), data.count, data.concurrency)
    change_task(sheets, fact, data.task_id)


def _items_deferred(sheets: Worksheet, fact: Fact, data: log.ItemsDeferred) -> None:
    change_task(sheets, fact, data.task_id)


def _routed(sheets: Worksheet, fact: Fact, data: log.TransitionsTaken) -> None:
    change_task(sheets, fact, data.task_id, processed=True)


def _rerun(sheets: Worksheet, fact: Fact, data: log.TaskRerun) -> None:
    supersede_units(sheets, data.task_id, data.items)
    row = task_of(sheets, fact, data.task_id)
    triggers = load(row["runtime_context"]).get("triggered_by")
    change_task(
        sheets,
        fact,
        data.task_id,
        state=data.state,
        state_info=None,
        runtime_context=dump({"triggered_by": triggers} if triggers else {}),
        result=None,
        published="{}",
        published_global="{}",
        processed=False,
        finished_at=None,
        reset=True,
        keeps_result=True,
    )
    items_again(sheets, row, None if data.items is None else len(data.items))
    if data.state == "RUNNING":
        sheets.tasks.update(data.task_id, started_at=fact.time)


def _continued(sheets: Worksheet, fact: Fact, data: log.TaskContinued) -> None:
    began = task_of(sheets, fact, data.task_id)["started_at"]
    _settle_by_hand(
        sheets,
        fact,
        data,
        state=data.state,
        state_info=data.state_info,
        result=dump(data.result),
        started_at=began or (fact.time if data.state == "ERROR" else None),
    )


def _skipped(sheets: Worksheet, fact: Fact, data: log.TaskSkipped) -> None:
    _settle_by_hand(sheets, fact, data, state="SKIPPED", state_info="Task was skipped.")


def _settle_by_hand(
    sheets: Worksheet, fact: Fact, data: log.TaskContinued | log.TaskSkipped, **changes: Any
) -> None:
    supersede_units(sheets, data.task_id)
    change_task(
        sheets,
        fact,
        data.task_id,
        runtime_context=_without_timer(task_of(sheets, fact, data.task_id)),
        published=dump(data.published),
        published_global=_globals(data),
        processed=False,
        finished_at=fact.time,
        **changes,
    )
    if data.published_global or data.published_atomic:
        publish_globally(sheets, execution_of(sheets, fact), data)


def supersede_units(sheets: Worksheet, task_id: str, items: list[int] | None = None) -> None:
    """Let the actions and sub-workflows of a task no longer count, or those of some items."""
    again = None if items is None else frozenset(items)
    for sheet in (sheets.actions, sheets.children):
        for unit in sheet.where("task_execution_id", task_id):
            if again is None or unit["item"] in again:
                sheet.update(unit["id"], accepted=False)


def change_task(sheets: Worksheet, fact: Fact, task_id: str, /, **changes: Any) -> None:
    """Change columns of a task's row."""
    task_of(sheets, fact, task_id)
    sheets.tasks.update(task_id, updated_at=fact.time, **changes)


FOLD: Fold = {
    log.TaskScheduled: _scheduled,
    log.JoinReopened: _unchanged,
    log.JoinTriggered: _triggered,
    log.TaskStarted: _started,
    log.ItemsEvaluated: _items_evaluated,
    log.ItemsDeferred: _items_deferred,
    log.TaskCompleted: _completed,
    log.TransitionsTaken: _routed,
    log.TaskRerun: _rerun,
    log.TaskContinued: _continued,
    log.TaskSkipped: _skipped,
}
"""What each event about a task does to the rows."""
