"""A trace has the events of one request, and what its command needs to be written down again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wf_es.envelope import Event, Recorded
from wf_es.execution import commands
from wf_es.execution.events import TaskStarted, WorkflowPaused
from wf_es.execution.ids import seed_of
from wf_es.execution.reducer import initial
from wf_es.exports.tracing import is_consequence, trace_at

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ID = "11111111-1111-4111-8111-111111111111"


def recorded(version: int, command: str = "c", cause: str | None = None, **fields: object) -> Recorded:
    """Return an event of a request."""
    envelope = {"time": NOW, "actor": "a", "project": "p", "data": WorkflowPaused(), **fields}
    return Recorded(stream=ID, version=version, command=command, cause=cause, **envelope)  # type: ignore[arg-type]


OTHERS = {
    "another request": recorded(3, "d"),
    "another time": recorded(3, time=NOW + timedelta(seconds=1)),
    "another actor": recorded(3, actor="b"),
    "another cause elsewhere": recorded(3, cause="x/7"),
    "a key of its own": recorded(3, key="k"),
    "a reason of its own": recorded(3, reason="because"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_it_ends_where_another_request_begins(other: Recorded) -> None:
    """What follows from its own events belongs to it."""
    events = [recorded(1, key="k", reason="r"), recorded(2, cause="1"), other]
    assert [one.version for one in trace_at(initial(ID), events, 0).events] == [1, 2]


def test_it_goes_on_as_long_as_the_request_does() -> None:
    """Also over what another decision of the same request may have recorded."""
    events = [recorded(1, cause="x/1"), recorded(2, cause="1"), recorded(3, cause="x/1")]
    assert len(trace_at(initial(ID), events, 0).events) == 3
    assert len(trace_at(initial(ID), events, 1).events) == 1


def test_only_what_has_a_cause_of_its_own_stream_is_a_consequence() -> None:
    """A cause elsewhere, or none, may begin a decision."""
    assert is_consequence(recorded(2, cause="1"))
    assert not is_consequence(recorded(2, cause="x/1"))
    assert not is_consequence(recorded(2))


def test_a_command_is_of_the_same_request() -> None:
    """Who, when, why, and the seed that follows from it."""
    trace = trace_at(initial(ID), [recorded(1, cause="x/1", key="k", reason="r")], 0)
    command = trace.asks(commands.PauseWorkflow, message="m")
    origin = command.origin
    assert (origin.actor, origin.now, origin.command) == ("a", NOW, "c")
    assert (origin.key, origin.reason, origin.cause) == ("k", "r", "x/1")
    assert (command.execution_id, command.message) == (ID, "m")
    assert command.seed == seed_of(origin, ID)


def test_bodies_are_had_by_their_type() -> None:
    """The first one, or all of them."""
    events: list[Event] = [WorkflowPaused(), TaskStarted(task_id="t"), TaskStarted(task_id="u")]
    trace = trace_at(initial(ID), [recorded(n, data=data) for n, data in enumerate(events, 1)], 0)
    assert trace.data(WorkflowPaused) == events[0]
    assert trace.all_of(TaskStarted) == events[1:]
    with pytest.raises(TypeError, match="begins with WorkflowPaused"):
        trace.data(TaskStarted)
