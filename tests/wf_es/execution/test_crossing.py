"""What crosses between executions: whatever is lost, late or twice, both sides end consistent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

import pytest

from tests.wf_es.execution.families import Family
from wf_es.errors import ConflictError, RequestError
from wf_es.execution import commands
from wf_es.execution.crossing import is_unfinished, outstanding_orders, outstanding_report, owes
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.state import ExecutionState

TREE = """
main:
  tasks:
    a: {workflow: mid, on-error: mend}
    b: {workflow: leaf, on-complete: c}
    c: {action: std.async_noop}
    mend: {action: std.async_noop}
mid:
  tasks:
    d: {workflow: leaf}
    e: {action: std.async_noop, on-success: f}
    f: {workflow: leaf}
leaf:
  tasks:
    t: {action: std.async_noop, on-success: u}
    u: {action: std.async_noop}
"""

_Script = Callable[[Family], None]


def _complete_everything(family: Family) -> None:
    while found := [pair for pair in family.world.unfinished() if not pair[0].deleted]:
        state, action = found[0]
        family.world.give(
            commands.CompleteAction, state.id, action_id=action.id, state="SUCCESS", output=action.number
        )


def _run(family: Family) -> None:
    for _ in range(10):
        _complete_everything(family)
        family.deliver()


def _pause_and_resume(family: Family) -> None:
    family.give("main", commands.PauseWorkflow)
    _complete_everything(family)
    family.give("main", commands.ResumeWorkflow)


def _pause_below(family: Family) -> None:
    family.give("leaf", commands.PauseWorkflow)


def _cancel(family: Family) -> None:
    family.give("main", commands.StopWorkflow, state="CANCELLED", message="enough")


def _fail_and_rerun(family: Family) -> None:
    leaf = family.all_of("leaf")[-1]
    family.fail("leaf", "t")
    family.deliver()
    task = leaf.tasks[leaf.latest["t"]]
    family.world.give(commands.RerunTask, leaf.id, task_id=task.id)


def _delete(family: Family) -> None:
    family.give("main", commands.DeleteExecution, force=True)


def _told(family: Family, script: _Script, crash_after: int | None) -> tuple[list[object], bool]:
    """Run a script; crash after so many deliveries. Return the end, and whether there was a crash."""
    delivered = count()
    crashed = False
    deliver = family.post.deliver

    def counted(world: object, source: str) -> object:
        nonlocal crashed
        steps = deliver(family.world, source)
        if next(delivered) == crash_after:
            crashed = True
            family.crash()
        return steps

    family.post.deliver = counted  # type: ignore[method-assign, assignment]
    family.start()
    family.deliver()
    script(family)
    family.deliver()
    _run(family)
    ended: list[object] = [
        (
            state.workflow_name,
            state.state,
            state.deleted,
            sorted((task.name, task.state, task.superseded) for task in state.tasks.values()),
        )
        for state in family.world.states.values()
    ]
    return sorted(ended, key=repr), crashed


@pytest.mark.parametrize("script", [_run, _pause_and_resume, _pause_below, _cancel, _fail_and_rerun, _delete])
def test_a_crash_between_any_two_deliveries_changes_nothing(script: _Script) -> None:
    """What was on its way is found again; the end is the same wherever the crash comes."""
    expected, _ = _told(Family(TREE, prompt=False), script, None)

    for crash_after in count():
        family = Family(TREE, prompt=False)
        ended, crashed = _told(family, script, crash_after)
        assert ended == expected, f"after {crash_after} deliveries"
        _check(family)
        if not crashed:
            assert crash_after > 5
            return


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_both_sides_end_consistent(seed: int) -> None:
    """Random requests at random moments, deliveries in any order, crashes."""
    chance = Random(seed)
    family = Family(TREE, prompt=False)
    family.start()
    for _ in range(60):
        _disturb(family, chance)
        for _ in range(chance.randrange(4)):
            if family.post.waiting:
                family.post.deliver(family.world, chance.choice(list(family.post.waiting)))
    family.deliver()
    _check(family)


def _disturb(family: Family, chance: Random) -> None:
    if chance.random() < 0.05:
        family.crash()
        return
    state = chance.choice(list(family.world.states.values()))
    actions = [state.actions[action_id] for action_id in state.unfinished]
    failed = [task for task in state.tasks.values() if task.state == "ERROR"]
    request = chance.choice(["complete", "complete", "pause", "resume", "resume", "rerun", "stop", "from"])
    try:
        if request == "complete" and actions:
            action, outcome = chance.choice(actions), chance.choice(["SUCCESS", "SUCCESS", "ERROR"])
            family.world.give(commands.CompleteAction, state.id, action_id=action.id, state=outcome)
        elif request == "pause":
            family.world.give(commands.PauseWorkflow, state.id)
        elif request == "resume":
            family.world.give(commands.ResumeWorkflow, state.id)
        elif request == "rerun" and failed:
            family.world.give(commands.RerunTask, state.id, task_id=chance.choice(failed).id)
        elif request == "from" and failed:
            wish = commands.TaskResumption(task=chance.choice(failed).id)
            family.world.give(commands.ResumeFrom, state.id, tasks=(wish,))
        elif request == "stop" and chance.random() < 0.1:
            outcome = chance.choice(["CANCELLED", "ERROR", "SUCCESS"])
            family.world.give(commands.StopWorkflow, state.id, state=outcome)
    except (RequestError, ConflictError):
        pass


def _check(family: Family) -> None:
    """Both sides know the same, and nothing is left to be told."""
    states = family.world.states
    for state in states.values():
        for child in state.children.values():
            actual = states.get(child.id)
            if actual is None:
                assert child.state == "ERROR"
                continue
            if not state.deleted:
                assert child.state == actual.state or actual.deleted, _told_of(state, actual)
                assert child.event >= actual.turned or actual.state == "RUNNING" or actual.deleted
                assert child.id not in state.orders, _told_of(state, actual)
            if actual.state == "PAUSED" and not (child.superseded or child.alone):
                assert state.state == "PAUSED" or state.is_completed, _told_of(state, actual)
            if state.stopped or child.superseded:
                assert actual.state in COMPLETED or child.alone, _told_of(state, actual)
    _check_that_nothing_is_outstanding(family)


def _check_that_nothing_is_outstanding(family: Family) -> None:
    origin = family.steps[0].command.origin
    for state in list(family.world.states.values()):
        assert not owes(state)
        if is_unfinished(state) or state.deleted:
            for command in (*outstanding_report(state, origin), *outstanding_orders(state, origin)):
                assert family.world.carry_out(command).events == ()


def _told_of(parent: ExecutionState, child: ExecutionState) -> str:
    return f"{parent.workflow_name} {parent.state}: {child.workflow_name} {child.state}"


def test_only_what_was_delivered_is_confirmed() -> None:
    """An event that comes before the one that is owed confirms nothing: a crash between loses nothing."""
    family = Family("main: {tasks: {a: {workflow: mid}}}\nmid: {tasks: {b: {workflow: leaf}}}\n" + _LEAF)
    family.start()
    family.fail("leaf", "t")
    leaf = family.of("leaf")
    family.world.give(commands.RerunTask, leaf.id, task_id=leaf.latest["t"])
    family.post.deliver(family.world, leaf.id)
    mid = family.of("mid")
    reopened, resumed = family.post.waiting[mid.id]
    assert reopened.version < resumed.version == mid.reopened

    family.post.deliver(family.world, mid.id)
    assert owes(family.of("mid"))
    family.crash()
    family.deliver()

    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}
    assert not owes(family.of("mid"))


_LEAF = "leaf: {tasks: {t: {action: std.async_noop}}}"
