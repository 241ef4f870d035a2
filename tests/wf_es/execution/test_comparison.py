"""What differs between two executions, or between two moments of one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.properties import generator
from tests.properties.disturbance import Run
from tests.wf_es.execution.conftest import Story
from tests.wf_es.execution.families import Family
from wf_es.execution.comparison import Comparison, TaskDelta, compare
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED, Delta
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState

TEXT = """
w:
  input: [x: 1]
  output: {r: <% $.r %>}
  tasks:
    a:
      action: std.async_noop
      publish: {r: <% task().result %>}
      publish-on-error: {e: 1}
      on-success: b
    b: {action: std.async_noop}
"""


def at(told: Story, number: int) -> ExecutionState:
    """Return an execution as it was after one of its events."""
    return fold(told.state.id, told.events[:number])


def told_of(found: Comparison) -> dict[str, list[str]]:
    """Return the tasks that differ, in short."""
    return {
        f"{task.task} {task.run} {task.change}": [".".join(map(str, one.path)) for one in task.deltas]
        for task in found.tasks
    }


def test_two_moments_of_one(story: Callable[..., Story]) -> None:
    """The end of a task: what it gave, where it led, and what the next one is."""
    told = story(TEXT)
    told.start()
    before = told.state.version
    told.complete("a", {"k": 5})

    found = compare(at(told, before), told.state)

    assert (found.before.number, found.after.number) == (before, told.state.version)
    assert (found.before.execution_id, found.after.workflow_name) == (told.state.id, "w")
    assert (found.execution, found.output, found.globals) == ((), (), ())
    assert found.context == (Delta(("r",), ADDED, None, {"k": 5}),)
    assert found.tasks == (
        TaskDelta(
            task="a",
            run=1,
            change=CHANGED,
            deltas=(
                Delta(("state",), CHANGED, "RUNNING", "SUCCESS"),
                Delta(("published", "r"), ADDED, None, {"k": 5}),
                Delta(("result",), ADDED, None, {"k": 5}),
                Delta(("next",), ADDED, None, "b"),
            ),
        ),
        TaskDelta(task="b", run=1, change=ADDED, deltas=(Delta(("state",), ADDED, None, "RUNNING"),)),
    )
    assert found.unchanged == 0
    assert not found.is_same


def test_the_end_of_an_execution(story: Callable[..., Story]) -> None:
    """State and output."""
    told = story(TEXT)
    told.start()
    told.complete("a", 5)
    before = told.state
    told.complete("b")

    found = compare(before, told.state)

    assert found.execution == (Delta(("state",), CHANGED, "RUNNING", "SUCCESS"),)
    assert found.output == (Delta(("r",), ADDED, None, 5),)
    assert found.unchanged == 1
    assert told_of(found) == {"b 1 changed": ["state"]}


def test_backwards(story: Callable[..., Story]) -> None:
    """From later to earlier, what was added is removed."""
    told = story(TEXT)
    told.start()
    before = told.state
    told.complete("a", 5)

    found = compare(told.state, before)

    assert told_of(found)["b 1 removed"] == ["state"]
    assert found.context == (Delta(("r",), REMOVED, 5),)


def test_a_second_run_is_compared_with_a_second_run() -> None:
    """By the name of the task and the count of its runs, not by id."""
    text = """
w:
  tasks:
    begin: {action: std.noop, on-success: a}
    a: {action: std.async_noop, on-success: [{a: <% task().result < 2 %>}]}
"""
    one, two = Story(text), Story(text)
    for told, last in ((one, 7), (two, 8)):
        told.start()
        told.run_everything()
        told.complete("a", 1)
        told.complete("a", last)
    two.state = fold("33333333-3333-4333-8333-333333333333", two.events)

    found = compare(one.state, two.state)

    assert told_of(found) == {"a 2 changed": ["result"]}
    assert found.unchanged == 2


def test_two_executions_with_different_input(story: Callable[..., Story]) -> None:
    """Input, what they led to, and how far they are."""
    one, two = story(TEXT), story(TEXT)
    one.start(input={"x": 1})
    one.complete("a", 1)
    two.start(input={"x": 2})
    two.complete("a", 2)
    two.complete("b")
    two.state = fold("33333333-3333-4333-8333-333333333333", two.events)

    found = compare(one.state, two.state)

    assert ("input", "x") in [delta.path for delta in found.execution]
    assert told_of(found) == {"a 1 changed": ["published.r", "result"], "b 1 changed": ["state"]}
    assert found.context == (Delta(("r",), CHANGED, 1, 2),)


def test_ids_in_messages_are_no_difference_between_executions() -> None:
    """Each execution has its own, so they say nothing; within one execution they stay."""
    text = "w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}\n"
    ends = []
    family = Family(text)
    for _ in range(2):
        family.start()
        family.fail("w", "a")
        family.complete("w", "b")
        ends.append(family.of("w"))
    one, two = ends

    assert "task_ex_id=" in str(one.state_info)
    assert one.state_info != two.state_info
    assert compare(one, two).is_same
    started = fold(one.id, family.world.logs[one.id][:1])
    (info,) = [delta for delta in compare(started, one).execution if delta.path == ("state_info",)]
    assert info.after == one.state_info


def test_items_give_a_result_before_their_task_ends(story: Callable[..., Story]) -> None:
    """What an item has given is seen."""
    told = story("w: {tasks: {a: {with-items: 'i in <% [1, 2] %>', action: std.async_noop}}}\n")
    told.start()
    before = told.state
    told.end_item("a", 1, "second")

    assert told_of(compare(before, told.state)) == {"a 1 changed": ["result.0"]}


@pytest.mark.parametrize("seed", range(40))
def test_any_two_moments(seed: int) -> None:
    """Nothing differs from itself, and both directions tell of the same places."""
    run = Run(generator.library(Random(seed), False), Random(seed))
    run.live()
    random = Random(seed)
    for stream, events in run.world.logs.items():
        states = [fold(stream, events[: random.randint(1, len(events))]) for _ in range(4)]
        for one in states:
            for two in states:
                there, back = compare(one, two), compare(two, one)
                again = f"seed {seed}: {stream} from {one.version} to {two.version}"
                assert there.is_same == back.is_same, again
                assert _places(there) == _places(back), again
                assert (one.version != two.version) or there.is_same, again
                total = max(len(one.tasks), len(two.tasks))
                assert there.unchanged + len(there.tasks) == total, again


def _places(found: Comparison) -> Any:
    tasks = sorted(
        (task.task, task.run, sorted(str(one.path) for one in task.deltas)) for task in found.tasks
    )
    parts = (found.execution, found.context, found.globals, found.output)
    return tasks, [sorted(str(one.path) for one in part) for part in parts], found.unchanged
