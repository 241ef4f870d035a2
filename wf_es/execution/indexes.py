"""The state's indexes, kept right whenever a task or action changes.

Whether a task belongs to an index depends on that task alone, so an index is
brought up to date by comparing the task before and after. Handlers collect
what changes in a dict of state fields and never touch an index themselves.
"""

from __future__ import annotations

from typing import Any

from immutables import Map

from wf_es.execution.events.parts import REQUIRES
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, IDLE, PAUSED, RUNNING, WAITING
from wf_es.execution.state import ActionExecution, ExecutionState, SubExecution, TaskExecution

Changes = dict[str, Any]
"""Fields of the state that an event changes, with their new values."""


def _indexes_of(task: TaskExecution) -> tuple[str, ...]:
    """Return the names of the indexes that a task belongs to."""
    if task.state not in COMPLETED:
        if task.items is not None and task.items.deferred:
            return ("deferred",)
        return _INCOMPLETE.get(task.state, ())
    if task.superseded:
        return ()
    belongs = (
        ("unprocessed", not task.processed),
        ("failed", task.state == ERROR and not task.handled),
        ("cancelled", task.state == CANCELLED),
        ("leaves", all(taken.command for taken in task.transitions or ())),
    )
    return tuple([name for name, does in belongs if does])


_INCOMPLETE = {WAITING: ("waiting",), IDLE: ("idle",)}


def with_task(state: ExecutionState, changes: Changes, task: TaskExecution) -> None:
    """Put a task into the changes, with every index that it belongs to."""
    tasks = changes.get("tasks", state.tasks)
    before: TaskExecution | None = tasks.get(task.id)
    changes["tasks"] = tasks.set(task.id, task)
    if before is not None and _stands_alike(before, task):
        return
    _count(state, changes, before, task)
    _meet(state, changes, before, task)
    if before is not None and before.timer is not None and before.timer != task.timer:
        changes["timers"] = changes.get("timers", state.timers).delete(before.timer)
    was = _indexes_of(before) if before is not None else ()
    now = _indexes_of(task)
    if was == now:
        return
    for name in was:
        if name not in now:
            _move(state, changes, name, task.id, None)
    for name in now:
        if name not in was:
            _move(state, changes, name, task.id, task.number)


def _stands_alike(before: TaskExecution, task: TaskExecution) -> bool:
    """Return whether no index can tell one from the other; most events about a task leave it at that."""
    return (
        before.state == task.state
        and before.timer == task.timer
        and before.transitions is task.transitions
        and before.items is task.items
        and before.processed is task.processed
        and before.handled is task.handled
        and before.superseded is task.superseded
    )


def with_action(state: ExecutionState, changes: Changes, action: ActionExecution) -> None:
    """Put an action into the changes, with the indexes of unfinished and paused ones."""
    actions = changes.get("actions", state.actions)
    before: ActionExecution | None = actions.get(action.id)
    changes["actions"] = actions.set(action.id, action)
    was, now = before is not None and is_unfinished(before), is_unfinished(action)
    if was is not now:
        _move(state, changes, "unfinished", action.id, action.number if now else None)
    was, now = before is not None and _is_paused(before), _is_paused(action)
    if was is not now:
        _move(state, changes, "paused", action.id, action.number if now else None)


def with_child(state: ExecutionState, changes: Changes, child: SubExecution) -> None:
    """Put a sub-workflow into the changes, with the indexes that it belongs to."""
    changes["children"] = changes.get("children", state.children).set(child.id, child)
    is_open = child.state not in COMPLETED
    waits = is_open and child.ordered > child.order
    stands = child.state == PAUSED and not (child.superseded or child.alone)
    _keep(state, changes, "open", child.id, child.number if is_open else None)
    _keep(state, changes, "paused", child.id, child.number if stands else None)
    _keep(state, changes, "orders", child.id, child.ordered if waits else None)


def _keep(state: ExecutionState, changes: Changes, name: str, key: str, number: int | None) -> None:
    index: Map[str, int] = changes.get(name, getattr(state, name))
    if index.get(key) != number:
        _move(state, changes, name, key, number)


def is_unfinished(action: ActionExecution) -> bool:
    """Return whether a result of the action is still expected."""
    return action.state in (RUNNING, PAUSED) and not action.superseded


def _is_paused(action: ActionExecution) -> bool:
    return action.state == PAUSED and not action.superseded


def _count(
    state: ExecutionState, changes: Changes, before: TaskExecution | None, task: TaskExecution
) -> None:
    was, now = before is not None and before.state not in COMPLETED, task.state not in COMPLETED
    if was is not now:
        changes["incomplete"] = changes.get("incomplete", state.incomplete) + (1 if now else -1)
    was = was and before is not None and not before.superseded
    now = now and not task.superseded
    if was is not now:
        live = changes.get("live", state.live)
        count = live.get(task.name, 0) + (1 if now else -1)
        changes["live"] = live.set(task.name, count) if count else live.delete(task.name)


def _meet(state: ExecutionState, changes: Changes, before: TaskExecution | None, task: TaskExecution) -> None:
    """Note whose requirements a run meets, and no longer meets, in a reverse workflow."""
    was, now = () if before is None else _released(before), _released(task)
    if was == now:
        return
    met = changes.get("met", state.met)
    for name in was:
        if name not in now and met[name].get(task.name) == task.id:
            met = met.set(name, met[name].delete(task.name))
    for name in now:
        met = met.set(name, met.get(name, Map()).set(task.name, task.id))
    changes["met"] = met


def _released(task: TaskExecution) -> tuple[str, ...]:
    if not task.transitions or task.superseded or task.transitions[0].event != REQUIRES:
        return ()
    return tuple([taken.target for taken in task.transitions])


def _move(state: ExecutionState, changes: Changes, name: str, key: str, number: int | None) -> None:
    index = changes.get(name)
    if index is None:
        index = getattr(state, name)
    changes[name] = index.delete(key) if number is None else index.set(key, number)
