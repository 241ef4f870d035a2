"""One sub-workflow for each item of a list."""

from __future__ import annotations

from tests.wf_es.execution.families import Family
from wf_es.execution import commands

ITEMS = """
main:
  tasks:
    a:
      with-items: i in [1, 2, 3]
      workflow: sub n=<% $.i %>
sub:
  input: [n]
  output: {sq: <% $.n * $.n %>}
  tasks:
    t: {action: std.async_noop}
"""


def test_each_item_may_be_a_sub_workflow() -> None:
    """The result is the list of their outputs, in the order of the items."""
    family = Family(ITEMS)
    family.start()

    for run in (2, 0, 1):
        family.complete("sub", "t", run=run)

    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS SUCCESS SUCCESS"}
    assert family.task("main", "a").result == [{"sq": 1}, {"sq": 4}, {"sq": 9}]


def test_a_failed_item_that_runs_again_mends_the_whole() -> None:
    """Its sub-workflow runs again; the others keep their results."""
    family = Family(ITEMS)
    family.start()
    family.complete("sub", "t", run=0)
    family.complete("sub", "t", run=2)
    second = family.all_of("sub")[1]
    action = family.actions(second, "t")[0]
    family.world.give(commands.CompleteAction, second.id, action_id=action.id, state="ERROR", output="no")
    family.deliver()
    assert "idx=1]: Failure caused by error in tasks: t" in (family.of("main").state_info or "")

    family.world.give(commands.RerunTask, second.id, task_id=second.latest["t"])
    family.deliver()
    assert family.states() == {"main": "RUNNING", "sub": "SUCCESS RUNNING SUCCESS"}
    family.complete("sub", "t", run=1)

    assert family.of("main").state == "SUCCESS"
    assert family.task("main", "a").result == [{"sq": 1}, {"sq": 4}, {"sq": 9}]


def test_a_paused_item_lets_the_task_stand_still() -> None:
    """And the execution; an item that ends meanwhile is recorded."""
    family = Family(ITEMS)
    family.start()
    family.world.give(commands.PauseWorkflow, family.all_of("sub")[0].id)
    family.deliver()
    assert family.states() == {"main": "PAUSED", "sub": "PAUSED PAUSED PAUSED"}
    assert family.task("main", "a").state == "PAUSED"

    family.give("main", commands.ResumeWorkflow)

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING RUNNING RUNNING"}
    assert family.task("main", "a").state == "RUNNING"


def test_cancelling_the_execution_ends_all_items_before_the_task() -> None:
    """So its result has what each of them says; an item that is cancelled alone ends the task at once."""
    family = Family(ITEMS)
    family.start()
    family.complete("sub", "t", run=1)
    family.give("main", commands.StopWorkflow, state="CANCELLED", message="enough")

    assert family.states() == {"main": "CANCELLED", "sub": "CANCELLED SUCCESS CANCELLED"}
    task = family.task("main", "a")
    assert task.state == "CANCELLED"
    assert task.result == [{"result": "enough"}, {"sq": 4}, {"result": "enough"}]

    family = Family(ITEMS)
    family.start()
    second = family.all_of("sub")[1]
    family.world.give(commands.StopWorkflow, second.id, state="CANCELLED", message="no")
    family.deliver()

    assert family.task("main", "a").state == "CANCELLED"


def test_items_go_on_after_one_that_runs_again_at_its_limit() -> None:
    """What was deferred while the execution had ended waits for the item that runs again, and begins then."""
    family = Family(
        """
main:
  tasks:
    a: {with-items: "i in [1, 2]", concurrency: 1, workflow: sub}
    b: {action: std.async_noop, on-error: fail}
sub:
  tasks:
    t: {action: std.async_noop}
"""
    )
    family.start()
    family.fail("main", "b")
    family.fail("sub", "t")
    assert family.states() == {"main": "ERROR", "sub": "ERROR"}

    first = family.of("sub")
    family.world.give(commands.RerunTask, first.id, task_id=first.latest["t"])
    family.deliver()
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}
    family.complete("sub", "t")

    assert family.states() == {"main": "RUNNING", "sub": "SUCCESS RUNNING"}


def test_items_go_on_when_the_last_paused_one_does() -> None:
    """What was deferred because the task stood still begins as soon as it stands no more."""
    family = Family(ITEMS.replace("with-items:", "concurrency: 2\n      with-items:"))
    family.start()
    first, second = family.all_of("sub")
    family.world.give(commands.PauseWorkflow, second.id)
    family.deliver()
    family.world.give(commands.ResumeWorkflow, first.id)
    family.deliver()
    family.complete("sub", "t", run=0)
    assert family.states() == {"main": "PAUSED", "sub": "SUCCESS PAUSED"}

    family.give("main", commands.ResumeWorkflow)

    assert family.states() == {"main": "RUNNING", "sub": "SUCCESS RUNNING RUNNING"}
