"""Progress: one line per event in a pipe, a redrawn picture on a terminal."""

from __future__ import annotations

import io
from typing import Any

from api.cli.history import Story, event_line
from api.cli.progress import show_progress


def _event(number: int, kind: str, **data: Any) -> dict[str, Any]:
    return {
        "number": number,
        "time": "2030-01-01T00:00:00+00:00",
        "type": kind,
        "summary": kind,
        "data": data,
    }


EVENTS = [
    _event(1, "WorkflowStarted", workflow_name="w"),
    *[_event(2 + n, "TaskScheduled", task_id=str(n), name=f"task{n}") for n in range(20)],
    _event(22, "TaskCompleted", task_id="19", state="ERROR", state_info="first line\nsecond line"),
]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_without_a_terminal_each_event_is_a_line() -> None:
    """The story is told beside it."""
    stream, story = io.StringIO(), Story()

    show_progress(EVENTS, stream, story)

    assert stream.getvalue().splitlines() == [event_line(event) for event in EVENTS]
    assert (len(story.tasks), story.failed) == (20, ["task19"])


def test_on_a_terminal_the_picture_shows_tasks_with_their_states() -> None:
    """States are words, old tasks are folded, no percentage is guessed."""
    stream = Terminal()

    show_progress(EVENTS, stream, Story())

    drawn = stream.getvalue()
    assert "tasks settled: 1 of at least 20" in drawn
    assert "... 5 earlier" in drawn
    assert "ERROR" in drawn
    assert "%" not in drawn
