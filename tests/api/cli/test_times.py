"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.times import moment_option
from tests.api.cli.conftest import FakeServer, Type


def typed(text: str) -> Result:
    """Type a moment and print what is sent."""

    @click.command()
    @moment_option("--from", "first", "From when on.")
    def command(first: str | None) -> None:
        click.echo(first)

    return CliRunner().invoke(command, ["--from", text] if text else [])


@pytest.mark.parametrize(("text", "sent"), [("12", "12"), ("", "")])
def test_numbers_and_nothing_are_left_alone(text: str, sent: str) -> None:
    """An event number is a moment."""
    assert typed(text).stdout.strip() == sent


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31 08:00:00.5", datetime(2026, 1, 31, 8, 0, 0, 500_000).astimezone()),
        ("2026-01-31", datetime(2026, 1, 31).astimezone()),
        ("08:30:01", datetime.combine(date.today(), datetime(1, 1, 1, 8, 30, 1).time()).astimezone()),
    ],
)
def test_times_are_local_unless_they_say_otherwise(text: str, meant: datetime) -> None:
    """What is sent has its offset."""
    sent = datetime.fromisoformat(typed(text).stdout.strip())

    assert sent == meant
    assert sent.tzinfo is not None


@pytest.mark.parametrize("text", ["soon", "25:00:00", "-3", "1e3"])
def test_what_is_no_moment_is_wrong_usage(text: str) -> None:
    """With an example of what would be one."""
    result = typed(text)

    assert result.exit_code == 2
    assert "neither an event number nor a time such as 14:30:05" in result.stderr


EXECUTION = "aaaa0000-0000-4000-8000-000000000001"
TASK = "cccc2222-0000-4000-8000-000000000003"
ACTION = "dddd3333-0000-4000-8000-000000000004"
READS = (
    (("execution", "get", EXECUTION), f"executions/{EXECUTION}"),
    (("execution", "context", EXECUTION), f"executions/{EXECUTION}/context"),
    (("execution", "events", EXECUTION), f"executions/{EXECUTION}/events"),
    (("execution", "tree", EXECUTION), f"executions/{EXECUTION}/report"),
    (("task", "list", EXECUTION), f"executions/{EXECUTION}/tasks"),
    (("task", "get", TASK), f"tasks/{TASK}"),
    (("task", "context", f"{EXECUTION}/a"), f"tasks/{TASK}/context"),
    (("action-execution", "list", "--task", TASK), f"tasks/{TASK}/action_executions"),
    (("action-execution", "list", EXECUTION), f"tasks/{TASK}/action_executions"),
    (("action-execution", "get", f"{EXECUTION}/a"), f"action_executions/{ACTION}"),
)


@pytest.mark.parametrize(("words", "path"), READS, ids=lambda value: "-".join(value[:2]))
def test_every_read_of_one_execution_has_moments(
    fake: FakeServer, wf: Type, words: tuple[str, ...], path: str
) -> None:
    """The moment is sent with each request that finds something out, so names are those of then."""
    row = {"id": TASK, "name": "a", "state": "SUCCESS", "workflow_execution_id": EXECUTION}
    tree: dict[str, object] = {"id": EXECUTION, "name": "w", "state": "RUNNING", "state_info": None}
    tree["task_executions"] = []
    times = {"created_at": "", "updated_at": ""}
    fake.on("GET", f"executions/{EXECUTION}", {**row, **times, "id": EXECUTION})
    fake.on("GET", f"executions/{EXECUTION}/context", {"variables": {}})
    fake.on("GET", f"executions/{EXECUTION}/events", {"events": []})
    fake.on("GET", f"executions/{EXECUTION}/report", {"root_workflow_execution": tree, "statistics": {}})
    fake.on("GET", f"executions/{EXECUTION}/tasks", {"tasks": [row]})
    fake.on("GET", f"tasks/{TASK}", row)
    fake.on("GET", f"tasks/{TASK}/context", {"task": row, "inbound": {}})
    fake.on("GET", f"tasks/{TASK}/action_executions", {"action_executions": [{**row, "id": ACTION}]})
    fake.on("GET", f"action_executions/{ACTION}", {**row, "id": ACTION})

    result = wf(*words, "--at", "7")

    assert result.exit_code == 0, result.output
    assert [query.get("at") for query in fake.queries(path)] == ["7"]
    assert all("at=7" in target for verb, target, _ in fake.requests if verb == "GET")


@pytest.mark.parametrize("words", [("task", "list"), ("action-execution", "list")])
def test_a_moment_of_everything_is_none(wf: Type, words: tuple[str, ...]) -> None:
    """It belongs to one execution."""
    result = wf(*words, "--at", "7")

    assert result.exit_code == 2
    assert "--at is a moment of one execution: name it" in result.stderr


def test_requirements_have_moments_too(fake: FakeServer, wf: Type) -> None:
    """They are asked for with a body."""
    path = f"executions/{EXECUTION}/resume-requirements"
    fake.on("POST", path, {"resumable": True})

    assert wf("execution", "requirements", EXECUTION, "--task", "a", "--at", "7").exit_code == 0
    assert [target for verb, target, _ in fake.requests if verb == "POST"] == [f"{path}?at=7"]
