"""A person says that a task is done: it ends, whatever has become of its own work.

What it still waits for counts no more. In an execution that runs, what follows
begins; one that is paused keeps it for later; one that has ended goes on only
for a success, since a failure is what it may have ended with.

Saying the same once more changes nothing; saying something else about a task
that has ended well is a conflict.
"""

from __future__ import annotations

import msgspec

from wf_es.errors import CompletionConflict, IllegalState, InvalidRequest, NotFound, RequirementsMissing
from wf_es.execution.commands import CompleteTask, ResumeFrom, TaskResumption
from wf_es.execution.completing import route_task
from wf_es.execution.decision import Draft
from wf_es.execution.descent import runs_after
from wf_es.execution.digest import digest_of
from wf_es.execution.events import TaskContinued, WorkflowResumed
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, RUNNING, SUCCESS, WAITING
from wf_es.execution.requirements import requirements
from wf_es.execution.resuming import end_superseded, go_on, published_as
from wf_es.execution.state import TaskExecution

_STATES = (SUCCESS, ERROR, CANCELLED)


def complete_task_by_hand(draft: Draft, command: CompleteTask) -> None:
    """End a task as somebody says, and go on with what follows.

    Raises:
        NotFound: The execution has no such task.
        InvalidRequest: A task cannot be ended in this state.
        IllegalState: The task waits for others, or does not count any more.
        CompletionConflict: It has ended otherwise.
        RequirementsMissing: What follows needs data that is missing (unless ``force``).

    """
    task = draft.state.tasks.get(command.task_id)
    if task is None:
        message = f"Task execution not found [id={command.task_id}]"
        raise NotFound(message, kind="Task execution", id=command.task_id)
    if command.state not in _STATES:
        message = f"A task can be completed as {', '.join(_STATES)}, not as {command.state[:255]}"
        raise InvalidRequest(message, field="state")
    if _is_known(task, command):
        return
    _refuse(task, command)
    is_forced = command.state == SUCCESS and _check(draft, command)
    if draft.state.is_completed and command.state == SUCCESS:
        cause: int | None = draft.emit(WorkflowResumed(tasks=[task.id], forced=is_forced))
        _end(draft, task, command, cause)
        go_on(draft, cause)
    else:
        cause = _end(draft, task, command, None)
        if draft.state.state == RUNNING:
            route_task(draft, task.id, cause)


def _is_known(task: TaskExecution, command: CompleteTask) -> bool:
    """Whether a task has ended just as somebody says."""
    if task.state != command.state:
        return False
    known = {**task.published, **task.published_global}
    is_published = all(name in known and known[name] == value for name, value in command.published.items())
    given = command.result
    return is_published and (given is msgspec.UNSET or digest_of(given) == digest_of(task.result))


def _refuse(task: TaskExecution, command: CompleteTask) -> None:
    if task.superseded:
        raise IllegalState(
            f"Task '{task.name}' does not count any more: a task that led to it has run again [id={task.id}]",
            id=task.id,
        )
    if task.state == WAITING:
        raise IllegalState(
            f"Task '{task.name}' has not begun: it waits for tasks that lead to it, so complete these "
            f"[id={task.id}]",
            id=task.id,
        )
    is_mended = command.state == SUCCESS and task.state in (ERROR, CANCELLED)
    if task.state in COMPLETED and not is_mended:
        raise CompletionConflict(
            f"Task '{task.name}' has already ended in {task.state} (event {task.event}) and not like this; "
            f"to go on from it with other data, resume the execution [id={task.id}]",
            id=task.id,
        )


def _check(draft: Draft, command: CompleteTask) -> bool:
    """Refuse if what follows lacks data; return whether that was overruled."""
    wish = TaskResumption(
        task=command.task_id, action="continue", published=command.published, result=command.result
    )
    asked = ResumeFrom(execution_id=draft.state.id, origin=command.origin, tasks=(wish,))
    report = msgspec.structs.replace(
        requirements(draft.state, draft.definition, asked, draft.ask), refused=[]
    )
    if report.is_lacking and not command.force:
        raise RequirementsMissing(report.sentence(), report=report)
    return report.is_lacking


def _end(draft: Draft, task: TaskExecution, command: CompleteTask, cause: int | None) -> int:
    given = command.result is not msgspec.UNSET
    event = TaskContinued(
        task_id=task.id,
        published=command.published,
        result=command.result if given else None,
        supersedes=runs_after(draft.state, task.id),
        state=command.state,
        state_info=command.message,
    )
    if given:
        ended = draft.preview(event).tasks[task.id]
        values = published_as(draft, ended, command.state)
        event = msgspec.structs.replace(
            event,
            published={**values.branch, **command.published},
            published_global=values.global_,
            published_atomic=values.atomic,
        )
    recorded = draft.emit(event, cause)
    end_superseded(draft, event.supersedes, recorded)
    return recorded
