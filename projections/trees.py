"""Executions with their sub-workflows: the tree below one, level by level.

A level takes a few queries, however many executions it has: the tasks that
run workflows, the executions that belong to these tasks, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from projections.queries import MAX_LIMIT, Page, Query, Row
from wf_es.envelope import JSON

_VALUES = 200
"""Ids in one query."""

_UNKNOWN = -1
_IDLE = ("IDLE", "WAITING", "DELAYED")
_COUNTED = {"RUNNING": "running", "SUCCESS": "success", "ERROR": "error", "PAUSED": "paused"}


class Listed(Protocol):
    """Rows of one kind, listed by a query."""

    def list(self, query: Query) -> Page:
        """Return one page of rows."""


class Forest(Protocol):
    """Where executions, their tasks and their actions are read: the views, now or at a moment."""

    @property
    def executions(self) -> Listed:
        """The rows of executions."""

    @property
    def tasks(self) -> Listed:
        """The rows of tasks."""

    @property
    def action_executions(self) -> Listed:
        """The rows of action executions."""

    def find_execution(self, execution_id: str, project: str | None) -> Row:
        """Return an execution's row; NotFound if there is none."""

    def find_task(self, task_id: str, project: str | None) -> str:
        """Return the id of a task's execution; NotFound if there is none."""


def below_execution(
    views: Forest, execution_id: str, project: str, *, max_depth: int = -1, errors_only: bool = False
) -> Iterator[Row]:
    """Yield an execution and those below it, those nearer to it first.

    Args:
        views: Where they are read.
        execution_id: The execution at the top.
        project: Who asks.
        max_depth: How many levels below the top; a negative number means all.
        errors_only: Leave out those below that are not in ERROR, with what is below them.

    Raises:
        NotFound: There is no such execution.

    """
    top = views.find_execution(execution_id, project)
    yield top
    yield from _below(views, [top["id"]], project, max_depth, errors_only)


def below_task(
    views: Forest, task_id: str, project: str, *, max_depth: int = -1, errors_only: bool = False
) -> Iterator[Row]:
    """Yield the executions that a task has started and those below them, as for an execution.

    ``max_depth`` counts the levels below those that the task has started.

    Raises:
        NotFound: There is no such task.

    """
    views.find_task(task_id, project)
    level = _children(views, [task_id], project, errors_only)
    yield from level
    yield from _below(views, [row["id"] for row in level], project, max_depth, errors_only)


def _below(views: Forest, above: list[str], project: str, max_depth: int, errors_only: bool) -> Iterator[Row]:
    depth = 0
    while above and depth != max_depth:
        tasks = _rows(views.tasks, "workflow_execution_id", above, project, ("id",), type="WORKFLOW")
        level = _children(views, [task["id"] for task in tasks], project, errors_only)
        yield from level
        above = [row["id"] for row in level]
        depth += 1


def _children(views: Forest, task_ids: Sequence[str], project: str, errors_only: bool) -> list[Row]:
    wanted = {"state": "ERROR"} if errors_only else {}
    return list(_rows(views.executions, "task_execution_id", task_ids, project, **wanted))


def _rows(
    collection: Listed,
    name: str,
    values: Sequence[str],
    project: str,
    fields: Sequence[str] = (),
    **wanted: str,
) -> Iterator[Row]:
    """Yield all rows in which a column has one of the values."""
    same = {column: [("eq", value)] for column, value in wanted.items()}
    for begin in range(0, len(values), _VALUES):
        marker: str | None = None
        while True:
            page = collection.list(
                Query(
                    project=project,
                    filters={name: [("in", list(values[begin : begin + _VALUES]))], **same},
                    marker=marker,
                    limit=MAX_LIMIT,
                    fields=fields,
                )
            )
            yield from page.rows
            marker = page.marker
            if marker is None:
                break


# --- a report -------------------------------------------------------------------------


def report(
    views: Forest, execution_id: str, project: str, *, max_depth: int = -1, errors_only: bool = False
) -> dict[str, JSON]:
    """Return the whole tree with tasks and actions, and how many tasks are in which state.

    ``max_depth`` counts the levels of executions whose tasks are shown, from 0
    on; with ``errors_only`` only tasks in ERROR are.

    Raises:
        NotFound: There is no such execution.

    """
    top = _execution_entry(views.find_execution(execution_id, project))
    counts = dict.fromkeys(("total", *_COUNTED.values(), "idle"), 0)
    level, depth = {top["id"]: top}, 0
    while level and not 0 <= max_depth < depth:
        level = _fill(views, level, project, errors_only, counts)
        depth += 1
    ended = top["state"] in ("SUCCESS", "ERROR", "CANCELLED")
    statistics: dict[str, JSON] = {f"{name}_tasks_count": number for name, number in counts.items()}
    return {
        "statistics": {**statistics, "estimated_time": 0 if ended else _UNKNOWN},
        "root_workflow_execution": top,
    }


def _fill(
    views: Forest,
    level: dict[str, dict[str, Any]],
    project: str,
    errors_only: bool,
    counts: dict[str, int],
) -> dict[str, dict[str, Any]]:
    """Put tasks, actions and sub-workflows into the entries of a level; return the next one."""
    wanted = {"state": "ERROR"} if errors_only else {}
    tasks: dict[str, dict[str, Any]] = {}
    for row in _rows(views.tasks, "workflow_execution_id", list(level), project, **wanted):
        entry = tasks[row["id"]] = _task_entry(row)
        level[row["workflow_execution_id"]]["task_executions"].append(entry)
        counts["total"] += 1
        name = "idle" if row["state"] in _IDLE else _COUNTED.get(row["state"])
        if name is not None:
            counts[name] += 1
    for row in _rows(views.action_executions, "task_execution_id", list(tasks), project):
        tasks[row["task_execution_id"]]["action_executions"].append(_action_entry(row))
    below = {}
    for row in _rows(views.executions, "task_execution_id", list(tasks), project):
        entry = below[row["id"]] = _execution_entry(row)
        tasks[row["task_execution_id"]]["workflow_executions"].append(entry)
    return below


def _entry(row: Row) -> dict[str, Any]:
    names = ("id", "state", "state_info", "created_at", "updated_at")
    return {name: row[name] for name in names}


def _execution_entry(row: Row) -> dict[str, Any]:
    version = {"definition_version": row["definition_version"]}
    return {**_entry(row), "name": row["workflow_name"], **version, "task_executions": []}


def _task_entry(row: Row) -> dict[str, Any]:
    retries = row["runtime_context"].get("retry_task_policy", {}).get("retry_no")
    counted = {} if retries is None else {"retry_count": retries}
    lists: dict[str, Any] = {"action_executions": [], "workflow_executions": []}
    return {**_entry(row), "name": row["name"], **counted, **lists}


def _action_entry(row: Row) -> dict[str, Any]:
    return {**_entry(row), "name": row["name"], "accepted": row["accepted"], "last_heartbeat": None}
