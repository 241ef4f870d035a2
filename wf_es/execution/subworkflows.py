"""Sub-workflows as their parent sees them: they are scheduled, and report.

A report says how the child stands since one of its events. Reports may come
late, twice or in another order; what is older than what is known is ignored,
so the parent always ends with what the child said last.

A pause or a resume that began in the child goes on to the parent, as in
Mistral: the parent stands still with its sub-workflow, and goes on when nothing
of it stands still any more. What the child only did because the parent had
ordered it, does not. Where both were turned before either had heard of the
other, the pause wins: it starts nothing that cannot be undone.
"""

from __future__ import annotations

import msgspec

from wf_es.errors import NotFound
from wf_es.execution.commands import RefuseSubWorkflow, ReportSubWorkflow
from wf_es.execution.decision import Draft
from wf_es.execution.descent import runs_after, take_back
from wf_es.execution.events import (
    SubWorkflowCompleted,
    SubWorkflowPaused,
    SubWorkflowReopened,
    SubWorkflowResumed,
    WorkflowPaused,
    WorkflowResumed,
)
from wf_es.execution.finishing import sub_workflow_ended
from wf_es.execution.items import go_on_with_items
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, PAUSED, RUNNING, SUCCESS
from wf_es.execution.resuming import go_on
from wf_es.execution.state import SubExecution
from wf_es.execution.units import has_given_up


def report_sub_workflow(draft: Draft, command: ReportSubWorkflow) -> None:
    """Record how a sub-workflow stands, and what follows from it; nothing if it is no news."""
    child = _child(draft, command.sub_execution_id)
    is_news = command.event > child.event
    is_obeying = command.event == child.event and command.order > child.order
    if not is_news and (not is_obeying or child.state in COMPLETED):
        return
    if child.state in COMPLETED:
        _reopen(draft, child, command)
    is_alone = _is_alone(draft, child.id)
    if command.state in COMPLETED:
        _end(draft, child, command, is_alone)
    elif command.state == PAUSED:
        _pause(draft, child, command, is_alone)
    elif child.state == PAUSED or command.order > child.order:
        _resume(draft, child, command, is_alone)


def refuse_sub_workflow(draft: Draft, command: RefuseSubWorkflow) -> None:
    """Record that a sub-workflow could not be started: its task fails, and may handle it."""
    child = _child(draft, command.sub_execution_id)
    if child.event == 0 and child.state not in COMPLETED:
        cause = draft.emit(
            SubWorkflowCompleted(
                execution_id=child.id,
                task_id=child.task_id,
                event=0,
                alone=_is_alone(draft, child.id),
                state=ERROR,
                state_info=command.message,
            )
        )
        sub_workflow_ended(draft, child.id, cause)


def _child(draft: Draft, execution_id: str) -> SubExecution:
    child = draft.state.children.get(execution_id)
    if child is None:
        raise NotFound(
            f"The execution {draft.state.id} has no sub-workflow execution {execution_id}",
            kind="WorkflowExecution",
            id=execution_id,
        )
    return child


def _end(draft: Draft, child: SubExecution, command: ReportSubWorkflow, is_alone: bool) -> None:
    cause = draft.emit(
        SubWorkflowCompleted(
            execution_id=child.id,
            task_id=child.task_id,
            event=command.event,
            order=command.order,
            alone=is_alone,
            state=command.state,
            state_info=command.state_info,
            output=command.output,
        )
    )
    sub_workflow_ended(draft, child.id, cause)


def _pause(draft: Draft, child: SubExecution, command: ReportSubWorkflow, is_alone: bool) -> None:
    event = SubWorkflowPaused(
        execution_id=child.id,
        task_id=child.task_id,
        event=command.event,
        order=command.order,
        alone=is_alone,
    )
    cause = draft.emit(event)
    if not is_alone and _began_here(child, command) and draft.state.state == RUNNING:
        draft.emit(WorkflowPaused(), cause)


def _resume(draft: Draft, child: SubExecution, command: ReportSubWorkflow, is_alone: bool) -> None:
    event = SubWorkflowResumed(
        execution_id=child.id,
        task_id=child.task_id,
        event=command.event,
        order=command.order,
        alone=is_alone,
    )
    cause = draft.emit(event)
    counts = command.order >= child.ordered
    if counts and _began_here(child, command) and draft.state.state == PAUSED and not draft.state.paused:
        go_on(draft, draft.emit(WorkflowResumed(), cause))
    elif child.task_id in draft.state.deferred:
        go_on_with_items(draft, child.task_id, cause)


def _is_alone(draft: Draft, execution_id: str) -> bool:
    """Whether the task of a sub-workflow has gone on for good."""
    child = draft.state.children[execution_id]
    return child.superseded or child.alone


def _began_here(child: SubExecution, command: ReportSubWorkflow) -> bool:
    """Whether the sub-workflow has turned by itself since it was last heard of."""
    return command.is_own and command.event > child.event


def follow_resumed(draft: Draft, report: ReportSubWorkflow, reopened: int, cause: int | None) -> None:
    """Let the task of a sub-workflow that was resumed from here run with it, whatever had become of it.

    ``reopened`` is the child's event that began a run after its end, 0 if it had not ended.
    """
    child = _child(draft, report.sub_execution_id)
    if child.state in COMPLETED or child.alone:
        event = max(reopened, child.event)
        _run_with(draft, child, msgspec.structs.replace(report, event=event), False, cause)
    report_sub_workflow(draft, report)


def _reopen(draft: Draft, child: SubExecution, command: ReportSubWorkflow) -> None:
    """Let the task and the execution run again with a sub-workflow that runs again after its end.

    It does so alone if its task has gone on for good: the execution has
    succeeded, or another attempt has taken its place; or if it was ordered
    to end and did not know it yet.
    """
    state = draft.state
    task = state.tasks[child.task_id]
    waits = task.state not in COMPLETED
    may_run = task.state in (ERROR, CANCELLED) and state.state != SUCCESS
    is_to_end = child.demand == CANCELLED and command.order < child.ordered
    alone = child.superseded or is_to_end or not (waits or may_run) or has_given_up(state, task)
    cause = _run_with(draft, child, command, alone, None)
    if not alone and state.is_completed:
        go_on(draft, draft.emit(WorkflowResumed(tasks=[task.id]), cause))


def _run_with(
    draft: Draft, child: SubExecution, command: ReportSubWorkflow, alone: bool, cause: int | None
) -> int:
    """Record that a sub-workflow runs again, and its task with it unless it does so ``alone``."""
    ended = draft.state.tasks[child.task_id].state in COMPLETED
    supersedes = runs_after(draft.state, child.task_id) if ended and not alone else []
    recorded = draft.emit(
        SubWorkflowReopened(
            execution_id=child.id,
            task_id=child.task_id,
            event=command.event,
            order=command.order,
            supersedes=supersedes,
            alone=alone,
        ),
        cause,
    )
    if supersedes:
        take_back(draft, supersedes, recorded)
    return recorded
