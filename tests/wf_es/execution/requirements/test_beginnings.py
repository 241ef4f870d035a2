"""Where a resumed execution goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, origins, undetermined

PARALLEL = """
w:
  tasks:
    a: {action: std.async_noop, publish: {x: 1}, on-success: [j]}
    b: {action: std.async_noop, publish: {y: 1}, on-success: [j, late]}
    j: {join: all, action: 'std.echo output=<% [$.x, $.y, $.z] %>'}
    late: {action: std.echo output=<% $.q %>}
"""


def test_what_is_under_way_goes_on_beside_the_chosen_tasks(story: Any) -> None:
    """What its branch lacks stands against the resume, too; the request can only help the chosen ones."""
    told = story(PARALLEL)
    told.start()
    told.fail("a")

    report = asked(told, {"task": "a"})

    assert missing(report) == {"z@j.action.output", "q@late.action.output"}
    settable = {item.variable: item.settable_at for item in report.missing}
    assert settable == {"z": ["a"], "q": []}
    assert report.will_run == ["a", "late", "j"]


def test_what_has_arrived_at_a_join_counts(story: Any) -> None:
    """With the event that wrote it."""
    told = story(PARALLEL)
    told.start()
    told.complete("b")
    told.fail("a")

    report = asked(told, {"task": "a", "context": {"z": 1}})

    assert not report.missing
    (from_b,) = [item for item in report.present if item.variable == "y"]
    assert (from_b.source, from_b.task) == ("context", "b")
    written = told.events[(from_b.event or 0) - 1].data
    assert written.published == {"y": 1}
    assert origins(report)["x"] == [("task", "a")]
    assert origins(report)["z"] == [("override", "a")]


def test_a_join_that_cannot_begin_needs_nothing(story: Any) -> None:
    """The other branch has failed and is not resumed, so nobody gets there."""
    told = story(PARALLEL)
    told.start()
    told.fail("a")
    told.fail("b")

    assert missing(asked(told, {"task": "a"})) == set()
    assert missing(asked(told, {"task": "a"}, {"task": "b"})) == {
        "z@j.action.output",
        "q@late.action.output",
    }


def test_a_paused_execution_is_checked_as_a_whole(story: Any) -> None:
    """Transitions that wait, tasks that ended meanwhile and work that is under way."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, on-success: [pause, b]},"
        " c: {action: std.async_noop, on-success: d}, e: {action: std.async_noop, on-success: f},"
        " b: {action: std.echo output=<% $.b %>}, d: {action: std.echo output=<% $.d %>},"
        " f: {action: std.echo output=<% $.f %>}}}"
    )
    told.start()
    told.complete("a")
    told.complete("c")

    report = asked(told)

    assert missing(report) == {"b@b.action.output", "d@d.action.output", "f@f.action.output"}
    assert [item.task for item in report.outstanding] == ["e"]
    assert not report.resumable


def test_a_removed_variable_is_missing(story: Any) -> None:
    """A patch with null takes it away, but for what is seen below the branch."""
    told = story(
        "w: {input: [below], tasks: {a: {action: std.noop, publish: {x: 1, below: 2}, on-success: b},"
        " b: {action: 'std.http url=<% [$.x, $.below] %>'}}}"
    )
    told.start(input={"below": 0})
    told.complete("a")
    told.fail("b")

    report = asked(told, {"task": "b", "context": {"x": None, "below": None}})

    assert missing(report) == {"x@b.action.url"}


def test_what_followed_runs_again_and_does_not_count(story: Any) -> None:
    """Its variables are gone with it, and its effects happen again."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, publish: {x: 1}, on-success: b},"
        " b: {action: std.http url=<% $.x %>, publish: {y: 1}, on-success: c},"
        " c: {action: std.async_noop, publish: {z: <% $.y %>}}}}"
    )
    told.start()
    told.complete("a")
    told.complete("b")
    told.fail("c")

    report = asked(told, {"task": "a"}, allow_succeeded=True)

    assert [(item.task, item.action) for item in report.repeats] == [
        ("a", "std.async_noop"),
        ("b", "std.http"),
        ("c", "std.async_noop"),
    ]
    assert origins(report) == {"x": [("task", "a")], "y": [("task", "b")]}


def test_declared_done_with_a_result_it_publishes(story: Any) -> None:
    """Its clauses see what it saw; what the request gives is there only behind it."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, publish: {p: <% $.q %>}, on-success: b},"
        " b: {action: 'std.echo output=<% [$.p, $.q, $.r] %>'}}}"
    )
    told.start()
    told.fail("a")
    done = {"task": "a", "action": "continue", "result": 1, "published": {"q": 1}}

    assert missing(asked(told, done)) == {"q@a.publish.p", "r@b.action.output"}
    del done["result"]
    assert missing(asked(told, done)) == {"p@b.action.output", "r@b.action.output"}


def test_only_some_items_again_need_no_list(story: Any) -> None:
    """The list is kept; what is evaluated for each item is looked at."""
    told = story(
        "w: {tasks: {a: {with-items: i in <% $.list %>, action: std.async_noop, target: '<% [$.i, $.t] %>'}}}"
    )
    told.start()

    assert missing(asked(told, {"task": "a"})) == {"list@a.with-items", "t@a.target"}
    assert undetermined(asked(told, {"task": "a"})) == {}


@pytest.mark.parametrize("fields", [{}, {"result": 1}], ids=["only said", "with a result"])
def test_a_task_that_is_said_to_have_published_null(story: Any, fields: Any) -> None:
    """It has published a value like any other, and nothing else is there any more."""
    told = story(
        "w: {tasks: {o: {action: std.noop, publish: {x: 0}, on-success: a},"
        " a: {action: std.async_noop, publish: {x: 1}, on-success: b},"
        " b: {action: std.echo output=<% $.x %>}}}"
    )
    told.start()
    told.run_everything()
    told.fail("a")
    wish = {"task": "a", "action": "continue", "published": {"x": None}, **fields}

    report = asked(told, wish)
    assert not report.missing
    assert origins(report) == {"x": [("override", "a")]}
    told.resume_from(wish)
    assert told.unfinished()[0].input == {"output": None}
