"""The tables of states."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.execution.lifecycle import ACTION, COMPLETED, TASK, WORKFLOW, forced_by, may_follow
from wf_es.execution.reducer import evolve, initial


@pytest.mark.parametrize("table", [WORKFLOW, TASK, ACTION])
def test_tables_are_closed(table: Any) -> None:
    """Every state that may follow is itself in the table."""
    assert {after for row in table.values() for after in row} <= set(table)


@pytest.mark.parametrize(
    ("table", "before", "after", "allowed"),
    [
        (WORKFLOW, "SUCCESS", "PAUSED", False),
        (WORKFLOW, "PAUSED", "ERROR", True),
        (WORKFLOW, "ERROR", "RUNNING", True),
        (WORKFLOW, "CANCELLED", "RUNNING", True),
        (WORKFLOW, "CANCELLED", "SUCCESS", False),
        (WORKFLOW, "SUCCESS", "SUCCESS", True),
        (TASK, "ERROR", "SKIPPED", True),
        (TASK, "SUCCESS", "SKIPPED", False),
        (ACTION, "SUCCESS", "ERROR", False),
    ],
)
def test_may_follow(table: Any, before: Any, after: Any, allowed: Any) -> None:
    """Spot checks against Mistral's table."""
    assert may_follow(table, before, after) is allowed


def test_nothing_is_forced_before_the_start() -> None:
    """An execution that has not begun is not complete."""
    assert forced_by(initial("x")) is None


@pytest.mark.parametrize(
    "workflow",
    [
        "w: {tasks: {a: {on-success: b}, b: {action: std.fail, on-error: [pause, c]}, c: {join: one}}}",
        "w: {tasks: {a: {on-success: z}, b: {action: std.fail, on-complete: z}, z: {join: all}}}",
    ],
)
def test_logs_follow_the_tables(story: Any, workflow: Any) -> None:
    """Whatever the decider does to tasks and workflow is in the tables."""
    told = story(workflow)
    told.start()
    told.run_everything()
    told.resume()
    told.run_everything()
    state = initial(told.state.id)
    for recorded in told.events:
        after = evolve(state, recorded)
        assert may_follow(WORKFLOW, state.state, after.state), recorded
        for task_id, task in after.tasks.items():
            before = state.tasks.get(task_id)
            assert before is None or may_follow(TASK, before.state, task.state), recorded
        state = after
    assert state.state in COMPLETED
