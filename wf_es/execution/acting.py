"""Commands about one action: it starts, is handed over, pauses, ends.

A completion counts once. The same report again changes nothing; a different
one is a conflict, and so is any report for an attempt that a rerun has taken
the place of (the first such report is recorded, so the audit shows it).
"""

from __future__ import annotations

from wf_es.envelope import JSON
from wf_es.errors import CompletionConflict, IllegalState, InvalidRequest, NotFound
from wf_es.execution.commands import (
    CompleteAction,
    DelegateAction,
    PauseAction,
    ResumeAction,
    StartAction,
)
from wf_es.execution.completing import complete_task
from wf_es.execution.decision import Draft
from wf_es.execution.digest import digest_of, is_same
from wf_es.execution.events import (
    ActionCompleted,
    ActionDelegated,
    ActionPaused,
    ActionResumed,
    ActionStarted,
    CompletionRefused,
    WorkflowPaused,
    WorkflowResumed,
)
from wf_es.execution.failure import text_of
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, PAUSED, RUNNING, SUCCESS
from wf_es.execution.resuming import go_on
from wf_es.execution.state import ActionExecution

_OUTCOMES = (SUCCESS, ERROR, CANCELLED)


def start_action(draft: Draft, command: StartAction) -> None:
    """Record that a runner is about to run the action; a second start is no event."""
    action = _action(draft, command.action_id)
    _refuse_unless_open(action)
    if not action.started:
        draft.emit(ActionStarted(action_id=action.id, runner=command.runner))


def delegate_action(draft: Draft, command: DelegateAction) -> None:
    """Record that another system has the action and will call back."""
    action = _action(draft, command.action_id)
    if action.delegated or action.superseded or action.state in COMPLETED:
        return
    draft.emit(ActionDelegated(action_id=action.id))


def pause_action(draft: Draft, command: PauseAction) -> None:
    """Record a reported pause; the workflow pauses with its action."""
    action = _action(draft, command.action_id)
    _refuse_unless_open(action)
    if action.state == PAUSED:
        return
    cause = draft.emit(ActionPaused(action_id=action.id))
    if draft.state.state == RUNNING:
        draft.emit(WorkflowPaused(), cause)


def resume_action(draft: Draft, command: ResumeAction) -> None:
    """Record that a paused action goes on; with the last one the workflow does."""
    action = _action(draft, command.action_id)
    _refuse_unless_open(action)
    if action.state != PAUSED:
        return
    cause = draft.emit(ActionResumed(action_id=action.id))
    state = draft.state
    others = (state.actions[action_id].state for action_id in state.unfinished)
    if state.state == PAUSED and PAUSED not in others:
        go_on(draft, draft.emit(WorkflowResumed(), cause))


def complete_action(draft: Draft, command: CompleteAction) -> None:
    """Record the end of an action and everything that follows from it."""
    if command.state not in _OUTCOMES:
        raise InvalidRequest(
            f"Error. Expected one of {list(_OUTCOMES)}, actual: {command.state}", field="state"
        )
    action = _action(draft, command.action_id)
    output = _output(command)
    if action.state in COMPLETED:
        _compare(action, command.state, output)
        return
    if action.superseded:
        _refuse_superseded(draft, action, command.state)
        return
    if command.started_by is not None and not action.started:
        draft.emit(ActionStarted(action_id=action.id, runner=command.started_by))
    cause = draft.emit(ActionCompleted(action_id=action.id, state=command.state, output=output))
    if draft.state.tasks[action.task_id].state not in COMPLETED:
        info = text_of(output) if command.state == ERROR else None
        complete_task(draft, action.task_id, command.state, info, cause)


def _output(command: CompleteAction) -> JSON:
    if command.state == CANCELLED:
        return None
    if command.state == ERROR and command.output is None:
        return "Unknown error"
    return command.output


def _action(draft: Draft, action_id: str) -> ActionExecution:
    action = draft.state.actions.get(action_id)
    if action is None:
        raise NotFound(f"ActionExecution not found [id={action_id}]", kind="ActionExecution", id=action_id)
    return action


def _refuse_unless_open(action: ActionExecution) -> None:
    if action.state in COMPLETED or action.superseded:
        how = "is superseded by a rerun" if action.superseded else f"has ended in {action.state}"
        raise IllegalState(f"The action execution {how} [id={action.id}]", id=action.id)


def _compare(action: ActionExecution, state: str, output: JSON) -> None:
    if action.state != state or not _is_output(action, output):
        raise CompletionConflict(
            f"The action execution is already completed with another "
            f"{'value' if action.state == state else 'state'} [id={action.id}, state={action.state}]",
            id=action.id,
        )


def _is_output(action: ActionExecution, output: JSON) -> bool:
    if action.digest is not None:
        return action.digest == digest_of(output)
    return is_same(action.output, output)


def _refuse_superseded(draft: Draft, action: ActionExecution, state: str) -> None:
    draft.refusal = CompletionConflict(
        f"The action execution was superseded by a later attempt of its task [id={action.id}]",
        id=action.id,
    )
    if not action.refused:
        draft.emit(CompletionRefused(action_id=action.id, state=state))
