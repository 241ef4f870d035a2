"""``requirements`` and ``resume`` as typed."""

from __future__ import annotations

import json

import pytest

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
RESUME = f"executions/{ID}/resume"
ASK = f"executions/{ID}/resume-requirements"
MISSING = {
    "resumable": False,
    "will_run": ["deploy"],
    "missing": [{"variable": "host", "needed_by": {"task": "deploy", "line": 8, "column": 15}}],
}
READY = {"resumable": True, "will_run": ["deploy"], "missing": []}


def test_requirements_tell_what_is_missing(fake: FakeServer, wf: Type) -> None:
    """Exit code 3, and nothing is changed."""
    fake.on("POST", ASK, MISSING)

    result = wf("execution", "requirements", ID, "--task", "deploy")

    assert fake.sent("POST", ASK) == [{"tasks": [{"task": "deploy", "action": "rerun"}]}]
    assert result.exit_code == 3
    assert result.stdout.splitlines()[:3] == ["resumable: no", "will run: deploy", "missing:"]
    assert "line 8:15" in result.stdout


def test_requirements_that_are_met(fake: FakeServer, wf: Type) -> None:
    """Exit code 0; what would be given counts."""
    fake.on("POST", ASK, READY)

    result = wf("execution", "requirements", ID, "--task", "deploy", "--set", "host=web2", "-o", "json")

    assert fake.sent("POST", ASK)[0]["tasks"][0]["context"] == {"host": "web2"}
    assert (result.exit_code, json.loads(result.stdout)) == (0, READY)


BODIES = {
    "paused": ((), {}),
    "rerun": (
        ("--task", "a", "--task", "b", "--set", "x=1", "--set", "y=null", "--reason", "why"),
        {
            "tasks": [
                {"task": "a", "action": "rerun", "context": {"x": 1, "y": None}},
                {"task": "b", "action": "rerun", "context": {"x": 1, "y": None}},
            ],
            "reason": "why",
        },
    ),
    "continue": (
        ("--task", "a", "--action", "continue", "--publish", "x=1", "--result", "[2]", "--force"),
        {
            "tasks": [{"task": "a", "action": "continue", "published": {"x": 1}, "result": [2]}],
            "force": True,
        },
    ),
    "a result of null": (
        ("--task", "a", "--action", "continue", "--result", "null"),
        {"tasks": [{"task": "a", "action": "continue", "result": None}]},
    ),
    "failed items": (
        ("--task", "a", "--items", "failed"),
        {"tasks": [{"task": "a", "action": "rerun", "items": "failed"}]},
    ),
    "some items": (
        ("--task", "a", "--items", "0, 3"),
        {"tasks": [{"task": "a", "action": "rerun", "items": [0, 3]}]},
    ),
    "dry-run": (("--env", "e=1", "--dry-run"), {"env": {"e": 1}, "dry_run": True}),
}


@pytest.mark.parametrize(("arguments", "body"), BODIES.values(), ids=list(BODIES))
def test_resume_sends_what_was_typed(
    fake: FakeServer, wf: Type, arguments: tuple[str, ...], body: dict[str, object]
) -> None:
    """Only what was given is sent."""
    fake.on("POST", RESUME, READY)

    result = wf("execution", "resume", ID, *arguments)

    assert (result.exit_code, fake.sent("POST", RESUME)) == (0, [body])
    assert ("wf-es execution watch" in result.stderr) is ("--dry-run" not in arguments)


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


NONSENSE = {
    "context-without-task": ("--set", "x=1"),
    "result-of-a-rerun": ("--task", "a", "--result", "1"),
    "items-without-task": ("--items", "failed"),
    "items-of-what-is-done": ("--task", "a", "--action", "continue", "--items", "failed"),
    "items-that-are-no-numbers": ("--task", "a", "--items", "some"),
}


@pytest.mark.parametrize("arguments", NONSENSE.values(), ids=list(NONSENSE))
def test_what_cannot_be_meant_is_not_sent(fake: FakeServer, wf: Type, arguments: tuple[str, ...]) -> None:
    """Exit code 2, before anything happens."""
    assert wf("execution", "resume", ID, *arguments).exit_code == 2
    assert fake.requests == []
