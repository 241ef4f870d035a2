"""What differs in sub-workflows, found by their places in the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.properties import generator
from tests.properties.disturbance import Run
from tests.wf_es.execution.families import Family
from wf_es.errors import CorruptHistory
from wf_es.execution.comparison import compare
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED
from wf_es.execution.family_comparison import FamilyComparison, Find, compare_families
from wf_es.execution.reducer import fold, initial
from wf_es.execution.state import ExecutionState

TREE = """
outer:
  tasks:
    regions: {with-items: 'i in <% [1, 2] %>', workflow: inner}
inner:
  tasks:
    hosts: {workflow: leaf, on-success: wrap}
    wrap: {action: std.async_noop}
leaf:
  tasks:
    check: {action: std.async_noop, publish: {seen: <% task().result %>}}
"""

Side = tuple[ExecutionState, Find]


def side(family: Family, execution: ExecutionState) -> Side:
    """Return an execution as it stands, and what finds those below it as they stand."""
    states = dict(family.world.states)
    return execution, states.get


def compared(one: Side, two: Side, **options: int) -> FamilyComparison:
    """Compare two sides."""
    return compare_families((one[0], two[0]), (one[1], two[1]), **options)


def told_of(found: FamilyComparison) -> list[str]:
    """Return what differs below, in short."""
    return [
        f"{one.path} {one.change}: {', '.join(task.task for task in one.comparison.tasks)}"
        for one in found.below
    ]


def test_two_moments_of_one() -> None:
    """What has happened two levels below, by paths; the other item is as it was."""
    family = Family(TREE)
    family.start()
    before = side(family, family.of("outer"))
    family.complete("leaf", "check", 7)

    found = compared(before, side(family, family.of("outer")))

    assert found.top.is_same
    assert told_of(found) == ["regions[1] changed: hosts, wrap", "regions[1]/hosts changed: check"]
    assert [delta.path for delta in found.below[1].comparison.context] == [("seen",)]
    assert found.unchanged == 2
    assert not found.is_same


def test_what_came_into_being() -> None:
    """Only one side has it; the other side of the comparison has no event."""
    family = Family(TREE, prompt=False)
    family.start()
    before = side(family, family.of("outer"))
    family.deliver()
    after = side(family, family.of("outer"))

    there, back = compared(before, after), compared(after, before)

    paths = ["regions[0]", "regions[0]/hosts", "regions[1]", "regions[1]/hosts"]
    assert [(one.path, one.change) for one in there.below] == [(path, ADDED) for path in paths]
    assert [(one.path, one.change) for one in back.below] == [(path, REMOVED) for path in paths]
    first = there.below[0].comparison
    assert (first.before.number, first.after.workflow_name) == (0, "inner")
    assert ("state",) in [delta.path for delta in first.execution if delta.change == ADDED]


def test_two_executions() -> None:
    """By the tasks and items that began them, whatever their ids are."""
    family, ends = Family(TREE), []
    for result in (1, 2):
        family.start()
        for run, value in ((-1, result), (-2, 5)):
            family.complete("leaf", "check", value, run=run)
        ends.append(side(family, family.of("outer")))

    found = compared(*ends)

    assert told_of(found) == ["regions[1] changed: hosts", "regions[1]/hosts changed: check"]
    assert found.unchanged == 2


def test_the_last_attempt_counts() -> None:
    """A sub-workflow that failed is compared with the one that has taken its place."""
    family = Family(TREE)
    family.start()
    family.fail("leaf", "check")
    family.complete("leaf", "check", run=0)
    family.complete("inner", "wrap", run=0)
    before = side(family, family.of("outer"))
    assert before[0].state == "ERROR"
    family.resume({"task": "regions", "items": "failed"})

    found = compared(before, side(family, family.of("outer")))

    assert [(one.path, one.change) for one in found.below] == [
        ("regions[1]", CHANGED),
        ("regions[1]/hosts", CHANGED),
    ]
    inner = found.below[0].comparison
    assert inner.before.execution_id != inner.after.execution_id
    assert (inner.before.state, inner.after.state) == ("ERROR", "RUNNING")


def test_a_run_in_a_loop_has_its_number() -> None:
    """The second run of a task with the second run."""
    family = Family(
        """
outer:
  tasks:
    begin: {action: std.async_noop, on-success: again}
    again: {workflow: inner, on-success: [{again: <% task().result.n < 2 %>}]}
inner:
  output: {n: <% $.n %>}
  tasks:
    ask: {action: std.async_noop, publish: {n: <% task().result %>}}
"""
    )
    family.start()
    family.complete("outer", "begin")
    family.complete("inner", "ask", 1)
    before = side(family, family.of("outer"))
    family.complete("inner", "ask", 2)

    found = compared(before, side(family, family.of("outer")))

    assert told_of(found) == ["again#2 changed: ask"]
    assert found.unchanged == 1


def test_no_more_than_so_many_are_compared() -> None:
    """Those that were not are counted, and that they are alike is not claimed."""
    family, tops = Family(TREE), []
    for _ in range(2):
        family.start()
        tops.append(side(family, family.of("outer")))

    assert compared(*tops).is_same
    found = compared(*tops, most=1)

    assert (found.unchanged, found.uncompared, found.is_same) == (1, 2, False)


def test_one_that_is_damaged_hides_no_other() -> None:
    """It is not compared, and that is counted."""
    family = Family(TREE)
    family.start()
    before = side(family, family.of("outer"))
    family.complete("leaf", "check", 7)
    state, find = side(family, family.of("outer"))
    damaged = family.all_of("inner")[0].id

    def found(execution_id: str) -> ExecutionState | None:
        if execution_id == damaged:
            raise CorruptHistory("Event 2 is damaged", stream=execution_id)
        return find(execution_id)

    comparison = compared(before, (state, found))

    assert told_of(comparison) == ["regions[1] changed: hosts, wrap", "regions[1]/hosts changed: check"]
    assert comparison.uncompared == 1


def test_what_sounds_different_is_compared_first() -> None:
    """In a long list, what has changed is found even if not all of it can be looked at."""
    family = Family(TREE)
    family.start()
    for run in (-1, -2):
        family.complete("leaf", "check", 1, run=run)
    family.complete("inner", "wrap", run=0)
    before = side(family, family.of("outer"))
    family.complete("inner", "wrap")

    found = compared(before, side(family, family.of("outer")), most=1)

    assert told_of(found) == ["regions[1] changed: wrap"]
    assert found.uncompared == 2


@pytest.mark.parametrize("seed", range(40))
def test_any_two_moments(seed: int) -> None:
    """Nothing differs from itself, both directions tell of the same places, and none is overlooked."""
    run = Run(generator.library(Random(seed), False), Random(seed))
    run.live()
    random, end = Random(seed), sum(map(len, run.world.logs.values()))
    moments = [_as_of(run, position) for position in (1, *(random.randint(1, end) for _ in range(3)), end)]
    for one in moments:
        for two in moments:
            there, back = compared(one, two), compared(two, one)
            assert there.is_same == back.is_same, f"seed {seed}"
            assert sorted(below.path for below in there.below) == sorted(below.path for below in back.below)
            assert (one is not two) or there.is_same, f"seed {seed}"
            assert {below.path for below in there.below} == set(_changed(one, two)), f"seed {seed}"


def _changed(one: Side, two: Side, way: str = "") -> Iterator[str]:
    """Yield the paths to all sub-workflows of one family that are not at the same event on both sides."""
    steps = [_steps(state) for state, _ in (one, two)]
    for step in dict.fromkeys([*steps[0], *steps[1]]):
        pair = [
            find(ids[step]) if step in ids else None for ids, (_, find) in zip(steps, (one, two), strict=True)
        ]
        before, after = pair
        if before is None and after is None:
            continue
        whole = initial("none")
        if before is None or after is None or not compare(before, after).is_same:
            yield way + step
        yield from _changed((before or whole, one[1]), (after or whole, two[1]), f"{way}{step}/")


def _steps(state: ExecutionState) -> dict[str, str]:
    """Return the ids of the sub-workflows that count below an execution, by their steps."""
    runs = Counter[str]()
    found = {}
    for task in sorted(state.tasks.values(), key=lambda task: task.number):
        runs[task.name] += 1
        name = task.name if runs[task.name] == 1 else f"{task.name}#{runs[task.name]}"
        for index, unit in task.units.items():
            if unit in state.children:
                found[name if task.items is None else f"{name}[{index}]"] = unit
    return found


def _as_of(run: Run, position: int) -> Side:
    """Return the family as it was when the log had reached a position."""
    states = {}
    for stream, events in run.world.logs.items():
        known = sum(at <= position for at in run.world._positions[stream])
        if known:
            states[stream] = fold(stream, events[:known])
    return states[run.id], states.get
