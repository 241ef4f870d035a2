"""What one request has left in a history: the trace from which its command is rebuilt.

All events of one decision carry the same request, time and actor. Their causes
tell more: what follows from an event of the same execution cannot begin a
decision. Several decisions of one request may still stand next to each other
(a parent hears of two sub-workflows that ended together); where one ends shows
only when it has been made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from wf_es.envelope import Event, Origin, Recorded
from wf_es.execution.commands import Command
from wf_es.execution.ids import seed_of
from wf_es.execution.state import ExecutionState

GivenCommand = TypeVar("GivenCommand", bound=Command)
GivenEvent = TypeVar("GivenEvent", bound=Event)


class NotRebuiltError(Exception):
    """The command that has led to an event cannot be told from the log; ``why`` says why not."""

    def __init__(self, why: str) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why = why


class Trace(NamedTuple):
    """Events of one request in one execution, and the state before the first of them."""

    state: ExecutionState
    events: Sequence[Recorded]

    @property
    def first(self) -> Recorded:
        """The event with which the decision begins."""
        return self.events[0]

    @property
    def origin(self) -> Origin:
        """Who asked, when and why, as the envelope tells it."""
        first = self.first
        return Origin(
            actor=first.actor,
            project=first.project,
            command=first.command,
            now=first.time,
            key=first.key,
            reason=first.reason,
            cause=first.cause,
        )

    def asks(self, kind: type[GivenCommand], **fields: Any) -> GivenCommand:
        """Return a command of this request, with the seed that the engine would give it."""
        origin = self.origin
        seed = seed_of(origin, self.state.id)
        return kind(execution_id=self.state.id, origin=origin, seed=seed, **fields)

    def data(self, kind: type[GivenEvent]) -> GivenEvent:
        """Return the body of the first event, which is of this type."""
        data = self.first.data
        if not isinstance(data, kind):
            raise TypeError(f"a trace of {kind.__name__} begins with {type(data).__name__}")
        return data

    def all_of(self, kind: type[GivenEvent]) -> list[GivenEvent]:
        """Return the bodies of all events of a type."""
        return [recorded.data for recorded in self.events if isinstance(recorded.data, kind)]


def trace_at(state: ExecutionState, events: Sequence[Recorded], index: int) -> Trace:
    """Return the trace that begins at an index, as long as it can be."""
    first, end = events[index], index + 1
    while end < len(events) and _goes_on(first, events[end]):
        end += 1
    return Trace(state, events[index:end])


def is_consequence(recorded: Recorded) -> bool:
    """Whether an event follows from another one of the same execution, so that no decision begins with it."""
    return recorded.cause is not None and recorded.cause.isdecimal()


def _goes_on(first: Recorded, recorded: Recorded) -> bool:
    is_same = (recorded.command, recorded.time, recorded.actor, recorded.project) == (
        first.command,
        first.time,
        first.actor,
        first.project,
    )
    if not is_same or recorded.key is not None or recorded.reason is not None:
        return False
    return is_consequence(recorded) or recorded.cause == first.cause
