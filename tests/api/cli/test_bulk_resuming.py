"""Resume many executions: which ones, how fast, and what became of each."""

from __future__ import annotations

import json
import time

import click
import pytest

from api.cli.bulk_resuming import conditions
from tests.api.cli.conftest import FakeServer, Type

FIRST, SECOND = (f"aaaa0000-0000-4000-8000-00000000000{number}" for number in (1, 2))
CHILD = "aaaa0000-0000-4000-8000-000000000003"
ROWS = [
    {"id": FIRST, "workflow_name": "deploy", "state": "ERROR", "root_execution_id": None},
    {"id": SECOND, "workflow_name": "deploy", "state": "ERROR", "root_execution_id": None},
    {"id": CHILD, "workflow_name": "deploy", "state": "ERROR", "root_execution_id": FIRST},
]
READY = {"resumable": True, "will_run": ["copy", "verify"]}
LACKING = {
    "resumable": False,
    "will_run": ["copy"],
    "missing": [{"variable": "host", "needed_by": {}}],
    "refused": [{"task": "copy", "why": "it is still RUNNING"}],
    "unknown": [{"kind": "action", "name": "a.b", "why": "it is not installed"}],
}
WHERE = ("--where", "workflow=deploy and state=ERROR")


@pytest.fixture
def many(fake: FakeServer) -> FakeServer:
    """A server with two executions that have failed, and one below the first."""
    fake.on("GET", "executions", {"executions": ROWS})
    for identifier in (FIRST, SECOND):
        fake.on("POST", f"executions/{identifier}/resume", READY)
    return fake


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("state=ERROR", {"state": "ERROR"}),
        (" workflow = deploy AND state!=SUCCESS ", {"workflow_name": "deploy", "state": "neq:SUCCESS"}),
        ("created_at >= '2026-01-01 00:00:00'", {"created_at": "gte:2026-01-01 00:00:00"}),
        ('description="a and b" and x<3', {"description": "a and b", "x": "lt:3"}),
        ("description=a:b", {"description": "eq:a:b"}),
    ],
)
def test_conditions(text: str, filters: dict[str, str]) -> None:
    """Each becomes a filter of the list of executions."""
    assert conditions(text) == filters


@pytest.mark.parametrize(
    "text", ["", "state", "state=ERROR or x=1", "state=ERROR and", "state=A and state=B", "a=1, b=2"]
)
def test_what_is_no_condition(text: str) -> None:
    """It is refused before anything is asked."""
    with pytest.raises(click.UsageError):
        conditions(text)


def test_each_is_resumed_and_told(many: FakeServer, wf: Type) -> None:
    """Those below another one are left out; what became of each is a row."""
    result = wf("execution", "resume", *WHERE, "--from", "failed", "--reason", "why", "--yes")

    body = {"tasks": "failed", "reason": "why"}
    assert many.sent("POST", f"executions/{FIRST}/resume") == [body]
    assert many.sent("POST", f"executions/{SECOND}/resume") == [body]
    assert many.queries("executions")[0].items() >= {"workflow_name": "deploy", "state": "ERROR"}.items()
    assert result.exit_code == 0
    assert [line.split()[3] for line in result.stdout.splitlines()[1:-1]] == ["resumed", "resumed"]
    assert result.stdout.splitlines()[-1] == "2 executions: 2 resumed"


def test_one_that_is_refused_stops_no_other(many: FakeServer, wf: Type) -> None:
    """Exit code 3, with the reason in its row."""
    refusal = {"code": "requirements-missing", "faultstring": "host is missing", **LACKING}
    many.on("POST", f"executions/{FIRST}/resume", (409, refusal))

    result = wf("execution", "resume", *WHERE, "--from", "copy", "--yes", "-o", "json")

    assert result.exit_code == 3
    rows = json.loads(result.stdout)
    assert [(row["id"], row["result"]) for row in rows] == [(FIRST, "refused"), (SECOND, "resumed")]
    assert rows[0]["about"] == "host is missing"
    assert rows[0]["report"]["missing"][0]["variable"] == "host"
    assert result.stderr.splitlines()[-1] == "2 executions: 1 resumed, 1 refused"


def test_a_dry_run_asks_nobody(many: FakeServer, wf: Type) -> None:
    """It tells what would go, and what stands in the way of the rest."""
    many.on("POST", f"executions/{SECOND}/resume", LACKING)

    result = wf("execution", "resume", *WHERE, "--from", "failed", "--dry-run", "--columns", "result,about")

    assert result.exit_code == 3
    assert result.stdout.splitlines()[1:] == [
        "would go          copy, verify",
        "would be refused  copy: it is still RUNNING; missing: host; action 'a.b': it is not installed",
        "2 executions: 1 would go, 1 would be refused",
    ]
    assert many.sent("POST", f"executions/{FIRST}/resume") == [{"tasks": "failed", "dry_run": True}]


def test_nobody_is_there_to_agree(many: FakeServer, wf: Type) -> None:
    """Without --yes nothing happens then."""
    assert wf("execution", "resume", *WHERE, "--from", "failed").exit_code == 2
    assert many.sent("POST", f"executions/{FIRST}/resume") == []


def test_not_faster_than_it_may_be(many: FakeServer, wf: Type) -> None:
    """The second one waits for its time."""
    begun = time.monotonic()
    wf("execution", "resume", *WHERE, "--from", "failed", "--yes", "--rate", "5")
    assert time.monotonic() - begun >= 0.2


def test_none_fits(fake: FakeServer, wf: Type) -> None:
    """That is no failure."""
    fake.on("GET", "executions", {"executions": []})
    result = wf("execution", "resume", *WHERE, "--from", "failed")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 executions")


def test_a_server_that_is_away_ends_it(many: FakeServer, wf: Type) -> None:
    """The others would not get through either; what became of those before is told."""
    many.on("POST", f"executions/{SECOND}/resume", (503, {"faultstring": "away"}))

    result = wf("execution", "resume", *WHERE, "--from", "failed", "--yes", "-o", "json")

    assert result.exit_code == 6
    rows = json.loads(result.stdout)
    assert [(row["id"], row["result"]) for row in rows] == [(FIRST, "resumed"), (SECOND, "unknown")]
    assert "2 executions: 1 resumed, 1 unknown" in result.stderr
    assert "0 of 2 were not tried; the same command goes on" in result.stderr


def test_what_was_done_before_an_interrupt_is_told(
    many: FakeServer, wf: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while it waits for the next one's time: then nothing is unknown."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)

    result = wf("execution", "resume", *WHERE, "--from", "failed", "--yes", "--columns", "id,result")

    assert result.exit_code == 130
    assert result.stdout.splitlines()[1:] == [f"{FIRST}  resumed", "1 execution: 1 resumed"]
    assert "1 of 2 were not tried" in result.stderr
    assert many.sent("POST", f"executions/{SECOND}/resume") == []


@pytest.mark.parametrize("arguments", [(), (FIRST, *WHERE), (*WHERE, "--if-at", "3")])
def test_one_or_many(fake: FakeServer, wf: Type, arguments: tuple[str, ...]) -> None:
    """Which one it is must be clear."""
    assert wf("execution", "resume", *arguments).exit_code == 2
    assert fake.requests == []
