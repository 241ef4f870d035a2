"""An action that is run by itself, outside of any workflow.

It has a stream of its own with the events that an action of a task has, so
runners, callbacks and what is found again at start make no difference between
the two. There is nothing else in such a stream: when the action has ended, it
has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from wf_es.definition import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest, NotAllowed, NotFound
from wf_es.execution.adhoc import Caller, Invocation, NotInstantiated, invoke
from wf_es.execution.commands import (
    Command,
    CompleteAction,
    DelegateAction,
    DeleteAction,
    FireTimer,
    PauseAction,
    ResumeAction,
    RunAction,
    StartAction,
)
from wf_es.execution.decision import Decision, Recording, not_found
from wf_es.execution.environments import evaluated_environment, given_environment
from wf_es.execution.events import (
    ActionCompleted,
    ActionPaused,
    ActionResumed,
    ActionScheduled,
    DirectRun,
    ExecutionDeleted,
    TimerFired,
)
from wf_es.execution.failure import action_timed_out
from wf_es.execution.foreign import Answer, Needs, Query
from wf_es.execution.functions import general_functions
from wf_es.execution.lifecycle import COMPLETED, ERROR, PAUSED
from wf_es.execution.reports import (
    Transforming,
    delegate_action,
    known_action,
    open_action,
    record_end,
    start_action,
)
from wf_es.execution.state import ExecutionState
from wf_es.execution.timing import TIMEOUT, set_timer, shown
from wf_es.expressions import Scope
from wf_es.limits import ExpressionLimits, Limits

_NO_ANSWERS: Mapping[Query, Answer] = MappingProxyType({})


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to run without a workflow: the installed actions, and within which limits."""

    actions: Mapping[str, ActionSpec]
    limits: Limits


def decide_directly(
    command: Command,
    state: ExecutionState,
    installation: Installation,
    answers: Mapping[Query, Answer] = _NO_ANSWERS,
) -> Decision | Query:
    """Decide what a command means for an action that is run by itself.

    Args:
        command: What is asked, by whom, and when.
        state: The run as it stands; ``initial(id)`` if there is none.
        installation: What can be run.
        answers: What is known of other executions, and of what was uploaded.

    Returns:
        The events to be recorded, perhaps none, and the state after them; or
        a question that must be answered first.

    Raises:
        RequestError: The command cannot be carried out; nothing happens.
        ConflictError: It collides with what is recorded; nothing happens.

    """
    handler = _HANDLERS.get(type(command))
    if handler is None or state.deleted or (state.direct is None and not isinstance(command, RunAction)):
        raise not_found(state.id)
    recording = Recording(command, state, installation.limits, answers)
    if command.origin.key is None or command.origin.key not in state.keys:
        try:
            handler(recording, command, installation)
        except Needs as needs:
            return needs.query
    return recording.decision()


def _run(recording: Recording, command: RunAction, installation: Installation) -> None:
    if recording.state.version > 0:
        return
    limits = installation.limits.expressions
    given = given_environment(recording, command.env)
    env = evaluated_environment(given, lambda: _sees(recording, given, limits))
    called = _invocation(recording, command, env, installation)
    scheduled = recording.emit(
        ActionScheduled(
            action_id=recording.next_id(),
            name=called.name,
            input=called.input,
            is_async=called.runs.is_async,
            idempotent=called.runs.idempotent,
            target=command.target,
            base=called.runs.name if called.chain else None,
            base_input=called.base_input if called.chain else {},
            chain=list(called.chain),
            direct=DirectRun(namespace=command.namespace, description=command.description, env=env),
        )
    )
    if command.timeout is not None:
        (action_id,) = recording.state.actions
        set_timer(recording, action_id, TIMEOUT, command.timeout, scheduled)


def _sees(recording: Recording, env: dict[str, JSON], limits: ExpressionLimits) -> Scope:
    begun = msgspec.structs.replace(recording.state, env=env)
    return Scope(({"__env": env}, env), general_functions(recording, begun), limits)


def _invocation(
    recording: Recording, command: RunAction, env: dict[str, JSON], installation: Installation
) -> Invocation:
    """Return what is to be run; whoever asks for what is not there has made a bad request."""
    sees = _sees(recording, env, installation.limits.expressions)
    caller = Caller(
        installed=installation.actions,
        ask=recording.ask,
        env=env,
        layers=sees.layers[:1],
        functions=sees.functions,
        limits=sees.limits,
        namespace=command.namespace,
    )
    try:
        return invoke(caller, command.name, command.input)
    except NotInstantiated as error:
        if not isinstance(error.reason, NotFound):
            raise error.reason from error
        raise InvalidRequest(error.reason.message, field="name") from error
    except NotFound as error:
        is_named = error.details.get("id") == command.name and not command.namespace
        message = f"Failed to find action [action_name={command.name}]" if is_named else error.message
        raise InvalidRequest(message, field="name") from error


def _start(recording: Recording, command: StartAction, _installation: Installation) -> None:
    start_action(recording, command)


def _delegate(recording: Recording, command: DelegateAction, _installation: Installation) -> None:
    delegate_action(recording, command)


def _complete(recording: Recording, command: CompleteAction, installation: Installation) -> None:
    functions = general_functions(recording, recording.state)
    record_end(recording, command, Transforming(lambda _action: functions, installation.limits.expressions))


def _fire(recording: Recording, command: FireTimer, _installation: Installation) -> None:
    timer = recording.state.timers.get(command.timer_id)
    if timer is not None:
        fired = recording.emit(TimerFired(timer_id=timer.id, task_id=timer.task_id, kind=timer.kind))
        info = action_timed_out(shown(timer.seconds))
        recording.emit(ActionCompleted(action_id=timer.task_id, state=ERROR, output=info), fired)


def _pause(recording: Recording, command: PauseAction, _installation: Installation) -> None:
    action = open_action(recording, command.action_id)
    if action.state != PAUSED:
        recording.emit(ActionPaused(action_id=action.id))


def _resume(recording: Recording, command: ResumeAction, _installation: Installation) -> None:
    action = open_action(recording, command.action_id)
    if action.state == PAUSED:
        recording.emit(ActionResumed(action_id=action.id))


def _delete(recording: Recording, command: DeleteAction, _installation: Installation) -> None:
    action = known_action(recording, command.action_id)
    if action.state not in COMPLETED:
        raise NotAllowed(
            f"Only completed action execution can be deleted [id={action.id}, state={action.state}]",
            id=action.id,
        )
    recording.emit(ExecutionDeleted())


_HANDLERS: dict[type[Command], Callable[[Recording, Any, Installation], None]] = {
    RunAction: _run,
    StartAction: _start,
    FireTimer: _fire,
    DelegateAction: _delegate,
    CompleteAction: _complete,
    PauseAction: _pause,
    ResumeAction: _resume,
    DeleteAction: _delete,
}
