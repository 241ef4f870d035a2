"""Running an action outside of any workflow.

As in Mistral, a synchronous action runs at once and leaves no trace: the
answer holds the output and no id. With ``save_result``, or if the action is
asynchronous, the run is recorded instead, with an id, and a runner takes it
from there; its end is awaited only if the client asks for ``run_sync``, too.

Both ways the core decides what is run and what becomes of the result; for a
run without a trace it is only asked to consider, and nothing is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid4, uuid5

from api.rest import bodies
from api.rest.bodies import Body
from api.rest.rows import action_row
from wf_es.actions import ActionContext, Catalogue, Result, perform
from wf_es.engine import Engine
from wf_es.envelope import JSON, Origin
from wf_es.errors import InvalidRequest
from wf_es.execution.commands import CompleteAction, RunAction
from wf_es.execution.failure import action_timed_out
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.execution.timing import shown
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.runners.job import call_of

_BODY = "action_ex"
_PARAMS = ("run_sync", "save_result", "target", "timeout", "env")

LONGEST_SECONDS = 60.0
"""How long the result of an action outside of a workflow may be awaited."""

_LONGEST_TIMEOUT = 366 * 24 * 3600.0
"""Seconds, as for the delay of a result."""

_ENDS_ELSEWHERE = (
    "The action goes on elsewhere. It was run without 'save_result', so nobody will learn how it ends."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks for: a run, whether to keep it, and whether to await its end."""

    command: RunAction
    save_result: bool
    run_sync: bool


def asked_run(body: Body, origin: Origin) -> Asked:
    """Return what the body of a request asks for.

    Raises:
        InvalidRequest: the body is not what it should be.
    """
    name = bodies.text(body, "name", _BODY)
    if not name:
        raise InvalidRequest("Please provide at least action name to run action.")
    params = bodies.only(bodies.embedded(body, "params", _BODY), "params", _PARAMS)
    command = RunAction(
        execution_id=_run_id(origin),
        origin=origin,
        name=name,
        namespace=bodies.text(body, "workflow_namespace", _BODY) or "",
        input=bodies.embedded(body, "input", _BODY),
        env=params.get("env"),
        description=bodies.text(body, "description", _BODY) or "",
        target=bodies.text(params, "target", "params"),
        timeout=_timeout(params.get("timeout")),
    )
    return Asked(
        command=command,
        save_result=bodies.flag(params, "save_result", "params"),
        run_sync=bodies.flag(params, "run_sync", "params"),
    )


def _run_id(origin: Origin) -> str:
    """Return an id for the run: the same one for the same idempotency key."""
    if origin.key:
        return str(uuid5(NAMESPACE_OID, f"action run\n{origin.project}\n{origin.actor}\n{origin.key}"))
    return str(uuid4())


def _timeout(value: JSON) -> float | None:
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= _LONGEST_TIMEOUT:
        raise InvalidRequest(
            f"'timeout' must be a number of seconds from 0 (none) to {_LONGEST_TIMEOUT:.0f}.", field="timeout"
        )
    return float(value)


def must_be_kept(asked: Asked, state: ExecutionState) -> bool:
    """Return whether the run is recorded: it was asked for, or its end comes later.

    Raises:
        InvalidRequest: the end of an asynchronous action was to be awaited.
    """
    action = action_of(state)
    if action.is_async and asked.run_sync:
        raise InvalidRequest(
            "Action does not support synchronous execution: it ends by a callback"
            f" [action_name={action.name}]"
        )
    return asked.save_result or action.is_async


def action_of(state: ExecutionState) -> ActionExecution:
    """Return the action that runs by itself."""
    (action,) = state.actions.values()
    return action


def run_now(catalogue: Catalogue, state: ExecutionState, limits: Limits = DEFAULT_LIMITS) -> Result:
    """Run the action in this thread, for as long as it does something.

    Raises:
        InvalidRequest: its result counts only after longer than anybody waits.
    """
    action = action_of(state)
    name, given = call_of(action)
    context = ActionContext(
        action_execution_id="",
        action_name=action.name,
        project=state.project,
        result_nesting=limits.result_nesting,
    )
    result = perform(catalogue.runnable(name), given, context)
    if result.delay > LONGEST_SECONDS:
        raise InvalidRequest(
            f"The result of action '{action.name}' counts only after {result.delay:g} seconds; it is awaited"
            f" for {LONGEST_SECONDS:g} seconds at most. Ask for 'save_result'."
        )
    return result


def ended(engine: Engine, state: ExecutionState, asked: Asked, result: Result | None) -> dict[str, JSON]:
    """Return the row of a run without a trace; None is the result of one that took too long."""
    if result is not None and result.state is None:
        return {**_row(state), "state_info": _ENDS_ELSEWHERE}
    outcome, output = _outcome(asked, result)
    command = CompleteAction(
        execution_id=state.id,
        origin=engine.origin(asked.command.origin.actor, state.project),
        action_id=action_of(state).id,
        state=outcome,
        output=output,
    )
    return _row(engine.consider(command, state))


def _outcome(asked: Asked, result: Result | None) -> tuple[str, JSON]:
    if result is None or result.state is None:
        return "ERROR", action_timed_out(shown(asked.command.timeout or 0))
    return result.state, result.output


def _row(state: ExecutionState) -> dict[str, JSON]:
    return {**action_row(state, action_of(state).id, ()), "id": None}
