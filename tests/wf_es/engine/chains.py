"""A workflow of two actions that somebody else completes, and the commands for it."""

from __future__ import annotations

from uuid import uuid4

from tests.wf_es.engine.counters import WAIT
from wf_es.engine import DEFAULT_PROJECT, Engine, Receipt
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.events import ActionScheduled

TEXT = """\
version: '2.0'
chain:
  input:
    - x: 1
  tasks:
    first:
      action: std.async_noop
      on-success: second
    second:
      action: std.async_noop
"""


def start(engine: Engine, execution_id: str | None = None, project: str = DEFAULT_PROJECT) -> Receipt:
    """Start the chain."""
    command = StartWorkflow(
        execution_id=execution_id or str(uuid4()), origin=engine.origin("ann", project), workflow_name="chain"
    )
    return engine.execute(command, WAIT)


def scheduled(receipt: Receipt) -> str:
    """Return the id of the action that was scheduled."""
    (action_id,) = [
        event.data.action_id for event in receipt.events if isinstance(event.data, ActionScheduled)
    ]
    return action_id


def complete(engine: Engine, receipt: Receipt, output: object = 1) -> CompleteAction:
    """Return the command that completes the action that was scheduled."""
    return CompleteAction(
        execution_id=receipt.events[0].stream,
        origin=engine.origin("bob"),
        action_id=scheduled(receipt),
        state="SUCCESS",
        output=output,
    )
