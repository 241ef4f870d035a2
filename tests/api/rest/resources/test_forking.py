"""Forking over HTTP: the answer says where the new execution comes from, and both show it afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.rest.conftest import until

NOBODY = "6b1edbd0-0000-4000-8000-0fc2a32e94cd"


@pytest.fixture
def waiting(api: Any) -> str:
    """Return the path of an execution that waits for an action of ``a`` that was handed over."""
    path = f"/v2/executions/{api.start()}"
    until(lambda: api.get(f"{path}/events?type=ActionDelegated")["events"])
    return path


def test_a_fork(api: Any, waiting: str) -> None:
    """It goes on by itself, with an action and a callback of its own; the original waits on."""
    source = waiting.rpartition("/")[2]
    original = api.action(source)
    made = api.call("POST", f"{waiting}/fork", 201, {"reason": "what if"})
    again = api.action(made["id"])

    assert (made["forked_from"], made["state"]) == (source, "RUNNING")
    assert made["forked_from_event"] == api.get(f"{waiting}/events")["events"][-1]["number"]
    assert made["report"]["repeats"] == [
        {"task": "a", "action": "std.async_noop", "id": again["id"], "state": "RUNNING"}
    ]
    assert again["id"] != original["id"]
    api.call(
        "PUT", f"/v2/action_executions/{again['id']}", 200, {"state": "SUCCESS", "output": {"result": 7}}
    )
    assert json.loads(api.wait(made["id"], "SUCCESS")["output"]) == {"r": {"result": 7}}
    assert api.get(waiting)["state"] == "RUNNING"


def test_the_lineage_is_shown_in_both(api: Any, waiting: str) -> None:
    """And found in the list of executions."""
    source = waiting.rpartition("/")[2]
    made = [api.call("POST", f"{waiting}/fork", 201, {"at": at}) for at in (1, None)]
    ids = [fork["id"] for fork in made]

    assert api.get(waiting)["forks"] == [
        {"execution_id": fork["id"], "event": fork["forked_from_event"]} for fork in made
    ]
    assert (api.get(waiting)["forked_from"], api.get(waiting)["forked_from_event"]) == (None, None)
    shown = api.get(f"/v2/executions/{ids[0]}")
    assert (shown["forked_from"], "forks" in shown) == (source, False)
    listed = api.get(f"/v2/executions?forked_from={source}")["executions"]
    assert [row["id"] for row in listed] == ids
    assert "forks" not in api.get(f"{waiting}?fields=state")


def test_the_history_of_a_fork_is_that_of_its_original(api: Any, waiting: str) -> None:
    """Who did what and when is as it was, and then it says that it was forked, by whom and why."""
    before = api.get(f"{waiting}/events")["events"]
    headers = {"X-User-Id": "bea"}
    made = api.call("POST", f"{waiting}/fork", 201, {"reason": "what if"}, headers=headers)
    events = api.get(f"/v2/executions/{made['id']}/events")["events"]

    told = ("number", "time", "actor", "type", "summary")
    assert [[event[name] for name in told] for event in events[: len(before)]] == [
        [event[name] for name in told] for event in before
    ]
    forked = events[len(before)]
    assert (forked["type"], forked["actor"], forked["reason"]) == ("ExecutionForked", "bea", "what if")


def test_a_dry_run_only_tells(api: Any, waiting: str) -> None:
    """The same report, from which event it would begin, and no execution."""
    position = api.gateway.engine.head()
    report = api.call("POST", f"{waiting}/fork", 200, {"at": 1, "dry_run": True})

    assert report["resumable"] is True
    assert [item["task"] for item in report["repeats"]] == ["a"]
    assert (report["forked_from"], report["forked_from_event"]) == (waiting.rpartition("/")[2], 3)
    assert api.gateway.engine.head() == position


def test_with_other_data_from_a_task(api: Any, waiting: str) -> None:
    """Also from one that has not ended; what it had begun is not begun again."""
    body = {"tasks": [{"task": "a", "action": "continue", "published": {"r": "by hand"}}]}
    made = api.call("POST", f"{waiting}/fork", 201, body)

    assert made["report"]["will_run"] == ["b"]
    assert json.loads(api.wait(made["id"], "SUCCESS")["output"]) == {"r": "by hand"}


def test_what_is_missing(api: Any, waiting: str) -> None:
    """409 with exactly the list that a dry run gives, and no execution."""
    api.upload(
        "version: '2.0'\ntwo:\n  tasks:\n    a: {action: std.async_noop, publish: {v: 1}, on-success: b}\n"
        "    b: {action: std.echo, input: {output: <% $.v %>}}\n"
    )
    path = f"/v2/executions/{api.start('two')}"
    body = {"tasks": [{"task": "a", "action": "continue"}]}
    problem = api.call("POST", f"{path}/fork", 409, body)
    report = api.call("POST", f"{path}/fork", 200, {**body, "dry_run": True})

    assert problem["missing"] == report["missing"]
    assert problem["missing"][0]["variable"] == "v"
    assert "forks" not in api.get(path)
    forced = api.call("POST", f"{path}/fork", 201, {**body, "force": True})
    assert api.wait(forced["id"], "ERROR")["forked_from"] == path.rpartition("/")[2]


def test_a_time_is_a_moment_too(api: Any, waiting: str) -> None:
    """With its offset; before the start there is nothing."""
    last = api.get(f"{waiting}/events")["events"][-1]["time"]
    assert api.call("POST", f"{waiting}/fork", 201, {"at": last})["forked_from_event"] >= 3
    for at, why in (
        ("2001-01-01T00:00:00Z", "had not begun"),
        ("yesterday", "event number"),
        (999, "has not happened yet"),
        (0, "no event 0"),
    ):
        assert why in api.call("POST", f"{waiting}/fork", 400, {"at": at})["faultstring"]


def test_an_idempotency_key_makes_one_fork(api: Any, waiting: str) -> None:
    """The answer to the second request shows the fork as it stands."""
    headers = {"Idempotency-Key": "once"}
    first = api.call("POST", f"{waiting}/fork", 201, {}, headers=headers)
    again = api.call("POST", f"{waiting}/fork", 201, {}, headers=headers)

    assert (again["id"], again["report"]) == (first["id"], None)
    assert len(api.get(waiting)["forks"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"colour": 1},
        {"at": 1.5},
        {"at": []},
        {"tasks": [{"task": "a", "to": "b"}]},
        {"allow_succeeded": True},
        [],
    ],
)
def test_bad_bodies(api: Any, waiting: str, body: Any) -> None:
    """Unknown members and wrong types are refused, at any depth."""
    assert api.call("POST", f"{waiting}/fork", 400, body)["faultstring"]


def test_unknown(api: Any, waiting: str) -> None:
    """An unknown execution, or a task that the moment does not know."""
    api.call("POST", f"/v2/executions/{NOBODY}/fork", 404, {})
    assert "b" in api.call("POST", f"{waiting}/fork", 404, {"tasks": [{"task": "b"}]})["faultstring"]


def test_with_another_version_of_the_definition(api: Any, waiting: str) -> None:
    """The fork goes on with it, and says so; the original stays with its own."""
    later = (
        "version: '2.0'\nwaiting:\n  input: [x, {y: 5}]\n  tasks:\n"
        "    a: {action: std.async_noop, on-success: c}\n    c: {action: std.noop}\n"
    )
    api.call("PUT", "/v2/workflows", 200, later)
    made = api.call("POST", f"{waiting}/fork", 201, {"definition": "latest"})

    assert (made["definition_version"], made["definition_since_event"]) == (2, made["forked_from_event"] + 1)
    assert made["report"]["will_run"] == ["c"]
    done = {"state": "SUCCESS", "output": {}}
    api.call("PUT", f"/v2/action_executions/{api.action(made['id'])['id']}", 200, done)
    api.wait(made["id"], "SUCCESS")
    assert [task["name"] for task in api.get(f"/v2/executions/{made['id']}/tasks")["tasks"]] == ["a", "c"]
    assert api.get(waiting)["definition_version"] == 1

    api.call("PUT", "/v2/workflows", 200, later.replace("    a: ", "    a2: "))
    problem = api.call("POST", f"{waiting}/fork", 409, {"definition": "latest"})
    assert problem["refused"] == [
        {"task": "a", "why": "it is RUNNING, and version 3 of the workflow has no such task"}
    ]


def test_sub_workflows_with_other_versions(api: Any) -> None:
    """The copies on the way to the chosen tasks go on with them; the originals do not."""
    text = """
version: '2.0'
above: {tasks: {run: {workflow: below}}}
below: {tasks: {t: {action: std.fail}}}
"""
    api.upload(text)
    path = f"/v2/executions/{api.start('above')}"
    api.wait(path.rpartition("/")[2], "ERROR")
    api.call("PUT", "/v2/workflows", 200, text.replace("std.fail", "std.noop"))
    body = {"tasks": [{"task": "run/t"}], "definitions": {"run": "latest"}}

    made = api.call("POST", f"{path}/fork", 201, body)

    api.wait(made["id"], "SUCCESS")
    versions = []
    for where in (path, f"/v2/executions/{made['id']}"):
        (task,) = api.get(f"{where}/report")["root_workflow_execution"]["task_executions"]
        versions.append(task["workflow_executions"][0]["definition_version"])
    assert versions == [1, 2]
    api.call("POST", f"{path}/fork", 400, {"definitions": {"run": "latest"}})
    api.call("POST", f"{path}/fork", 400, {**body, "definitions": {"t": 2}})
