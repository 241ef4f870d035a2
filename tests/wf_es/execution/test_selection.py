"""Which events of a history are wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.wf_es.execution.conftest import BEGINNING, EXECUTION_ID, Story
from tests.wf_es.execution.families import Family
from wf_es.errors import InvalidRequest, NotFound
from wf_es.execution import events as log
from wf_es.execution.selection import EVERYTHING, Selection, concerned, selector, type_name

LOOP = """
w:
  tasks:
    begin: {action: std.noop, on-success: a}
    a: {action: std.async_noop, on-success: b}
    b: {action: std.noop, on-success: a}
"""


@pytest.fixture
def told(story: Callable[..., Story]) -> Story:
    """Task a, then b, then a again; it takes three requests."""
    made = story(LOOP)
    made.start()
    made.run_everything()
    made.complete("a")
    made.run_everything()
    return made


def chosen(told: Story, **fields: Any) -> list[int]:
    """Return the numbers of the events that are wanted."""
    is_wanted = selector(told.state, Selection(**fields))
    return [event.version for event in told.events if is_wanted(event)]


def test_everything_is_wanted_by_default(told: Story) -> None:
    """Without any filter no event is left out."""
    is_wanted = selector(told.state, EVERYTHING)

    assert all(is_wanted(event) for event in told.events)
    assert EVERYTHING.numbers == (1, None)


def test_by_type(told: Story) -> None:
    """One of several types, whatever their version."""
    numbers = chosen(told, types=frozenset({"TaskScheduled", "TaskCompleted"}))

    kinds = [type(told.events[number - 1].data) for number in numbers]
    assert set(kinds) == {log.TaskScheduled, log.TaskCompleted}
    assert len(numbers) == sum(isinstance(event.data, tuple(set(kinds))) for event in told.events)


def test_a_task_by_name_has_all_its_runs_and_its_actions(told: Story) -> None:
    """Both runs of a, what their actions did, and nothing of b."""
    numbers = chosen(told, task="a")

    found = [told.short(told.events[number - 1].data) for number in numbers]
    assert found == [
        "TaskScheduled a",
        "ActionScheduled std.async_noop",
        "ActionCompleted a SUCCESS",
        "TaskCompleted a SUCCESS -> b",
        "TaskScheduled a",
        "ActionScheduled std.async_noop",
    ]


def test_a_task_by_id_is_one_run(told: Story) -> None:
    """The second run of a alone."""
    numbers = chosen(told, task=told.task("a").id)

    assert numbers == chosen(told, task="a")[-2:]


def test_what_a_rerun_undoes_concerns_what_it_had_led_to(told: Story) -> None:
    """An event is about its task, and about those that it lets count no more."""
    again = log.TaskRerun(task_id="t", supersedes=["u", "v"])
    resumed = log.WorkflowResumed(tasks=["t"])
    instead = log.TaskScheduled(task_id="t", name="j", replaces="u")

    assert list(concerned(again)) == ["t", "u", "v"]
    assert list(concerned(resumed)) == ["t"]
    assert list(concerned(instead)) == ["t", "u"]
    forked = log.ExecutionForked(source_execution_id="e", source_event=1, source_digest="d", actions=["x"])
    assert list(concerned(forked)) == ["x"]
    assert list(concerned(log.ActionStarted(action_id="x"))) == ["x"]
    assert list(concerned(log.WorkflowPaused())) == []


def test_by_actor_and_request(told: Story) -> None:
    """Exactly as they are recorded."""
    assert chosen(told, actor="ada") == [event.version for event in told.events]
    assert chosen(told, actor="eve") == []
    assert chosen(told, command="c3") == [event.version for event in told.events if event.command == "c3"]
    assert chosen(told, command="c3")


def test_by_cause(told: Story) -> None:
    """What one event has brought about directly."""
    completed = next(
        event for event in told.events if told.short(event.data) == "TaskCompleted a SUCCESS -> b"
    )

    followed = [told.short(told.events[n - 1].data) for n in chosen(told, cause=str(completed.version))]

    assert followed == ["TaskScheduled b"]
    assert chosen(told, cause=f"{EXECUTION_ID}/3") == []


@pytest.mark.parametrize(
    ("first", "last", "numbers"), [(3, 5, [3, 4, 5]), (None, 2, [1, 2]), (9, None, None), (5, 3, [])]
)
def test_by_number(told: Story, first: int | None, last: int | None, numbers: list[int] | None) -> None:
    """Both ends are included; the range is known before anything is read."""
    selection = Selection(first=first, last=last)

    assert selection.numbers == (first or 1, last)
    expected = list(range(9, len(told.events) + 1)) if numbers is None else numbers
    assert chosen(told, first=first, last=last) == expected


def test_by_time(told: Story) -> None:
    """Both ends are included; a time says nothing about numbers."""
    second = BEGINNING + timedelta(seconds=3)
    expected = [event.version for event in told.events if event.command == "c3"]

    assert chosen(told, first=second, last=second) == expected
    assert Selection(first=second, last=second).numbers == (1, None)
    assert chosen(told, last=BEGINNING) == []


def test_filters_are_combined(told: Story) -> None:
    """All of them must hold."""
    every = chosen(told, task="a", types=frozenset({"TaskScheduled"}))
    later = chosen(told, task="a", types=frozenset({"TaskScheduled"}), first=every[0] + 1)

    assert [told.short(told.events[number - 1].data) for number in every] == ["TaskScheduled a"] * 2
    assert later == every[1:]


def test_unknown_types_are_refused_with_advice(told: Story) -> None:
    """The message has the closest name and all there are."""
    with pytest.raises(InvalidRequest, match=r"'TaskComplete'; did you mean TaskCompleted\? There are: Act"):
        selector(told.state, Selection(types=frozenset({"TaskComplete"})))


def test_unknown_tasks_are_not_found(told: Story) -> None:
    """The message names the tasks that have run."""
    with pytest.raises(NotFound, match="has run: a, b, begin"):
        selector(told.state, Selection(task="c"))


@pytest.mark.parametrize("cause", ["", "x", "-1", "1/2", f"{EXECUTION_ID}/", f"{EXECUTION_ID}/x", "1" * 20])
def test_what_is_no_cause_is_refused(told: Story, cause: str) -> None:
    """A cause is a number, perhaps of another execution."""
    with pytest.raises(InvalidRequest, match="A cause is the number of an event"):
        selector(told.state, Selection(cause=cause))


def test_names_of_types_have_no_version() -> None:
    """The stored name without what follows the sign."""
    assert type_name(log.TaskCompleted) == "TaskCompleted"


def test_sub_workflows_belong_to_their_task() -> None:
    """What a task's sub-workflow reports is what happened to the task."""
    family = Family("o: {tasks: {call: {workflow: i}}}\ni: {tasks: {deep: {action: std.async_noop}}}\n")
    family.start()
    family.complete("i", "deep")
    outer = family.of("o")
    is_wanted = selector(outer, Selection(task="call"))

    kinds = [type_name(type(event.data)) for event in family.world.logs[outer.id] if is_wanted(event)]

    assert kinds == ["TaskScheduled", "SubWorkflowScheduled", "SubWorkflowCompleted", "TaskCompleted"]
