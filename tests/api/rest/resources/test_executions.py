"""Executions: start, look, change, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.rest import representations
from api.rest.rows import execution_row


def test_start_and_read_it_at_once(api: Any) -> None:
    """The answer has the position of the write, and the next read sees it."""
    body = json.dumps({"workflow_name": "waiting", "input": '{"x": 1}', "description": "d"})
    result = api.http.simulate_post("/v2/executions", body=body)
    assert result.status_code == 201
    assert int(result.headers["x-wf-position"]) > 0
    started = result.json
    assert started["state"] == "RUNNING"
    assert json.loads(started["input"]) == {"x": 1, "y": 5}
    assert json.loads(started["params"]) == {"env": {}, "namespace": ""}
    read = api.get(f"/v2/executions/{started['id']}")
    assert {**read, "updated_at": ""} == {**started, "updated_at": ""}


def test_rows_from_states_are_those_of_the_views(api: Any) -> None:
    """What a write answers and what a read shows cannot drift apart."""
    identifier = api.start(description="d", params={"env": {"k": 1}})
    api.call(
        "PUT", f"/v2/action_executions/{api.action(identifier)['id']}", 200, {"state": "SUCCESS", "output": 3}
    )
    api.wait(identifier, "SUCCESS")
    state = api.gateway.engine.state(identifier)
    assert representations.execution(execution_row(state)) == api.get(f"/v2/executions/{identifier}")


def test_the_same_id_or_key_starts_one_execution(api: Any) -> None:
    """A client may repeat a start until it gets an answer."""
    chosen = "6B1EDBD0-0000-4000-8000-0fc2a32e94cd"
    assert api.start(id=chosen) == api.start(id=chosen) == chosen.lower()
    body = {"workflow_name": "waiting", "input": {"x": 1}}
    keyed = [
        api.call("POST", "/v2/executions", 201, body, headers={"Idempotency-Key": key})["id"]
        for key in ("k", "k", "other")
    ]
    assert keyed[0] == keyed[1] != keyed[2]


def test_start_by_workflow_id_and_like_another_execution(api: Any) -> None:
    """A workflow may be named by id, and an execution repeated with its input."""
    workflow_id = api.get("/v2/workflows/waiting")["id"]
    first = api.call("POST", "/v2/executions", 201, {"workflow_id": workflow_id, "input": {"x": 7}})["id"]
    again = api.call("POST", "/v2/executions", 201, {"source_execution_id": first})
    assert json.loads(again["input"]) == {"x": 7, "y": 5}
    assert again["source_execution_id"] == first


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"input": {}}, 400, "Workflow ID or workflow name must be provided"),
        ({"workflow_name": "ghost"}, 404, "Workflow not found [workflow_identifier=ghost, namespace=]"),
        ({"workflow_name": "waiting", "colour": 1}, 400, "Unknown attribute for argument wf_ex: colour"),
        ({"workflow_name": "waiting", "input": [1]}, 400, "must be a JSON object"),
        ({"workflow_name": "waiting", "input": {}}, 400, "missing=['x']"),
        ({"workflow_name": "waiting", "input": {"x": 1, "z": 1}}, 400, "unexpected=['z']"),
        ({"workflow_name": "waiting", "input": {"x": 1}, "id": "xyz"}, 400, "Expected a UUID"),
        ({"workflow_name": 5}, 400, "must be a text"),
        ({"source_execution_id": "6b1edbd0-0000-4000-8000-0fc2a32e94cd"}, 404, "WorkflowExecution not found"),
    ],
)
def test_bad_starts(api: Any, body: dict[str, Any], status: int, text: str) -> None:
    """The refusals use Mistral's words."""
    assert text in api.call("POST", "/v2/executions", status, body)["faultstring"]


def test_pause_resume_cancel(api: Any) -> None:
    """States are changed by a PUT, and the answer shows the new state."""
    path = f"/v2/executions/{api.start()}"
    assert api.call("PUT", path, 200, {"state": "PAUSED"})["state"] == "PAUSED"
    resumed = api.call("PUT", path, 200, {"state": "RUNNING", "params": {"env": {"k": 1}}})
    assert json.loads(resumed["params"])["env"] == {"k": 1}
    ended = api.call("PUT", path, 200, {"state": "CANCELLED", "state_info": "enough"})
    assert (ended["state"], ended["state_info"]) == ("CANCELLED", "enough")
    assert api.call("PUT", path, 200, {"description": "kept"})["description"] == "kept"
    assert api.get(path)["description"] == "kept"


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({}, 400, "The property state, description, or env is not provided for update."),
        ({"state": "RUNNING", "description": "d"}, 400, "must be updated separately from state"),
        ({"state": "PAUSED", "params": {"env": {"k": 1}}}, 400, "The property env can only be updated"),
        ({"state": "BOGUS"}, 400, "Cannot change state to BOGUS. Allowed states are: 'RUNNING, PAUSED,"),
        ({"params": {"env": {"k": 1}}}, 403, "The property env can only be updated"),
        ({"colour": "red"}, 400, "Unknown attribute"),
    ],
)
def test_bad_changes(api: Any, body: dict[str, Any], status: int, text: str) -> None:
    """What may not be changed together, or not now, is refused."""
    assert text in api.call("PUT", f"/v2/executions/{api.start()}", status, body)["faultstring"]


def test_delete(api: Any) -> None:
    """A running execution is deleted only by force, and is gone with its tasks."""
    identifier = api.start()
    action = api.action(identifier)
    assert "Use --force" in api.call("DELETE", f"/v2/executions/{identifier}", 403)["faultstring"]
    api.call("DELETE", f"/v2/executions/{identifier}?force=True", 204)
    api.get(f"/v2/executions/{identifier}", 404)
    assert api.get(f"/v2/tasks?workflow_execution_id={identifier}")["tasks"] == []
    api.get(f"/v2/executions/{identifier}/tasks", 404)
    api.get(f"/v2/executions/{identifier}/events", 404)
    api.call("PUT", f"/v2/action_executions/{action['id']}", 404, {"state": "SUCCESS"})


def test_lists(api: Any) -> None:
    """Filters, hidden fields, chosen fields and refusals."""
    first, second = api.start(description="one"), api.start(description="two")
    page = api.get("/v2/executions?description=has:wo&workflow_name=waiting")
    assert [row["id"] for row in page["executions"]] == [second]
    assert "output" not in page["executions"][0]
    assert "published_global" not in page["executions"][0]
    assert "output" in api.get("/v2/executions?include_output=true")["executions"][0]
    narrow = api.get("/v2/executions?fields=description&limit=1")
    assert narrow["executions"] == [{"id": first, "description": "one"}]
    assert "limit=1" in narrow["next"]
    assert api.get("/v2/executions?state=BOGUS")["executions"] == []
    assert len(api.get("/v2/executions?nulls=task_execution_id")["executions"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "workflow_id=xyz",
        "limit=0",
        "fields=colour",
        "sort_keys=colour",
        "sort_keys=id;drop%20table",
        "sort_dirs=up",
        "sort_dirs=asc,asc",
        "nulls=colour",
        "created_at=gt:yesterday",
        "state=ERROR&state=SUCCESS",
    ],
)
def test_bad_lists(api: Any, query: str) -> None:
    """What is not in the allowed set is a 400."""
    assert api.get(f"/v2/executions?{query}", 400)["faultstring"]


@pytest.mark.parametrize("other", [{"input": {"x": 2}}, {"workflow_name": "none"}])
def test_a_key_belongs_to_one_request(api: Any, other: dict[str, Any]) -> None:
    """The same request again gives the same execution; another one under its key is refused."""
    body = {"workflow_name": "waiting", "input": {"x": 1}}
    headers = {"Idempotency-Key": "k1"}
    first = api.call("POST", "/v2/executions", 201, body, headers=headers)
    assert api.call("POST", "/v2/executions", 201, body, headers=headers)["id"] == first["id"]
    refusal = api.call("POST", "/v2/executions", 422, {**body, **other}, headers=headers)
    assert "Idempotency-Key" in refusal["faultstring"]


def test_secrets_in_texts_are_masked(api: Any) -> None:
    """A reason for an end may quote anything."""
    identifier = api.start()
    state = {"state": "ERROR", "state_info": 'got {"password": "x"} from http://u:pw@h/'}
    shown = api.call("PUT", f"/v2/executions/{identifier}", 200, state)
    assert shown["state_info"] == 'got {"password": "***"} from http://u:***@h/'
    assert api.get(f"/v2/executions/{identifier}")["state_info"] == shown["state_info"]


def test_context(api: Any) -> None:
    """What the branches have left behind together, and where they clashed; 404 if there is none."""
    api.upload("version: '2.0'\nmeet:\n  tasks:\n    a: {publish: {x: 1}}\n    b: {publish: {x: 2}}\n")
    execution = api.start("meet")
    api.wait(execution, "SUCCESS")
    seen = api.get(f"/v2/executions/{execution}/context")
    (clash,) = seen["clashes"]
    assert seen["variables"] == {"x": clash["won"]["value"]}
    assert {clash["won"]["task"], clash["lost"][0]["task"]} == {"a", "b"}
    api.get("/v2/executions/6b1edbd0-0000-4000-8000-0fc2a32e94cd/context", 404)
