"""Ways to name an execution, a task and an action."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from api.cli.client import Client
from api.cli.remote import find_action, find_execution, find_task
from tests.api.cli.conftest import FakeServer
from wf_es.errors import InvalidRequest, NotFound, WfEsError

A = "aaaa0000-0000-4000-8000-000000000001"
B = "aaaa1111-0000-4000-8000-000000000002"
C = "cccc2222-0000-4000-8000-000000000003"


def _found(fake: FakeServer, find: Callable[[Client, str], str], name: str) -> str:
    with Client(fake.url) as client:
        return find(client, name)


@pytest.fixture
def filled(fake: FakeServer) -> FakeServer:
    """A server with two executions, the newest first, and tasks in the newest one."""
    fake.on("GET", "executions", {"executions": [{"id": A}, {"id": B}]})
    fake.on("GET", "tasks", {"tasks": [{"id": C}]})
    fake.on(
        "GET",
        f"executions/{A}/tasks",
        {"tasks": [{"id": B, "name": "ask"}, {"id": C, "name": "ask"}, {"id": A, "name": "other"}]},
    )
    fake.on(
        "GET",
        f"tasks/{C}/action_executions",
        {"action_executions": [{"id": A, "state": "RUNNING"}, {"id": B, "state": "ERROR"}]},
    )
    return fake


FOUND = {
    "whole-id": (find_execution, C.upper(), C),
    "latest": (find_execution, "@latest", A),
    "beginning": (find_execution, "aaaa1", B),
    "task-by-beginning": (find_task, "CCCC", C),
    "last-run-of-a-task": (find_task, "@latest/ask", C),
    "task-of-an-abbreviated-execution": (find_task, "aaaa0/other", A),
    "running-action-of-a-task": (find_action, "@latest/ask", A),
}


@pytest.mark.parametrize(("find", "name", "wanted"), FOUND.values(), ids=list(FOUND))
def test_names_that_lead_somewhere(
    filled: FakeServer, find: Callable[[Client, str], str], name: str, wanted: str
) -> None:
    """Ids, beginnings of ids, @latest, and tasks by their names."""
    assert _found(filled, find, name) == wanted


def test_the_latest_is_no_sub_workflow(filled: FakeServer) -> None:
    """The server is asked for executions that no task has started; a beginning of an id may name any."""
    _found(filled, find_execution, "@latest")
    _found(filled, find_execution, "aaaa1")

    latest, beginning = filled.queries("executions")
    assert (latest["nulls"], latest["limit"], latest["sort_dirs"]) == ("task_execution_id", "1", "desc")
    assert "nulls" not in beginning


REFUSED = {
    "ambiguous": (find_execution, "aaaa", InvalidRequest, "beginning of 2 ids"),
    "nothing-begins-so": (find_execution, "ffff", NotFound, "no execution has an id that begins with 'ffff'"),
    "no-id": (find_execution, "deploy", NotFound, "@latest"),
    "no-task-id": (find_task, "deploy", NotFound, "@latest/TASK"),
    "no-such-task": (find_task, "@latest/zzz", NotFound, "tasks: ask, other"),
}


@pytest.mark.parametrize(("find", "name", "kind", "words"), REFUSED.values(), ids=list(REFUSED))
def test_names_that_lead_nowhere(
    filled: FakeServer, find: Callable[[Client, str], str], name: str, kind: type[WfEsError], words: str
) -> None:
    """The message says what could be written instead."""
    with pytest.raises(kind) as caught:
        _found(filled, find, name)

    assert words in caught.value.message


def test_latest_of_nothing(fake: FakeServer) -> None:
    """An empty server says how to begin."""
    fake.on("GET", "executions", {"executions": []})

    with pytest.raises(NotFound, match="wf-es execution start"):
        _found(fake, find_execution, "@latest")


def test_several_running_actions_are_not_guessed(filled: FakeServer) -> None:
    """A task with many items needs the id of the one that is meant."""
    rows = [{"id": A, "state": "RUNNING"}, {"id": B, "state": "RUNNING"}]
    filled.on("GET", f"tasks/{C}/action_executions", {"action_executions": rows})

    with pytest.raises(InvalidRequest, match=f"{A}, {B}"):
        _found(filled, find_action, "@latest/ask")


def test_a_task_without_actions(filled: FakeServer) -> None:
    """A join that waits has nothing to complete."""
    filled.on("GET", f"tasks/{C}/action_executions", {"action_executions": []})

    with pytest.raises(NotFound, match="no action execution yet"):
        _found(filled, find_action, "@latest/ask")
