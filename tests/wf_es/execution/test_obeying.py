"""Sub-workflows follow their parent: pause, resume, cancel and stop go through the tree."""

from __future__ import annotations

import pytest

from tests.wf_es.execution.families import Family
from wf_es.execution import commands, events

ONE = """
main:
  tasks:
    a: {workflow: sub, on-success: z, on-error: mend}
    z: {action: std.async_noop}
    mend: {action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop, on-success: u}
    u: {action: std.async_noop}
"""
PLAIN = """
main:
  tasks:
    a: {workflow: sub}
sub:
  tasks:
    t: {action: std.async_noop}
"""
THREE = """
main:
  tasks:
    a: {workflow: mid}
mid:
  tasks:
    b: {workflow: leaf}
leaf:
  tasks:
    c: {action: std.async_noop}
"""
TWO = """
main:
  tasks:
    a: {workflow: left}
    b: {workflow: right}
left:
  tasks:
    t: {action: std.async_noop}
right:
  tasks:
    t: {action: std.async_noop}
"""


# -- pause and resume ---------------------------------------------------------------------


def test_a_pause_goes_down_and_a_resume_too() -> None:
    """The parent's task stands still with its sub-workflow, whose routing waits."""
    family = Family(ONE)
    family.start()

    family.give("main", commands.PauseWorkflow)
    assert family.states() == {"main": "PAUSED", "sub": "PAUSED"}
    assert family.task("main", "a").state == "PAUSED"
    family.complete("sub", "t")
    assert "u" not in family.of("sub").latest

    family.give("main", commands.ResumeWorkflow, env={"k": 1})
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}
    assert family.task("main", "a").state == "RUNNING"
    assert family.of("sub").env == {"k": 1}
    family.complete("sub", "u")
    assert family.task("main", "z").state == "RUNNING"


def test_a_pause_goes_up_to_all_parents_and_down_to_their_other_children() -> None:
    """As in Mistral; the resume of the sub-workflow that began it resumes all of them."""
    family = Family(THREE)
    family.start()

    family.give("leaf", commands.PauseWorkflow)
    assert family.states() == {"main": "PAUSED", "mid": "PAUSED", "leaf": "PAUSED"}

    family.give("leaf", commands.ResumeWorkflow)
    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}


def test_a_resume_waits_for_the_other_children() -> None:
    """The parent goes on when no other sub-workflow stands still."""
    family = Family(TWO)
    family.start()
    family.give("left", commands.PauseWorkflow)
    assert family.states() == {"main": "PAUSED", "left": "PAUSED", "right": "PAUSED"}

    family.give("left", commands.ResumeWorkflow)
    assert family.states() == {"main": "PAUSED", "left": "RUNNING", "right": "PAUSED"}

    family.give("right", commands.ResumeWorkflow)
    assert family.states() == {"main": "RUNNING", "left": "RUNNING", "right": "RUNNING"}


def test_a_sub_workflow_resumed_at_once_is_not_paused_by_its_own_pause() -> None:
    """The parent's pause that it brought about is no order to it."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    family.give("sub", commands.PauseWorkflow)
    family.post.deliver(family.world, family.of("sub").id)
    assert family.of("main").state == "PAUSED"

    family.give("sub", commands.ResumeWorkflow)
    family.deliver()

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}


def test_of_a_pause_and_a_resume_that_cross_the_pause_wins() -> None:
    """The parent is resumed while a pause of its sub-workflow is on its way to it."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    family.give("main", commands.PauseWorkflow)
    family.give("main", commands.ResumeWorkflow)
    family.give("sub", commands.PauseWorkflow)

    family.deliver()

    assert family.states() == {"main": "PAUSED", "sub": "PAUSED"}
    family.give("main", commands.ResumeWorkflow)
    family.deliver()
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}


def test_a_sub_workflow_that_ends_while_all_stand_still_is_recorded() -> None:
    """What follows its task waits for the resume."""
    family = Family(ONE)
    family.start()
    family.give("main", commands.PauseWorkflow)
    family.give("sub", commands.StopWorkflow, state="ERROR")

    assert (family.of("main").state, family.task("main", "a").state) == ("PAUSED", "ERROR")
    family.give("main", commands.ResumeWorkflow)
    assert family.task("main", "mend").state == "RUNNING"


# -- the end ----------------------------------------------------------------------------------


def test_a_cancel_goes_down_with_its_reason() -> None:
    """Running actions keep running and may still be completed; the tasks above are cancelled."""
    family = Family(THREE)
    family.start()

    family.give("main", commands.StopWorkflow, state="CANCELLED", message="by test")

    assert family.states() == {"main": "CANCELLED", "mid": "CANCELLED", "leaf": "CANCELLED"}
    assert family.of("leaf").state_info == "by test"
    assert (family.task("main", "a").state, family.task("main", "a").state_info) == ("CANCELLED", "by test")
    assert family.task("main", "a").result == {"result": "by test"}
    family.complete("leaf", "c")
    assert family.task("leaf", "c").state == "SUCCESS"


@pytest.mark.parametrize("outcome", ["SUCCESS", "ERROR"])
def test_whoever_stops_an_execution_ends_its_sub_workflows(outcome: str) -> None:
    """They are cancelled, with the reason if there is one."""
    family = Family(THREE)
    family.start()

    family.give("main", commands.StopWorkflow, state=outcome)

    assert family.states() == {"main": outcome, "mid": "CANCELLED", "leaf": "CANCELLED"}
    assert family.of("mid").state_info == f"The parent execution was stopped as {outcome}."


def test_the_fail_command_leaves_sub_workflows_running() -> None:
    """As it does with actions; their end is recorded."""
    family = Family("""
main:
  tasks:
    a: {workflow: sub}
    b: {action: std.async_noop, on-success: [fail]}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    family.start()

    family.complete("main", "b")
    assert family.states() == {"main": "ERROR", "sub": "RUNNING"}

    family.complete("sub", "t")
    assert family.states() == {"main": "ERROR", "sub": "SUCCESS"}
    assert family.task("main", "a").state == "SUCCESS"
    assert not family.of("main").open


def test_a_cancelled_sub_workflow_cancels_its_parent() -> None:
    """Through its task, as a cancelled action does."""
    family = Family(THREE)
    family.start()

    family.give("leaf", commands.StopWorkflow, state="CANCELLED", message="enough")

    assert family.states() == {"main": "CANCELLED", "mid": "CANCELLED", "leaf": "CANCELLED"}
    assert family.of("main").state_info == "Cancelled tasks: a"


def test_an_order_that_changes_nothing_is_recorded_all_the_same() -> None:
    """So it is known from then on, and an older one is ignored."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    family.give("sub", commands.PauseWorkflow)
    family.give("main", commands.PauseWorkflow)
    family.deliver()
    order = family.of("main").version

    assert [type(recorded.data) for recorded in family.world.logs[family.of("sub").id][-1:]] == [
        events.OrderReceived
    ]
    assert not family.of("main").orders
    older = family.give(
        "sub", commands.FollowOrder, order=family.of("sub").order - 1, demand="RUNNING", known=order
    )
    assert older.events == ()


def test_a_pause_that_came_too_late_holds_nobody_who_begins_anew() -> None:
    """A sub-workflow that had ended before an order came to it, and runs again, is left alone."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    family.give("main", commands.PauseWorkflow)
    sub = family.of("sub")
    family.fail("sub", "t")
    family.post.deliver(family.world, sub.id)
    family.deliver()

    family.world.give(commands.RerunTask, sub.id, task_id=sub.latest["t"])
    family.deliver()

    assert family.states() == {"main": "PAUSED", "sub": "RUNNING"}
    assert not family.of("main").orders
    family.complete("sub", "t")
    family.deliver()
    family.give("main", commands.ResumeWorkflow)
    family.deliver()
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}


def test_an_end_that_came_too_late_ends_who_begins_anew() -> None:
    """A sub-workflow that failed before it heard of a stop, and runs again, is stopped after all."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    sub = family.of("sub")
    family.fail("sub", "t")
    family.give("main", commands.StopWorkflow, state="CANCELLED")
    family.post.deliver(family.world, sub.id)
    family.world.give(commands.RerunTask, sub.id, task_id=sub.latest["t"])
    family.deliver()

    assert family.states() == {"main": "CANCELLED", "sub": "CANCELLED"}
