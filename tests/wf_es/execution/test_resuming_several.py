"""Resumes of several tasks, of executions that were stopped, and several in a row."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import RequirementsMissing
from wf_es.execution import commands

FORK = """
w:
  tasks:
    a: {action: std.async_noop, target: <% $.where %>}
    b: {action: std.async_noop}
"""


def fork(story: Any) -> Any:
    """Return an execution whose tasks a and b have both failed."""
    told = story(FORK)
    told.start(params={"env": {}})
    told.resume_from({"task": "a", "context": {"where": "x"}})
    told.fail("a")
    told.fail("b")
    assert told.state.state == "ERROR"
    return told


def test_one_that_cannot_run_does_not_strand_the_other(story: Any) -> None:
    """If the first task fails by force, the second waits for the next resume and runs then."""
    told = fork(story)
    told.resume_from({"task": "a", "context": {"where": None}}, {"task": "b"}, force=True)
    assert (told.state.state, told.task("b").state) == ("ERROR", "IDLE")
    told.resume_from({"task": "a", "context": {"where": "y"}})
    told.complete("a")
    told.complete("b")
    assert told.state.state == "SUCCESS"


def test_the_same_task_twice_is_refused(story: Any) -> None:
    """By name and by id at once would run it twice."""
    told = fork(story)
    with pytest.raises(RequirementsMissing, match="named twice"):
        told.resume_from({"task": "b"}, {"task": told.task("b").id})


@pytest.mark.parametrize("where", ["context", "published"])
def test_names_of_the_engine_cannot_be_set(story: Any, where: Any) -> None:
    """A resume cannot overwrite what the engine provides."""
    told = fork(story)
    with pytest.raises(RequirementsMissing, match="__env"):
        told.resume_from({"task": "b", "action": "continue", where: {"__env": {}}})


def test_patches_add_up_over_several_resumes(story: Any) -> None:
    """Each resume starts from what the one before had left."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, publish: {seen: '<% [$.x, $.get(y), $.get(z)] %>'}}}}"
    )
    told.start()
    told.fail("a")
    told.resume_from({"task": "a", "context": {"x": 1, "y": 1}})
    told.fail("a")
    told.resume_from({"task": "a", "context": {"y": None, "z": 3}})
    told.complete("a")
    assert told.task("a").published == {"seen": [1, None, 3]}
    assert told.task("a").attempt == 3


def test_a_removed_variable_is_missing_again(story: Any) -> None:
    """What an earlier patch took away is reported, although a predecessor had published it."""
    told = story(
        """
w:
  tasks:
    p: {action: std.noop, publish: {x: 1}, on-success: a}
    a: {action: std.async_noop, target: <% $.x %>}
"""
    )
    told.start()
    told.run_everything()
    told.fail("a")
    told.resume_from({"task": "a", "context": {"x": None}}, force=True)
    with pytest.raises(RequirementsMissing, match="Missing variables: x"):
        told.resume_from({"task": "a"})


@pytest.mark.parametrize("state", ["CANCELLED", "ERROR", "SUCCESS"])
def test_a_stopped_execution_goes_on_from_a_task_that_was_at_work(story: Any, state: Any) -> None:
    """Nothing had failed, so a task that had no result yet may be run again."""
    told = story("w: {tasks: {a: {action: std.async_noop, on-success: b}, b: {action: std.noop}}}")
    told.start()
    told.when(commands.StopWorkflow, state=state, message="enough")
    told.resume_from({"task": "a"})
    assert len(told.unfinished()) == 1
    told.complete("a")
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"]}
    assert told.state.state == "SUCCESS"


def test_what_ended_after_a_stop_may_be_gone_on_from(story: Any) -> None:
    """A result that came after the end was recorded; continuing starts what follows it."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: b}
    b: {action: std.echo output=<% $.x %>}
"""
    )
    told.start()
    told.when(commands.StopWorkflow, state="CANCELLED")
    told.complete("a", 5)
    told.resume_from({"task": "a", "action": "continue"})
    assert told.unfinished()[0].input == {"output": 5}
    with pytest.raises(RequirementsMissing, match="nothing to declare as done"):
        told.resume_from({"task": "a", "action": "continue"}, allow_succeeded=True)


def test_a_cancelled_task_may_be_run_again(story: Any) -> None:
    """A task that its action cancelled can be resumed like a failed one."""
    told = story("w: {tasks: {a: {action: std.async_noop}}}")
    told.start()
    told.complete("a", state="CANCELLED")
    assert (told.state.state, told.state.state_info) == ("CANCELLED", "Cancelled tasks: a")
    told.resume_from({"task": "a"})
    told.complete("a")
    assert (told.state.state, told.state.state_info) == ("SUCCESS", None)


def test_wiped_results_and_globals_come_anew(story: Any) -> None:
    """A rerun of a task that keeps no result publishes again, also into the workflow's context."""
    told = story(
        """
w:
  output: {g: <% global(g) %>, r: <% task(a).result %>}
  tasks:
    a:
      action: std.async_noop
      keep-result: false
      on-success: {publish: {global: {g: {last: <% task().result %>}}}}
"""
    )
    told.start()
    told.complete("a", 1)
    assert told.state.output == {"g": {"last": 1}, "r": None}
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a", 2)
    assert told.state.output == {"g": {"last": 2}, "r": None}
