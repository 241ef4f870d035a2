"""Whether an expression will find what it reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, origins, undetermined

OTHER_VALUES = "nothing sets it, and other values decide whether it is read"


@pytest.mark.parametrize(
    ("expression", "needed", "why"),
    [
        ("<% $.v %>", "missing", ""),
        ("{{ _.v }}", "missing", ""),
        ("<% $.get(v) %>", "", ""),
        ("<% $.known and $.v %>", "", OTHER_VALUES),
        ("{{ _.known or _.v }}", "", OTHER_VALUES),
        ("<% $.known.select($.v) %>", "", ""),
        ("<% global(v) %>", "", ""),
    ],
)
def test_a_read(story: Any, expression: str, needed: str, why: str) -> None:
    """Needed, needed perhaps, or not needed."""
    told = story(
        "w: {vars: {known: [1]}, tasks: {a: {action: std.async_noop, on-success: b},"
        f" b: {{action: std.noop, target: {expression!r}}}}}}}"
    )
    told.start()
    told.fail("a")
    report = asked(told, {"task": "a"})
    assert missing(report) == ({"v@b.target"} if needed else set())
    assert undetermined(report) == ({"v@b.target": why} if why else {})


ANSWERS = """
w:
  tasks:
    before: {action: std.async_noop, on-success: a}
    a:
      action: std.async_noop
      on-success: [after, {maybe: <% $.get(x) %>}]
    after:
      action: std.echo
      input: {output: '<% [task(a).result, task(before).state, task(never).result, task(last).result] %>'}
      on-success: last
    maybe: {action: std.noop, on-success: last}
    last: {action: std.echo, input: {output: '<% [task(maybe).result, task(never)?.result, task(after)] %>'}}
    feeds: {action: std.async_noop, on-error: never}
    never: {action: std.noop}
"""


def test_answers_of_tasks(story: Any) -> None:
    """A part of one needs the task to have run; null, as before, would not do."""
    told = story(ANSWERS)
    told.start()
    told.complete("before")
    told.complete("feeds")
    told.fail("a")

    report = asked(told, {"task": "a"})

    assert missing(report) == {"task('never')@after.input.output"}
    assert undetermined(report) == {
        "task('last')@after.input.output": "task 'last' may run before, and may not",
        "task('maybe')@last.input.output": "task 'maybe' may run before, and may not",
    }


def test_where_variables_come_from(story: Any) -> None:
    """Input, vars and globals are there everywhere."""
    told = story(
        "w: {input: [i], vars: {v: 1}, tasks: {b: {action: std.noop,"
        " on-success: {publish: {branch: {c: 1}, global: {g: 1}}, next: a}},"
        " a: {action: std.async_noop, target: '<% [$.i, $.v, $.g, $.c, $.get(no)] %>'}}}"
    )
    told.start(input={"i": 1})
    told.run_everything()
    told.fail("a")
    assert origins(asked(told, {"task": "a"})) == {
        "i": [("input", None)],
        "v": [("vars", None)],
        "g": [("global", "b")],
        "c": [("context", "b")],
    }
