"""Who wrote each leaf of a context, and what was there before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from wf_es.errors import NotFound
from wf_es.execution.blame import Chronicle, Leaf, TaskBlame

CHAIN = """
w:
  input: [host: {name: web1, port: 80}]
  vars: {color: blue, limits: {low: 1, high: 9}}
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>, keep: {one: 1, two: 2}}, on-success: b}
    b: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: c}
    c: {action: std.async_noop}
"""


def chain(story: Any) -> Any:
    """Return an execution whose tasks ``a`` and ``b`` have ended; ``c`` has failed."""
    told = story(CHAIN)
    told.start()
    told.complete("a", {"p": 1, "q": 2})
    told.complete("b", {"p": 1, "r": 3})
    told.fail("c")
    return told


def blame(told: Any, task: str, until: int | None = None) -> TaskBlame:
    """Return who wrote what the latest run of a task saw and left behind."""
    return Chronicle(told.state.id, told.events[:until]).task(told.task(task).id)


def wrote(told: Any, leaves: Iterable[Leaf]) -> dict[str, str]:
    """Return the event that wrote each leaf, in short."""
    return {".".join(leaf.path): short(told, leaf.written.event) for leaf in leaves}


def short(told: Any, number: int) -> str:
    """Return an event in short, without states."""
    return " ".join(told.short(told.events[number - 1].data).split()[:2])


def history(told: Any, leaves: Iterable[Leaf], path: str) -> list[tuple[Any, str]]:
    """Return the earlier values of a leaf, each with its event in short."""
    (leaf,) = [leaf for leaf in leaves if ".".join(leaf.path) == path]
    return [(write.value, short(told, write.event)) for write in leaf.earlier]


def test_a_publish_writes_every_leaf_of_its_variable(story: Any) -> None:
    """Also those that have the value they had."""
    told = chain(story)

    assert wrote(told, blame(told, "c").inbound) == {
        "keep.one": "TaskCompleted a",
        "keep.two": "TaskCompleted a",
        "x.p": "TaskCompleted b",
        "x.r": "TaskCompleted b",
    }
    assert history(told, blame(told, "c").inbound, "x.p") == [(1, "TaskCompleted a")]
    assert history(told, blame(told, "c").inbound, "x.r") == []


def test_a_write_tells_who_and_when_and_why(story: Any) -> None:
    """The number and time of the event, its actor, the reason, the task."""
    told = chain(story)
    told.resume_from({"task": "c", "context": {"x": {"p": 5}}}, origin=told.origin(reason="it was wrong"))

    leaf = next(leaf for leaf in blame(told, "c").inbound if leaf.path == ("x", "p"))

    event = next(event for event in told.events if type(event.data).__name__ == "TaskRerun")
    written = leaf.written
    assert (written.event, written.time) == (event.version, event.time)
    assert (written.actor, written.reason) == ("ada", "it was wrong")
    assert (written.task, written.task_id, written.value) == ("c", told.task("c").id, 5)


def test_a_patch_writes_only_what_it_names(story: Any) -> None:
    """The rest of the variable keeps the event that wrote it, however often it is patched."""
    told = chain(story)
    told.resume_from({"task": "c", "context": {"x": {"p": 5, "r": None}, "keep": {"two": {"deep": 2}}}})
    told.fail("c")
    told.resume_from({"task": "c", "context": {"keep": {"two": {"more": 3}}}})

    found = blame(told, "c").inbound

    last, first = told.events[found[1].written.event - 1], told.events[found[2].written.event - 1]
    assert first.version != last.version
    assert wrote(told, found) == {
        "keep.one": "TaskCompleted a",
        "keep.two.deep": "TaskRerun c",
        "keep.two.more": "TaskRerun c",
        "x.p": "TaskRerun c",
    }
    assert history(told, found, "x.p") == [(1, "TaskCompleted a"), (1, "TaskCompleted b")]


def test_a_patch_of_what_the_branch_had_not_set(story: Any) -> None:
    """Its other leaves came with the start."""
    told = chain(story)
    told.resume_from({"task": "c", "context": {"host": {"name": "web2"}, "limits": {"low": 2}, "new": 1}})

    found = blame(told, "c").inbound

    assert wrote(told, found) == {
        "host.name": "TaskRerun c",
        "host.port": "WorkflowStarted",
        "keep.one": "TaskCompleted a",
        "keep.two": "TaskCompleted a",
        "limits.high": "WorkflowStarted",
        "limits.low": "TaskRerun c",
        "new": "TaskRerun c",
        "x.p": "TaskCompleted b",
        "x.r": "TaskCompleted b",
    }
    assert history(told, found, "host.name") == [("web1", "WorkflowStarted")]
    assert history(told, found, "new") == []


def test_what_was_published_by_hand_counts_as_the_tasks(story: Any) -> None:
    """A task that is declared done may patch and publish in one event."""
    told = chain(story)
    fields = {"context": {"x": {"p": 7}, "y": {"k": 0}}, "published": {"x": {"r": 8}}}
    told.resume_from({"task": "c", "action": "continue", **fields})

    found = blame(told, "c")

    assert wrote(told, found.inbound)["x.p"] == "TaskContinued c"
    assert wrote(told, found.inbound)["x.r"] == "TaskCompleted b"
    assert wrote(told, found.outbound)["x.r"] == "TaskContinued c"
    assert "x.p" not in wrote(told, found.outbound)


def test_values_that_a_rerun_took_back_are_earlier_ones(story: Any) -> None:
    """Whoever runs a task again can see what it had given before."""
    told = chain(story)
    told.resume_from({"task": "b"}, allow_succeeded=True)
    told.complete("b", {"p": 10, "r": 30})

    assert history(told, blame(told, "c").inbound, "x.r") == [(3, "TaskCompleted b")]


def test_each_branch_has_its_own_writers_where_branches_meet(story: Any) -> None:
    """Mappings are merged key by key; what lost is an earlier value, what came later is not."""
    told = story("""
w:
  tasks:
    one: {action: std.async_noop, publish: {m: {l: 1, both: left}, v: 1}, on-success: both}
    two: {action: std.async_noop, publish: {m: {r: 2, both: right}, v: 2}, on-success: both}
    both: {join: all, action: std.async_noop}
""")
    told.start()
    told.complete("two")
    told.complete("one")

    found = blame(told, "both").inbound

    assert wrote(told, found) == {
        "m.both": "TaskCompleted one",
        "m.l": "TaskCompleted one",
        "m.r": "TaskCompleted two",
        "v": "TaskCompleted one",
    }
    assert history(told, found, "v") == [(2, "TaskCompleted two")]
    assert history(told, found, "m.l") == []


def test_what_other_branches_wrote_is_no_earlier_value(story: Any) -> None:
    """Only what led to a task has a part in its context."""
    told = story("""
w:
  tasks:
    one: {action: std.async_noop, publish: {v: 1}, on-success: after}
    two: {action: std.async_noop, publish: {v: 2}}
    after: {action: std.async_noop, publish: {v: 3}}
""")
    told.start()
    told.complete("two")
    told.complete("one")
    told.complete("after")

    assert history(told, blame(told, "after").outbound, "v") == [(1, "TaskCompleted one")]
    final = Chronicle(told.state.id, told.events).execution()
    assert wrote(told, final.variables) == {"v": "TaskCompleted after"}
    assert [write.value for write in final.variables[0].earlier] == [2, 1]


def test_what_every_task_sees_has_writers_too(story: Any) -> None:
    """Global variables by the tasks that merged or replaced them, vars and input by the start."""
    told = story("""
w:
  input: [i: 1]
  vars: {g: {from: vars, kept: true}}
  tasks:
    a:
      action: std.async_noop
      on-success: {publish: {global: {g: {from: a}, h: {x: 1}}}, next: b}
    b:
      action: std.async_noop
      on-success: {publish: {global: {h: {y: 2}}, atomic: {n: 5}}}
""")
    told.start()
    told.complete("a")
    told.complete("b")

    found = blame(told, "a").workflow

    assert wrote(told, found) == {
        "global.g.from": "TaskCompleted a",
        "global.g.kept": "WorkflowStarted",
        "global.h.x": "TaskCompleted a",
        "global.h.y": "TaskCompleted b",
        "global.n": "TaskCompleted b",
        "vars.g.from": "WorkflowStarted",
        "vars.g.kept": "WorkflowStarted",
        "input.i": "WorkflowStarted",
    }
    assert history(told, found, "global.g.from") == [("vars", "WorkflowStarted")]


def test_a_patch_on_a_global_variable(story: Any) -> None:
    """What the patch leaves alone was written by whoever published it globally before."""
    told = story("""
w:
  tasks:
    a:
      action: std.async_noop
      on-success: {publish: {global: {g: {x: 1, y: 1}}}, next: b}
    b: {action: std.async_noop}
""")
    told.start()
    told.complete("a")
    told.fail("b")
    told.resume_from({"task": "b", "context": {"g": {"x": 2}}})

    assert wrote(told, blame(told, "b").inbound) == {"g.x": "TaskRerun b", "g.y": "TaskCompleted a"}


def test_a_moment_knows_nothing_of_what_came_later(story: Any) -> None:
    """Blame of a prefix is blame at that moment."""
    told = chain(story)
    before = next(event.version for event in told.events if short(told, event.version) == "TaskCompleted b")

    assert wrote(told, blame(told, "b", before - 1).outbound) == {
        "keep.one": "TaskCompleted a",
        "keep.two": "TaskCompleted a",
        "x.p": "TaskCompleted a",
        "x.q": "TaskCompleted a",
    }
    with pytest.raises(NotFound, match="Task execution not found"):
        blame(told, "c", before - 1)
