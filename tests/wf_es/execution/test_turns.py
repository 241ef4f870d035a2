"""Turns of a join that wait beside each other: what comes to one may be the last hope of another."""

from __future__ import annotations

from typing import Any

LAST_ROUND_WITHOUT_B = """
w:
  vars: {n: 0}
  tasks:
    begin: {on-success: go}
    go: {publish: {n: <% $.n + 1 %>}, on-success: [a, {b: <% $.n < ROUNDS %>}, {go: <% $.n < ROUNDS %>}]}
    a: {action: std.noop, on-success: j}
    b: {action: std.async_noop, on-success: j, on-error: noop}
    j: {join: all, action: std.noop, on-error: rescue}
    rescue: {action: std.noop}
"""


def rounds(story: Any, number: int) -> Any:
    """Return an execution with a turn of a join for each round; the last one has no second branch."""
    told = story(LAST_ROUND_WITHOUT_B.replace("ROUNDS", str(number)))
    told.start()
    told.run_everything()
    assert told.tasks()["j"] == ["WAITING"] * number
    return told


def test_what_came_to_one_turn_was_the_last_hope_of_another(story: Any) -> None:
    """A branch goes where it was expected, and with it goes all that could have come to the later turn."""
    told = rounds(story, 2)

    followed = told.complete("b")

    assert followed == [
        "ActionCompleted b SUCCESS",
        "TaskCompleted b SUCCESS -> j",
        "JoinTriggered j",
        "TaskStarted j",
        "ActionScheduled std.noop",
        "TaskCompleted j ERROR -> rescue",
        "TaskScheduled rescue",
        "ActionScheduled std.noop",
    ]
    assert told.tasks()["j"] == ["RUNNING", "ERROR"]
    assert told.task("j").state_info == "Failed by tasks: ['b']"
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_a_turn_waits_as_long_as_anything_can_come_to_it(story: Any) -> None:
    """The first to come belongs to the first turn, whatever its round; with the second all hope is gone."""
    told = rounds(story, 3)

    assert "TaskCompleted j ERROR -> rescue" not in told.complete("b", run=1)
    assert told.tasks()["j"] == ["RUNNING", "WAITING", "WAITING"]
    assert "TaskCompleted j ERROR -> rescue" in told.complete("b")
    assert told.tasks()["j"] == ["RUNNING", "RUNNING", "ERROR"]
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_a_branch_that_fails_is_missed_by_its_own_turn_and_the_last(story: Any) -> None:
    """Neither has anything to wait for, and each is handled by itself."""
    told = rounds(story, 2)

    told.fail("b")

    assert told.tasks()["j"] == ["ERROR", "ERROR"]
    told.run_everything()
    assert told.tasks()["rescue"] == ["SUCCESS", "SUCCESS"]
    assert told.state.state == "SUCCESS"
