"""Action executions: look, report how they ended, run one directly."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from api.rest import representations
from api.rest.rows import action_row, task_row
from tests.api.rest.conftest import until


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("collection", ["action_executions", "action-executions"])
def test_all_spellings_complete(api: Any, method: str, collection: str) -> None:
    """PUT and POST, dash and underscore: the action ends, and the answer shows it."""
    identifier = api.start()
    action = api.action(identifier)
    answer = api.call(method, f"/v2/{collection}/{action['id']}", 200, {"state": "SUCCESS", "output": 3})
    assert (answer["state"], json.loads(answer["output"])) == ("SUCCESS", {"result": 3})
    assert json.loads(api.wait(identifier, "SUCCESS")["output"]) == {"r": 3}


def test_reported_twice(api: Any) -> None:
    """The same report again is fine, another one is a conflict."""
    path = f"/v2/action_executions/{api.action(api.start())['id']}"
    api.call("PUT", path, 200, {"state": "SUCCESS", "output": {"a": 1}})
    api.call("PUT", path, 200, {"state": "SUCCESS", "output": '{"a": 1}'})
    api.call("PUT", path, 409, {"state": "SUCCESS", "output": {"a": 2}})
    api.call("PUT", path, 409, {"state": "ERROR"})


def test_pause_and_go_on(api: Any) -> None:
    """A system may report that it pauses and goes on."""
    identifier = api.start()
    path = f"/v2/action_executions/{api.action(identifier)['id']}"
    assert api.call("PUT", path, 200, {"state": "PAUSED"})["state"] == "PAUSED"
    assert api.get(f"/v2/executions/{identifier}")["state"] == "PAUSED"
    assert api.call("PUT", path, 200, {"state": "RUNNING"})["state"] == "RUNNING"
    assert api.get(f"/v2/executions/{identifier}")["state"] == "RUNNING"


def test_rows_from_states_are_those_of_the_views(api: Any) -> None:
    """What a write answers and what a read shows cannot drift apart."""
    identifier = api.start()
    for report in (None, {"state": "SUCCESS", "output": [1]}):
        action = api.action(identifier)
        if report is not None:
            api.call("PUT", f"/v2/action_executions/{action['id']}", 200, report)
            api.wait(identifier, "SUCCESS")
        state = api.gateway.engine.state(identifier)
        from_state = representations.action_execution(action_row(state, action["id"], ["net"]))
        assert from_state == api.get(f"/v2/action_executions/{action['id']}")
        task_id = action["task_execution_id"]
        read = api.get(f"/v2/tasks/{task_id}")
        told = representations.task(task_row(state, task_id, ["net"]))
        assert told == {name: read[name] for name in told}


def test_read_and_list(api: Any) -> None:
    """By id, of a task, and all, with the output only where it belongs."""
    action = api.action(api.start())
    assert "output" not in action
    assert api.get(f"/v2/action_executions/{action['id']}")["output"] is None
    path = f"/v2/tasks/{action['task_execution_id']}/action_executions/{action['id']}"
    assert api.get(path)["id"] == action["id"]
    assert api.get(
        f"/v2/action-executions?task_execution_id={action['task_execution_id']}&name=std.async_noop"
    )
    other = api.action(api.start())
    api.get(f"/v2/tasks/{action['task_execution_id']}/action_executions/{other['id']}", 404)


@pytest.mark.parametrize("identifier", ["6b1edbd0-0000-4000-8000-0fc2a32e94cd", "not-a-uuid"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_unknown_ids(api: Any, method: str, identifier: str) -> None:
    """Unknown is 404, after the views have caught up with the log."""
    body = {"state": "SUCCESS", "output": {}} if method == "PUT" else None
    problem = api.call(method, f"/v2/action_executions/{identifier}", 404, body)
    assert problem["faultstring"] == f"ActionExecution not found [id={identifier}]"


def test_an_action_that_no_view_knows_is_found_in_the_log(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Views that cannot keep up do not make a report fail."""
    action = api.action(api.start())
    monkeypatch.setattr(type(api.gateway.views), "execution_of_action", lambda *_: None)
    monkeypatch.setattr(type(api.gateway.views), "wait", lambda *_: False)
    api.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS"})


def test_run_directly(api: Any) -> None:
    """A synchronous action runs at once and leaves nothing behind."""
    body = {"name": "std.echo", "input": '{"output": "hi"}', "params": '{"run_sync": true}'}
    answer = api.call("POST", "/v2/action_executions", 201, body)
    assert (answer["id"], answer["state"]) == (None, "SUCCESS")
    assert json.loads(answer["output"]) == {"result": "hi"}
    failed = api.call("POST", "/v2/action_executions", 201, {"name": "std.fail"})
    assert failed["state"] == "ERROR"
    assert api.get("/v2/action_executions")["action_executions"] == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"input": {}}, "Please provide at least action name to run action."),
        ({"name": "std.nothing"}, "Failed to find action [action_name=std.nothing]"),
        ({"name": "std.echo", "input": {"colour": 1}}, "unexpected=['colour']"),
        ({"name": "std.async_noop", "params": {"run_sync": True}}, "not support synchronous execution"),
        ({"name": "std.noop", "params": {"save_result": "yes"}}, "'save_result' must be true or false"),
        ({"name": "std.noop", "params": {"env": "gone"}}, "Environment is not found: gone"),
        ({"name": "std.noop", "params": {"colour": 1}}, "Unknown attribute for argument params: colour"),
    ],
)
def test_what_cannot_run_directly(api: Any, body: dict[str, Any], text: str) -> None:
    """The refusal says what to do instead."""
    assert text in api.call("POST", "/v2/action_executions", 400, body)["faultstring"]


SHOUT = """
version: '2.0'
shout: {base: std.echo output="<% $.what %>!", input: [what], output: {said: <% $ %>}}
ask: {base: std.async_noop, output: {answer: <% $ %>}}
"""


def run(api: Any, **body: Any) -> Any:
    """Run an action outside of any workflow."""
    return api.call("POST", "/v2/action_executions", 201, body)


def ended(api: Any, action_id: str) -> Any:
    """Return an action execution once it has ended."""

    def look() -> Any:
        row = api.get(f"/v2/action_executions/{action_id}")
        return row if row["state"] != "RUNNING" else None

    return until(look)


def test_an_adhoc_action_runs_directly(api: Any) -> None:
    """With its output, and with nothing left behind."""
    api.upload_actions(SHOUT)
    answer = run(api, name="shout", input={"what": "hey"})
    assert (answer["id"], json.loads(answer["output"])) == (None, {"result": {"said": "hey!"}})
    assert api.get("/v2/action_executions")["action_executions"] == []


def test_a_saved_run_is_taken_by_a_runner(api: Any) -> None:
    """It is listed at once, RUNNING, and its result stays until it is deleted."""
    api.upload_actions(SHOUT)
    params = {"save_result": True, "target": "there"}
    begun = run(api, name="shout", input={"what": "hey"}, description="why", params=params)
    assert (begun["state"], begun["output"], begun["description"]) == ("RUNNING", None, "why")
    assert (begun["workflow_name"], begun["task_execution_id"]) == (None, None)

    row = ended(api, begun["id"])
    assert (row["state"], row["accepted"], json.loads(row["params"])) == (
        "SUCCESS",
        True,
        {"target": "there"},
    )
    assert json.loads(row["output"]) == {"result": {"said": "hey!"}}
    (listed,) = api.get("/v2/action_executions?name=shout")["action_executions"]
    assert listed["id"] == begun["id"]

    api.call("DELETE", f"/v2/action_executions/{begun['id']}", 204)
    api.get(f"/v2/action_executions/{begun['id']}", 404)
    assert api.get("/v2/action_executions")["action_executions"] == []


def test_a_saved_run_may_be_awaited(api: Any) -> None:
    """The answer has both the id and the output."""
    body = {"output": {"password": "x"}, "delay": 0.05}
    answer = run(api, name="std.echo", input=body, params={"save_result": True, "run_sync": True})
    assert (answer["state"], json.loads(answer["output"])) == ("SUCCESS", {"result": {"password": "***"}})
    read = api.get(f"/v2/action_executions/{answer['id']}")
    assert read == {**answer, "updated_at": read["updated_at"]}


def test_an_asynchronous_run_is_completed_from_outside(api: Any) -> None:
    """By its id or by its callback address, with all that holds for the actions of tasks."""
    api.upload_actions(SHOUT)
    first, second = run(api, name="ask"), run(api, name="ask")
    path = f"/v2/action_executions/{first['id']}"
    assert api.call("PUT", path, 200, {"state": "PAUSED"})["state"] == "PAUSED"
    api.call("DELETE", path, 403)
    assert api.call("PUT", path, 200, {"state": "RUNNING"})["state"] == "RUNNING"
    told = api.call("PUT", path, 200, {"state": "SUCCESS", "output": 5})
    assert json.loads(told["output"]) == {"result": {"answer": 5}}
    assert api.get(path) == told
    api.call("PUT", path, 200, {"state": "SUCCESS", "output": 5})
    api.call("PUT", path, 409, {"state": "SUCCESS", "output": {"answer": 5}})

    address = api.callbacks.url(second["id"]).removeprefix("http://127.0.0.1:1")
    api.call("POST", address, 200, {"state": "ERROR", "output": "no"})
    assert ended(api, second["id"])["state"] == "ERROR"


def test_a_run_is_no_execution(api: Any) -> None:
    """Whoever asks for an execution finds none under the id of its stream."""
    action = run(api, name="std.async_noop")["id"]
    stream = api.gateway.engine.execution_of(action)
    for path in ("", "/events", "/tasks"):
        api.get(f"/v2/executions/{stream}{path}", 404)
    api.call("PUT", f"/v2/executions/{stream}", 404, {"state": "PAUSED"})
    api.call("DELETE", f"/v2/executions/{stream}?force=true", 404)
    assert api.get("/v2/executions")["executions"] == []


def test_the_same_key_runs_an_action_once(api: Any) -> None:
    """A repeated request finds what the first one began; another request must not use its key."""
    headers = {"Idempotency-Key": "k1"}
    body = {"name": "std.async_noop"}
    first = api.call("POST", "/v2/action_executions", 201, body, headers=headers)
    again = api.call("POST", "/v2/action_executions", 201, body, headers=headers)
    assert first["id"] == again["id"]
    other = {"name": "std.echo", "input": {"output": 1}, "params": {"save_result": True}}
    api.call("POST", "/v2/action_executions", 422, other, headers=headers)


def test_secrets_that_a_run_declares_are_masked(api: Any) -> None:
    """In the answer, in the list and by id."""
    env = {"__secrets": ["vin"], "vin": "x1"}
    body = {"input": {"output": {"vin": "x1"}}, "params": {"save_result": True, "env": env}}
    begun = run(api, name="std.echo", **body)
    row = ended(api, begun["id"])
    (listed,) = api.get("/v2/action_executions?include_output=true")["action_executions"]
    for shown in (begun, row, listed):
        assert "x1" not in json.dumps(shown)
    assert json.loads(row["output"]) == {"result": {"vin": "***"}}


def test_a_run_that_takes_too_long_is_given_up(api: Any) -> None:
    """The request is answered when the time is up."""
    answer = run(api, name="std.sleep", input={"seconds": 30}, params={"timeout": 0.05})
    assert (answer["state"], answer["id"]) == ("ERROR", None)
    assert json.loads(answer["output"]) == {"result": "Action timed out [timeout(s)=0.05]."}


def test_what_a_workflow_did_cannot_be_deleted(api: Any) -> None:
    """It is part of a history; what is unknown is unknown all the same."""
    action = api.action(api.start())["id"]
    api.call("DELETE", f"/v2/action_executions/{action}", 403)
    assert api.get(f"/v2/action_executions/{action}")["id"] == action
    api.call("DELETE", "/v2/action_executions/none", 404)


def test_a_direct_run_waits_for_a_result_that_counts_later(api: Any) -> None:
    """The answer comes when the delay is over, with secrets masked."""
    body = {"name": "std.echo", "input": {"output": {"password": "x"}, "delay": 0.05}}
    began = time.monotonic()
    answer = api.call("POST", "/v2/action_executions", 201, body)
    assert time.monotonic() - began >= 0.05
    assert json.loads(answer["output"]) == {"result": {"password": "***"}}
