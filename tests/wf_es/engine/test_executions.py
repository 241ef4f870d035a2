"""What stands between a command and the core, piece by piece."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wf_es.definition.versions import DefinitionDeleted
from wf_es.engine.executions import evolve
from wf_es.envelope import Event, Recorded
from wf_es.errors import NotFound
from wf_es.execution.decision import not_found
from wf_es.execution.events import WorkflowPaused
from wf_es.execution.reducer import initial


def recorded(data: Event) -> Recorded:
    """Return the first event of a stream."""
    return Recorded(
        stream="s",
        version=1,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        actor="ann",
        project="p",
        command="c",
        data=data,
    )


def test_an_event_of_an_execution_is_folded() -> None:
    """By the core's reducer."""
    assert evolve(initial("s"), recorded(WorkflowPaused())).version == 1


def test_an_event_of_something_else_is_no_execution() -> None:
    """A definition's stream has no execution in it, and is not damaged either."""
    with pytest.raises(NotFound, match=r"WorkflowExecution not found \[id=s\]"):
        evolve(initial("s"), recorded(DefinitionDeleted()))


def test_not_found_speaks_like_mistral() -> None:
    """Clients compare these words."""
    error = not_found("x")

    assert str(error) == "WorkflowExecution not found [id=x]"
    assert error.details == {"kind": "WorkflowExecution", "id": "x"}
