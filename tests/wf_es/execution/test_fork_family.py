"""A fork's family: sub-workflows are copied as of the same moment, and find each other again."""

from __future__ import annotations

import pytest

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.test_forking import fresh, unfinished
from wf_es.errors import NotFound
from wf_es.execution import commands
from wf_es.execution.commands import TaskResumption
from wf_es.execution.fork_family import end_of_decision
from wf_es.execution.state import ExecutionState

TREE = """
main:
  tasks:
    a: {workflow: mid, on-success: z}
    b: {workflow: leaf, on-success: z}
    z: {join: all, action: std.async_noop}
mid:
  tasks:
    d: {workflow: leaf, on-success: e}
    e: {action: std.async_noop}
leaf:
  tasks:
    t: {action: std.async_noop}
"""


def end(family: Family, execution_id: str) -> ExecutionState:
    """Let everything that runs below an execution end well; return the execution."""
    for _ in range(50):
        waiting = [
            (state, action)
            for state, action in family.world.unfinished()
            if execution_id in (state.id, state.root_execution_id)
        ]
        for state, action in waiting:
            family.world.give(commands.CompleteAction, state.id, action_id=action.id, state="SUCCESS")
        family.deliver()
    return family.world.states[execution_id]


def test_every_sub_workflow_gets_a_copy_of_its_own() -> None:
    """With the parent that it had, or rather with the copy of this one."""
    family = Family(TREE)
    source = family.start()
    steps = family.world.fork(source.id)
    copies = {step.after.id: step.after for step in steps}

    assert [step.after.workflow_name for step in steps] == ["main", "mid", "leaf", "leaf"]
    for state in list(copies.values())[1:]:
        parent = copies[state.parent_execution_id or ""]
        assert state.id in parent.children
        assert state.root_execution_id == steps[0].after.id
        assert state.task_execution_id in parent.tasks
    assert end(family, steps[0].after.id).state == "SUCCESS"
    assert family.world.states[source.id].state == "RUNNING"


def test_a_sub_workflow_is_copied_as_of_the_moment() -> None:
    """Not as it stands now; one that had not begun begins anew."""
    family = Family(TREE)
    source = family.start()
    family.complete("leaf", "t", run=0)
    family.complete("leaf", "t", run=1)
    first = family.world.fork(source.id, at=3)

    assert [step.after.workflow_name for step in first] == ["main"]
    family.deliver()
    assert end(family, first[0].after.id).state == "SUCCESS"


def test_what_was_on_its_way_at_the_moment_arrives_in_the_fork() -> None:
    """A sub-workflow had ended and its parent had not heard of it."""
    family = Family(TREE, prompt=False)
    source = family.start()
    family.deliver()
    family.complete("leaf", "t", run=0)
    family.complete("leaf", "t", run=1)
    steps = family.world.fork(source.id)

    assert [step.after.state for step in steps] == ["RUNNING", "RUNNING", "SUCCESS", "SUCCESS"]
    assert end(family, steps[0].after.id).state == "SUCCESS"


def test_ended_sub_workflows_are_copied_too() -> None:
    """So a fork's history is whole, whatever becomes of the original."""
    family = Family(TREE)
    source = family.start()
    end(family, source.id)
    steps = family.world.fork(source.id)

    assert [step.after.state for step in steps] == ["SUCCESS"] * 4
    assert {fresh(step)[0] for step in steps} == {"ExecutionForked"}


def test_a_sub_workflow_that_is_forked_stands_for_itself() -> None:
    """It has no parent to report to, and begins no trouble there."""
    family = Family(TREE)
    source = family.start()
    mid = family.of("mid")
    made = family.world.fork(mid.id)[0].after

    assert (made.parent_execution_id, made.task_execution_id, made.root_execution_id) == (None, None, None)
    before = list(family.world.logs[source.id])
    assert end(family, made.id).state == "SUCCESS"
    assert family.world.logs[source.id] == before


def test_what_a_chosen_task_had_begun_below_ends_without_doing_anything() -> None:
    """Its sub-workflow is not needed any more, so none of its actions is begun anew."""
    family = Family(TREE)
    source = family.start()
    steps = family.world.fork(source.id, tasks=(TaskResumption(task="a"),))
    family.deliver()

    by_name = {step.after.workflow_name: step.after for step in steps[:2]}
    old = family.world.states[by_name["mid"].id]
    assert old.state == "CANCELLED"
    assert not [
        state for state in family.all_of("leaf") if state.parent_execution_id == old.id and unfinished(state)
    ]
    assert end(family, steps[0].after.id).state == "SUCCESS"


FAILING = """
main:
  tasks:
    a: {workflow: mid}
    b: {action: std.async_noop, on-success: c}
    c: {action: std.async_noop}
mid:
  tasks:
    d: {action: std.async_noop, on-success: e}
    e: {action: std.async_noop}
"""


def failed_below() -> tuple[Family, ExecutionState]:
    """Return a family that failed in the sub-workflow, with a task that runs beside it."""
    family = Family(FAILING)
    source = family.start()
    family.fail("mid", "d")
    return family, source


def test_what_failed_below_runs_again_in_the_fork() -> None:
    """Named by its path, by its id in the original, or as all that failed."""
    for named in ("path", "id", "failed"):
        family, source = failed_below()
        below = family.of("mid")
        task = {"path": "a/d", "id": below.latest["d"], "failed": ""}[named]
        tasks = (TaskResumption(task=task),) if task else ()
        before = {state.id: state.version for state in family.world.states.values()}
        steps = family.world.fork(source.id, tasks=tasks, failed=named == "failed")
        family.deliver()

        assert [unfinished(step.after) for step in steps] == [["b"], ["d"]], named
        assert end(family, steps[0].after.id).state == "SUCCESS"
        assert {known: family.world.states[known].version for known in before} == before


def test_what_is_done_by_hand_below() -> None:
    """And what is missing there is told, with nothing left behind."""
    family, source = failed_below()
    steps = family.world.fork(source.id, tasks=(TaskResumption(task="a/d", action="continue"),))
    assert unfinished(steps[1].after) == ["e"]

    count = len(family.world.states)
    with pytest.raises(NotFound):
        family.world.fork(source.id, tasks=(TaskResumption(task="a/nothing"),))
    assert len(family.world.states) == count


def test_a_fork_of_a_paused_family_goes_on_as_a_whole() -> None:
    """The order to go on reaches the copies below."""
    family = Family(TREE)
    source = family.start()
    family.give("main", commands.PauseWorkflow)
    made = family.world.fork(source.id)[0].after
    family.deliver()

    assert end(family, made.id).state == "SUCCESS"
    assert family.world.states[source.id].state == "PAUSED"


def test_deleting_a_fork_leaves_the_original_alone() -> None:
    """It takes its own sub-workflows along and no others."""
    family = Family(TREE)
    source = family.start()
    steps = family.world.fork(source.id)
    family.deliver()
    family.world.give(commands.DeleteExecution, steps[0].after.id, force=True)
    family.deliver()

    assert all(family.world.states[step.after.id].deleted for step in steps)
    assert end(family, source.id).state == "SUCCESS"


def test_a_deleted_sub_workflow_is_copied_as_deleted() -> None:
    """Its parent had not heard of it, and does in the fork."""
    family = Family(TREE, prompt=False)
    source = family.start()
    family.deliver()
    family.world.give(commands.DeleteExecution, family.of("mid").id, force=True)
    steps = family.world.fork(source.id)
    family.deliver()

    assert [step.after.deleted for step in steps] == [False, True, False, False]
    assert family.world.states[steps[0].after.id].tasks[steps[0].after.latest["a"]].state == "CANCELLED"


def test_an_event_number_means_all_that_was_decided_with_it() -> None:
    """A start schedules its tasks at once; what another execution reports is a decision of its own."""
    family = Family(TREE)
    source = family.start()
    log = family.world.logs[source.id]

    ends = [end_of_decision(log, recorded.version) for recorded in log]
    assert ends == [5, 5, 5, 5, 5]
    family.complete("leaf", "t", run=0)
    log = family.world.logs[source.id]
    assert end_of_decision(log, 5) == 5
    assert end_of_decision(log, 6) == len(log)
