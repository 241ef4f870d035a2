"""Resume: ask what is needed, then do it; the same body and the same answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

DEPLOY = """
version: '2.0'
deploy:
  output: {where: <% $.host %>}
  tasks:
    prepare: {action: std.noop, publish: {v: 1}, on-success: copy}
    copy: {action: std.fail, on-success: verify}
    verify: {action: std.echo, input: {output: <% $.host %>}}
"""


@pytest.fixture
def failed(api: Any) -> str:
    """Return the path of an execution that failed at ``copy``."""
    api.upload(DEPLOY)
    identifier = api.start("deploy")
    api.wait(identifier, "ERROR")
    return f"/v2/executions/{identifier}"


def test_requirements(api: Any, failed: str) -> None:
    """What is missing, who needs it, and where that stands in the text."""
    report = api.get(f"{failed}/resume-requirements?task=copy&action=continue")
    assert report["resumable"] is False
    missing = report["missing"][0]
    assert missing["variable"] == "host"
    assert (missing["needed_by"]["task"], missing["needed_by"]["line"]) == ("verify", 8)
    body = {"tasks": [{"task": "copy", "action": "continue", "published": {"host": "web2"}}]}
    assert api.call("POST", f"{failed}/resume-requirements", 200, body)["resumable"] is True
    assert api.get(failed)["state"] == "ERROR"


def test_a_resume_that_misses_something_changes_nothing(api: Any, failed: str) -> None:
    """409 with the report as members of the body."""
    before = api.get(f"{failed}/events")["events"][-1]["number"]
    body = {"tasks": [{"task": "copy", "action": "continue"}]}
    problem = api.call("POST", f"{failed}/resume", 409, body)
    assert problem["missing"][0]["variable"] == "host"
    assert problem["code"] == "requirements-missing"
    assert problem["faultstring"]
    assert api.get(f"{failed}/events?after={before}")["events"] == []


def test_resume(api: Any, failed: str) -> None:
    """With what was missing the execution goes on to its end, and says why."""
    body = {
        "tasks": [{"task": "copy", "action": "continue", "published": {"host": "web2"}}],
        "reason": "done by hand",
    }
    assert api.call("POST", f"{failed}/resume", 200, {**body, "dry_run": True})["resumable"] is True
    assert api.get(failed)["state"] == "ERROR"
    report = api.call("POST", f"{failed}/resume", 200, body)
    assert report["will_run"] == ["verify"]
    ended = api.wait(failed.rpartition("/")[2], "SUCCESS")
    assert json.loads(ended["output"]) == {"where": "web2"}
    events = api.get(f"{failed}/events")["events"]
    assert "done by hand" in [event["reason"] for event in events]


def test_an_empty_body_resumes_a_paused_execution(api: Any) -> None:
    """Without a task it simply goes on."""
    path = f"/v2/executions/{api.start()}"
    api.call("PUT", path, 200, {"state": "PAUSED"})
    api.call("POST", f"{path}/resume", 200)
    assert api.get(path)["state"] == "RUNNING"


@pytest.mark.parametrize(
    "body",
    [
        {"colour": "red"},
        {"tasks": [{"task": "copy", "colour": "red"}]},
        {"tasks": [{"action": "rerun"}]},
        {"tasks": [{"task": "copy", "action": "jump"}]},
        {"tasks": "copy"},
        {"definition": "latest"},
        {"dry_run": "yes"},
        {"force": True},
        [],
    ],
)
def test_bad_bodies(api: Any, failed: str, body: Any) -> None:
    """Unknown members and wrong types are refused, at any depth."""
    assert api.call("POST", f"{failed}/resume", 400, body)["faultstring"]


def test_unknown(api: Any, failed: str) -> None:
    """An unknown task or execution is a 404 that names it."""
    problem = api.call("POST", f"{failed}/resume", 404, {"tasks": [{"task": "ghost"}]})
    assert "ghost" in problem["faultstring"]
    api.call("POST", "/v2/executions/6b1edbd0-0000-4000-8000-0fc2a32e94cd/resume", 404, {})
