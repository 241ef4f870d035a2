"""``wf-es action-execution`` as typed."""

from __future__ import annotations

import pytest

from tests.api.cli.conftest import FakeServer, Type

EXECUTION = "aaaa0000-0000-4000-8000-000000000001"
TASK = "cccc2222-0000-4000-8000-000000000003"
ACTION = "dddd3333-0000-4000-8000-000000000004"
RECORD = {"id": ACTION, "name": "std.async_noop", "task_name": "ask", "state": "RUNNING", "output": "{}"}


@pytest.fixture
def filled(fake: FakeServer) -> FakeServer:
    """A server with one waiting action."""
    fake.on("GET", "executions", {"executions": [{"id": EXECUTION}]})
    fake.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [{"id": TASK, "name": "ask"}]})
    fake.on("GET", f"tasks/{TASK}/action_executions", {"action_executions": [RECORD]})
    fake.on("GET", "action_executions", {"action_executions": [RECORD]})
    fake.on("GET", f"action_executions/{ACTION}", RECORD)
    fake.on("PUT", f"action_executions/{ACTION}", RECORD)
    return fake


LISTS = {
    "all": ((), "action_executions"),
    "of-an-execution": (("@latest",), f"tasks/{TASK}/action_executions"),
    "of-a-task": (("--task", "@latest/ask"), f"tasks/{TASK}/action_executions"),
}


@pytest.mark.parametrize(("arguments", "path"), LISTS.values(), ids=list(LISTS))
def test_list(filled: FakeServer, wf: Type, arguments: tuple[str, ...], path: str) -> None:
    """All of them, those of an execution, or those of a task."""
    result = wf("action-execution", "list", *arguments, "--state", "running", "--columns", "name,state")

    assert result.stdout.splitlines() == ["NAME            STATE", "std.async_noop  RUNNING"]
    assert filled.queries(path)[-1]["state"] == "RUNNING"


def test_get(filled: FakeServer, wf: Type) -> None:
    """Named through its task."""
    assert f"id         {ACTION}" in wf("action-execution", "get", "@latest/ask").stdout


BODIES = {
    "json": (("--output", '{"approved": true}'), {"state": "SUCCESS", "output": {"approved": True}}),
    "number": (("--output", "3"), {"state": "SUCCESS", "output": 3}),
    "text": (("--state", "error", "--output", "no capacity"), {"state": "ERROR", "output": "no capacity"}),
    "nothing": (("--state", "CANCELLED"), {"state": "CANCELLED"}),
}


@pytest.mark.parametrize(("arguments", "body"), BODIES.values(), ids=list(BODIES))
def test_complete(filled: FakeServer, wf: Type, arguments: tuple[str, ...], body: dict[str, object]) -> None:
    """The result is JSON or text, as a callback would bring it."""
    result = wf("action-execution", "complete", "@latest/ask", *arguments)

    assert (result.exit_code, filled.sent("PUT", f"action_executions/{ACTION}")) == (0, [body])


def test_a_second_result_that_differs(filled: FakeServer, wf: Type) -> None:
    """Exit code 5: what is recorded stays."""
    filled.on(
        "PUT",
        f"action_executions/{ACTION}",
        (409, {"code": "completion-conflict", "faultstring": "already completed with another value"}),
    )

    result = wf("action-execution", "complete", ACTION, "--output", "4")

    assert (result.exit_code, result.stderr) == (5, "Error: already completed with another value\n")
