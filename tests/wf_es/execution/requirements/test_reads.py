"""Whether an expression will find what it reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, origins, undetermined
from wf_es.execution import commands

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


def failed(story: Any, text: str, **fields: Any) -> Any:
    """Return an execution whose task ``a`` has failed."""
    told = story(text)
    told.start(**fields)
    told.fail("a")
    return told


NEXT = "w: {tasks: {a: {action: std.async_noop, on-success: b}, b: {action: std.noop, target: EXPRESSION}}}"


@pytest.mark.parametrize(
    ("expression", "lacking"),
    [
        ("<% env().host %>", ""),
        ("<% env().user %>", "env().user"),
        ("<% env().db.port + env().db.name %>", "env().db.name"),
        ("{{ env().user }}", "env().user"),
        ("{{ env()['user'] }}", "env().user"),
        ("<% $__env.user %>", "env().user"),
        ("<% env().get(user) %>", ""),
        ("{{ env().user | default(1) }}", ""),
        ("{{ env().get('user') }}", ""),
        ("<% env().get(user, $.host) %>", "host"),
    ],
)
def test_the_environment(story: Any, expression: str, lacking: str) -> None:
    """It is the same everywhere, so what it lacks is certain; the request may give it."""
    env = {"host": "h", "db": {"port": 1}}
    told = failed(story, NEXT.replace("EXPRESSION", repr(expression)), params={"env": env})

    report = asked(told, {"task": "a"})
    assert missing(report) == ({f"{lacking}@b.target"} if lacking else set())
    if lacking.startswith("env()"):
        assert [item.settable_at for item in report.missing] == [[]]
        given = {"user": "u", "db": {"name": 1}}
        assert not asked(told, {"task": "a"}, env=given).missing


def test_where_the_environment_has_its_values_from(story: Any) -> None:
    """From the start, from a change, or from the request."""
    read = "<% env().x + env().y + env().z %>"
    told = failed(story, NEXT.replace("EXPRESSION", repr(read)), params={"env": {"x": 1, "y": 1, "z": 1}})
    told.when(commands.UpdateExecution, env={"y": 2})
    changed = told.state.version

    report = asked(told, {"task": "a"}, env={"z": 3})

    found = {item.variable: (item.source, item.event) for item in report.present}
    assert found == {
        "env().x": ("environment", 1),
        "env().y": ("environment", changed),
        "env().z": ("override", None),
    }


ORDERS = """
w:
  input: [{order: {lines: []}}]
  vars: {conf: {deep: {port: 1}}}
  tasks:
    a: {action: std.async_noop, publish: {mine: <% task().result %>}, on-success: b}
    b:
      action: std.echo
      input: {output: '<% [$.order.id, $.conf.deep.port, $.conf.deep.host, $.mine.id, $.order.lines.id] %>'}
"""


def test_keys_below_what_is_there(story: Any) -> None:
    """Only where the value is known: what a task will publish on the way is not."""
    told = failed(story, ORDERS)

    report = asked(told, {"task": "a"})
    assert missing(report) == {"order.id@b.input.output", "conf.deep.host@b.input.output"}
    assert undetermined(report) == {}
    assert [item.settable_at for item in report.missing] == [["a"], ["a"]]

    context = {"order": {"id": 5}, "conf": {"deep": {"host": "h", "port": None}}}
    assert missing(asked(told, {"task": "a", "context": context})) == {"conf.deep.port@b.input.output"}


BRANCHES = """
w:
  tasks:
    a: {action: std.async_noop, on-success: j}
    one: {action: std.noop, publish: {conf: {a: 1}}, on-success: [j, k]}
    two: {action: std.noop, publish: {conf: {b: 1}}, on-success: [j, k]}
    j: {join: all, action: std.echo, input: {output: '<% [$.conf.a, $.conf.c] %>'}}
    k: {action: std.async_noop, target: '<% $.conf.a %>'}
"""


def test_keys_of_what_several_branches_bring(story: Any) -> None:
    """What none of them has is missing; what one lacks may be lacking, for mappings are merged."""
    told = story(BRANCHES)
    told.start()
    told.run_everything()
    told.fail("a")

    report = asked(told, {"task": "a"})

    assert missing(report) == {"conf.c@j.input.output"}
    assert undetermined(report) == {"conf.a@j.input.output": "the value that comes from two has no such key"}


ANSWERED = """
w:
  tasks:
    before: {action: std.async_noop, on-success: a}
    a: {action: std.async_noop, on-success: b}
    b:
      action: std.echo
      input: {output: '<% [task(before).result.id, task(before).result.no, task(a).result.no] %>'}
"""


def test_keys_of_answers(story: Any) -> None:
    """Of a task that has run and will not run again its result is known."""
    told = story(ANSWERED)
    told.start()
    told.complete("before", {"id": 1})
    told.fail("a")
    assert missing(asked(told, {"task": "a"})) == {"task('before').result.no@b.input.output"}


def test_keys_of_global_variables(story: Any) -> None:
    """Null, as before it is set, would not do; what will be written is not known."""
    text = NEXT.replace("EXPRESSION", "'<% [global(no).x, global(v).x, global(v).y, global(g).x] %>'")
    text = text.replace("on-success: b", "on-success: {publish: {global: {g: 1}}, next: b}")
    told = failed(story, text.replace("w: {", "w: {vars: {v: {x: 1}}, "))
    assert missing(asked(told, {"task": "a"})) == {"global('no')@b.target", "global('v').y@b.target"}


def test_a_branch_hides_vars(story: Any) -> None:
    """What it has published is what is read, and is told as its origin."""
    told = failed(
        story,
        "w: {vars: {v: 0, u: 0}, tasks: {o: {action: std.noop, publish: {v: 1}, on-success: j},"
        " a: {action: std.async_noop, on-success: j},"
        " j: {join: all, action: std.noop, target: '<% $.v + $.u %>'}}}",
    )
    told.run_everything()
    assert origins(asked(told, {"task": "a"})) == {"v": [("context", "o")], "u": [("vars", None)]}
