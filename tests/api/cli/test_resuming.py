"""``requirements`` and ``resume`` as typed."""

from __future__ import annotations

import json

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
RESUME = f"executions/{ID}/resume"
ASK = f"executions/{ID}/resume-requirements"
MISSING = {
    "resumable": False,
    "will_run": ["deploy"],
    "missing": [
        {"variable": "host", "needed_by": {"task": "deploy", "workflow": "web", "line": 8, "column": 15}}
    ],
}
READY = {"resumable": True, "will_run": ["deploy"], "missing": []}


def test_requirements_tell_what_is_missing(fake: FakeServer, wf: Type) -> None:
    """Exit code 3, and nothing is changed."""
    fake.on("POST", ASK, MISSING)

    result = wf("execution", "requirements", ID, "--task", "deploy")

    assert fake.sent("POST", ASK) == [{"tasks": [{"task": "deploy", "action": "rerun"}]}]
    assert result.exit_code == 3
    assert result.stdout.splitlines()[:2] == ["resumable: no", "missing:"]
    assert "web:8:15" in result.stdout


def test_requirements_that_are_met(fake: FakeServer, wf: Type) -> None:
    """Exit code 0; what would be given counts."""
    fake.on("POST", ASK, READY)

    result = wf("execution", "requirements", ID, "--task", "deploy", "--set", "host=web2", "-o", "json")

    assert fake.sent("POST", ASK)[0]["tasks"][0]["context"] == {"host": "web2"}
    assert (result.exit_code, json.loads(result.stdout)) == (0, READY)


def test_resume_sends_what_was_typed(fake: FakeServer, wf: Type) -> None:
    """Only what was given is sent, and where to look next is told."""
    fake.on("POST", RESUME, READY)

    result = wf("execution", "resume", ID, "--from", "a", "--reason", "why", "--force", "--if-at", "57")

    body = {"tasks": [{"task": "a", "action": "rerun"}], "reason": "why", "force": True}
    assert (result.exit_code, fake.sent("POST", RESUME)) == (0, [body])
    assert "wf-es execution watch" in result.stderr
    assert {name.lower(): value for name, value in fake.headers[-1].items()}["if-match"] == '"57"'


def test_a_dry_run_changes_nothing(fake: FakeServer, wf: Type) -> None:
    """There is nothing to follow then."""
    fake.on("POST", RESUME, READY)

    result = wf("execution", "resume", ID, "--env", "e=1", "--dry-run")

    assert (result.exit_code, fake.sent("POST", RESUME)) == (0, [{"env": {"e": 1}, "dry_run": True}])
    assert "watch" not in result.stderr


def test_who_came_second_reads_what_happened(fake: FakeServer, wf: Type) -> None:
    """Exit code 5, and the events in between with who asked for them."""
    told = {"number": 12, "summary": "execution resumed", "actor": "ada", "reason": "mine"}
    fake.on("POST", RESUME, (409, {"code": "overtaken", "faultstring": "too late", "meanwhile": [told]}))

    result = wf("execution", "resume", ID, "--if-at", "11")

    assert result.exit_code == 5
    assert result.stderr.splitlines() == [
        "Error: too late",
        "what happened meanwhile:",
        "  12  execution resumed (by ada, because: mine)",
    ]


def test_a_refused_resume_lists_what_is_missing(fake: FakeServer, wf: Type) -> None:
    """Exit code 3 and the options that help."""
    fake.on(
        "POST", RESUME, (409, MISSING | {"code": "requirements-missing", "faultstring": "host is missing"})
    )

    result = wf("execution", "resume", ID, "--task", "deploy")

    assert result.exit_code == 3
    assert "task 'deploy'" in result.stderr
    assert "--set NAME=VALUE" in result.stderr


def test_a_dry_run_that_would_be_refused(fake: FakeServer, wf: Type) -> None:
    """The report is printed, the code says that it would not go."""
    fake.on("POST", RESUME, MISSING)

    result = wf("execution", "resume", ID, "--task", "deploy", "--dry-run")

    assert (result.exit_code, "missing:" in result.stdout) == (3, True)
