"""What people can look at: contexts, and where branches clashed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import msgspec
import pytest
from immutables import Map

from wf_es.errors import NotFound
from wf_es.execution import commands
from wf_es.execution.context import merge, publish
from wf_es.execution.inspection import Clash, execution_context, task_context
from wf_es.execution.state import EMPTY, Context, ExecutionState, TaskExecution

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
JOIN = """
w:
  tasks:
    one: {{action: std.async_noop, publish: {one}, on-success: both}}
    two: {{action: std.async_noop, publish: {two}, on-success: both}}
    both: {{join: all, action: std.async_noop, publish: {both}, on-success: after}}
    after: {{action: std.async_noop}}
"""


def joined(story: Any, one: str, two: str, both: str = "{done: 1}") -> Any:
    """Return an execution whose task ``two`` has ended before ``one``."""
    told = story(JOIN.format(one=one, two=two, both=both))
    told.start()
    told.complete("two")
    told.complete("one")
    return told


def clashes(told: Any, task: str = "both") -> list[Any]:
    """Return the clashes that a task sees, in short."""
    return [short(clash) for clash in task_context(told.state, told.task(task).id).clashes]


def short(clash: Clash) -> tuple[str, Any, list[Any]]:
    """Return a clash as path, winner, losers."""
    won, lost = (clash.won.task, clash.won.value), [(item.task, item.value) for item in clash.lost]
    return ".".join(clash.path), won, lost


def test_task_context_shows_what_came_in_and_went_out(story: Any) -> None:
    """Inbound, published, outbound and which event wrote each variable."""
    told = story("w: {tasks: {a: {publish: {x: 1}, on-success: b}, b: {publish: {y: 2}}}}")
    told.start()
    told.run_everything()
    seen = task_context(told.state, told.task("b").id)
    assert (seen.inbound, seen.published, seen.outbound) == ({"x": 1}, {"y": 2}, {"x": 1, "y": 2})
    writers = {name: type(told.events[number - 1].data).__name__ for name, number in seen.origins.items()}
    assert writers == {"x": "TaskCompleted", "y": "TaskCompleted"}
    assert seen.clashes == []
    with pytest.raises(NotFound):
        task_context(told.state, "nobody")


def test_the_later_of_equals_wins_and_the_other_is_told(story: Any) -> None:
    """With the events that wrote them: those that ended the two tasks."""
    told = joined(story, "{x: 1, a: 1}", "{x: 2, b: 2}")
    (clash,) = task_context(told.state, told.task("both").id).clashes
    assert short(clash) == ("x", ("one", 1), [("two", 2)])
    assert told.task("both").inbound["x"].value == 1
    ends = [told.task(name).event for name in ("one", "two")]
    assert [clash.won.event, clash.lost[0].event] == ends


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        pytest.param("{x: 1}", "{y: 1}", [], id="different names"),
        pytest.param("{x: [1]}", "{x: [1]}", [], id="the same value"),
        pytest.param("{x: 1}", "{x: true}", [("x", ("one", 1), [("two", True)])], id="almost the same"),
        pytest.param("{d: {a: 1}}", "{d: {b: 2}}", [], id="different parts"),
        pytest.param(
            "{d: {a: {b: 1}}}", "{d: {a: {b: 2}, c: 3}}", [("d.a.b", ("one", 1), [("two", 2)])], id="one part"
        ),
        pytest.param(
            "{d: 1}", "{d: {a: 1}}", [("d", ("one", 1), [("two", {"a": 1})])], id="mapping and scalar"
        ),
    ],
)
def test_what_clashes(story: Any, one: str, two: str, expected: list[Any]) -> None:
    """Only what was written equally often, and differs, part by part."""
    assert clashes(joined(story, one, two)) == expected


def test_more_writes_are_no_clash(story: Any) -> None:
    """The branch that wrote a variable more often wins by Mistral's rule, without a choice."""
    told = story(
        "w: {tasks: {a: {publish: {x: 1}, on-success: a2}, a2: {publish: {x: 2}, on-success: j},"
        " b: {publish: {x: 3}, on-success: j}, j: {join: all, action: std.async_noop}}}"
    )
    told.start()
    told.run_everything()
    assert (told.task("j").inbound["x"].value, clashes(told, "j")) == (2, [])


def test_a_clash_is_told_until_the_variable_is_written_again(story: Any) -> None:
    """Tasks further on see it, too; a task that publishes the variable settles it."""
    told = joined(story, "{x: 1, y: 1}", "{x: 2, y: 2}", both="{x: 3}")
    told.complete("both")
    assert clashes(told, "both") == [("x", ("one", 1), [("two", 2)]), ("y", ("one", 1), [("two", 2)])]
    assert clashes(told, "after") == [("y", ("one", 1), [("two", 2)])]


def test_the_output_can_clash(story: Any) -> None:
    """Branches that never meet meet in the end."""
    told = story(
        "w: {input: [i], tasks: {a: {action: std.async_noop, publish: {x: 1}},"
        " b: {action: std.async_noop, publish: {x: 2}}}}"
    )
    told.start(input={"i": 0})
    told.complete("b")
    assert execution_context(told.state).clashes == []
    told.complete("a")
    seen = execution_context(told.state)
    assert told.state.output == seen.variables == {"x": 1}
    assert [short(clash) for clash in seen.clashes] == [("x", ("a", 1), [("b", 2)])]
    assert seen.origins == {"x": told.task("a").event}
    assert seen.workflow["input"] == {"i": 0}


def test_a_changed_context_settles_a_clash(story: Any) -> None:
    """Who resumes with a value has chosen."""
    told = joined(story, "{x: 1, y: 1}", "{x: 2, y: 2}")
    told.fail("both")
    told.resume_from({"task": "both", "context": {"x": 9}})
    assert clashes(told) == [("y", ("one", 1), [("two", 2)])]


def test_a_rerun_joins_anew(story: Any) -> None:
    """When a branch is corrected, the clash is with its new value."""
    told = joined(story, "{x: 1}", "{x: <% task().result %>}")
    told.fail("both")
    told.resume_from({"task": "two"}, allow_succeeded=True)
    told.complete("two", 7)
    assert clashes(told) == [("x", ("two", 7), [("one", 1)])]


def test_the_past_is_told_as_it_was(story: Any) -> None:
    """The state of an earlier event knows the clash of its time; nothing is stored for it."""
    told = joined(story, "{x: 1}", "{x: 2}")
    assert told.replayed() == told.state
    assert not any(b"rivals" in msgspec.json.encode(event.data) for event in told.events)


def branch(*published: tuple[int, dict[str, Any]]) -> Context:
    """Return the context of a branch that starts with what all share."""
    context = publish(EMPTY, {"shared": 0}, 1)
    for event, values in published:
        context = publish(context, values, event)
    return context


def told_by(context: Context) -> list[Clash]:
    """Return the clashes of a context, by events."""
    task = TaskExecution(
        id="t",
        number=1,
        name="t",
        state="RUNNING",
        inbound=context,
        created_at=BEGINNING,
        updated_at=BEGINNING,
        event=1,
    )
    state = ExecutionState(id="e", tasks=Map({"t": task}))
    return task_context(state, "t").clashes


def test_the_order_of_merging_changes_nothing() -> None:
    """Three branches and one that wrote less often, in any order."""
    branches = [
        branch((2, {"x": 0}), (5, {"x": 1})),
        branch((3, {"x": 0}), (6, {"x": 2})),
        branch((4, {"x": 0}), (7, {"x": 1})),
        branch((8, {"x": 3})),
    ]
    for order in permutations(branches):
        (clash,) = told_by(merge(order))
        assert (clash.won.event, [lost.event for lost in clash.lost]) == (7, [6])


def test_clashes_meet_again() -> None:
    """A branch that carries a clash meets another one: all values are told; a stronger one ends it."""
    first = merge([branch((2, {"x": 1})), branch((3, {"x": 2}))])
    fourth = branch((4, {"x": 3}))
    (clash,) = told_by(merge([fourth, first, publish(first, {"y": 1}, 5)]))
    assert (clash.won.event, [lost.event for lost in clash.lost]) == (4, [2, 3])
    assert told_by(merge([first, branch((4, {"x": 3}), (5, {"x": 4}))])) == []


def test_a_thousand_branches_clash() -> None:
    """All of them are told, each once, and merging does not nest them."""
    branches = [branch((number, {"x": number})) for number in range(2, 1002)]
    merged = merge(branches)
    assert not merged["x"].rivals[500].rivals
    (clash,) = told_by(merged)
    assert (clash.won.event, [lost.event for lost in clash.lost]) == (1001, list(range(2, 1001)))


def test_a_rerun_of_a_task_names_no_task_for_a_changed_value(story: Any) -> None:
    """What a resume wrote came from outside."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, on-success: j}, b: {publish: {x: 1}, on-success: j},"
        " j: {join: all, action: std.async_noop}}}"
    )
    told.start()
    told.fail("a")
    told.complete("b")
    told.when(commands.RerunTask, task_id=told.task("a").id)
    told.fail("a")
    told.resume_from({"task": "a", "context": {"x": 2}})
    told.complete("a")
    assert clashes(told, "j") == [("x", (None, 2), [("b", 1)])]
