"""Which expressions of a task are evaluated when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wf_es.definition import TaskSpec
from wf_es.execution.readings import Reads, after_work, before_items, guards, inputs, publishes

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
        publish: {branch: {r: <% $.r %>}, global: {s: <% $.s %>}}
        next: [{b: <% $.guard %>}]
      on-error: [{b: <% $.no %>}]
    b: {action: std.noop}
"""


@pytest.mark.parametrize(
    ("read", "keys"),
    [
        (before_items, "pause-before wait-before timeout with-items concurrency"),
        (inputs, "action target safe-rerun"),
        (publishes, "publish on-success.publish on-success.publish"),
        (after_work, "wait-after fail-on retry.count retry.continue-on"),
        (guards, "on-success"),
    ],
)
def test_what_is_evaluated_when(story: Any, read: Callable[[TaskSpec], Reads], keys: str) -> None:
    """Each key with an expression stands where it is evaluated; what failures need does not."""
    spec = story(TASK).definition.workflow.spec.tasks["a"]
    found = [key for key, template in read(spec) if template is not None and template.expressions]
    assert found == keys.split()
