"""Action executions: look, report how they ended, run one directly."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from api.rest import representations
from api.rest.rows import action_row, task_row


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
        ({"name": "std.async_noop"}, "is asynchronous"),
        ({"name": "std.noop", "params": {"save_result": True}}, "not stored"),
        ({"name": "std.noop", "params": {"target": "x"}}, "run in the server"),
        ({"name": "std.noop", "params": {"colour": 1}}, "Unknown attribute for argument params: colour"),
    ],
)
def test_what_cannot_run_directly(api: Any, body: dict[str, Any], text: str) -> None:
    """The refusal says what to do instead."""
    assert text in api.call("POST", "/v2/action_executions", 400, body)["faultstring"]


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
