"""Units of work: what a task has begun and waits for.

A task has one unit, or one for each item of its ``with-items``. The functions
say what a unit's begin and end change in its task, whatever the unit is. Each
costs the same, however many units there are.
"""

from __future__ import annotations

from typing import Any

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.digest import digest_of
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, PAUSED, RUNNING, SUCCESS
from wf_es.execution.state import ActionExecution, ExecutionState, Items, SubExecution, TaskExecution

_replace = msgspec.structs.replace

_COUNTER = {SUCCESS: "succeeded", ERROR: "failed", CANCELLED: "cancelled"}
"""Which counter an end adds to."""


def unit_begun(task: TaskExecution, unit_id: str, index: int | None, /, **fields: Any) -> TaskExecution:
    """Return the task after a unit has begun, for the item ``index`` if it has items.

    ``fields`` are others that change with it.
    """
    if task.items is None or index is None:
        return _replace(task, units=task.units.set(0, unit_id), **fields)
    items = _replace(task.items, begun=task.items.begun + 1, running=task.items.running + 1, deferred=False)
    return _replace(task, units=task.units.set(index, unit_id), items=items, **fields)


def unit_ended(task: TaskExecution, before: str, state: str, output: JSON, /, **fields: Any) -> TaskExecution:
    """Return the task after a unit that was in the state ``before`` has ended in ``state``.

    The output of the only unit is the task's result; with items, the result
    is made when the task ends. ``fields`` are others that change with it.
    """
    if task.items is None:
        return _replace(task, result=task.result if state == CANCELLED else output, **fields)
    name = _COUNTER[state]
    changes: dict[str, Any] = {"running": task.items.running - 1, name: getattr(task.items, name) + 1}
    if before == PAUSED:
        changes["paused"] = task.items.paused - 1
    return _standing(_replace(task, items=_replace(task.items, **changes), **fields), task.items)


def unit_reopened(task: TaskExecution, before: str | None) -> TaskExecution:
    """Return the task after a unit whose end had counted as ``before`` runs again.

    Items that were deferred wait for its end now if it takes the last free place.
    """
    if task.items is None or before is None:
        return _replace(task, result=None)
    name = _COUNTER[before]
    items = _replace(task.items, running=task.items.running + 1, **{name: getattr(task.items, name) - 1})
    items = _replace(items, deferred=items.deferred and items.startable > 0)
    return _replace(task, result=None, items=items)


def unit_paused(task: TaskExecution) -> TaskExecution:
    """Return the task after a unit was paused: it stands as well."""
    if task.items is not None:
        task = _replace(task, items=_replace(task.items, paused=task.items.paused + 1))
    return _replace(task, state=PAUSED)


def unit_resumed(task: TaskExecution) -> TaskExecution:
    """Return the task after a paused unit went on: with the last one the task does."""
    if task.items is None:
        return _replace(task, state=RUNNING)
    return _standing(_replace(task, items=_replace(task.items, paused=task.items.paused - 1)), task.items)


def _standing(task: TaskExecution, before: Items) -> TaskExecution:
    """Let a task go on that stood still because of its paused items."""
    goes_on = task.state == PAUSED and before.paused and task.items is not None and not task.items.paused
    return _replace(task, state=RUNNING) if goes_on else task


def items_without_success(state: ExecutionState, task: TaskExecution) -> list[int] | None:
    """Return the items that have not succeeded; None if the lists were never evaluated."""
    if task.items is None:
        return None
    return [index for index in range(task.items.count) if not _succeeded(state, task, index)]


def _succeeded(state: ExecutionState, task: TaskExecution, index: int) -> bool:
    unit_id = task.units.get(index)
    return unit_id is not None and unit_of(state, unit_id).state == SUCCESS


def unit_of(state: ExecutionState, unit_id: str) -> ActionExecution | SubExecution:
    """Return the action or the sub-workflow that a unit is."""
    return state.actions[unit_id] if unit_id in state.actions else state.children[unit_id]


def has_given_up(state: ExecutionState, task: TaskExecution) -> bool:
    """Return whether a task has begun units that count no more, as it took too long or was declared done.

    They will never end for it, so it cannot run again with the others alone.
    """
    return any(unit_of(state, unit_id).superseded for unit_id in task.units.values())


def result_of(state: ExecutionState, task: TaskExecution) -> JSON:
    """Return what the units of a task have given so far.

    With items it is the list of the outputs in the order of the items, the
    error data of failed ones included; items without an output are left out.
    """
    if task.items is None:
        return task.result
    units = (unit_of(state, task.units[index]) for index in sorted(task.units))
    return [unit.output for unit in units if unit.accepted]


def without_output(action: ActionExecution) -> ActionExecution:
    """Return an action whose output is not kept: its digest still tells it from another one.

    An action that has not ended stays as it is.
    """
    if action.state not in COMPLETED:
        return action
    return _replace(action, output={}, digest=action.digest or digest_of(action.output))
