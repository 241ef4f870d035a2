"""Which sub-workflows are told when an execution turns."""

from __future__ import annotations

from tests.wf_es.execution.families import Family
from wf_es.execution import commands

TEXT = """
main:
  tasks:
    a: {workflow: left}
    b: {workflow: right, retry: {count: 1, delay: 5}, timeout: 9}
    c: {action: std.async_noop, on-success: d}
    d: {workflow: below}
left: {tasks: {t: {action: std.async_noop}}}
right: {tasks: {t: {action: std.async_noop}}}
below: {tasks: {t: {action: std.async_noop}}}
"""


def told() -> Family:
    """Return a family in which nothing is delivered yet but the starts."""
    family = Family(TEXT, prompt=False)
    family.start()
    family.deliver()
    return family


def ordered(family: Family) -> dict[str, str]:
    """Return what the open sub-workflows are to do, by workflow, as far as they may not know it."""
    main = family.of("main")
    children = (main.children[child_id] for child_id in main.orders)
    return {child.workflow_name: child.demand for child in children}


def test_all_open_ones_are_told() -> None:
    """Those that have ended are not."""
    family = told()
    family.complete("left", "t")
    family.deliver()

    family.give("main", commands.PauseWorkflow)

    assert ordered(family) == {"right": "PAUSED"}


def test_the_one_that_began_is_not_told() -> None:
    """It is known to stand still, and no order is on its way to it."""
    family = told()
    family.give("left", commands.PauseWorkflow)

    family.post.deliver(family.world, family.of("left").id)

    assert family.of("main").state == "PAUSED"
    assert ordered(family) == {"right": "PAUSED"}


def test_one_that_an_order_is_on_its_way_to_is_told_again() -> None:
    """It will not stay as it is known to be."""
    family = told()
    family.give("main", commands.PauseWorkflow)
    family.give("main", commands.ResumeWorkflow)

    assert ordered(family) == {"left": "RUNNING", "right": "RUNNING"}


def test_an_attempt_that_timed_out_takes_its_sub_workflow_along() -> None:
    """It is cancelled, its end concerns nobody, and the next attempt has a new one."""
    family = told()
    main = family.of("main")
    (timer,) = main.timers.values()

    family.give("main", commands.FireTimer, timer_id=timer.id)
    assert ordered(family) == {"right": "CANCELLED"}
    family.deliver()
    assert family.of("right").state == "CANCELLED"
    assert "taken its place" in (family.of("right").state_info or "")
    assert family.task("main", "b").state == "DELAYED"

    (timer,) = family.of("main").timers.values()
    family.give("main", commands.FireTimer, timer_id=timer.id)
    family.deliver()
    assert family.states()["right"] == "CANCELLED RUNNING"


def test_what_a_rerun_makes_history_is_ended() -> None:
    """The sub-workflow of a run that counts no more is cancelled, and the run with it."""
    family = told()
    family.complete("main", "c")
    family.deliver()
    run = family.task("main", "d")
    wish = commands.TaskResumption(task="c")

    family.give("main", commands.ResumeFrom, tasks=(wish,), allow_succeeded=True)
    assert ordered(family) == {"below": "CANCELLED"}
    family.deliver()

    assert family.of("below").state == "CANCELLED"
    assert family.of("main").tasks[run.id].state == "CANCELLED"
    assert family.of("main").state == "RUNNING"
