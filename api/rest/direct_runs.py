"""Running an action outside of any workflow, at once and without a trace.

As in Mistral, the answer holds the output and no id, because nothing is
stored. What would have to be stored (an asynchronous action, or a result
that is to be kept) is refused before it begins. An action that decides only
while it runs that another system ends it stays RUNNING for ever: its end has
nowhere to go, and the answer says so.

Like a runner, this does not hold a thread for a result that only counts after
a while: :func:`row_of` is called once that while is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from api.rest import bodies
from wf_es.actions import ActionContext, Catalogue, Result, check_input, perform
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_BODY = "action_ex"
_PARAMS = ("run_sync", "save_result", "target", "timeout")

LONGEST_SECONDS = 60.0
"""How long the result of an action outside of a workflow may be awaited."""

_ENDS_ELSEWHERE = (
    "The action goes on elsewhere. It was run outside of a workflow, so nobody will learn how it ends."
)


@dataclass(frozen=True, kw_only=True)
class DirectRun:
    """An action that was run: what the answer says of it, and how it ended."""

    head: dict[str, JSON]
    began: datetime
    result: Result


def run_directly(catalogue: Catalogue, body: dict[str, JSON], project: str) -> DirectRun:
    """Run the action that a request names, for as long as it does something.

    Raises:
        InvalidRequest: there is no such action, or it cannot run like this.
        InvalidInput: the input does not fit the action.
    """
    name = bodies.text(body, "name", _BODY)
    if not name:
        raise InvalidRequest("Please provide at least action name to run action.")
    if name not in catalogue:
        raise InvalidRequest(f"Failed to find action [action_name={name[:255]}]")
    action = catalogue.runnable(name)
    _check_params(bodies.only(bodies.embedded(body, "params", _BODY), "params", _PARAMS))
    if action.spec.is_async:
        raise InvalidRequest(
            f"Action '{name}' is asynchronous: it ends by a callback, so it can only run as a task of a"
            " workflow."
        )
    inputs = bodies.embedded(body, "input", _BODY)
    check_input(action.spec, inputs)
    began = datetime.now(UTC)
    head: dict[str, JSON] = {
        "workflow_namespace": bodies.text(body, "workflow_namespace", _BODY) or "",
        "name": name,
        "description": bodies.text(body, "description", _BODY) or "",
        "project_id": project,
        "input": inputs,
    }
    result = perform(action, inputs, ActionContext(action_execution_id="", action_name=name, project=project))
    if result.delay > LONGEST_SECONDS:
        raise InvalidRequest(
            f"The result of action '{name}' counts only after {result.delay:g} seconds; outside of a workflow"
            f" it is awaited for {LONGEST_SECONDS:g} seconds at most. Run the action as a task."
        )
    return DirectRun(head=head, began=began, result=result)


def row_of(run: DirectRun) -> dict[str, JSON]:
    """Return the row of a run whose result counts by now."""
    state = run.result.state
    return {
        **run.head,
        "id": None,
        "workflow_name": None,
        "task_name": None,
        "task_execution_id": None,
        "state": state or "RUNNING",
        "state_info": None if state else _ENDS_ELSEWHERE,
        "tags": None,
        "accepted": state is not None,
        "output": {"result": run.result.output} if state else None,
        "created_at": run.began,
        "updated_at": datetime.now(UTC),
        "params": {},
    }


def _check_params(params: dict[str, JSON]) -> None:
    if params.get("save_result"):
        raise InvalidRequest(
            "Results of actions outside of a workflow are not stored; leave 'save_result' out, or run the"
            " action as a task."
        )
    if params.get("target"):
        raise InvalidRequest("Actions outside of a workflow run in the server; leave 'target' out.")
