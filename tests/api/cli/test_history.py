"""A story knows at each moment how the execution and its tasks stand."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.history import Story, TaskLine, clock_time, event_line

BEGINNING: list[tuple[str, dict[str, Any]]] = [
    ("WorkflowStarted", {"workflow_name": "w", "input": {"a": 1}}),
    ("TaskScheduled", {"task_id": "t1", "name": "build"}),
    ("TaskScheduled", {"task_id": "t2", "name": "deploy", "state": "WAITING"}),
]


def _told(*events: tuple[str, dict[str, Any]]) -> Story:
    story = Story()
    for kind, data in (*BEGINNING, *events):
        story.tell({"type": kind, "data": data})
    return story


TASKS = {
    "begun": (("TaskStarted", {"task_id": "t2"}), TaskLine("deploy", "RUNNING")),
    "failed": (
        ("TaskCompleted", {"task_id": "t2", "state": "ERROR", "state_info": "why"}),
        TaskLine("deploy", "ERROR", "why"),
    ),
    "rerun": (("TaskRerun", {"task_id": "t2"}), TaskLine("deploy", "RUNNING")),
    "continued": (("TaskContinued", {"task_id": "t2"}), TaskLine("deploy", "SUCCESS")),
    "skipped": (("TaskSkipped", {"task_id": "t2"}), TaskLine("deploy", "SKIPPED")),
    "something-new": (("Unheard", {"task_id": "t2"}), TaskLine("deploy", "WAITING")),
}


@pytest.mark.parametrize(("event", "line"), TASKS.values(), ids=list(TASKS))
def test_each_event_moves_its_task(event: tuple[str, dict[str, Any]], line: TaskLine) -> None:
    """The other task stays as it was."""
    story = _told(event)

    assert story.tasks == {"t1": TaskLine("build", "RUNNING"), "t2": line}


EXECUTIONS = {
    "started": ([], ("RUNNING", None)),
    "paused": ([("WorkflowPaused", {"state_info": "look"})], ("PAUSED", "look")),
    "failed": ([("WorkflowCompleted", {"state": "ERROR", "state_info": "bad"})], ("ERROR", "bad")),
    "resumed": ([("WorkflowCompleted", {"state": "ERROR"}), ("WorkflowResumed", {})], ("RUNNING", None)),
}


@pytest.mark.parametrize(("events", "stand"), EXECUTIONS.values(), ids=list(EXECUTIONS))
def test_events_of_the_workflow_move_the_execution(
    events: list[tuple[str, dict[str, Any]]], stand: tuple[str, str | None]
) -> None:
    """A resume takes the end back."""
    story = _told(*events)

    assert (story.workflow_name, story.state, story.state_info) == ("w", *stand)


def test_failed_tasks_are_named() -> None:
    """By name, as one would type it."""
    assert _told(("TaskCompleted", {"task_id": "t2", "state": "ERROR"})).failed == ["deploy"]


def test_an_event_is_one_line() -> None:
    """Its number, its time and the line that came with it, or at least its type."""
    event = {"number": 7, "time": "long ago", "type": "TaskStarted", "summary": "task 'a' started"}

    assert event_line(event) == "   7  long ago  task 'a' started"
    assert event_line(event | {"summary": None}) == "   7  long ago  TaskStarted"


def test_times_are_local_and_short() -> None:
    """Hours, minutes, seconds, tenths."""
    assert len(clock_time({"time": "2030-01-02T03:04:05.678901Z"})) == len("03:04:05.6")
