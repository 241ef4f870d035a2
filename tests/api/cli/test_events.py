"""``wf-es execution events`` as typed: filters, and why something happened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
OTHER = "bbbb0000-0000-4000-8000-000000000002"
PATH = f"executions/{ID}/events"


def event(number: int, summary: str, **fields: Any) -> dict[str, Any]:
    """Return an event as the server tells it."""
    told = {"number": number, "time": "2030-01-01T00:00:00+00:00", "type": "T", "actor": "ada"}
    return {**told, "command": "c", "reason": None, "summary": summary, **fields}


def link(number: int, summary: str, follows: str | None, stream: str = ID, **fields: Any) -> dict[str, Any]:
    """Return one link of a chain of causes as the server tells it."""
    origin = None if follows is None else f"{stream}/{number - 1}"
    return event(number, summary, execution_id=stream, follows=follows, origin=origin, **fields)


def test_filters_are_sent(fake: FakeServer, wf: Type) -> None:
    """Under the names of the interface, and only those that were given."""
    fake.on("GET", PATH, {"events": [event(3, "it happened")]})

    result = wf(
        "execution", "events", ID, "--type", "TaskCompleted,TaskRerun", "--task", "deploy", "--actor", "ada",
        "--from", "3", "--to", "2026-01-31T08:00:00+00:00", "--cause", "2", "--command", "c", "--after", "1",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    (query,) = fake.queries(PATH)
    assert query.pop("to").startswith("2026-01-31T")
    assert query == {
        "after": "1",
        "limit": "1000",
        "type": "TaskCompleted,TaskRerun",
        "task": "deploy",
        "actor": "ada",
        "from": "3",
        "cause": "2",
        "command": "c",
    }


def test_a_reason_stands_where_its_request_begins(fake: FakeServer, wf: Type) -> None:
    """Once for each request, behind what happened first."""
    fake.on(
        "GET",
        PATH,
        {
            "events": [
                event(1, "one", reason="because"),
                event(2, "two", reason="because"),
                event(3, "three", command="d", reason="again"),
            ]
        },
    )

    lines = wf("execution", "events", ID).stdout.splitlines()

    assert [line.split("ada")[1].strip() for line in lines[1:]] == [
        "one (reason: because)",
        "two",
        "three (reason: again)",
    ]


def test_why_shows_how_each_event_follows(fake: FakeServer, wf: Type) -> None:
    """The latest one first; below it what it followed from."""
    fake.on(
        "GET",
        f"{PATH}/9/causes",
        {
            "causes": [
                link(9, "task 'a' ended", "cause"),
                link(8, "action ended", "occasion"),
                link(5, "action scheduled", "request"),
                link(1, "workflow started", None, reason="a trial"),
            ]
        },
    )

    result = wf("execution", "events", ID, "--why", "9")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["NUMBER", "TIME", "ACTOR", "SUMMARY"]
    assert [line.split("ada")[1].strip() for line in lines[1:]] == [
        "task 'a' ended",
        "because action ended",
        "expected since: action scheduled",
        "asked together with: workflow started (reason: a trial)",
    ]
    assert result.stderr == ""


def test_why_names_executions_where_there_are_several(fake: FakeServer, wf: Type) -> None:
    """A chain may lead out of the execution; one that ends out of sight says so."""
    causes = [link(2, "inner", "cause"), link(4, "outer", "cause", OTHER)]
    fake.on("GET", f"{PATH}/2/causes", {"causes": causes})

    result = wf("execution", "events", ID, "--why", "2")

    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["EXECUTION", "NUMBER"]
    assert [line.split()[:2] for line in lines[1:]] == [["aaaa0000", "2"], ["bbbb0000", "4"]]
    assert f"it goes on with event {OTHER}/3" in result.stderr


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_why_as_data(fake: FakeServer, wf: Type, form: str) -> None:
    """The links as the server gives them."""
    causes = [link(2, "it", None)]
    fake.on("GET", f"{PATH}/2/causes", {"causes": causes})

    result = wf("execution", "events", ID, "--why", "2", "-o", form)

    assert (json.loads(result.stdout) == causes) if form == "json" else ("summary: it" in result.stdout)


def test_raw_is_a_line_for_each_event(fake: FakeServer, wf: Type) -> None:
    """Also of a chain of causes."""
    causes = [link(2, "it", "cause"), link(1, "that", None)]
    fake.on("GET", f"{PATH}/2/causes", {"causes": causes})

    lines = wf("execution", "events", ID, "--why", "2", "--raw").stdout.splitlines()

    assert [json.loads(line) for line in lines] == causes


@pytest.mark.parametrize("option", ["--type", "--task", "--from", "--command"])
def test_why_has_no_filters(wf: Type, option: str) -> None:
    """A chain without gaps, or none."""
    result = wf("execution", "events", ID, "--why", "2", option, "3")

    assert result.exit_code == 2
    assert f"--why cannot be combined with {option}" in result.stderr
