"""Where a task stands in a family: its execution, and the way down to it.

A task of a sub-workflow is named by its *path* from an execution above:
``outer/inner/task``. Each step but the last is a task that runs a
sub-workflow; of one with ``with-items`` the item is said, too: ``outer[2]/task``.
A step may be an id as well, and the id of a task alone says where it is.

A way leads only through what counts: the sub-workflow that the latest attempt
of a task has begun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec

from wf_es.errors import CorruptHistory, InvalidRequest, NotFound
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, SUCCESS, WAITING
from wf_es.execution.requirements import find_task
from wf_es.execution.state import ExecutionState, SubExecution, TaskExecution
from wf_es.execution.units import has_given_up

Lookup = Callable[[str], ExecutionState]
"""Gives an execution by its id; a version of 0 says that it never began."""

Owner = Callable[[str], str | None]
"""Gives the id of the execution that a task belongs to, None if nobody knows the task."""

_STEP = re.compile(r"(?P<task>.+)\[(?P<item>\d+)\]", re.DOTALL)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A task, the sub-workflows on the way down to it (none for an own task), and its path.

    ``items`` is ``"failed"`` where only these of its items are meant.
    """

    task_id: str
    members: tuple[str, ...] = ()
    path: str
    items: str = "all"


def locate(root: ExecutionState, task: str, lookup: Lookup, owner: Owner) -> Place:
    """Return where a task is that is named from an execution: by name, id or path.

    Raises:
        NotFound: There is no such task below the execution.
        InvalidRequest: The name leads nowhere, or to several executions.

    """
    if task in root.tasks or task in root.latest:
        found = find_task(root, task)
        return Place(task_id=found.id, path=found.name)
    if "/" in task:
        return _descend(root, task, lookup)
    execution_id = owner(task) if _is_id(task) else None
    if execution_id is None or execution_id == root.id:
        raise _unknown(root, task)
    return _climb(root, lookup(execution_id), task, lookup)


def is_plain(task: str) -> bool:
    """Whether a task can only be meant by its name, in the execution itself."""
    return "/" not in task and not _is_id(task)


def _is_id(task: str) -> bool:
    try:
        UUID(task)
    except ValueError:
        return False
    return True


def _unknown(root: ExecutionState, task: str) -> NotFound:
    try:
        find_task(root, task)
    except NotFound as error:
        return error
    return NotFound(f"Task execution not found [id={task}]", kind="Task execution", id=task)


def _descend(root: ExecutionState, path: str, lookup: Lookup) -> Place:
    *steps, last = path.split("/")
    state, members, names = root, list[str](), list[str]()
    for step in steps:
        child, name = _child_named(state, step, path)
        state = _begun(_read(lookup, child, state.tasks[child.task_id], state), path)
        members.append(child.id)
        names.append(name)
    try:
        found = find_task(state, last)
    except NotFound as error:
        raise NotFound(f"{error.message} [path={path}]", kind="Task execution", id=path) from error
    return Place(task_id=found.id, members=tuple(members), path="/".join([*names, found.name]))


def _read(lookup: Lookup, child: SubExecution, task: TaskExecution, parent: ExecutionState) -> ExecutionState:
    """Return a sub-workflow; of one whose history is damaged, say what can be done about the family."""
    try:
        return lookup(child.id)
    except CorruptHistory as error:
        which = "" if child.index is None else f" for item {child.index}"
        raise CorruptHistory(
            f"{error.message}. Or task '{task.name}' of execution {parent.id} begins another one{which},"
            " if it is run again itself",
            **error.details,
        ) from error


def _child_named(state: ExecutionState, step: str, path: str) -> tuple[SubExecution, str]:
    match = _STEP.fullmatch(step)
    is_indexed = match is not None and step not in state.latest
    task = find_task(state, match["task"] if match and is_indexed else step)
    index = int(match["item"]) if match and is_indexed else None
    if task.type != "WORKFLOW":
        raise InvalidRequest(f"Task '{task.name}' runs no sub-workflow, so nothing is in it [path={path}]")
    if index is None and task.items is not None:
        raise _which_item(state, task, path)
    if index is not None and task.items is None:
        raise InvalidRequest(f"Task '{task.name}' has no items, so none is number {index} [path={path}]")
    return _child(state, task, index, path), step_name(task, index)


def _child(state: ExecutionState, task: TaskExecution, index: int | None, path: str) -> SubExecution:
    child = state.children.get(task.units.get(index or 0, ""))
    if child is None:
        unit = f"Item {index} of task '{task.name}'" if index is not None else f"Task '{task.name}'"
        raise _nothing_at(path, f"{unit} has begun no sub-workflow, so nothing is in it")
    _refuse_history(state, task, path)
    return child


def _nothing_at(path: str, why: str) -> NotFound:
    return NotFound(f"Task execution not found [id={path}]: {why}", kind="Task execution", id=path)


def _refuse_history(state: ExecutionState, task: TaskExecution, named: str) -> None:
    """Refuse to go on inside of a task that has given up what it had begun, or some items of it."""
    if has_given_up(state, task):
        raise InvalidRequest(
            f"What task '{task.name}' had begun does not count any more: "
            f"resume '{task.name}' itself [task={named}]"
        )


def _which_item(state: ExecutionState, task: TaskExecution, path: str) -> InvalidRequest:
    standing = [f"{index}: {state.children[unit].state}" for index, unit in sorted(task.units.items())[:20]]
    return InvalidRequest(
        f"Task '{task.name}' has a sub-workflow for each of its items; say in the path which one is meant, "
        f"such as '{task.name}[0]/...' ({', '.join(standing)}) [path={path}]"
    )


def step_name(task: TaskExecution, index: int | None) -> str:
    """Return how a path names one step."""
    return task.name if index is None else f"{task.name}[{index}]"


def _begun(state: ExecutionState, path: str) -> ExecutionState:
    if state.version == 0 or state.deleted:
        what = "was deleted" if state.deleted else "has not begun"
        raise _nothing_at(path, f"The sub-workflow on the way to the task {what}")
    return state


def _climb(root: ExecutionState, state: ExecutionState, task_id: str, lookup: Lookup) -> Place:
    """Return the place of a task in an execution somewhere below the root."""
    members, names = list[str](), list[str]()
    name = find_task(_begun(state, task_id), task_id).name
    while state.id != root.id:
        if state.parent_execution_id is None:
            raise _unknown(root, task_id)
        parent = lookup(state.parent_execution_id)
        child = parent.children[state.id]
        if child.superseded:
            raise InvalidRequest(
                f"Task '{task_id}' belongs to a sub-workflow that does not count any more: "
                f"resume '{parent.tasks[child.task_id].name}' itself"
            )
        _refuse_history(parent, parent.tasks[child.task_id], task_id)
        members.append(state.id)
        names.append(step_name(parent.tasks[child.task_id], child.index))
        state = parent
    path = "/".join([*reversed(names), name])
    return Place(task_id=task_id, members=tuple(reversed(members)), path=path)


# --- what has failed ---------------------------------------------------------------


def failed_places(state: ExecutionState, lookup: Lookup) -> Iterator[Place]:
    """Yield the tasks that failed or were cancelled, those of sub-workflows in place of what runs these.

    Of an execution that somebody ended, and in which nothing had failed, the
    tasks that had not ended.
    """
    for task in _unsuccessful(state):
        below = list(_below(state, task, lookup))
        if below:
            yield from below
        else:
            items = "all" if task.items is None else "failed"
            yield Place(task_id=task.id, path=task.name, items=items)


def _unsuccessful(state: ExecutionState) -> list[TaskExecution]:
    found = [state.tasks[task_id] for task_id in {*state.failed, *state.cancelled}]
    if not found and state.is_completed and state.state != SUCCESS:
        tasks = state.tasks.values()
        found = [task for task in tasks if task.state not in {*COMPLETED, WAITING} and not task.superseded]
    return sorted(found, key=lambda task: task.number)


def _below(state: ExecutionState, task: TaskExecution, lookup: Lookup) -> Iterator[Place]:
    """Yield what failed in the sub-workflows of a task; nothing if one of its items failed without any."""
    units = {index: state.children.get(unit) for index, unit in task.units.items()}
    places: list[Place] = []
    for index, child in sorted(units.items()):
        if child is None or child.superseded:
            return
        if child.state == SUCCESS:
            continue  # so a long list costs what has failed in it
        found = _read(lookup, child, task, state)
        if found.state not in (ERROR, CANCELLED) or found.deleted:
            continue
        inner = list(failed_places(found, lookup)) if found.version else []
        if not inner:
            return
        step = step_name(task, None if task.items is None else index)
        places += [_inside(child.id, step, place) for place in inner]
    yield from places


def _inside(child_id: str, step: str, place: Place) -> Place:
    return msgspec.structs.replace(place, members=(child_id, *place.members), path=f"{step}/{place.path}")
