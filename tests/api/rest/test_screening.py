"""Secrets are masked in every answer, by their usual names and by declared ones."""

from __future__ import annotations

from typing import Any

from api.rest.screening import screened


def test_only_what_is_inside_values_is_masked() -> None:
    """Names of fields are ours; names inside objects are the author's."""
    row = {
        "name": "token",
        "input": {"password": "hunter2", "host": "a"},
        "tags": ["secret"],
        "state": "ERROR",
    }
    assert screened(row, frozenset({"host"})) == {
        "name": "token",
        "input": {"password": "***", "host": "***"},
        "tags": ["secret"],
        "state": "ERROR",
    }


def test_no_answer_shows_a_secret(api: Any) -> None:
    """Execution, task and action, single and listed, after a start, a report and a change."""
    env = {"__secrets": ["pin"], "pin": "4711"}
    body = {"workflow_name": "waiting", "input": {"x": {"password": "4711"}}, "params": {"env": env}}
    answers = [api.call("POST", "/v2/executions", 201, body)]
    identifier = answers[0]["id"]
    action, task = api.action(identifier), api.task(identifier)
    report = {"state": "SUCCESS", "output": {"pin": "4711", "token": "4711", "shown": 1}}
    answers.append(api.call("PUT", f"/v2/action_executions/{action['id']}", 200, report))
    answers.append(api.wait(identifier, "SUCCESS"))
    answers.append(api.call("PUT", f"/v2/executions/{identifier}", 200, {"description": "d"}))
    for path in (
        "executions?include_output=true",
        f"executions/{identifier}",
        f"executions/{identifier}/tasks",
        f"executions/{identifier}/events",
        f"tasks/{task['id']}",
        f"tasks/{task['id']}/context",
        "tasks?fields=published",
        f"action_executions/{action['id']}",
        f"tasks/{task['id']}/action_executions?include_output=true",
    ):
        answers.append(api.get(f"/v2/{path}"))
    assert "4711" not in str(answers)
    assert "shown" in str(answers)
