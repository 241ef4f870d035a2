"""What is reported of an action: it starts, is handed over, ends.

A completion counts once. The same report again changes nothing; a different
one is a conflict, and so is any report for an attempt that a rerun has taken
the place of (the first such report is recorded, so the audit shows it).

What follows from a report is told elsewhere: for the actions of tasks in
``acting``, for those that were run outside of any workflow in ``direct``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import CompletionConflict, EvaluationError, IllegalState, InvalidRequest, NotFound
from wf_es.execution.adhoc import Functions, transformed
from wf_es.execution.commands import CompleteAction, DelegateAction, StartAction
from wf_es.execution.decision import Recording, StoredAction
from wf_es.execution.digest import digest_of, is_same, report_of
from wf_es.execution.events import ActionCompleted, ActionDelegated, ActionStarted, CompletionRefused
from wf_es.execution.failure import action_not_completed
from wf_es.execution.foreign import actions_pinned
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, SUCCESS
from wf_es.execution.state import ActionExecution
from wf_es.limits import ExpressionLimits

_OUTCOMES = (SUCCESS, ERROR, CANCELLED)


class Ended(msgspec.Struct, frozen=True):
    """The end of an action was recorded as event number ``cause``.

    ``failure`` says why the output of an ad-hoc action could not be made.
    """

    action_id: str
    cause: int
    failure: str | None = None


class Transforming(msgspec.Struct, frozen=True):
    """What the output of an ad-hoc action may call, for a given action, and what it may cost."""

    functions: Callable[[ActionExecution], Functions]
    limits: ExpressionLimits


def start_action(draft: Recording, command: StartAction) -> None:
    """Record that a runner is about to run the action; a second start is no event."""
    action = open_action(draft, command.action_id)
    if not action.started:
        draft.emit(ActionStarted(action_id=action.id, runner=command.runner))


def delegate_action(draft: Recording, command: DelegateAction) -> None:
    """Record that another system has the action and will call back."""
    action = known_action(draft, command.action_id)
    if action.delegated or action.superseded or action.state in COMPLETED:
        return
    draft.emit(ActionDelegated(action_id=action.id))


def known_action(draft: Recording, action_id: str) -> ActionExecution:
    """Return an action of the execution.

    Raises:
        NotFound: There is no such action.

    """
    action = draft.state.actions.get(action_id)
    if action is None:
        raise NotFound(f"ActionExecution not found [id={action_id}]", kind="ActionExecution", id=action_id)
    return action


def open_action(draft: Recording, action_id: str) -> ActionExecution:
    """Return an action that has not ended.

    Raises:
        NotFound: There is no such action.
        IllegalState: It has ended, or another attempt has replaced it.

    """
    action = known_action(draft, action_id)
    if action.state in COMPLETED or action.superseded:
        how = "is superseded by a rerun" if action.superseded else f"has ended in {action.state}"
        raise IllegalState(f"The action execution {how} [id={action.id}]", id=action.id)
    return action


def record_end(draft: Recording, command: CompleteAction, transforming: Transforming) -> Ended | None:
    """Record the end of an action; None if it was known, or came too late.

    If the output of an ad-hoc action cannot be evaluated, the action ends in
    ERROR, as in Mistral.

    Raises:
        InvalidRequest: This is no way to end.
        NotFound: There is no such action.
        CompletionConflict: It has ended otherwise.

    """
    if command.state not in _OUTCOMES:
        raise InvalidRequest(
            f"Error. Expected one of {list(_OUTCOMES)}, actual: {command.state}", field="state"
        )
    action = known_action(draft, command.action_id)
    output = _output(command)
    if action.state in COMPLETED:
        _compare(action, command.state, output)
        return None
    if action.superseded:
        _refuse_superseded(draft, action, command.state)
        return None
    if command.started_by is not None and not action.started:
        draft.emit(ActionStarted(action_id=action.id, runner=command.started_by))
    if action.chain and command.state == SUCCESS:
        return _record_transformed(draft, action, output, transforming)
    ended = ActionCompleted(action_id=action.id, state=command.state, output=output)
    return Ended(action.id, draft.emit(ended))


def _record_transformed(
    draft: Recording, action: ActionExecution, result: JSON, transforming: Transforming
) -> Ended:
    stored = cast(tuple[StoredAction, ...], draft.ask(actions_pinned(action.chain)))
    chain = [one.action.spec for one in stored]
    state, failure = SUCCESS, None
    try:
        output = transformed(chain, result, transforming.functions(action), transforming.limits)
    except EvaluationError as error:
        state, failure = ERROR, action_not_completed(action.name, error)
        output = failure
    ended = ActionCompleted(
        action_id=action.id, state=state, output=output, reported=report_of(SUCCESS, result)
    )
    return Ended(action.id, draft.emit(ended), failure)


def _output(command: CompleteAction) -> JSON:
    if command.state == CANCELLED:
        return None
    if command.state == ERROR and command.output is None:
        return "Unknown error"
    return command.output


def _compare(action: ActionExecution, state: str, output: JSON) -> None:
    if action.reported is not None:
        is_same_report = action.reported == report_of(state, output)
    else:
        is_same_report = action.state == state and _is_output(action, output)
    if not is_same_report:
        raise CompletionConflict(
            f"The action execution is already completed with another "
            f"{'value' if action.state == state else 'state'} [id={action.id}, state={action.state}]",
            id=action.id,
        )


def _is_output(action: ActionExecution, output: JSON) -> bool:
    if action.digest is not None:
        return action.digest == digest_of(output)
    return is_same(action.output, output)


def _refuse_superseded(draft: Recording, action: ActionExecution, state: str) -> None:
    draft.refusal = CompletionConflict(
        f"The action execution was superseded by a later attempt of its task [id={action.id}]",
        id=action.id,
    )
    if not action.refused:
        draft.emit(CompletionRefused(action_id=action.id, state=state))
