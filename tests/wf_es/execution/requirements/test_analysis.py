"""What the chosen tasks, and what follows them, read and nobody gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked
from tests.wf_es.execution.uploads import Uploads


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
    found = asked(told, {"task": "a"})
    assert {(item.variable, item.needed_by.key) for item in found.missing} == {
        ("early", "wait-before"),
        ("hold", "pause-before"),
        ("bad", "fail-on"),
        ("times", "retry.count"),
        ("later", "wait-before"),
        ("never", "fail-on"),
    }
    # Whether these are read depends on how often it is tried, and one is there only after a success.
    assert {item.variable for item in found.undetermined} == {"more", "late", "stop", "mine"}


def test_computed_names_are_undetermined(story: Any) -> None:
    """What cannot be told without running is said to be so, never guessed."""
    told = story("w: {input: [n], tasks: {a: {action: std.http url=<% $.get($.n) %>}}}")
    told.start(input={"n": "x"})
    told.fail("a")
    found = asked(told, {"task": "a"})
    assert found.missing == []
    assert [item.needed_by.key for item in found.undetermined] == ["action.url"]


CALLING = """
w:
  vars: {seen: 1}
  tasks:
    a: {action: std.echo output=1, on-success: {publish: {global: {shared: 1}, branch: {own: 1}}, next: b}}
    b: {action: outer given=1}
"""
ADHOC = """
outer:
  base: inner name=<% $.unseen %>
  base-input: {more: '<% [$.given, $.seen, $.shared, $.own] %>'}
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
    # An ad-hoc action sees the branch of its task, so a changed context gives it what it lacks.
    assert asked(told, {"task": "a", "context": {"unseen": 1, "lost": 2}}).missing == []
