"""What a resume needs before it can be granted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.uploads import Uploads
from wf_es.envelope import Origin
from wf_es.errors import NotFound
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.execution.requirements import requirements

DEPLOY = """
w:
  input: [app]
  tasks:
    build: {action: std.async_noop, publish: {artefact: <% task().result %>}, on-success: [deploy]}
    other: {action: std.async_noop, publish: {o: 1}, on-success: [report]}
    deploy:
      action: std.http
      input:
        url: http://<% $.host %>/<% $.app %>/<% $.get(path, none) %>
      publish:
        address: <% $.host + task().result.port %>
      on-success:
        - report: <% $.address != $.blocked %>
    report:
      join: all
      action: std.echo
      input: {output: [<% $.address %>, <% $.o %>, <% $.ticket %>]}
"""


def asked(told: Any, *wishes: Any, **fields: Any) -> Any:
    """Return the requirements of a resume of the story's execution."""
    origin = Origin(actor="ada", project="p", command="dry", now=told.state.updated_at)
    command = ResumeFrom(
        execution_id=told.state.id,
        origin=origin,
        tasks=tuple(TaskResumption(**wish) for wish in wishes),
        **fields,
    )
    return requirements(told.state, told.definition, command, told.answer)


@pytest.fixture
def told(story: Any) -> Any:
    """Return an execution whose task deploy could not run."""
    told = story(DEPLOY)
    told.start(input={"app": "shop"})
    told.complete("build", "a1")
    return told


@pytest.mark.parametrize(
    ("wish", "missing"),
    [
        pytest.param(
            {"task": "deploy"},
            {
                ("host", "deploy", "input.url"),
                ("host", "deploy", "publish.address"),
                ("blocked", "deploy", "on-success"),
                ("ticket", "report", "input.output.2"),
            },
            id="rerun",
        ),
        pytest.param(
            {"task": "deploy", "context": {"host": "web1", "blocked": "", "ticket": 7}},
            set(),
            id="rerun with all that is needed",
        ),
        pytest.param(
            {"task": "deploy", "action": "continue"},
            {
                ("address", "deploy", "on-success"),
                ("blocked", "deploy", "on-success"),
                ("address", "report", "input.output.0"),
                ("ticket", "report", "input.output.2"),
            },
            id="continue",
        ),
        pytest.param(
            {
                "task": "deploy",
                "action": "continue",
                "published": {"address": "x", "blocked": "", "ticket": 7},
            },
            set(),
            id="continue with all that was to be published",
        ),
    ],
)
def test_missing_variables(told: Any, wish: Any, missing: Any) -> None:
    """Each missing variable comes with every reader among the task and what follows it."""
    found = asked(told, wish)
    assert {(item.variable, item.needed_by.task, item.needed_by.key) for item in found.missing} == missing
    assert found.resumable is (not missing)


def test_places_and_expressions(told: Any) -> None:
    """A reader is named with its expression, line and column."""
    use = next(item.needed_by for item in asked(told, {"task": "deploy"}).missing if item.variable == "host")
    assert "$.host" in use.expression
    assert (use.line, use.column) == (11, 14)


def test_what_will_run_repeat_and_is_outstanding(told: Any) -> None:
    """The report also says what happens and what is still awaited."""
    found = asked(told, {"task": "deploy", "context": {"host": "h", "blocked": "", "ticket": 1}})
    assert found.will_run == ["deploy", "report"]
    assert [(item.task, item.action) for item in found.outstanding] == [("other", "std.async_noop")]
    assert found.repeats == []
    assert found.position == told.state.version


def test_repeated_effects_are_named(story: Any) -> None:
    """An action that ran before will be called again."""
    told = story("w: {tasks: {a: {action: std.http url=u}}}")
    told.start()
    told.fail("a")
    found = asked(told, {"task": "a"})
    assert [(item.task, item.action, item.state) for item in found.repeats] == [("a", "std.http", "ERROR")]


def test_a_repeated_effect_is_named_once_for_all_its_attempts(story: Any) -> None:
    """Retries were the same call, so it is called once more and not as often as it was."""
    told = story("w: {tasks: {a: {action: std.http url=u, retry: {count: 2, delay: 0}}}}")
    told.start()
    for _ in range(3):
        told.fail("a")
    assert len(asked(told, {"task": "a"}).repeats) == 1


def test_policies_are_read_too(story: Any) -> None:
    """Before the work as the input is, after it with what the task published."""
    told = story(
        "w: {input: [i], vars: {known: 1}, tasks: {a: {action: std.async_noop, publish: {mine: 1},"
        " wait-before: <% $.early %>, timeout: <% $.known %>, pause-before: <% $.hold %>,"
        " wait-after: <% $.mine %>, fail-on: <% $.bad %>,"
        " retry: {count: <% $.times %>, delay: <% $.late %>, break-on: <% $.stop %>,"
        " continue-on: <% $.more %>}, on-success: b},"
        " b: {action: std.noop, wait-before: <% $.later %>, fail-on: <% $.never %>}}}"
    )
    told.start(input={"i": 1})
    assert told.state.state == "ERROR"
    found = {(item.variable, item.needed_by.key) for item in asked(told, {"task": "a"}).missing}
    assert found == {
        ("early", "wait-before"),
        ("hold", "pause-before"),
        ("bad", "fail-on"),
        ("times", "retry.count"),
        ("more", "retry.continue-on"),
        ("later", "wait-before"),
    }


def test_times_that_have_not_come_are_outstanding(story: Any) -> None:
    """What somebody waits for may be a time; a timeout is not waited for."""
    told = story(
        "w: {tasks: {a: {action: std.http url=u}, b: {action: std.noop, wait-before: 60},"
        " c: {action: std.async_noop, timeout: 60}}}"
    )
    told.start()
    told.fail("a")
    found = asked(told, {"task": "a"}).outstanding
    assert [(item.task, item.action, item.due) for item in found] == [
        ("c", "std.async_noop", None),
        ("b", "wait-before", "2026-01-01 00:01:01"),
    ]


def test_computed_names_are_undetermined(story: Any) -> None:
    """What cannot be told without running is said to be so, never guessed."""
    told = story("w: {input: [n], tasks: {a: {action: std.http url=<% $.get($.n) %>}}}")
    told.start(input={"n": "x"})
    told.fail("a")
    found = asked(told, {"task": "a"})
    assert found.missing == []
    assert [item.needed_by.key for item in found.undetermined] == ["action.url"]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"task": "build"}, "already succeeded"),
        ({"task": "other"}, "still RUNNING"),
    ],
)
def test_refusals(told: Any, wish: Any, why: Any) -> None:
    """Tasks that cannot be resumed are refused by name."""
    found = asked(told, wish)
    assert [item.task for item in found.refused] == [wish["task"]]
    assert why in found.refused[0].why
    assert not found.resumable


def test_an_ended_execution_needs_a_choice(story: Any) -> None:
    """Asked without a task, the report names those that failed instead of promising a resume."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    assert asked(told).resumable
    told.fail("a")
    told.complete("b")
    found = asked(told)
    assert not found.resumable
    assert [item.task for item in found.refused] == ["a"]


def test_unknown_task(told: Any) -> None:
    """A task that never ran is not found, and the message lists those that did."""
    with pytest.raises(NotFound, match="build, deploy, other"):
        asked(told, {"task": "nobody"})


def test_an_execution_without_tasks_cannot_be_resumed(story: Any) -> None:
    """One that ended before its first task has nothing to resume from."""
    told = story("w: {vars: {v: <% $.nowhere %>}, tasks: {a: {action: std.noop}}}")
    told.start()
    assert not asked(told).resumable


CALLING = """
w:
  vars: {seen: 1}
  tasks:
    a: {action: std.echo output=1, on-success: {publish: {global: {shared: 1}}, next: b}}
    b: {action: outer given=1}
"""
ADHOC = """
outer:
  base: inner name=<% $.unseen %>
  base-input: {more: '<% [$.given, $.seen, $.shared] %>'}
  input: [given]
inner: {base: std.echo output=<% $.name + $.lost %>, input: [name, more]}
"""


def test_what_adhoc_actions_read(story: Any) -> None:
    """What nothing gives to an ad-hoc action is missing, at the task that calls it, down to its base."""
    told = story(CALLING)
    told.answer = Uploads(ADHOC).answer
    told.start()
    told.fail("a")

    report = asked(told, {"task": "a"})

    found = {(item.variable, item.needed_by.key, item.needed_by.line) for item in report.missing}
    assert found == {
        ("unseen", "action.outer.base.name", 7),
        ("lost", "action.inner.base.output", 7),
    }
    # An ad-hoc action sees globals but no branch, so a changed context gives it nothing.
    assert len(asked(told, {"task": "a", "context": {"unseen": 1, "lost": 2}}).missing) == 2
