"""Folds what happened to actions into their rows.

As in Mistral, an action's output is wrapped as ``{"result": ...}``, and an
action counts (``accepted``) from its end until another attempt replaces it.
"""

from __future__ import annotations

from typing import Any

from projections.encoding import dump
from projections.tasks import execution_of, task_of
from projections.worksheet import Fact, Fold, Row, Worksheet
from wf_es.errors import CorruptHistory
from wf_es.execution import events as log

_COUNTING = ("SUCCESS", "ERROR")


def _scheduled(sheets: Worksheet, fact: Fact, data: log.ActionScheduled) -> None:
    execution = execution_of(sheets, fact)
    task = task_of(sheets, fact, data.task_id)
    sheets.actions.insert(
        {
            "id": data.action_id,
            "workflow_name": execution["workflow_name"],
            "workflow_namespace": execution["workflow_namespace"],
            "task_name": task["name"],
            "task_execution_id": data.task_id,
            "workflow_execution_id": fact.event.stream,
            "state": "RUNNING",
            "state_info": None,
            "tags": task["tags"],
            "name": data.name,
            "description": "",
            "project_id": execution["project_id"],
            "accepted": False,
            "input": dump(data.input),
            "output": None,
            "created_at": fact.time,
            "updated_at": fact.time,
            "params": _params(data),
        }
    )
    sheets.tasks.update(data.task_id, updated_at=fact.time)


def _params(data: log.ActionScheduled) -> str:
    params: dict[str, Any] = {}
    if data.safe_rerun:
        params["safe_rerun"] = True
    if data.index is not None:
        params["index"] = data.index
    if data.target is not None:
        params["target"] = data.target
    return dump(params) if params else "{}"


def _noticed(sheets: Worksheet, fact: Fact, data: Any) -> None:
    """Note that something happened which changes nothing a reader sees."""
    _update(sheets, fact, data.action_id)


def _paused(sheets: Worksheet, fact: Fact, data: log.ActionPaused) -> None:
    _with_its_task(sheets, fact, data.action_id, "PAUSED")


def _resumed(sheets: Worksheet, fact: Fact, data: log.ActionResumed) -> None:
    _with_its_task(sheets, fact, data.action_id, "RUNNING")


def _with_its_task(sheets: Worksheet, fact: Fact, action_id: str, state: str) -> None:
    row = _update(sheets, fact, action_id, state=state)
    _update_task(sheets, fact, row, state=state)


def _completed(sheets: Worksheet, fact: Fact, data: log.ActionCompleted) -> None:
    counts = data.state in _COUNTING
    output = dump(data.output)
    row = _update(
        sheets, fact, data.action_id, state=data.state, output=f'{{"result":{output}}}', accepted=counts
    )
    if counts:
        _update_task(sheets, fact, row, result=output)


def _update_task(sheets: Worksheet, fact: Fact, action: Row, /, **changes: Any) -> None:
    """Change the task of an action, if it has one: an action may stand alone."""
    task_id = action["task_execution_id"]
    if task_id is not None:
        task_of(sheets, fact, task_id)
        sheets.tasks.update(task_id, updated_at=fact.time, **changes)


def _update(sheets: Worksheet, fact: Fact, action_id: str, /, **changes: Any) -> Row:
    row = sheets.actions.find(action_id)
    if row is None:
        raise CorruptHistory(f"Event {fact.event.version} is about action {action_id}, never scheduled")
    sheets.actions.update(action_id, updated_at=fact.time, **changes)
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
