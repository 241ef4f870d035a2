"""``fork`` as typed."""

from __future__ import annotations

import json

import pytest

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
NEW = "bbbb0000-0000-4000-8000-000000000002"
FORK = f"executions/{ID}/fork"
REPORT = {
    "resumable": True,
    "will_run": ["deploy"],
    "repeats": [{"task": "build", "action": "std.http", "id": "x", "state": "RUNNING"}],
    "missing": [],
}
MADE = {
    "id": NEW,
    "workflow_name": "release",
    "state": "RUNNING",
    "forked_from": ID,
    "forked_from_event": 12,
    "report": REPORT,
}

BODIES = {
    "now": ((), {}),
    "then": (("--at", "12", "--reason", "what if"), {"at": "12", "reason": "what if"}),
    "from a task": (
        ("--at", "12", "--task", "deploy", "--set", "host=web2", "--force", "--allow-succeeded"),
        {
            "at": "12",
            "tasks": [{"task": "deploy", "action": "rerun", "context": {"host": "web2"}}],
            "force": True,
            "allow_succeeded": True,
        },
    ),
    "with another environment": (("--env", "region=south"), {"env": {"region": "south"}}),
}


@pytest.mark.parametrize(("arguments", "body"), BODIES.values(), ids=list(BODIES))
def test_fork_sends_what_was_typed(
    fake: FakeServer, wf: Type, arguments: tuple[str, ...], body: dict[str, object]
) -> None:
    """Only what was given is sent; the new execution goes to standard output, the rest does not."""
    fake.on("POST", FORK, (201, MADE))

    result = wf("execution", "fork", ID, *arguments)

    assert (result.exit_code, fake.sent("POST", FORK)) == (0, [body])
    assert NEW in result.stdout
    assert "12" in result.stdout
    assert "runs again what has already had an effect: build (std.http)" in result.stderr
    assert f"wf-es execution watch {NEW}" in result.stderr


def test_the_whole_answer_as_data(fake: FakeServer, wf: Type) -> None:
    """For scripts."""
    fake.on("POST", FORK, (201, MADE))

    assert json.loads(wf("execution", "fork", ID, "-o", "json").stdout) == MADE


@pytest.mark.parametrize("resumable", [True, False])
def test_a_dry_run_only_tells(fake: FakeServer, wf: Type, resumable: bool) -> None:
    """The code says whether it would go."""
    fake.on("POST", FORK, REPORT | {"resumable": resumable, "forked_from": ID, "forked_from_event": 12})

    result = wf("execution", "fork", ID, "--dry-run")

    assert fake.sent("POST", FORK) == [{"dry_run": True}]
    assert result.exit_code == (0 if resumable else 3)
    assert "will run: deploy" in result.stdout


def test_a_refused_fork_lists_what_is_missing(fake: FakeServer, wf: Type) -> None:
    """Exit code 3, as for a resume."""
    missing = [{"variable": "host", "needed_by": {"task": "deploy", "line": 8, "column": 15}}]
    problem = {"code": "requirements-missing", "faultstring": "host is missing", "missing": missing}
    fake.on("POST", FORK, (409, problem))

    result = wf("execution", "fork", ID, "--task", "deploy")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "task 'deploy'" in result.stderr


def test_data_without_a_task_is_refused(fake: FakeServer, wf: Type) -> None:
    """Whose variable it would be cannot be guessed."""
    assert wf("execution", "fork", ID, "--set", "x=1").exit_code == 2
    assert fake.requests == []
