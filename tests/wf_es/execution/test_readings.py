"""Which expressions of a task are evaluated when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wf_es.definition import TaskSpec
from wf_es.execution.lifecycle import ERROR, SUCCESS
from wf_es.execution.readings import (
    Readings,
    after_work,
    atomic_publishes,
    before_work,
    guards,
    inputs,
    lists,
    publishes,
)

TASK = """
w:
  tasks:
    a:
      with-items: i in <% $.list %>
      action: std.echo output=<% $.i %>
      target: <% $.there %>
      safe-rerun: <% $.safe %>
      concurrency: <% $.many %>
      pause-before: <% $.pause %>
      wait-before: <% $.before %>
      wait-after: <% $.after %>
      timeout: <% $.limit %>
      fail-on: <% $.bad %>
      retry: {count: <% $.count %>, delay: <% $.delay %>, break-on: <% $.stop %>, continue-on: <% $.more %>}
      publish: {p: <% $.p %>}
      publish-on-error: {q: <% $.q %>}
      on-success:
        publish: {branch: {r: <% $.r %>}, global: {s: <% $.s %>}, atomic: {t: <% $.t %>}}
        next: [{b: <% $.guard %>}, {fail(msg=<% $.why %>): <% $.g %>}]
      on-complete: {publish: {branch: {c: <% $.c %>}}}
      keep-result: <% $.keep %>
      on-error: [{b: <% $.no %>}]
    b: {action: std.noop}
"""


@pytest.mark.parametrize(
    ("read", "keys"),
    [
        (before_work, "pause-before wait-before timeout"),
        (lists, "with-items concurrency"),
        (inputs, "action target safe-rerun"),
        (
            lambda spec: publishes(spec, SUCCESS),
            "on-complete.publish.branch publish on-success.publish.branch "
            "on-success.publish.global keep-result",
        ),
        (lambda spec: publishes(spec, ERROR), "on-complete.publish.branch publish-on-error keep-result"),
        (lambda spec: atomic_publishes(spec, SUCCESS), "on-success.publish.atomic"),
        (
            lambda spec: after_work(spec, SUCCESS),
            "wait-after fail-on retry.count ?retry.continue-on ?retry.break-on ?retry.delay",
        ),
        (
            lambda spec: after_work(spec, ERROR),
            "wait-after retry.count ?retry.continue-on ?retry.break-on ?retry.delay",
        ),
        (lambda spec: guards(spec, SUCCESS), "on-success on-success ?on-success"),
        (lambda spec: guards(spec, ERROR), "on-error"),
    ],
)
def test_what_is_evaluated_when(story: Any, read: Callable[[TaskSpec], Readings], keys: str) -> None:
    """Each key with an expression stands where it is evaluated; with a mark if that is not sure."""
    spec = story(TASK).definition.workflow.spec.tasks["a"]
    found = [
        ("" if reading.is_sure else "?") + reading.key
        for reading in read(spec)
        if reading.template is not None and reading.template.expressions
    ]
    assert found == keys.split()


def test_a_condition_stands_where_it_is_written(story: Any) -> None:
    """Each of several transitions of a clause has a place of its own."""
    spec = story(TASK).definition.workflow.spec.tasks["a"]
    assert [reading.at for reading in guards(spec, SUCCESS)][::2] == [
        "on-success.next.0.b",
        "on-success.next.1",
    ]


def test_a_sub_workflow_has_no_target(story: Any) -> None:
    """What belongs to an action is not evaluated for a workflow."""
    spec = story("w: {tasks: {a: {workflow: <% $.w %>, input: <% $.i %>}}}").definition.workflow.spec
    assert [reading.key for reading in inputs(spec.tasks["a"])] == ["input", "workflow"]
