"""Tasks: look, context, run again, skip."""

from __future__ import annotations

import json
from typing import Any

import pytest

FAILING = """
version: '2.0'
failing:
  tasks:
    ok: {action: std.noop, publish: {v: 1}, on-success: bad}
    bad: {action: std.fail, on-skip: noop}
"""


@pytest.fixture
def failed(api: Any) -> str:
    """Return the id of an execution whose task ``bad`` has failed."""
    api.upload(FAILING)
    identifier: str = api.start("failing")
    api.wait(identifier, "ERROR")
    return identifier


def test_read(api: Any, failed: str) -> None:
    """The result is in the single task, not in lists."""
    listed = api.task(failed, "ok")
    assert "result" not in listed
    single = api.get(f"/v2/tasks/{listed['id']}")
    assert (json.loads(single["published"]), single["result"]) == ({"v": 1}, "null")
    assert single["started_at"] <= single["finished_at"]
    of_execution = api.get(f"/v2/executions/{failed}/tasks?state=ERROR")["tasks"]
    assert [task["name"] for task in of_execution] == ["bad"]


def test_context(api: Any, failed: str) -> None:
    """What a task saw, and which event wrote it."""
    seen = api.get(f"/v2/tasks/{api.task(failed, 'bad')['id']}/context")
    assert seen["inbound"] == {"v": 1}
    assert seen["name"] == "bad"
    assert seen["origins"]["v"] > 1


def test_children_are_none(api: Any, failed: str) -> None:
    """No task starts executions of its own as yet."""
    task = api.task(failed, "bad")
    assert api.get(f"/v2/tasks/{task['id']}/workflow_executions") == {"executions": []}
    assert api.get(f"/v2/tasks/{task['id']}/executions") == {"executions": []}


def test_rerun(api: Any, failed: str) -> None:
    """A failed task runs again and keeps its id; the answer shows it running."""
    task = api.task(failed, "bad")
    answer = api.call("PUT", f"/v2/tasks/{task['id']}", 200, {"state": "RUNNING", "reset": True})
    assert (answer["id"], answer["state"]) == (task["id"], "RUNNING")
    api.wait(failed, "ERROR")
    actions = api.get(f"/v2/tasks/{task['id']}/action_executions")["action_executions"]
    assert sorted(action["accepted"] for action in actions) == [False, True]


def test_skip(api: Any, failed: str) -> None:
    """A failed task is skipped and the execution goes on."""
    task = api.task(failed, "bad")
    assert api.call("PUT", f"/v2/tasks/{task['id']}", 200, {"state": "SKIPPED"})["state"] == "SKIPPED"
    api.wait(failed, "SUCCESS")


@pytest.mark.parametrize(
    ("task", "body", "text"),
    [
        ("ok", {"state": "RUNNING", "reset": True}, "must be in ERROR for rerun"),
        ("ok", {"state": "SKIPPED"}, "Only a task in ERROR can be skipped"),
        ("bad", {"state": "RUNNING"}, "Reset field is mandatory to rerun task."),
        ("bad", {"state": "RUNNING", "reset": False}, "Only with-items task has the option to not reset."),
        (
            "bad",
            {"state": "SUCCESS", "reset": True},
            "Only updating task to RUNNING or SKIPPED is supported.",
        ),
        ("bad", {"state": "RUNNING", "reset": True, "name": "x"}, "Task name does not match."),
        ("bad", {"state": "RUNNING", "reset": True, "workflow_name": "x"}, "Workflow name does not match."),
        ("bad", {"state": "RUNNING", "reset": "yes"}, "must be true or false"),
        (
            "bad",
            {"state": "RUNNING", "reset": True, "colour": 1},
            "Unknown attribute for argument task: colour",
        ),
    ],
)
def test_refusals(api: Any, failed: str, task: str, body: dict[str, Any], text: str) -> None:
    """Mistral's refusals, in Mistral's words."""
    path = f"/v2/tasks/{api.task(failed, task)['id']}"
    assert text in api.call("PUT", path, 400, body)["faultstring"]


@pytest.mark.parametrize("suffix", ["", "/context", "/action_executions", "/workflow_executions"])
def test_unknown_tasks(api: Any, suffix: str) -> None:
    """Every path below an unknown task is the same 404."""
    identifier = "6b1edbd0-0000-4000-8000-0fc2a32e94cd"
    problem = api.get(f"/v2/tasks/{identifier}{suffix}", 404)
    assert problem["faultstring"] == f"Task execution not found [id={identifier}]"


def test_a_person_says_that_a_task_is_done(api: Any) -> None:
    """With its result and why; what follows begins, and the same once more changes nothing."""
    identifier = api.start()
    path = f"/v2/tasks/{api.task(identifier)['id']}/complete"
    body = {"state": "SUCCESS", "result": {"n": 1}, "reason": "Ada did it"}

    shown = api.call("POST", path, 200, body, headers={"X-User-Id": "ada"})

    assert (shown["state"], shown["state_info"]) == ("SUCCESS", "Ada did it")
    assert json.loads(shown["published"]) == {"r": {"n": 1}}
    ended = api.wait(identifier, "SUCCESS")
    assert json.loads(ended["output"]) == {"r": {"n": 1}}
    api.call("POST", path, 200, body)
    told = api.get(f"/v2/executions/{identifier}/events")["events"]
    done = [event for event in told if event["type"] == "TaskContinued"]
    assert [(event["actor"], event["reason"]) for event in done] == [("ada", "Ada did it")]
    assert "resume" in api.call("POST", path, 409, {"state": "ERROR"})["detail"]


def test_a_task_that_is_done_must_give_what_follows_needs(api: Any) -> None:
    """Otherwise the answer says what is missing, and nothing happens."""
    api.upload(
        """
version: '2.0'
needy:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.echo output=<% $.host %>}
"""
    )
    identifier = api.start("needy")
    path = f"/v2/tasks/{api.task(identifier)['id']}/complete"
    problem = api.call("POST", path, 409, {"state": "SUCCESS"})
    assert [item["variable"] for item in problem["missing"]] == ["host"]
    assert api.task(identifier)["state"] == "RUNNING"
    api.call("POST", path, 200, {"state": "SUCCESS", "published": {"host": "web1"}})
    api.wait(identifier, "SUCCESS")


@pytest.mark.parametrize(
    "body",
    [{}, {"state": "DONE"}, {"state": "SUCCESS", "colour": 1}, {"state": "SUCCESS", "published": 1}, []],
)
def test_bad_words_about_a_task(api: Any, body: Any) -> None:
    """Unknown members and states are refused."""
    path = f"/v2/tasks/{api.task(api.start())['id']}/complete"
    api.call("POST", path, 400, body)
    api.call("POST", "/v2/tasks/6b1edbd0-0000-4000-8000-0fc2a32e94cd/complete", 404, {"state": "ERROR"})


ITEMS = """
version: '2.0'
items:
  tasks:
    a: {with-items: 'x in [1, 2]', action: std.async_noop, on-success: j}
    b: {action: std.noop, on-success: j}
    j: {join: all}
"""


def test_what_is_under_way(api: Any) -> None:
    """The results of the items that have ended, also for an earlier moment; and a join says that it waits."""
    api.upload(ITEMS)
    execution = api.start("items")
    task = api.task(execution, "a")["id"]
    actions = api.get(f"/v2/tasks/{task}/action_executions")["action_executions"]
    assert json.loads(api.get(f"/v2/tasks/{task}")["result"]) == []
    done = {"state": "SUCCESS", "output": {"n": 1}}
    api.call("PUT", f"/v2/action_executions/{actions[0]['id']}", 200, done)
    assert json.loads(api.get(f"/v2/tasks/{task}")["result"]) == [{"n": 1}]
    last = api.get(f"/v2/executions/{execution}/events")["events"][-1]["version"]
    assert json.loads(api.get(f"/v2/tasks/{task}?at={last}")["result"]) == [{"n": 1}]
    join = api.task(execution, "j")
    assert (join["state"], join["state_info"]) == ("WAITING", "Task is waiting.")
