"""The end of an execution is told in data, or in reasons and next commands."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from api.cli.history import Story
from api.cli.outcome import advice, finish


def _story(*events: tuple[str, dict[str, str]]) -> Story:
    story = Story()
    story.tell({"type": "TaskScheduled", "data": {"task_id": "t", "name": "deploy"}})
    for kind, data in events:
        story.tell({"type": kind, "data": data})
    return story


TASK_FAILED = ("TaskCompleted", {"task_id": "t", "state": "ERROR"})

ADVICE = {
    "paused": ([("WorkflowPaused", {})], ["go on with: wf-es execution resume ID"]),
    "failed": (
        [TASK_FAILED, ("WorkflowCompleted", {"state": "ERROR"})],
        [
            "see what is missing: wf-es execution requirements ID --from failed",
            "go on from there:    wf-es execution resume ID --from failed --set NAME=VALUE",
        ],
    ),
    "failed-without-a-task": (
        [("WorkflowCompleted", {"state": "ERROR"})],
        ["read the whole story: wf-es execution events ID"],
    ),
    "cancelled": (
        [TASK_FAILED, ("WorkflowCompleted", {"state": "CANCELLED"})],
        ["read the whole story: wf-es execution events ID"],
    ),
}


@pytest.mark.parametrize(("events", "lines"), ADVICE.values(), ids=list(ADVICE))
def test_each_end_has_its_advice(events: list[tuple[str, dict[str, str]]], lines: list[str]) -> None:
    """The next command, ready to be copied."""
    assert advice("ID", _story(*events)) == lines


@click.command()
@click.argument("state")
def _end(state: str) -> None:
    """End in a state."""
    story = _story(("WorkflowCompleted", {"state": state, "state_info": "first\n\nsecond"}))
    finish("ID", story, {"x": 1}, "yaml", ["do this"])


def test_success_is_the_output() -> None:
    """Nothing beside it."""
    result = CliRunner().invoke(_end, ["SUCCESS"])

    assert (result.exit_code, result.stdout, result.stderr) == (0, "x: 1\n", "")


def test_anything_else_is_told_beside_the_data() -> None:
    """State, reason line by line, advice."""
    result = CliRunner().invoke(_end, ["CANCELLED"])

    assert (result.exit_code, result.stdout) == (11, "")
    assert result.stderr == "execution ID ended in CANCELLED\n  first\n\n  second\ndo this\n"
