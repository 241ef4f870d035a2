"""``wf-es execution`` as typed: what is sent, printed and returned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
RECORD: dict[str, Any] = {
    "id": ID,
    "workflow_name": "w",
    "description": "",
    "state": "RUNNING",
    "state_info": None,
    "input": '{"a": 1}',
    "output": "{}",
    "created_at": "2030-01-01 00:00:00",
    "updated_at": "2030-01-01 00:00:01",
}


def _log(*events: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "events": [
            {
                "number": number,
                "time": "2030-01-01T00:00:00+00:00",
                "type": kind,
                "summary": f"{kind} happened",
                "actor": "ada",
                "data": data,
            }
            for number, (kind, data) in enumerate(events, 1)
        ]
    }


STARTED = ("WorkflowStarted", {"workflow_name": "w"})
TASK = ("TaskScheduled", {"task_id": "t", "name": "deploy"})
TASK_FAILED = ("TaskCompleted", {"task_id": "t", "state": "ERROR", "state_info": "no host"})
DONE = RECORD | {"state": "SUCCESS", "output": '{"x": 1}'}
SUCCEEDED = ("WorkflowCompleted", {"state": "SUCCESS", "output": {"x": 1}})
FAILED = ("WorkflowCompleted", {"state": "ERROR", "state_info": "task failed\n  deploy"})


@pytest.fixture
def started(fake: FakeServer) -> FakeServer:
    """A server with one execution."""
    fake.on("POST", "executions", RECORD, status=201)
    fake.on("GET", "executions", {"executions": [RECORD]})
    fake.on("GET", f"executions/{ID}", RECORD)
    return fake


def test_start_sends_the_input_and_names_the_next_command(started: FakeServer, wf: Type) -> None:
    """Values are typed, and the id is on standard output."""
    arguments = (
        "-i",
        "n=3",
        "-i",
        "host=web",
        "--env",
        "e=1",
        "--task",
        "top",
        "--description",
        "why",
        "--id",
        ID,
    )

    result = wf("execution", "start", "w", *arguments, "--namespace", "ns")

    assert started.sent("POST", "executions") == [
        {
            "workflow_name": "w",
            "input": {"n": 3, "host": "web"},
            "params": {"env": {"e": 1}, "task_name": "top"},
            "id": ID,
            "description": "why",
            "workflow_namespace": "ns",
        }
    ]
    assert result.exit_code == 0
    assert f"id             {ID}" in result.stdout
    assert f"wf-es execution watch {ID}" in result.stderr


def test_start_prints_data_for_machines(started: FakeServer, wf: Type) -> None:
    """Standard output is one JSON document and nothing else."""
    result = wf("execution", "start", "w", "-o", "json")

    assert json.loads(result.stdout)["id"] == ID


def test_wait_prints_the_output_alone(started: FakeServer, wf: Type) -> None:
    """The output can be piped; the exit code is 0 for SUCCESS."""
    started.on("GET", f"executions/{ID}/events", _log(STARTED, TASK, SUCCEEDED))
    started.on("GET", f"executions/{ID}", RECORD, DONE)

    result = wf("execution", "start", "w", "--wait")

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"x": 1})
    assert "deploy" not in result.stderr


ENDS = {
    "failed": ((STARTED, TASK, TASK_FAILED, FAILED), 10, "wf-es execution resume {id} --from failed"),
    "cancelled": (
        (STARTED, ("WorkflowCompleted", {"state": "CANCELLED"})),
        11,
        "wf-es execution events {id}",
    ),
    "paused": ((STARTED, ("WorkflowPaused", {"state_info": "look"})), 12, "wf-es execution resume {id}"),
}


@pytest.mark.parametrize(("events", "code", "advice"), ENDS.values(), ids=list(ENDS))
def test_other_ends_have_codes_and_advice(
    started: FakeServer, wf: Type, events: tuple[tuple[str, dict[str, Any]], ...], code: int, advice: str
) -> None:
    """Nothing on standard output; why, and the next command, beside it."""
    started.on("GET", f"executions/{ID}/events", _log(*events))
    started.on("GET", f"executions/{ID}", RECORD | {"state": events[-1][1].get("state", "PAUSED")})

    result = wf("execution", "start", "w", "--wait")

    assert (result.exit_code, result.stdout) == (code, "")
    assert advice.format(id=ID) in result.stderr


def test_watch_tells_each_event(started: FakeServer, wf: Type) -> None:
    """One line per event on standard error, the output on standard output."""
    started.on("GET", f"executions/{ID}/events", _log(STARTED, TASK, SUCCEEDED))
    started.on("GET", f"executions/{ID}", RECORD, DONE)

    result = wf("execution", "watch", "@latest")

    assert [line.split("  ")[-1] for line in result.stderr.splitlines()] == [
        "WorkflowStarted happened",
        "TaskScheduled happened",
        "WorkflowCompleted happened",
    ]
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"x": 1})


def test_watch_keeps_to_its_timeout(started: FakeServer, wf: Type) -> None:
    """Exit code 6 and how to come back."""
    started.on("GET", f"executions/{ID}/events", _log(STARTED))

    result = wf("execution", "watch", ID, "--timeout", "0")

    assert result.exit_code == 6
    assert "still under way" in result.stderr


def test_what_is_in_quarantine_is_seen_in_a_list(fake: FakeServer, wf: Type) -> None:
    """In place of what was known of it before; as data it is what the server says."""
    row = {"id": ID, "state": "ERROR", "state_info": "old", "quarantine": "Event 3 is damaged"}
    fake.on("GET", "executions", {"executions": [row]})

    lines = wf("execution", "list", "--columns", "state,state_info").stdout.splitlines()

    assert lines[1] == "ERROR  in quarantine: Event 3 is damaged"
    assert json.loads(wf("execution", "list", "-o", "json").stdout) == [row]


def test_list_shows_the_newest_first(started: FakeServer, wf: Type) -> None:
    """Filters and the limit are the server's work."""
    result = wf("execution", "list", "--state", "error", "--workflow", "w", "--limit", "5")

    assert started.queries("executions") == [
        {
            "limit": "5",
            "state": "ERROR",
            "workflow_name": "w",
            "sort_keys": "created_at",
            "sort_dirs": "desc",
        }
    ]
    assert result.stdout.splitlines()[0].split() == [
        "ID",
        "WORKFLOW_NAME",
        "STATE",
        "CREATED_AT",
        "UPDATED_AT",
        "STATE_INFO",
    ]
    assert result.stdout.splitlines()[1].startswith(f"{ID}  w ")


def test_get_shows_what_is_there(started: FakeServer, wf: Type) -> None:
    """Empty fields are left out of the table, not of the data."""
    started.on("GET", f"executions/{ID}/tasks", {"tasks": []})
    table = wf("execution", "get", "@latest").stdout
    data = json.loads(wf("execution", "get", ID, "-o", "json").stdout)

    assert "state_info" not in table
    assert 'input          {"a": 1}' in table
    assert (data["state_info"], data["input"]) == (None, {"a": 1})


def test_get_shows_what_is_run_and_where_it_came_from(started: FakeServer, wf: Type) -> None:
    """The version of the definition; for a fork, the execution and its event."""
    started.on("GET", f"executions/{ID}/tasks", {"tasks": []})
    forked = {"definition_version": 3, "forked_from": "f", "forked_from_event": 21}
    started.on("GET", f"executions/{ID}", RECORD | forked)

    table = wf("execution", "get", ID).stdout.splitlines()

    assert [line.split() for line in table[2:5]] == [
        ["definition_version", "3"],
        ["forked_from", "f"],
        ["forked_from_event", "21"],
    ]


def test_get_names_the_times_that_are_waited_for(started: FakeServer, wf: Type) -> None:
    """Of a running execution, the tasks that are delayed."""
    context = '{"timer": {"kind": "wait-before", "due": "2030-01-01 00:00:05.000000"}}'
    started.on(
        "GET", f"executions/{ID}", started.reply("GET", f"executions/{ID}", None)[1] | {"state": "RUNNING"}
    )
    delayed = {"id": "t", "name": "deploy", "state": "DELAYED", "runtime_context": context}
    started.on("GET", f"executions/{ID}/tasks", {"tasks": [delayed]})

    assert "deploy begins at 2030-01-01 00:00:05" in wf("execution", "get", "@latest").stdout
    assert started.queries(f"executions/{ID}/tasks") == [{"state": "DELAYED", "limit": "10"}]


def test_events_are_numbered_sentences(started: FakeServer, wf: Type) -> None:
    """Number, time, type, actor and what happened."""
    started.on("GET", f"executions/{ID}/events", _log(STARTED))

    lines = wf("execution", "events", "@latest", "--after", "0").stdout.splitlines()

    assert lines[0].split() == ["NUMBER", "TIME", "TYPE", "ACTOR", "SUMMARY"]
    assert lines[1].startswith("1 ")
    assert lines[1].endswith("WorkflowStarted  ada    WorkflowStarted happened")


def test_events_can_be_had_raw(started: FakeServer, wf: Type) -> None:
    """One JSON document per line, as recorded."""
    log = _log(STARTED, TASK)
    started.on("GET", f"executions/{ID}/events", log)

    lines = wf("execution", "events", ID, "--raw").stdout.splitlines()

    assert [json.loads(line) for line in lines] == log["events"]


def test_events_after_a_number(started: FakeServer, wf: Type) -> None:
    """The server leaves out what came before."""
    started.on("GET", f"executions/{ID}/events", {"events": []})

    wf("execution", "events", ID, "--after", "7")

    assert started.queries(f"executions/{ID}/events") == [{"after": "7", "limit": "1000"}]


def test_pause_gives_the_reason(started: FakeServer, wf: Type) -> None:
    """The reason is recorded with the change."""
    started.on("PUT", f"executions/{ID}", RECORD)
    started.on("GET", f"executions/{ID}", RECORD | {"state": "PAUSED"})

    result = wf("execution", "pause", "@latest", "--reason", "lunch")

    assert started.sent("PUT", f"executions/{ID}") == [{"state": "PAUSED", "state_info": "lunch"}]
    assert (result.exit_code, "state          PAUSED" in result.stdout) == (0, True)


def test_cancel_needs_yes_where_nobody_can_answer(started: FakeServer, wf: Type) -> None:
    """Nothing is sent without it."""
    result = wf("execution", "cancel", ID)

    assert (result.exit_code, "--yes" in result.stderr) == (2, True)
    assert started.sent("PUT", f"executions/{ID}") == []


def test_cancel_with_yes(started: FakeServer, wf: Type) -> None:
    """A finished execution stays as it is, and that is said."""
    started.on("PUT", f"executions/{ID}", RECORD)
    started.on("GET", f"executions/{ID}", RECORD | {"state": "SUCCESS"})

    result = wf("execution", "cancel", ID, "--yes")

    assert started.sent("PUT", f"executions/{ID}") == [{"state": "CANCELLED"}]
    assert "already ended in SUCCESS" in result.stderr


def test_delete(started: FakeServer, wf: Type) -> None:
    """--force is passed on, and the deletion is confirmed in words."""
    started.on("DELETE", f"executions/{ID}", "", status=204)

    result = wf("execution", "delete", ID, "--force", "--yes")

    assert started.requests[-1][:2] == ("DELETE", f"executions/{ID}?force=true")
    assert (result.exit_code, result.stderr) == (0, f"execution {ID} deleted\n")


def test_an_unknown_execution(wf: Type) -> None:
    """Exit code 4 and the server's words."""
    result = wf("execution", "get", ID)

    assert result.exit_code == 4
    assert result.stderr.startswith("Error: nothing is prepared for GET")


def test_context_of_an_execution(started: FakeServer, wf: Type) -> None:
    """As text for people, and as the whole answer for machines."""
    seen = {"variables": {"x": 1}, "origins": {"x": 4}, "clashes": [], "workflow": {}}
    started.on("GET", f"executions/{ID}/context", seen)

    lines = wf("execution", "context", ID).stdout.splitlines()
    data = wf("execution", "context", ID, "-o", "json").stdout

    assert lines == ["variables, of all branches together:", "  x  1  (event 4)"]
    assert json.loads(data) == seen
