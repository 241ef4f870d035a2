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
        {"definition": "newest"},
        {"definitions": "latest"},
        {"definitions": {"outer": "newest"}},
        {"tasks": [{"task": "copy"}], "definitions": {"copy": "latest"}},
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


TREE = """
version: '2.0'
main:
  output: {host: <% $.host %>}
  tasks:
    outer: {with-items: "n in [1, 2]", workflow: sub, input: {n: <% $.n %>}, on-success: end}
    end: {action: std.noop, publish: {host: done}}
sub:
  input: [n]
  tasks:
    t: {action: "<% $.get(act, 'std.fail') %>"}
"""


@pytest.fixture
def tree(api: Any) -> str:
    """Return the path of an execution whose sub-workflows have failed."""
    api.upload(TREE)
    identifier = api.start("main")
    api.wait(identifier, "ERROR")
    return f"/v2/executions/{identifier}"


def test_tasks_of_sub_workflows(api: Any, tree: str) -> None:
    """By their paths, several at once, each with data of its own; all or none."""
    wishes = [
        {"task": "outer[0]/t", "context": {"act": "std.noop"}},
        {"task": "outer[1]/t", "action": "continue", "result": 1},
    ]
    asked = api.call("POST", f"{tree}/resume-requirements", 200, {"tasks": wishes})
    assert asked["will_run"] == ["outer[0]/t", "end"]
    assert [item["task"] for item in asked["repeats"]] == ["outer[0]/t"]
    nowhere = api.call("POST", f"{tree}/resume", 404, {"tasks": [*wishes, {"task": "outer[2]/t"}]})
    assert "Item 2 of task 'outer' has begun no sub-workflow" in nowhere["detail"]
    assert (
        "outer[0]/..." in api.call("POST", f"{tree}/resume", 400, {"tasks": [{"task": "outer/t"}]})["detail"]
    )
    api.call("POST", f"{tree}/resume", 200, {"tasks": wishes})
    api.wait(tree.rpartition("/")[2], "SUCCESS")


def test_all_that_failed(api: Any, tree: str) -> None:
    """The server finds out where; asked first, it tells."""
    asked = api.call("POST", f"{tree}/resume-requirements", 200, {"tasks": "failed"})
    assert asked["will_run"] == ["outer[0]/t", "outer[1]/t", "end"]
    api.call("POST", f"{tree}/resume", 200, {"tasks": "failed", "force": True})
    api.wait(tree.rpartition("/")[2], "ERROR")


def test_all_that_failed_with_the_same_data(api: Any, tree: str) -> None:
    """One patch on what each of them sees, wherever it is; a named task has one of its own."""
    body = {"tasks": "failed", "context": {"act": "std.noop"}}
    api.call("POST", f"{tree}/resume", 200, body)
    api.wait(tree.rpartition("/")[2], "SUCCESS")

    named = {**body, "tasks": [{"task": "outer[0]/t"}]}
    assert "of its own" in api.call("POST", f"{tree}/resume", 400, named)["detail"]
    assert api.call("POST", f"{tree}/resume", 400, {"context": {"act": "std.noop"}})


def test_what_is_missing_is_nobodys_doing(api: Any) -> None:
    """A refusal tells what happened meanwhile only where that may be the reason."""
    api.upload("version: '2.0'\nneedy: {tasks: {t: {action: std.echo output=<% $.host %>}}}")
    execution = api.start("needy")
    api.wait(execution, "ERROR")

    problem = api.call("POST", f"/v2/executions/{execution}/resume", 409, {"tasks": "failed"})

    assert problem["missing"][0]["variable"] == "host"
    assert "meanwhile" not in problem


def test_sub_workflows_with_other_versions(api: Any, tree: str) -> None:
    """By path; the check is made against them, and each execution says what it runs."""
    fixed = TREE.replace("<% $.get(act, 'std.fail') %>", "<% $.get(act, 'std.noop') %>")
    api.call("PUT", "/v2/workflows", 200, fixed)
    body = {"tasks": "failed", "definitions": {"outer[1]": 2, "outer": "latest"}}
    wrong = api.call("POST", f"{tree}/resume", 400, {**body, "definitions": {"outer[2]": 2}})
    assert "'outer[0]', 'outer[1]'" in wrong["faultstring"]
    api.call("POST", f"{tree}/resume", 404, {**body, "definitions": {"*": 3}})

    api.call("POST", f"{tree}/resume", 200, body)

    api.wait(tree.rpartition("/")[2], "SUCCESS")
    report = api.get(f"{tree}/report")["root_workflow_execution"]
    below = report["task_executions"][0]["workflow_executions"]
    assert (report["definition_version"], [run["definition_version"] for run in below]) == (1, [2, 2])


def test_the_second_of_two_is_told_what_happened(api: Any, tree: str) -> None:
    """By whom and why the first one was, in the answer to the second one."""
    body = {"tasks": [{"task": "outer[0]/t", "context": {"act": "std.async_noop"}}]}
    api.call("POST", f"{tree}/resume", 200, {**body, "reason": "mine"}, headers={"X-User-Id": "ada"})

    problem = api.call("POST", f"{tree}/resume", 409, body, headers={"X-User-Id": "bob"})

    assert problem["refused"][0] == {"task": "outer[0]/t", "why": "it is still RUNNING"}
    first = problem["meanwhile"][0]
    assert (first["type"], first["actor"], first["reason"]) == ("WorkflowResumed", "ada", "mine")
    problem = api.call("POST", f"{tree}/resume", 409, {})
    assert problem["code"] == "nothing-to-resume"
    assert problem["meanwhile"][0] == first


def test_only_at_the_event_that_was_looked_at(api: Any, tree: str) -> None:
    """``If-Match`` names it; what happened since is in the refusal."""
    body = {"tasks": [{"task": "outer[0]/t", "context": {"act": "std.async_noop"}}], "reason": "now"}
    position = api.call("POST", f"{tree}/resume", 200, {**body, "dry_run": True})["position"]
    assert api.call("POST", f"{tree}/resume", 409, body, headers={"If-Match": str(position - 1)})
    api.call("POST", f"{tree}/resume", 200, body, headers={"If-Match": f'"{position}"'})
    again = {"If-Match": str(position)}
    problem = api.call("POST", f"{tree}/resume", 409, {"tasks": "failed"}, headers=again)
    assert problem["code"] == "overtaken"
    assert problem["meanwhile"][0]["number"] == position + 1
    for bad in ("soon", "*", '"', "9" * 30):
        api.call("POST", f"{tree}/resume", 400, body, headers={"If-Match": bad})


def test_items_with_input_of_their_own(api: Any) -> None:
    """A number, or an object with the number and a patch."""
    api.upload(
        """
version: '2.0'
many:
  output: {r: <% $.r %>}
  tasks:
    a: {with-items: "i in [1, 2]", action: std.echo output=<% $.i %>, publish: {r: <% task().result %>}}
"""
    )
    identifier = api.start("many")
    api.wait(identifier, "SUCCESS")
    path = f"/v2/executions/{identifier}/resume"
    wish = {"task": "a", "items": [{"index": 1, "input": {"output": "two"}}]}
    api.call("POST", path, 200, {"tasks": [wish], "allow_succeeded": True})
    assert json.loads(api.wait(identifier, "SUCCESS")["output"]) == {"r": [1, "two"]}
    others: list[Any] = [[{"index": "1"}], [{"input": {}}], [{"index": 1, "colour": "red"}], "some"]
    for bad in others:
        api.call("POST", path, 400, {"tasks": [{**wish, "items": bad}]})


def test_another_version_of_the_definition(api: Any, failed: str) -> None:
    """The check is made against it, the choice is an event, and it is shown from when on it counts."""
    fixed = DEPLOY.replace("copy: {action: std.fail", "copy: {action: std.noop, publish: {host: web3}")
    api.call("PUT", "/v2/workflows", 200, fixed)
    body = {"tasks": [{"task": "copy"}], "definition": "latest"}
    before = api.get(failed)
    assert (before["definition_version"], before["definition_since_event"]) == (1, 1)
    assert api.call("POST", f"{failed}/resume", 200, {**body, "dry_run": True})["resumable"] is True

    api.call("POST", f"{failed}/resume", 200, body)
    ended = api.wait(failed.rpartition("/")[2], "SUCCESS")
    assert json.loads(ended["output"]) == {"where": "web3"}
    events = api.get(f"{failed}/events")["events"]
    [chosen] = [event for event in events if event["type"] == "DefinitionChosen"]
    assert (ended["definition_version"], ended["definition_since_event"]) == (2, chosen["number"])
    assert api.get(f"{failed}?at=1")["definition_version"] == 1


def test_a_version_that_does_not_fit(api: Any, failed: str) -> None:
    """Refused with the tasks it has no place for; and there may be none of that number."""
    api.call("PUT", "/v2/workflows", 200, DEPLOY.replace("prepare: ", "setup: "))
    body = {"tasks": [{"task": "copy"}]}
    problem = api.call("POST", f"{failed}/resume", 409, {**body, "definition": 2})
    assert problem["refused"] == [
        {"task": "prepare", "why": "it has run, and version 2 of the workflow has no such task"}
    ]
    missing = api.call("POST", f"{failed}/resume", 404, {**body, "definition": 7})
    assert "no version 7; its versions are 1, 2" in missing["faultstring"]
    assert api.get(failed)["definition_version"] == 1


@pytest.mark.parametrize("tasks", ["failed", [{"task": "outer[0]/t", "context": {"act": "std.async_noop"}}]])
def test_a_repeated_request_is_answered_like_the_first(api: Any, tree: str, tasks: Any) -> None:
    """With the same key nothing happens again, also if it wanted the execution at an event that is past."""
    position = api.call("POST", f"{tree}/resume", 200, {"tasks": tasks, "dry_run": True})["position"]
    headers = {"Idempotency-Key": "k1", "If-Match": str(position)}
    body = {"tasks": tasks, "env": {"e": 1}}
    api.call("POST", f"{tree}/resume", 200, body, headers=headers)
    count = len(api.get(f"{tree}/events?type=WorkflowResumed")["events"])

    again = api.call("POST", f"{tree}/resume", 200, body, headers=headers)

    assert (again["resumable"], again["refused"]) == (True, [])
    assert len(api.get(f"{tree}/events?type=WorkflowResumed")["events"]) == count == 1
    assert api.call("POST", f"{tree}/resume", 409, body, headers={**headers, "Idempotency-Key": "k2"})
