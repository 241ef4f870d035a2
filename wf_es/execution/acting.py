"""What follows when the action of a task pauses, goes on, or ends."""

from __future__ import annotations

from wf_es.errors import NotAllowed
from wf_es.execution.adhoc import Functions
from wf_es.execution.commands import CompleteAction, DeleteAction, PauseAction, ResumeAction
from wf_es.execution.decision import Draft
from wf_es.execution.events import ActionPaused, ActionResumed, WorkflowPaused, WorkflowResumed
from wf_es.execution.finishing import action_ended
from wf_es.execution.functions import functions
from wf_es.execution.items import go_on_with_items
from wf_es.execution.lifecycle import COMPLETED, PAUSED, RUNNING
from wf_es.execution.reports import Transforming, known_action, open_action, record_end
from wf_es.execution.resuming import go_on
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import ActionExecution


def pause_action(draft: Draft, command: PauseAction) -> None:
    """Record a reported pause; the workflow pauses with its action."""
    action = open_action(draft, command.action_id)
    if action.state == PAUSED:
        return
    cause = draft.emit(ActionPaused(action_id=action.id))
    if draft.state.state == RUNNING:
        draft.emit(WorkflowPaused(), cause)


def resume_action(draft: Draft, command: ResumeAction) -> None:
    """Record that a paused action goes on; with the last one the workflow does."""
    action = open_action(draft, command.action_id)
    if action.state != PAUSED:
        return
    cause = draft.emit(ActionResumed(action_id=action.id))
    if draft.state.state == PAUSED and not draft.state.paused:
        go_on(draft, draft.emit(WorkflowResumed(), cause))
    elif action.task_id in draft.state.deferred:
        go_on_with_items(draft, action.task_id, cause)


def complete_action(draft: Draft, command: CompleteAction) -> None:
    """Record the end of an action and everything that follows from it.

    If the output of an ad-hoc action cannot be evaluated, its task and the
    workflow fail by force, as in Mistral.
    """

    def sees(action: ActionExecution) -> Functions:
        return functions(draft, draft.state, draft.state.tasks[action.task_id])

    ended = record_end(draft, command, Transforming(sees, draft.definition.limits.expressions))
    if ended is None:
        return
    if ended.failure is None:
        action_ended(draft, ended.action_id, ended.cause)
        return
    task = draft.state.tasks[draft.state.actions[ended.action_id].task_id]
    if task.state not in COMPLETED:
        fail_task_by_force(draft, task.id, ended.failure, ended.cause)


def refuse_deletion(draft: Draft, command: DeleteAction) -> None:
    """Refuse to forget the action of a task: what a workflow did is part of its history."""
    action = known_action(draft, command.action_id)
    raise NotAllowed(
        f"Only an action execution outside of a workflow can be deleted [id={action.id}]; "
        "delete the whole execution instead.",
        id=action.id,
    )
