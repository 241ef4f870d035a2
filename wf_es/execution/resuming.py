"""Going on after a pause or a failure, in Mistral's way: resume, rerun, skip.

These commands keep Mistral's rules; how to go on from chosen tasks and with
changed data is in ``resumption.py``.

Whatever waited while the execution stood still goes on in a fixed order: the
backlog of a ``pause``, tasks that completed meanwhile, tasks that were IDLE,
items of a list that were deferred.
"""

from __future__ import annotations

import msgspec
from immutables import Map

from wf_es.envelope import JSON
from wf_es.errors import IllegalState, NotFound
from wf_es.execution.commands import RerunTask, ResumeWorkflow, SkipTask
from wf_es.execution.completing import Ending, complete_task, route_task
from wf_es.execution.decision import Draft
from wf_es.execution.descent import overtaken, runs_after
from wf_es.execution.events import (
    BacklogTaken,
    ExecutionUpdated,
    TaskRerun,
    TaskSkipped,
    WorkflowResumed,
)
from wf_es.execution.items import go_on_with_items
from wf_es.execution.joins import begin_if_complete
from wf_es.execution.lifecycle import (
    ERROR,
    IDLE,
    PAUSED,
    RUNNING,
    SKIPPED,
    WORKFLOW,
    may_follow,
)
from wf_es.execution.publishing import Published, published
from wf_es.execution.routing import dispatch
from wf_es.execution.scheduling import begin_task, run_task
from wf_es.execution.state import TaskExecution
from wf_es.execution.units import items_without_success


def go_on(draft: Draft, cause: int | None) -> None:
    """Take up everything that waited while the execution stood still."""
    for task_id, transitions in draft.state.backlog:
        taken = draft.emit(BacklogTaken(task_id=task_id, transitions=list(transitions)), cause)
        dispatch(draft, task_id, transitions, taken)
        if draft.state.state != RUNNING:
            return
    for task_id in _by_number(draft.state.unprocessed):
        route_task(draft, task_id, cause)
        if draft.state.state != RUNNING:
            return
    for task_id in _counting(draft, draft.state.idle):
        begin_task(draft, task_id, cause)
        if draft.state.state != RUNNING:
            return
    for task_id in _by_number(draft.state.deferred):
        go_on_with_items(draft, task_id, cause)
        if draft.state.state != RUNNING:
            return
    for task_id in _by_number(draft.state.waiting):
        draft.doubtful.append(task_id)
        begin_if_complete(draft, task_id, cause)


def _counting(draft: Draft, index: Map[str, int]) -> list[str]:
    """Return the tasks that still count; one whose place another has taken is about to end."""
    return [task_id for task_id in _by_number(index) if not draft.state.tasks[task_id].superseded]


def _by_number(index: Map[str, int]) -> list[str]:
    return sorted(index, key=index.__getitem__)


# --- in Mistral's way ----------------------------------------------------------


def resume_workflow(draft: Draft, command: ResumeWorkflow) -> None:
    """Go on after a pause; anything but PAUSED or IDLE is left as it is."""
    if draft.state.state in (PAUSED, IDLE):
        go_on(draft, draft.emit(WorkflowResumed(env=command.env)))


def rerun_task(draft: Draft, command: RerunTask) -> None:
    """Run a failed task again; while the execution is paused, as soon as it resumes."""
    task = _task(draft, command.task_id)
    if task.state != ERROR:
        raise IllegalState(
            "The current task execution must be in ERROR for rerun. "
            "Only updating task to rerun is supported.",
            id=task.id,
        )
    if not command.reset and not draft.definition.workflow.spec.tasks[task.name].with_items:
        raise IllegalState("Only with-items task has the option to not reset.", id=task.id)
    _refuse_unless_resumable(draft)
    items = None if command.reset else items_without_success(draft.state, task)
    again = TaskRerun(task_id=task.id, items=items)
    if draft.state.state == PAUSED:
        cause = draft.emit(ExecutionUpdated(env=command.env)) if command.env else None
        run_again(draft, again, cause)
        return
    cause = back_to_running(draft, command.env, [task.id])
    run_again(draft, again, cause)
    if draft.state.state == RUNNING:
        go_on(draft, cause)


def run_again(draft: Draft, event: TaskRerun, cause: int | None) -> None:
    """Run a task again as the event says, now or, if the execution stands still, as soon as it goes on."""
    is_running = draft.state.state == RUNNING
    event = msgspec.structs.replace(
        event,
        state=RUNNING if is_running else IDLE,
        supersedes=runs_after(draft.state, event.task_id),
    )
    recorded = draft.emit(event, cause)
    end_superseded(draft, event.supersedes, recorded)
    if is_running:
        run_task(draft, event.task_id, recorded)


def end_superseded(draft: Draft, task_ids: list[str], cause: int) -> None:
    """End superseded runs that wait for a time or a resume: their work must not begin any more."""
    for task_id, outcome, info in list(overtaken(draft.state, task_ids)):
        complete_task(draft, task_id, Ending(outcome, info), cause)


def skip_task(draft: Draft, command: SkipTask) -> None:
    """Mark a failed task as skipped and go on with what follows a skip."""
    task = _task(draft, command.task_id)
    if task.state != ERROR:
        raise IllegalState(
            f"Only a task in ERROR can be skipped, and this one is in {task.state} [id={task.id}]",
            id=task.id,
        )
    _refuse_unless_resumable(draft)
    given = published_as(draft, task, SKIPPED)
    cause = None if draft.state.state == PAUSED else back_to_running(draft, {}, [task.id])
    skipped = TaskSkipped(
        task_id=task.id,
        published=given.branch,
        published_global=given.global_,
        published_atomic=given.atomic,
        supersedes=runs_after(draft.state, task.id),
    )
    end_superseded(draft, skipped.supersedes, draft.emit(skipped, cause))
    if draft.state.state == RUNNING:
        go_on(draft, cause)


def _refuse_unless_resumable(draft: Draft) -> None:
    if not may_follow(WORKFLOW, draft.state.state, RUNNING):
        raise illegal_change(draft, RUNNING)


def illegal_change(draft: Draft, wanted: str) -> IllegalState:
    """Return the error that an execution cannot change to a state."""
    state = draft.state
    return IllegalState(
        f"Can't change workflow execution state from {state.state} to {wanted}. "
        f"[workflow={state.workflow_name}, execution_id={state.id}]",
        id=state.id,
    )


def back_to_running(draft: Draft, env: dict[str, JSON], tasks: list[str], forced: bool = False) -> int | None:
    """Bring the execution back to RUNNING; return the event's number, None if none was needed."""
    if draft.state.state == RUNNING and not forced:
        return draft.emit(ExecutionUpdated(env=env)) if env else None
    return draft.emit(WorkflowResumed(env=env, tasks=tasks, forced=forced))


def published_as(draft: Draft, task: TaskExecution, outcome: str) -> Published:
    """Return what a task would publish if it ended in ``outcome``."""
    return published(draft, msgspec.structs.replace(task, state=outcome, state_info=None))


def _task(draft: Draft, task_id: str) -> TaskExecution:
    task = draft.state.tasks.get(task_id)
    if task is None:
        raise NotFound(f"Task execution not found [id={task_id}]", kind="Task execution", id=task_id)
    if task.name not in draft.definition.workflow.spec.tasks:
        raise IllegalState(
            f"Version {draft.definition.pin.version} of the workflow counts for the execution now, and it "
            f"has no task '{task.name}' [id={task_id}]",
            id=task_id,
        )
    return task
