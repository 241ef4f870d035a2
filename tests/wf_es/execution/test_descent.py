"""What a task has led to counts no more once its earlier end does not hold."""

from __future__ import annotations

from typing import Any

from wf_es.execution import commands


def test_a_join_that_fails_no_more_takes_back_what_its_failure_led_to(story: Any) -> None:
    """The rescue of a join counts no more once the join can begin after all."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, on-success: z}
    z: {join: all, action: std.noop, on-error: rescue}
    rescue: {action: std.async_noop, publish: {rescued: true}, on-success: later}
    later: {action: std.noop, wait-before: 5}
"""
    )
    told.start()
    told.complete("a")
    told.fail("b")
    told.complete("rescue")
    told.resume_from({"task": "b"})
    assert told.complete("b")[2:5] == ["JoinReopened z", "JoinTriggered z", "TaskStarted z"]
    told.run_everything()
    assert [told.task(name).superseded for name in ("rescue", "later", "z")] == [True, True, False]
    assert told.tasks()["later"] == ["CANCELLED"]
    assert (told.state.state, told.state.output) == ("SUCCESS", {})


def test_a_branch_that_does_not_come_again_still_counts(story: Any) -> None:
    """A join that runs again waits for one that may come again; if it does not, its earlier end holds."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, on-error: m}
    c: {action: std.async_noop, on-success: m}
    m: {join: all, action: std.noop, on-error: z}
    z: {join: all, action: std.noop}
"""
    )
    told.start()
    for name in ("a", "b", "c"):
        told.complete(name)
    told.run_everything()
    assert told.tasks()["m"] == ["ERROR"]
    told.resume_from({"task": "b"}, allow_succeeded=True)
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a")
    assert told.task("z").state == "WAITING"
    assert told.complete("b")[-3:] == ["JoinTriggered z", "TaskStarted z", "ActionScheduled std.noop"]
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_what_was_to_run_again_does_not_if_its_cause_is_taken_back(story: Any) -> None:
    """A rescue that waits for a resume to run again ends with the failure that it was for."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, on-error: noop, on-success: z}
    z: {join: all, action: std.noop, on-error: rescue}
    rescue: {action: std.async_noop, on-error: noop}
    other: {action: std.async_noop}
"""
    )
    told.start()
    told.complete("a")
    told.fail("b")
    told.fail("rescue")
    told.when(commands.PauseWorkflow)
    told.when(commands.RerunTask, task_id=told.task("rescue").id)
    told.when(commands.SkipTask, task_id=told.task("b").id)
    happened = told.when(commands.ResumeWorkflow)
    assert [line for line in happened if "z" in line or "rescue" in line] == [
        "TransitionsTaken b -> z",
        "JoinReopened z",
        "JoinTriggered z",
        "TaskStarted z",
        "TaskCompleted rescue CANCELLED",
    ]
