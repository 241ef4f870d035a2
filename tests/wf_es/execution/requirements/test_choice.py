"""Which runs are chosen, and which of them cannot be resumed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked
from wf_es.errors import NotFound
from wf_es.execution.events import WorkflowCompleted, WorkflowStarted


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"task": "build"}, "already succeeded"),
        ({"task": "other"}, "still RUNNING"),
    ],
)
def test_refusals(told: Any, wish: Any, why: Any) -> None:
    """Tasks that cannot be resumed are refused by name."""
    found = asked(told, wish)
    assert [item.task for item in found.refused] == [wish["task"]]
    assert why in found.refused[0].why
    assert not found.resumable


def test_an_ended_execution_needs_a_choice(story: Any) -> None:
    """Asked without a task, the report names those that failed instead of promising a resume."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    assert asked(told).resumable
    told.fail("a")
    told.complete("b")
    found = asked(told)
    assert not found.resumable
    assert [item.task for item in found.refused] == ["a"]


def test_unknown_task(told: Any) -> None:
    """A task that never ran is not found, and the message lists those that did."""
    with pytest.raises(NotFound, match="build, deploy, other"):
        asked(told, {"task": "nobody"})


def test_an_execution_without_tasks_cannot_be_resumed(story: Any) -> None:
    """One that ended before its first task has nothing to resume from."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.happened(WorkflowStarted(workflow_name="w", definition=told.definition.pin))
    told.happened(WorkflowCompleted(state="ERROR"))
    assert not asked(told).resumable
