"""Going on: after a pause, after a failure, with or without changed data.

Two sets of commands meet here. Mistral's own (resume, rerun, skip) keep
Mistral's rules. ``ResumeFrom`` asks two questions, from which tasks and with
which data, checks first whether anything is missing, and may also leave a
state that Mistral's commands cannot leave.

Whatever waited while the execution stood still goes on in a fixed order: the
backlog of a ``pause``, tasks that completed meanwhile, tasks that were IDLE,
items of a list that were deferred.
"""

from __future__ import annotations

import msgspec
from immutables import Map

from wf_es.envelope import JSON
from wf_es.errors import IllegalState, NotFound, RequirementsMissing
from wf_es.execution.choosing import items_to_run
from wf_es.execution.commands import RerunTask, ResumeFrom, ResumeWorkflow, SkipTask, TaskResumption
from wf_es.execution.completing import Ending, complete_task, route_task
from wf_es.execution.decision import Draft
from wf_es.execution.descent import overtaken, runs_after
from wf_es.execution.events import (
    BacklogTaken,
    ExecutionUpdated,
    TaskContinued,
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
from wf_es.execution.requirements import find_task, is_waiting_to_go_on, requirements
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
    if draft.state.state == PAUSED:
        cause = draft.emit(ExecutionUpdated(env=command.env)) if command.env else None
        _run_again(draft, task, cause, items=items)
        return
    cause = _back_to_running(draft, command.env, [task.id])
    _run_again(draft, task, cause, items=items)
    if draft.state.state == RUNNING:
        go_on(draft, cause)


def _run_again(
    draft: Draft,
    task: TaskExecution,
    cause: int | None,
    wish: TaskResumption | None = None,
    items: list[int] | None = None,
) -> None:
    """Run a task again, now or, if the execution stands still, as soon as it goes on."""
    running = draft.state.state == RUNNING
    event = TaskRerun(
        task_id=task.id,
        context=wish.context if wish is not None else {},
        input=wish.input if wish is not None else {},
        state=RUNNING if running else IDLE,
        supersedes=runs_after(draft.state, task.id),
        items=items,
    )
    recorded = draft.emit(event, cause)
    _end_superseded(draft, event.supersedes, recorded)
    if running:
        run_task(draft, task.id, recorded)


def _end_superseded(draft: Draft, task_ids: list[str], cause: int) -> None:
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
    given = _published(draft, task, SKIPPED)
    cause = None if draft.state.state == PAUSED else _back_to_running(draft, {}, [task.id])
    skipped = TaskSkipped(
        task_id=task.id,
        published=given.branch,
        published_global=given.global_,
        published_atomic=given.atomic,
        supersedes=runs_after(draft.state, task.id),
    )
    _end_superseded(draft, skipped.supersedes, draft.emit(skipped, cause))
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


def _back_to_running(
    draft: Draft, env: dict[str, JSON], tasks: list[str], forced: bool = False
) -> int | None:
    if draft.state.state == RUNNING and not forced:
        return draft.emit(ExecutionUpdated(env=env)) if env else None
    return draft.emit(WorkflowResumed(env=env, tasks=tasks, forced=forced))


def _published(draft: Draft, task: TaskExecution, outcome: str) -> Published:
    return published(draft, msgspec.structs.replace(task, state=outcome, state_info=None))


def _task(draft: Draft, task_id: str) -> TaskExecution:
    task = draft.state.tasks.get(task_id)
    if task is None:
        raise NotFound(f"Task execution not found [id={task_id}]", kind="Task execution", id=task_id)
    return task


# --- from chosen tasks, with changed data ----------------------------------------


def resume_from(draft: Draft, command: ResumeFrom) -> None:
    """Go on from the chosen tasks with changed data.

    1. Refuse if a chosen task cannot be resumed, or if data is missing
       (unless ``force``).
    2. Bring the execution back to RUNNING.
    3. Run each task again or record that it counts as done, the earliest
       first, so that a task outlives the rerun of one that led to it.
    4. Take up whatever waited, with what follows the tasks that are done.

    Raises:
        RequirementsMissing: With the report that says what is missing.
        IllegalState: No task is chosen and the execution is not paused.

    """
    if not command.tasks:
        _resume_whole(draft, command)
        return
    report = requirements(draft.state, draft.definition, command, draft.ask)
    if report.refused or (report.missing and not command.force):
        raise RequirementsMissing(report.sentence(), report=report)
    found = [(find_task(draft.state, wish.task), wish) for wish in command.tasks]
    chosen = sorted(found, key=lambda item: item[0].number)
    overruled = bool(report.missing)
    cause = _back_to_running(draft, command.env, [task.id for task, _ in chosen], forced=overruled)
    for task, wish in chosen:
        if wish.action == "rerun":
            _run_again(draft, task, cause, wish, items_to_run(draft.state, task, wish.items))
        elif not is_waiting_to_go_on(task, wish):
            _continue(draft, task, wish, cause)
    if draft.state.state == RUNNING:
        go_on(draft, cause)


def _resume_whole(draft: Draft, command: ResumeFrom) -> None:
    if draft.state.is_completed:
        raise IllegalState(
            f"The execution has ended in {draft.state.state}: name the tasks to resume from "
            f"[execution_id={draft.state.id}]",
            id=draft.state.id,
        )
    if draft.state.state in (PAUSED, IDLE):
        go_on(draft, draft.emit(WorkflowResumed(env=command.env, forced=command.force)))


def _continue(draft: Draft, task: TaskExecution, wish: TaskResumption, cause: int | None) -> None:
    given = wish.result is not msgspec.UNSET
    event = TaskContinued(
        task_id=task.id,
        context=wish.context,
        published=wish.published,
        result=wish.result if given else None,
        supersedes=runs_after(draft.state, task.id),
    )
    if given:
        ended = draft.preview(event).tasks[task.id]
        values = _published(draft, ended, ended.state)
        event = msgspec.structs.replace(
            event,
            published={**values.branch, **wish.published},
            published_global=values.global_,
            published_atomic=values.atomic,
        )
    _end_superseded(draft, event.supersedes, draft.emit(event, cause))
