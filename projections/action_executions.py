"""Folds what happened to actions into their rows.

As in Mistral, an action's output is wrapped as ``{"result": ...}``, and an
action counts (``accepted``) from its end until another attempt replaces it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projections.encoding import dump, storable
from projections.items import counts_no_more, item_begun, item_ended, item_paused, item_resumed
from projections.results import wrapped
from projections.tasks import execution_of, task_of
from projections.worksheet import Fact, Fold, Row, Worksheet
from wf_es.errors import CorruptHistory
from wf_es.execution import events as log


def _scheduled(sheets: Worksheet, fact: Fact, data: log.ActionScheduled) -> None:
    sheets.actions.insert(
        {
            "id": data.action_id,
            **(_of_task(sheets, fact, data) if data.direct is None else _by_itself(fact, data.direct)),
            "workflow_execution_id": fact.event.stream,
            "state": "RUNNING",
            "state_info": None,
            "name": data.name,
            "accepted": False,
            "input": dump(data.input),
            "output": None,
            "created_at": fact.time,
            "updated_at": fact.time,
            "params": _params(data),
            "item": data.index,
            "born": fact.position,
        }
    )


def _of_task(sheets: Worksheet, fact: Fact, data: log.ActionScheduled) -> Row:
    execution = execution_of(sheets, fact)
    task = task_of(sheets, fact, data.task_id)
    sheets.tasks.update(data.task_id, updated_at=fact.time)
    if task["items"] is not None:
        item_begun(sheets, task)
    return {
        "workflow_name": execution["workflow_name"],
        "workflow_namespace": execution["workflow_namespace"],
        "task_name": task["name"],
        "task_execution_id": data.task_id,
        "tags": task["tags"],
        "description": "",
        "project_id": execution["project_id"],
    }


def _by_itself(fact: Fact, direct: log.DirectRun) -> Row:
    return {
        "workflow_name": None,
        "workflow_namespace": direct.namespace,
        "task_name": None,
        "task_execution_id": None,
        "tags": "[]",
        "description": storable(direct.description),
        "project_id": fact.event.project,
    }


def _params(data: log.ActionScheduled) -> str:
    params: dict[str, Any] = {}
    if data.safe_rerun:
        params["safe_rerun"] = True
    if data.index is not None:
        params["index"] = data.index
    if data.target is not None:
        params["target"] = data.target
    if data.direct is not None and data.direct.env:
        params["env"] = data.direct.env
    return dump(params) if params else "{}"


def _noticed(sheets: Worksheet, fact: Fact, data: Any) -> None:
    """Note that something happened which changes nothing a reader sees."""
    _update(sheets, fact, data.action_id)


def _paused(sheets: Worksheet, fact: Fact, data: log.ActionPaused) -> None:
    _with_its_task(sheets, fact, data.action_id, "PAUSED", item_paused)


def _resumed(sheets: Worksheet, fact: Fact, data: log.ActionResumed) -> None:
    _with_its_task(sheets, fact, data.action_id, "RUNNING", item_resumed)


def _with_its_task(
    sheets: Worksheet, fact: Fact, action_id: str, state: str, count: Callable[[Worksheet, Row], None]
) -> None:
    row = _update(sheets, fact, action_id, state=state)
    task = _task_of(sheets, fact, row)
    if task is not None and task["items"] is not None:
        _update_task(sheets, fact, row)
        count(sheets, task)
    else:
        _update_task(sheets, fact, row, state=state)


def _completed(sheets: Worksheet, fact: Fact, data: log.ActionCompleted) -> None:
    output, row = dump(data.output), _action_of(sheets, fact, data.action_id)
    before, task = row["state"], _task_of(sheets, fact, row)
    accepted = task is None or not counts_no_more(task)
    if task is not None and task["items"] is not None:
        _update_task(sheets, fact, row)
        item_ended(sheets, task, before, data.state)
    elif data.state != "CANCELLED":
        _update_task(sheets, fact, row, result=output)
    else:
        _update_task(sheets, fact, row)
    kept = wrapped(output) if task is None or task["keeps_result"] else "{}"
    _update(sheets, fact, data.action_id, state=data.state, output=kept, accepted=accepted)


def _update_task(sheets: Worksheet, fact: Fact, action: Row, /, **changes: Any) -> None:
    task = _task_of(sheets, fact, action)
    if task is not None:
        sheets.tasks.update(task["id"], updated_at=fact.time, **changes)


def _task_of(sheets: Worksheet, fact: Fact, action: Row) -> Row | None:
    """Return the task of an action, if it has one: an action may stand alone."""
    task_id = action["task_execution_id"]
    return None if task_id is None else task_of(sheets, fact, task_id)


def _update(sheets: Worksheet, fact: Fact, action_id: str, /, **changes: Any) -> Row:
    row = _action_of(sheets, fact, action_id)
    sheets.actions.update(action_id, updated_at=fact.time, **changes)
    return row


def _action_of(sheets: Worksheet, fact: Fact, action_id: str) -> Row:
    row = sheets.actions.find(action_id)
    if row is None:
        raise CorruptHistory(f"Event {fact.event.version} is about action {action_id}, never scheduled")
    return row


FOLD: Fold = {
    log.ActionScheduled: _scheduled,
    log.ActionStarted: _noticed,
    log.ActionDelegated: _noticed,
    log.ActionPaused: _paused,
    log.ActionResumed: _resumed,
    log.ActionCompleted: _completed,
    log.CompletionRefused: _noticed,
}
"""What each event about an action does to the rows."""
