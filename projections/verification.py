"""Does what readers see agree with the log? The check behind an audit.

The state folded from an execution's events is the truth; the rows were folded
from the same events by other code. Every difference is a bug or damage, and a
rebuild of the views repairs the damage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from projections.collection import Collection
from projections.encoding import moment, storable
from projections.items import items_of
from projections.queries import MAX_LIMIT, Query, Row
from projections.runtime_context import runtime_context_of
from projections.views import Views
from wf_es.envelope import JSON
from wf_es.execution.digest import is_same
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One column that does not hold what the log says."""

    subject: str
    field: str
    expected: JSON
    found: JSON

    def __str__(self) -> str:
        """Name the place without the values, which may be secret."""
        return f"{self.subject}: {self.field} is not what the log says"


def verify(state: ExecutionState, views: Views) -> list[Difference]:
    """Compare an execution with its rows.

    Args:
        state: The state folded from all its events.
        views: The views; they must have reached the execution's last event
            (see ``Views.wait``), or what they lack is reported too.

    Returns:
        Every difference; an empty list if the rows are right.

    """
    if state.direct is not None:
        return _verify_actions(state, views)
    row = views.executions.find(state.id, None)
    if state.deleted or state.version == 0:
        return [] if row is None else [_difference(f"execution {state.id}", "row", None, "present")]
    if row is None:
        return [_difference(f"execution {state.id}", "row", "present", None)]
    found = list(_compare(f"execution {state.id}", _execution(state), row))
    tasks = _rows_of(views.tasks, state.id)
    found += _compare_all("task", {task.id: _task(state, task) for task in state.tasks.values()}, tasks)
    return found + _verify_actions(state, views)


def _verify_actions(state: ExecutionState, views: Views) -> list[Difference]:
    known = () if state.deleted else state.actions.values()
    expected = {action.id: _action(state, action) for action in known}
    return list(_compare_all("action", expected, _rows_of(views.action_executions, state.id)))


def _execution(state: ExecutionState) -> dict[str, JSON]:
    return {
        "project_id": state.project,
        "workflow_id": state.definition.stream if state.definition else None,
        "workflow_name": state.workflow_name,
        "workflow_namespace": state.workflow_namespace,
        "description": storable(state.description),
        "tags": list(state.tags),
        "state": state.state,
        "state_info": storable(state.state_info),
        "input": state.input,
        "output": state.output,
        "env": state.env,
        "published_global": state.published_global,
        "frozen": state.frozen,
        "version": state.version,
        "created_at": _time(state.created_at),
        "updated_at": _time(state.updated_at),
        "root_execution_id": state.root_execution_id,
        "task_execution_id": state.task_execution_id,
        "source_execution_id": state.source_execution_id,
        "forked_from": state.forked_from.execution_id if state.forked_from else None,
        "forked_from_event": state.forked_from.event if state.forked_from else None,
        "definition_version": state.definition.version if state.definition else None,
        "definition_since_event": state.definition_since,
    }


def _task(state: ExecutionState, task: TaskExecution) -> dict[str, JSON]:
    return {
        "name": task.name,
        "type": task.type,
        "state": task.state,
        "state_info": storable(task.state_info),
        "runtime_context": runtime_context_of(state, task),
        "items": items_of(task),
        "result": task.result,
        "published": task.published,
        "published_global": task.published_global,
        "processed": task.processed,
        "created_at": _time(task.created_at),
        "started_at": _time(task.started_at),
        "finished_at": _time(task.finished_at),
    }


def _action(state: ExecutionState, action: ActionExecution) -> dict[str, JSON]:
    ended = action.state in ("SUCCESS", "ERROR", "CANCELLED")
    output = {} if action.digest is not None else {"result": action.output} if ended else None
    task = state.tasks.get(action.task_id)
    return {
        "name": action.name,
        "task_execution_id": None if task is None else task.id,
        "task_name": None if task is None else task.name,
        "state": action.state,
        "accepted": action.accepted,
        "input": action.input,
        "output": output,
        "created_at": _time(action.created_at),
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else moment(time)


def _rows_of(collection: Collection, execution_id: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    marker: str | None = None
    while True:
        filters = {"workflow_execution_id": [("eq", execution_id)]}
        page = collection.list(Query(project=None, filters=filters, marker=marker, limit=MAX_LIMIT))
        rows.update((row["id"], row) for row in page.rows)
        marker = page.marker
        if marker is None:
            return rows


def _compare_all(
    noun: str, expected: Mapping[str, dict[str, JSON]], rows: Mapping[str, Row]
) -> Iterator[Difference]:
    for identifier in sorted({*expected, *rows}):
        subject = f"{noun} {identifier}"
        if identifier not in rows:
            yield _difference(subject, "row", "present", None)
        elif identifier not in expected:
            yield _difference(subject, "row", None, "present")
        else:
            yield from _compare(subject, expected[identifier], rows[identifier])


def _compare(subject: str, expected: Mapping[str, JSON], row: Row) -> Iterable[Difference]:
    for field, value in expected.items():
        if not is_same(row[field], value):
            yield _difference(subject, field, value, row[field])


def _difference(subject: str, field: str, expected: Any, found: Any) -> Difference:
    return Difference(subject=subject, field=field, expected=expected, found=found)
