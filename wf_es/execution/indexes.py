"""The state's indexes, kept right whenever a task, an action or a sub-workflow changes.

Whether a task belongs to an index depends on that task alone, so an index is
brought up to date by comparing the task before and after. The reducer's handlers
put tasks, actions and sub-workflows into a state in the making by these functions
and never touch an index themselves.
"""

from __future__ import annotations

from operator import attrgetter

from immutables import Map

from wf_es.execution.events.parts import REQUIRES
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, IDLE, PAUSED, RUNNING, SUCCESS, WAITING
from wf_es.execution.making import assign, drop, put
from wf_es.execution.state import ActionExecution, ExecutionState, SubExecution, TaskExecution

Names = tuple[str, ...]


def put_task(state: ExecutionState, task: TaskExecution) -> None:
    """Put a task into a state in the making, with every index that it belongs to."""
    before: TaskExecution | None = state.tasks.get(task.id)
    put(state, "tasks", task.id, task)
    if before is None:
        _count(state, task, was_open=False, was_live=False)
        _meet(state, (), task)
        _move(state, (), _indexes_of(task), task.id, task.number)
    elif not _stands_alike(before, task):
        was_open = before.state not in COMPLETED
        _count(state, task, was_open=was_open, was_live=was_open and not before.superseded)
        _meet(state, _released(before), task)
        if before.timer is not None and before.timer != task.timer:
            drop(state, "timers", before.timer)
        _move(state, _indexes_of(before), _indexes_of(task), task.id, task.number)


def _stands_alike(before: TaskExecution, task: TaskExecution) -> bool:
    """Return whether no index can tell one from the other; most events about a task leave it at that."""
    return (
        before.state == task.state
        and before.timer == task.timer
        and before.transitions is task.transitions
        and (before.items is task.items or _is_deferred(before) is _is_deferred(task))
        and before.processed is task.processed
        and before.handled is task.handled
        and before.superseded is task.superseded
    )


def _count(state: ExecutionState, task: TaskExecution, was_open: bool, was_live: bool) -> None:
    """Count how many runs have not ended, and how many of each name, without those that count no more."""
    is_open = task.state not in COMPLETED
    if was_open is not is_open:
        assign(state, "incomplete", state.incomplete + (1 if is_open else -1))
    is_live = is_open and not task.superseded
    if was_live is not is_live:
        count = state.live.get(task.name, 0) + (1 if is_live else -1)
        if count:
            put(state, "live", task.name, count)
        else:
            drop(state, "live", task.name)


def _meet(state: ExecutionState, was: Names, task: TaskExecution) -> None:
    """Note whose requirements a run meets, and no longer meets, in a reverse workflow."""
    now = _released(task)
    if was == now:
        return
    for name in was:
        met = state.met[name]
        if name not in now and met.get(task.name) == task.id:
            put(state, "met", name, met.delete(task.name))
    for name in now:
        put(state, "met", name, state.met.get(name, Map()).set(task.name, task.id))


def _released(task: TaskExecution) -> Names:
    if not task.transitions or task.superseded or task.transitions[0].event != REQUIRES:
        return ()
    return tuple([taken.target for taken in task.transitions])


def _indexes_of(task: TaskExecution) -> Names:
    """Return the names of the indexes that a task belongs to."""
    if task.state not in COMPLETED:
        return ("deferred",) if _is_deferred(task) else _INCOMPLETE.get(task.state, ())
    if task.superseded:
        return ()
    leads_on = _leads_on(task)
    if leads_on and task.processed and task.state == SUCCESS:
        return ()
    belongs = (
        ("unprocessed", not task.processed),
        ("failed", task.state == ERROR and not task.handled),
        ("cancelled", task.state == CANCELLED),
        ("leaves", not leads_on),
    )
    return tuple([name for name, does in belongs if does])


_INCOMPLETE = {WAITING: ("waiting",), IDLE: ("idle",)}


def _is_deferred(task: TaskExecution) -> bool:
    return task.items is not None and task.items.deferred


def _leads_on(task: TaskExecution) -> bool:
    """Return whether another task follows."""
    return task.transitions is not None and not all(map(_is_command, task.transitions))


_is_command = attrgetter("command")


def put_action(state: ExecutionState, action: ActionExecution) -> None:
    """Put an action into a state in the making, with the indexes of unfinished and paused ones."""
    before: ActionExecution | None = state.actions.get(action.id)
    put(state, "actions", action.id, action)
    was = () if before is None or before.superseded else _OF_ACTIONS.get(before.state, ())
    now = () if action.superseded else _OF_ACTIONS.get(action.state, ())
    if was is not now:
        _move(state, was, now, action.id, action.number)


_OF_ACTIONS = {RUNNING: ("unfinished",), PAUSED: ("unfinished", "paused")}


def is_unfinished(action: ActionExecution) -> bool:
    """Return whether a result of the action is still expected."""
    return action.state in _OF_ACTIONS and not action.superseded


def put_child(state: ExecutionState, child: SubExecution) -> None:
    """Put a sub-workflow into a state in the making, with the indexes that it belongs to."""
    put(state, "children", child.id, child)
    is_open = child.state not in COMPLETED
    waits = is_open and child.ordered > child.order
    stands = child.state == PAUSED and not (child.superseded or child.alone)
    _keep(state, "open", child.id, child.number if is_open else None)
    _keep(state, "paused", child.id, child.number if stands else None)
    _keep(state, "orders", child.id, child.ordered if waits else None)


def _keep(state: ExecutionState, name: str, key: str, number: int | None) -> None:
    if getattr(state, name).get(key) == number:
        return
    if number is None:
        drop(state, name, key)
    else:
        put(state, name, key, number)


def _move(state: ExecutionState, was: Names, now: Names, key: str, number: int) -> None:
    """Take a key out of the indexes that it belonged to, and put it into those that it belongs to."""
    if was == now:
        return
    for name in was:
        if name not in now:
            drop(state, name, key)
    for name in now:
        if name not in was:
            put(state, name, key, number)
