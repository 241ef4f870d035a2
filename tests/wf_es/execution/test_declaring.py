"""A person says that a task is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.families import Family
from wf_es.errors import CompletionConflict, IllegalState, InvalidRequest, NotFound, RequirementsMissing
from wf_es.execution.commands import CompleteAction, CompleteTask, StopWorkflow
from wf_es.execution.state import actions_of

CHAIN = """
w:
  output: {end: <% $.get(r) %>}
  tasks:
    a:
      action: std.async_noop
      publish: {r: <% task().result %>}
      publish-on-error: {r: failed}
      on-success: b
      on-error: mend
    b: {action: std.echo output=<% $.r %>}
    mend: {action: std.async_noop}
"""


def declare(told: Any, task: str, **fields: Any) -> list[str]:
    """Say that the latest run of a task is done."""
    return told.when(CompleteTask, task_id=told.task(task).id, **fields)  # type: ignore[no-any-return]


def started(story: Any, text: str = CHAIN) -> Any:
    """Return an execution that waits for its first task."""
    told = story(text)
    told.start()
    return told


def test_what_it_waits_for_counts_no_more(story: Any) -> None:
    """The task publishes from the given result, what follows begins, and a late answer is refused."""
    told = started(story)
    action = told.unfinished()[0]

    assert declare(told, "a", result=7) == [
        "TaskContinued a SUCCESS",
        "TransitionsTaken a -> b",
        "TaskScheduled b",
        "ActionScheduled std.echo",
    ]
    assert told.task("a").result == 7
    assert told.unfinished()[0].input == {"output": 7}
    with pytest.raises(CompletionConflict):
        told.when(CompleteAction, action_id=action.id, state="SUCCESS", output=8)


def test_published_variables_go_before_those_of_the_task(story: Any) -> None:
    """Without a result only they are published."""
    told = started(story)
    declare(told, "a", published={"r": "mine"}, result="other")
    assert told.task("a").published == {"r": "mine"}
    told = started(story)
    with pytest.raises(RequirementsMissing, match="Missing variables: r"):
        declare(told, "a")
    declare(told, "a", published={"r": "mine"})
    assert told.task("a").result is None


def test_what_is_missing_can_be_overruled(story: Any) -> None:
    """Then the next task fails by force, as it said."""
    told = started(story)
    declare(told, "a", force=True)
    assert told.state.state == "ERROR"


def test_a_failure_is_handled_like_any_other(story: Any) -> None:
    """It publishes as on an error, and ``on-error`` takes over."""
    told = started(story)
    declare(told, "a", state="ERROR", result="burnt", message="the oven")
    assert told.task("a").state_info == "the oven"
    assert told.task("a").published == {"r": "failed"}
    assert told.tasks() == {"a": ["ERROR"], "mend": ["RUNNING"]}


def test_a_cancelled_task_cancels_the_execution(story: Any) -> None:
    """As if its action had been cancelled."""
    told = started(story)
    declare(told, "a", state="CANCELLED", message="not needed")
    assert told.state.state == "CANCELLED"


def test_the_same_once_more_changes_nothing(story: Any) -> None:
    """Anything else about a task that ended is a conflict that says what to do."""
    told = started(story)
    declare(told, "a", result=7)
    assert declare(told, "a", result=7) == []
    assert declare(told, "a") == []
    for other in ({"result": 7.0}, {"state": "ERROR"}, {"published": {"x": 1}}):
        with pytest.raises(CompletionConflict, match="already ended in SUCCESS .event 4. .*resume the exec"):
            declare(told, "a", **other)


def test_a_failed_task_is_mended(story: Any) -> None:
    """What its failure had led to counts no more; an execution that had ended goes on."""
    told = started(story)
    told.fail("a")
    told.complete("mend")
    assert told.state.state == "SUCCESS"
    assert declare(told, "a", result=1)[:2] == ["WorkflowResumed", "TaskContinued a SUCCESS"]
    assert told.task("mend").superseded
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert told.state.output == {"end": 1}


def test_a_paused_execution_stays_paused(story: Any) -> None:
    """What follows waits for the resume."""
    told = started(story)
    told.pause()
    assert declare(told, "a", result=1) == ["TaskContinued a SUCCESS"]
    assert told.state.state == "PAUSED"
    assert told.resume()[:2] == ["WorkflowResumed", "TransitionsTaken a -> b"]


def test_a_failure_does_not_wake_what_has_ended(story: Any) -> None:
    """It is recorded, and the execution stays as it ended."""
    told = started(story)
    told.when(StopWorkflow, state="CANCELLED", message="no")
    assert declare(told, "a", state="ERROR") == ["TaskContinued a ERROR"]
    assert told.state.state == "CANCELLED"


@pytest.mark.parametrize("policy", ["wait-before: 10", "wait-after: 10", "retry: {count: 2, delay: 10}"])
def test_a_task_that_waits_for_a_time(story: Any, policy: str) -> None:
    """It waits no longer, and is not tried again."""
    told = started(story, "w: {tasks: {a: {action: std.async_noop, " + policy + "}}}")
    if policy != "wait-before: 10":
        told.complete("a", "boom", "SUCCESS" if "after" in policy else "ERROR")
    assert told.task("a").state == "DELAYED"
    declare(told, "a", state="ERROR")
    assert not told.state.timers
    assert told.state.state == "ERROR"
    assert not told.unfinished()


def test_items_that_are_under_way(story: Any) -> None:
    """None of them counts any more; the result is what somebody says."""
    told = started(
        story,
        """
w:
  tasks:
    a: {with-items: "i in [1, 2]", action: std.async_noop, on-success: b}
    b: {action: std.echo output=<% task(a).result %>}
""",
    )
    told.complete("a", 1)
    declare(told, "a", result=[1, 2])
    assert told.unfinished()[0].input == {"output": [1, 2]}
    assert all(action.superseded for action in actions_of(told.state, told.task("a")))
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_a_sub_workflow_that_is_under_way_is_cancelled() -> None:
    """Its task is done without it."""
    family = Family("""
main:
  tasks:
    a: {workflow: sub, on-success: b}
    b: {action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    family.start()
    family.give("main", CompleteTask, task_id=family.task("main", "a").id)
    assert family.states() == {"main": "RUNNING", "sub": "CANCELLED"}
    family.complete("main", "b")
    assert family.states() == {"main": "SUCCESS", "sub": "CANCELLED"}


def test_a_task_inside_of_a_failed_sub_workflow() -> None:
    """The family goes on with it, as after any other resume of the child."""
    family = Family("main: {tasks: {a: {workflow: sub}}}\nsub: {tasks: {t: {action: std.async_noop}}}")
    family.start()
    family.fail("sub", "t")
    family.give("sub", CompleteTask, task_id=family.task("sub", "t").id)
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}


def test_what_cannot_be_declared_done(story: Any) -> None:
    """Each refusal says why, and nothing happens."""
    told = started(
        story,
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: j}
    b: {action: std.async_noop, on-success: j}
    j: {join: all}
""",
    )
    told.complete("a")
    with pytest.raises(IllegalState, match="'j' has not begun: it waits"):
        declare(told, "j")
    with pytest.raises(NotFound):
        told.when(CompleteTask, task_id="nobody")
    with pytest.raises(InvalidRequest, match="SUCCESS, ERROR, CANCELLED, not as RUNNING"):
        declare(told, "b", state="RUNNING")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.fail("b")
    told.complete("a")
    told.resume_from({"task": "a"}, {"task": "b"}, allow_succeeded=True)
    assert told.task("j").superseded
    with pytest.raises(IllegalState, match="does not count any more"):
        declare(told, "j")
