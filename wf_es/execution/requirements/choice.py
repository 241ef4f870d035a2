"""The chosen tasks: which runs they are, and which of them cannot be resumed."""

from __future__ import annotations

import msgspec

from wf_es.errors import NotFound
from wf_es.execution.choosing import refusal_of_items
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.execution.descent import is_just_forked
from wf_es.execution.lifecycle import COMPLETED, SUCCESS
from wf_es.execution.requirements.report import Refused
from wf_es.execution.state import ExecutionState, TaskExecution

RESERVED = frozenset({"__env", "__execution", "__task_execution", "openstack"})
"""Variables that the engine itself provides, everywhere."""

Choice = tuple[TaskExecution, TaskResumption]
"""A run of a task, and what is to be done about it."""


def find_task(state: ExecutionState, task: str) -> TaskExecution:
    """Return a task by its id, or the latest run of that name.

    Raises:
        NotFound: The execution has no such task.

    """
    found = state.tasks.get(task) or state.tasks.get(state.latest.get(task, ""))
    if found is None:
        raise NotFound(
            f"Task execution not found [id={task}]; the execution has run: {', '.join(sorted(state.latest))}",
            kind="Task execution",
            id=task,
        )
    return found


def refusals(state: ExecutionState, command: ResumeFrom, chosen: list[Choice]) -> list[Refused]:
    """Return the tasks that cannot be resumed as a command asks, with the reasons."""
    refused = [
        Refused(task=task.name, why=why)
        for number, (task, wish) in enumerate(chosen)
        if (why := _refusal(state, task, wish, command.allow_succeeded))
        or (why := _repetition(task, chosen[:number]))
        or (why := refusal_of_items(state, task, wish))
    ]
    return refused if chosen else _unchosen(state)


def _unchosen(state: ExecutionState) -> list[Refused]:
    """Refuse to go on from nowhere: an execution that has ended needs a task."""
    if not state.is_completed or is_just_forked(state):
        return []
    failed = sorted({state.tasks[task_id].name for task_id in state.failed}) or sorted(state.latest)
    return [
        Refused(task=name, why="no task was chosen to resume from; name this one or another")
        for name in failed
    ]


def _refusal(
    state: ExecutionState, task: TaskExecution, wish: TaskResumption, allow_succeeded: bool
) -> str | None:
    reserved = sorted(RESERVED & {*wish.context, *wish.published})
    if reserved:
        return f"'{reserved[0]}' belongs to the engine and cannot be set"
    if task.state not in COMPLETED and not _was_stopped(state) and not is_just_forked(state):
        return f"it is still {task.state}"
    if task.state == SUCCESS:
        return _refusal_of_succeeded(task, wish, allow_succeeded)
    return None


def _was_stopped(state: ExecutionState) -> bool:
    """Whether somebody ended the execution while it worked: there is no failed task to resume from."""
    return state.is_completed and not state.failed and not state.cancelled


def _refusal_of_succeeded(task: TaskExecution, wish: TaskResumption, allowed: bool) -> str | None:
    if wish.action == "rerun":
        return None if allowed else "already succeeded (ask with allow_succeeded if you want it to run again)"
    if is_waiting_to_go_on(task, wish):
        return None
    if allowed and _gives_data(wish):
        return None
    return (
        "already succeeded, so there is nothing to declare as done "
        "(but with other data, if you ask with allow_succeeded)"
    )


def is_waiting_to_go_on(task: TaskExecution, wish: TaskResumption) -> bool:
    """Whether all that is asked is to go on behind a task that succeeded after the execution's end."""
    return task.state == SUCCESS and not task.processed and not _gives_data(wish)


def _gives_data(wish: TaskResumption) -> bool:
    return bool(wish.context or wish.published) or wish.result is not msgspec.UNSET


def _repetition(task: TaskExecution, before: list[Choice]) -> str | None:
    return "it is named twice" if any(task.id == other.id for other, _ in before) else None
