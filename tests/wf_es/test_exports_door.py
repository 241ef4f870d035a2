"""Executions leave a store and come into another one, through the door."""

from __future__ import annotations

import pytest

import wf_es
from projections.exporting import without_secrets
from wf_es.errors import InvalidRequest, NotAllowed, NotFound

TEXT = "version: '2.0'\nw:\n  input: [token]\n  tasks:\n    t: {action: std.async_noop}\n"


def test_an_execution_moves() -> None:
    """With its id; it goes on where it is activated."""
    with wf_es.open("memory://") as one, wf_es.open("memory://", actor="ann") as other:
        one.create_workflows(TEXT)
        execution = one.start("w", {"token": "x"})
        assert other.import_execution(one.export(execution)) == execution
        assert other.execution(execution).frozen
        other.activate(execution)
        other.task_complete(execution, "t")
        assert other.wait(execution, 10).state == "SUCCESS"
        assert [event.actor for event in other.events(execution)].count("ann") >= 2


def test_refusals() -> None:
    """Of what is not there, is no export, or lacks its secrets."""
    with wf_es.open("memory://") as one, wf_es.open("memory://") as other:
        one.create_workflows(TEXT)
        execution = one.start("w", {"token": "x"})
        with pytest.raises(NotFound):
            other.export(execution)
        with pytest.raises(InvalidRequest):
            other.import_execution(b"nonsense")
        other.import_execution(one.export(execution, mask=without_secrets))
        with pytest.raises(NotAllowed):
            other.activate(execution)
