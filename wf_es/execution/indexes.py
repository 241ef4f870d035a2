"""The state's indexes, kept right whenever a task or action changes.

Whether a task belongs to an index depends on that task alone, so an index is
brought up to date by comparing the task before and after. Handlers collect
what changes in a dict of state fields and never touch an index themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, IDLE, PAUSED, RUNNING, WAITING
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution

Changes = dict[str, Any]
"""Fields of the state that an event changes, with their new values."""


def _is_leaf(task: TaskExecution) -> bool:
    """Whether a task has ended and no other task follows it."""
    return task.state in COMPLETED and all(taken.command for taken in task.transitions or ())


def _counts(task: TaskExecution) -> bool:
    return not task.superseded


_TASK_INDEXES: tuple[tuple[str, Callable[[TaskExecution], bool]], ...] = (
    ("waiting", lambda task: task.state == WAITING),
    ("idle", lambda task: task.state == IDLE),
    ("unprocessed", lambda task: task.state in COMPLETED and not task.processed and _counts(task)),
    ("failed", lambda task: task.state == ERROR and not task.handled and _counts(task)),
    ("cancelled", lambda task: task.state == CANCELLED and _counts(task)),
    ("leaves", lambda task: _is_leaf(task) and _counts(task)),
)


def with_task(state: ExecutionState, changes: Changes, task: TaskExecution) -> None:
    """Put a task into the changes, with every index that it belongs to."""
    tasks = changes.get("tasks", state.tasks)
    before: TaskExecution | None = tasks.get(task.id)
    changes["tasks"] = tasks.set(task.id, task)
    if before is not None and _standing(before) == _standing(task):
        return
    _count_live(state, changes, before, task)
    for name, belongs in _TASK_INDEXES:
        was, now = before is not None and belongs(before), belongs(task)
        if was is not now:
            _move(state, changes, name, task.id, task.number if now else None)


def _standing(task: TaskExecution) -> tuple[object, ...]:
    return task.state, task.processed, task.handled, task.superseded, task.transitions


def with_action(state: ExecutionState, changes: Changes, action: ActionExecution) -> None:
    """Put an action into the changes, with the index of unfinished ones."""
    actions = changes.get("actions", state.actions)
    before: ActionExecution | None = actions.get(action.id)
    changes["actions"] = actions.set(action.id, action)
    was, now = before is not None and _is_unfinished(before), _is_unfinished(action)
    if was is not now:
        _move(state, changes, "unfinished", action.id, action.number if now else None)


def _is_unfinished(action: ActionExecution) -> bool:
    return action.state in (RUNNING, PAUSED) and not action.superseded


def _count_live(
    state: ExecutionState, changes: Changes, before: TaskExecution | None, task: TaskExecution
) -> None:
    was = before is not None and before.state not in COMPLETED
    now = task.state not in COMPLETED
    if was is now:
        return
    step = 1 if now else -1
    live = changes.get("live", state.live)
    count = live.get(task.name, 0) + step
    changes["live"] = live.set(task.name, count) if count else live.delete(task.name)
    changes["incomplete"] = changes.get("incomplete", state.incomplete) + step


def _move(state: ExecutionState, changes: Changes, name: str, key: str, number: int | None) -> None:
    index = changes.get(name)
    if index is None:
        index = getattr(state, name)
    changes[name] = index.delete(key) if number is None else index.set(key, number)
