"""Running an action outside of any workflow, at once and without a trace.

As in Mistral, the answer holds the output and no id, because nothing is
stored. What would have to be stored (an asynchronous action, or a result
that is to be kept) is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime

from api.rest import bodies
from wf_es.actions import ActionContext, Catalogue, check_input, perform
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_BODY = "action_ex"
_PARAMS = ("run_sync", "save_result", "target", "timeout")


def run_directly(catalogue: Catalogue, body: dict[str, JSON], project: str) -> dict[str, JSON]:
    """Run the action that a request names and return its row.

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
    result = perform(action, inputs, ActionContext(action_execution_id="", action_name=name, project=project))
    return {
        "id": None,
        "workflow_name": None,
        "workflow_namespace": bodies.text(body, "workflow_namespace", _BODY) or "",
        "task_name": None,
        "task_execution_id": None,
        "state": result.state,
        "state_info": None,
        "tags": None,
        "name": name,
        "description": bodies.text(body, "description", _BODY) or "",
        "project_id": project,
        "accepted": True,
        "input": inputs,
        "output": {"result": result.output},
        "created_at": began,
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
