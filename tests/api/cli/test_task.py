"""``wf-es task`` as typed."""

from __future__ import annotations

import json

import pytest

from tests.api.cli.conftest import FakeServer, Type

EXECUTION = "aaaa0000-0000-4000-8000-000000000001"
TASK = "cccc2222-0000-4000-8000-000000000003"
RECORD = {
    "id": TASK,
    "name": "deploy",
    "workflow_name": "w",
    "workflow_execution_id": EXECUTION,
    "state": "ERROR",
    "state_info": "no host",
    "result": "null",
    "published": '{"a": [1]}',
    "started_at": "2030-01-01 00:00:00",
    "finished_at": None,
}
CONTEXT = {
    "name": "deploy",
    "task": {"id": TASK, "name": "deploy", "state": "ERROR"},
    "inbound": {"artifact": "a.tar"},
    "published": {"done": False},
    "outbound": {"artifact": "a.tar", "done": False},
    "origins": {"artifact": 7, "done": 12},
    "workflow": {"global": {}, "vars": {"v": 1}, "input": {"stage": "production"}},
}


@pytest.fixture
def filled(fake: FakeServer) -> FakeServer:
    """A server with one execution and one task."""
    fake.on("GET", "executions", {"executions": [{"id": EXECUTION}]})
    fake.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [RECORD]})
    fake.on("GET", "tasks", {"tasks": [RECORD]})
    fake.on("GET", f"tasks/{TASK}", RECORD)
    fake.on("GET", f"tasks/{TASK}/context", CONTEXT)
    return fake


def test_list_of_an_execution(filled: FakeServer, wf: Type) -> None:
    """The tasks of one execution, in their order."""
    result = wf("task", "list", "@latest", "--columns", "name,state,state_info")

    assert result.stdout.splitlines() == ["NAME    STATE  STATE_INFO", "deploy  ERROR  no host"]
    assert filled.queries(f"executions/{EXECUTION}/tasks") == [{"limit": "100"}]


def test_list_of_all(filled: FakeServer, wf: Type) -> None:
    """The newest first, by state."""
    wf("task", "list", "--state", "error", "--limit", "3")

    assert filled.queries("tasks") == [
        {"limit": "3", "state": "ERROR", "sort_keys": "created_at", "sort_dirs": "desc"}
    ]


def test_get(filled: FakeServer, wf: Type) -> None:
    """Named through its execution; JSON text is decoded."""
    result = wf("task", "get", "@latest/deploy")

    assert 'published              {"a": [1]}' in result.stdout
    assert json.loads(wf("task", "get", TASK, "-o", "json").stdout)["published"] == {"a": [1]}


def test_what_a_task_waits_for(filled: FakeServer, wf: Type) -> None:
    """A time that has not come is shown with what happens then."""
    context = '{"timer": {"kind": "retry", "due": "2030-01-01 00:00:05.250000"}}'
    delayed = RECORD | {"state": "DELAYED", "runtime_context": context}
    filled.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [delayed, RECORD]})
    filled.on("GET", f"tasks/{TASK}", delayed)

    listed = wf("task", "list", "@latest").stdout.splitlines()

    assert listed[0].split()[-1] == "WAITS_FOR"
    assert listed[1].endswith("is tried again at 2030-01-01 00:00:05")
    assert "is tried again at 2030-01-01 00:00:05" in wf("task", "get", TASK).stdout


def test_how_far_a_task_is_with_its_items(filled: FakeServer, wf: Type) -> None:
    """In words for people, as numbers for machines."""
    items = {"count": 100, "concurrency": 4, "running": 4, "succeeded": 35, "failed": 2, "cancelled": 0}
    running = RECORD | {"state": "RUNNING", "items": items}
    filled.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [running, RECORD]})
    filled.on("GET", f"tasks/{TASK}", running)

    listed = wf("task", "list", "@latest").stdout.splitlines()

    assert listed[0].split()[-1] == "ITEMS"
    assert listed[1].endswith("37 of 100 done, 2 failed, 4 running")
    assert "items                  37 of 100 done, 2 failed, 4 running" in wf("task", "get", TASK).stdout
    assert json.loads(wf("task", "list", "@latest", "-o", "json").stdout)[0]["items"] == items
    filled.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [RECORD]})
    assert wf("task", "list", "@latest", "--columns", "name,items").stdout.splitlines()[1] == "deploy  -"


def test_context_is_told_part_by_part(filled: FakeServer, wf: Type) -> None:
    """What was there, what was added, and which event wrote it."""
    assert wf("task", "context", "@latest/deploy").stdout.splitlines() == [
        "task 'deploy' is ERROR",
        "input of the workflow:",
        "  stage  production",
        "vars of the workflow:",
        "  v  1",
        "inbound, from the tasks before:",
        "  artifact  a.tar",
        "published by the task:",
        "  done  false",
        "outbound, for the tasks after:",
        "  artifact  a.tar  (event 7)",
        "  done      false  (event 12)",
    ]


def test_an_empty_context_is_said_to_be_empty(filled: FakeServer, wf: Type) -> None:
    """The first task has nothing before it."""
    empty = {"task": {"name": "a", "state": "RUNNING"}, "inbound": {}, "published": {}, "outbound": {}}
    filled.on("GET", f"tasks/{TASK}/context", empty)

    assert wf("task", "context", TASK).stdout.splitlines()[1:] == ["inbound, from the tasks before: nothing"]


def test_context_as_data(filled: FakeServer, wf: Type) -> None:
    """The whole answer, for machines."""
    assert json.loads(wf("task", "context", TASK, "-o", "json").stdout) == CONTEXT


@pytest.mark.parametrize(("arguments", "reset"), [((), True), (("--resume-items",), False)])
def test_rerun(filled: FakeServer, wf: Type, arguments: tuple[str, ...], reset: bool) -> None:
    """Mistral's rerun, and how to follow it."""
    filled.on("PUT", f"tasks/{TASK}", RECORD)

    result = wf("task", "rerun", "@latest/deploy", *arguments)

    assert filled.sent("PUT", f"tasks/{TASK}") == [{"state": "RUNNING", "reset": reset}]
    assert f"wf-es execution watch {EXECUTION}" in result.stderr


def test_complete_says_what_somebody_knows(filled: FakeServer, wf: Type) -> None:
    """Only what was given is sent, also if it is false or null."""
    path = f"tasks/{TASK}/complete"
    filled.on("POST", path, RECORD | {"state": "SUCCESS"})

    result = wf("task", "complete", "@latest/deploy", "--published", "on=web2", "--reason", "by phone")
    wf("task", "complete", TASK, "--state", "ERROR", "--result", "false", "--force")
    wf("task", "complete", TASK, "--result", "null")

    assert result.exit_code == 0
    assert filled.sent("POST", path) == [
        {"state": "SUCCESS", "published": {"on": "web2"}, "reason": "by phone"},
        {"state": "ERROR", "result": False, "force": True},
        {"state": "SUCCESS", "result": None},
    ]
    assert f"wf-es execution watch {EXECUTION}" in result.stderr


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ((), {}),
        (("--blame",), {"blame": "true"}),
        (("--history",), {"history": "true"}),
        (("--blame", "--history", "--at", "9"), {"blame": "true", "history": "true", "at": "9"}),
    ],
)
def test_who_wrote_a_context_can_be_asked(
    filled: FakeServer, wf: Type, options: tuple[str, ...], query: dict[str, str]
) -> None:
    """Options become parameters."""
    assert wf("task", "context", TASK, *options, "-o", "json").exit_code == 0
    assert filled.queries(f"tasks/{TASK}/context") == [query]
