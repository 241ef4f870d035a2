"""From "this task is next" to its first run."""

from __future__ import annotations

from typing import Any


def test_a_task_runs_once_for_every_trigger(story: Any) -> None:
    """Without a join, each transition that reaches a task gives it a run of its own."""
    told = story("w: {tasks: {a: {on-success: c}, b: {on-success: c}, c: {action: std.noop}}}")
    told.start()
    told.run_everything()
    assert told.tasks()["c"] == ["SUCCESS", "SUCCESS"]
    triggers = [task.triggered_by for task in told.state.tasks.values() if task.name == "c"]
    assert sorted(told.name_of(trigger.task_id) for (trigger,) in triggers) == ["a", "b"]


def test_tasks_on_a_cycle_count_their_rounds(story: Any) -> None:
    """Each time round a cycle is told by a number; tasks outside have none."""
    told = story(
        "w: {tasks: {begin: {on-success: a},"
        " a: {on-success: [{a: <% len(tasks(execution().id)) < 6 %>}, {end: <% true %>}]},"
        " end: {action: std.noop}}}"
    )
    told.start()
    told.run_everything()
    rounds = [task.rounds.get("a", 0) for task in told.state.tasks.values() if task.name == "a"]
    assert sorted(rounds) == [1, 2, 3]
    assert "begin" not in told.task("end").rounds
