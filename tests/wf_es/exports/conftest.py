"""An engine with an execution that has a sub-workflow, a secret and an ad-hoc action."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

import wf_es

TEXT = """
version: '2.0'
outer:
  input: [who, password]
  output: {greeting: <% $.greeting %>}
  tasks:
    call: {workflow: inner name=<% $.who %>, publish: {greeting: <% task().result.hello %>}, on-success: wait}
    wait: {action: std.async_noop}
inner:
  input: [name]
  output: {hello: <% $.hello %>}
  tasks:
    greet: {action: polite text=<% $.name %>, publish: {hello: <% task().result %>}}
"""
ACTIONS = """
version: '2.0'
polite: {base: std.echo, base-input: {output: "dear <% $.text %>"}, input: [text]}
"""


@pytest.fixture
def workflows() -> Iterator[wf_es.Workflows]:
    """A door with the definitions."""
    with wf_es.open("memory://") as opened:
        opened.create_actions(ACTIONS)
        opened.create_workflows(TEXT)
        yield opened


@pytest.fixture
def execution(workflows: wf_es.Workflows) -> str:
    """An execution that waits for a report."""
    started = workflows.start("outer", {"who": "ann", "password": "hunter2"})
    return waits(workflows, started)


def waits(workflows: wf_es.Workflows, execution: str) -> str:
    """Return the execution when it waits in its last task."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(action.delegated for action in workflows.execution(execution).actions.values()):
            return execution
        workflows.wait(execution, 0.01)
    raise AssertionError("it did not get there")
