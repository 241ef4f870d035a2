"""What a fork does once everything up to its moment has been copied: it goes on by itself.

Nobody outside knows the copies, so what was under way is begun anew:
unfinished actions run again, under ids and callback addresses of their own,
and timers are set anew. What the chosen tasks take the place of is not begun
again: it ends as CANCELLED.

An execution that had ended goes on only from chosen tasks; without, it stays
as it is. One that stood still goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wf_es.execution.acting import resume_action
from wf_es.execution.commands import ForkExecution, ForkSubWorkflow, ResumeAction
from wf_es.execution.decision import Draft
from wf_es.execution.descent import runs_after
from wf_es.execution.events import ActionCompleted, ExecutionForked, ExecutionUpdated, WorkflowResumed
from wf_es.execution.finishing import action_ended
from wf_es.execution.lifecycle import CANCELLED, IDLE, PAUSED, RUNNING
from wf_es.execution.requirements import find_task
from wf_es.execution.resuming import go_on
from wf_es.execution.resumption import resume_from
from wf_es.execution.settling import end_workflow
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.execution.timing import TIMEOUT, set_timer

_NO_USE = "Another attempt of its task in the forked parent execution has taken its place."


def fork_execution(draft: Draft, command: ForkExecution) -> None:
    """Go on from what was copied, from the chosen tasks if there are any.

    Raises:
        RequirementsMissing: With the report that says what is missing.
        NotFound: A chosen task did not exist at that moment.

    """
    overtaken = overtaken_by(draft.state, command)
    timers = list(draft.state.timers)
    forked = _begin(draft, command, overtaken)
    if command.tasks:
        resume_from(draft, command)
    elif draft.state.state in (PAUSED, IDLE):
        go_on(draft, draft.emit(WorkflowResumed(env=command.env), forked))
    else:
        if command.env:
            draft.emit(ExecutionUpdated(env=command.env), forked)
        _go_on_where_it_stands(draft, forked)
    _end_actions(draft, overtaken, forked)
    _resume_actions(draft, command)
    _set_anew(draft, timers, forked)


def fork_sub_workflow(draft: Draft, command: ForkSubWorkflow) -> None:
    """Go on below an execution that was forked, or end if that has no use for it any more."""
    overtaken = overtaken_by(draft.state, command)
    timers = list(draft.state.timers)
    forked = _begin(draft, command, overtaken)
    if draft.state.deleted:
        return
    if command.is_over and not draft.state.is_completed:
        end_workflow(draft, CANCELLED, _NO_USE, forked, stopped=True)
    _end_actions(draft, overtaken, forked)
    if not command.is_over:
        _go_on_where_it_stands(draft, forked)
        _resume_actions(draft, command)
        _set_anew(draft, timers, forked)


def overtaken_by(state: ExecutionState, command: ForkExecution | ForkSubWorkflow) -> list[str]:
    """Return the actions under way whose results nobody needs in the fork, oldest first.

    That goes for those of the chosen tasks, of what these had led to, and of
    tasks that had been superseded at that moment.

    Raises:
        NotFound: There is no such task.

    """
    if isinstance(command, ForkSubWorkflow):
        gone = set(state.tasks) if command.is_over else set()
    else:
        gone = {find_task(state, wish.task).id for wish in command.tasks}
        gone.update(run for task_id in list(gone) for run in runs_after(state, task_id))
    return [
        action.id
        for action in begun_anew(state, ())
        if action.task_id in gone or state.tasks[action.task_id].superseded
    ]


def begun_anew(state: ExecutionState, overtaken: Collection[str]) -> list[ActionExecution]:
    """Return the actions that are under way and not overtaken, oldest first."""
    numbers = state.unfinished
    return [
        state.actions[action_id]
        for action_id in sorted(numbers, key=numbers.__getitem__)
        if action_id not in overtaken
    ]


def _begin(draft: Draft, command: ForkExecution | ForkSubWorkflow, overtaken: Collection[str]) -> int:
    """Record where the execution comes from, and that the actions under way are begun anew."""
    anew = [] if draft.state.deleted else begun_anew(draft.state, overtaken)
    pin = draft.definition.pin
    return draft.emit(
        ExecutionForked(
            source_execution_id=command.source_execution_id,
            source_event=command.source_event,
            source_digest=command.source_digest,
            actions=[action.id for action in anew],
            definition=None if pin == draft.state.definition else pin,
        )
    )


def _go_on_where_it_stands(draft: Draft, forked: int) -> None:
    if draft.state.state == RUNNING:
        go_on(draft, forked)


def _end_actions(draft: Draft, action_ids: Iterable[str], forked: int) -> None:
    """End actions that are not begun anew, as far as nothing has taken their place yet."""
    for action_id in action_ids:
        if action_id in draft.state.unfinished:
            ended = draft.emit(ActionCompleted(action_id=action_id, state=CANCELLED), forked)
            action_ended(draft, action_id, ended)


def _resume_actions(draft: Draft, command: ForkExecution | ForkSubWorkflow) -> None:
    """Let paused actions that are begun anew go on: who had paused them knows nothing of the fork."""
    for action in begun_anew(draft.state, ()):
        if action.state == PAUSED:
            resume = ResumeAction(
                execution_id=command.execution_id, origin=command.origin, action_id=action.id
            )
            resume_action(draft, resume)


def _set_anew(draft: Draft, timer_ids: Iterable[str], forked: int) -> None:
    """Set timers anew: a time that is still to come stays, one that has gone by counts from now.

    A timeout always counts from now, because what it limits is begun anew.
    """
    now = draft.command.origin.now
    kept = [draft.state.timers[timer_id] for timer_id in timer_ids if timer_id in draft.state.timers]
    for timer in sorted(kept, key=lambda timer: (timer.due, timer.id)):
        is_to_come = timer.due > now and timer.kind != TIMEOUT
        seconds = (timer.due - now).total_seconds() if is_to_come else timer.seconds
        set_timer(draft, timer.task_id, timer.kind, seconds, forked)
