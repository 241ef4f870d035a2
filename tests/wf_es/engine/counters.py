"""A toy domain for the engine's machinery: streams that count, and a store that can be disturbed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import reduce

import msgspec

from wf_es.engine.corridor import Change, Corridor, Job, Outcome
from wf_es.engine.streams import Streams
from wf_es.engine.writer import Writer
from wf_es.envelope import JSON, Event, Recorded
from wf_es.errors import RequestError
from wf_es.ports import Batch, EventStore, Sealed
from wf_es.store import EventCodec, MemoryStore

WAIT = 10.0
"""Seconds a test waits for a thread before it fails."""


class Added(Event, frozen=True, kw_only=True, tag="Added@1"):
    """Something was added."""

    amount: int = 1
    note: JSON = None


class Counter(msgspec.Struct, frozen=True):
    """How far a stream has counted."""

    id: str
    version: int = 0
    total: int = 0
    notes: tuple[JSON, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What a caller gets."""

    position: int
    events: tuple[Recorded, ...]
    states: dict[str, Counter]


CODEC = EventCodec((Added,))


def evolve(state: Counter, recorded: Recorded) -> Counter:
    """Return the counter after one more event."""
    assert isinstance(recorded.data, Added)
    if recorded.data.note == "poison":
        raise ZeroDivisionError("poison")
    total = state.total + recorded.data.amount
    return Counter(state.id, recorded.version, total, (*state.notes, recorded.data.note))


def evolve_all(state: Counter, events: Sequence[Recorded]) -> Counter:
    """Return the counter after some more events."""
    return reduce(evolve, events, state)


def added(stream: str, version: int, amount: int = 1, note: JSON = None) -> Recorded:
    """Return an event."""
    return Recorded(
        stream=stream,
        version=version,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        actor="ann",
        project="p",
        command="c",
        data=Added(amount=amount, note=note),
    )


def seal(events: Sequence[Recorded], previous: str | None = None) -> tuple[Sealed, ...]:
    """Return events of one stream as they are stored."""
    sealed: list[Sealed] = []
    digest = previous or CODEC.genesis(events[0].stream)
    for event in events:
        sealed.append(CODEC.seal(event, digest))
        digest = sealed[-1].digest
    return tuple(sealed)


def add(
    *stream_ids: str, amount: int = 1, limit: int | None = None, note: JSON = None
) -> Job[Counter, Answer]:
    """Return a job that adds to each stream; at the limit it refuses."""

    def decide(states: dict[str, Counter]) -> Outcome[Counter]:
        changes = []
        for stream in stream_ids:
            state = states[stream]
            if limit is not None and state.total >= limit:
                raise RequestError(f"{stream} stands at {state.total}")
            event = added(stream, state.version + 1, amount, note)
            changes.append(Change(stream=stream, events=(event,), state=evolve(state, event)))
        return Outcome(changes=tuple(changes))

    return job(stream_ids, decide)


def look(*stream_ids: str) -> Job[Counter, Answer]:
    """Return a job that decides to do nothing."""
    return job(stream_ids, lambda _: Outcome())


def job(
    stream_ids: Sequence[str], decide: Callable[[dict[str, Counter]], Outcome[Counter]]
) -> Job[Counter, Answer]:
    """Return a job with a receipt that shows all it is given."""
    return Job(stream_ids, decide, lambda position, outcome, states: Answer(position, outcome.events, states))


class DisturbedStore(MemoryStore):
    """A memory store that holds appends at a gate, counts them and loads, and can be made to fail.

    ``before`` is called with each append before it is carried out; what it
    raises the append raises.
    """

    def __init__(self) -> None:
        """Begin empty, with an open gate."""
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Semaphore(0)
        self.appends: list[list[str]] = []
        self.loads: list[str] = []
        self.before: Callable[[Sequence[Batch]], None] = lambda _: None
        self.is_closed = False

    def append(self, batches: Sequence[Batch]) -> int:
        """Wait at the gate, then append."""
        self.arrived.release()
        assert self.gate.wait(WAIT)
        self.appends.append([batch.stream for batch in batches])
        self.before(batches)
        return super().append(batches)

    def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
        """Count it and load."""
        self.loads.append(stream)
        return super().load(stream, after, limit)

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True

    def foreign(self, *events: Recorded) -> None:
        """Append as another process would: past the gate and past the counting."""
        stream = events[0].stream
        stored = self.load(stream)
        sealed = seal(events, stored[-1].digest if stored else None)
        super().append([Batch(stream=stream, events=sealed)])


class House:
    """Streams, writer and corridor over one store."""

    def __init__(self, store: EventStore, capacity: int = 100) -> None:
        """Put them together."""
        self.streams = Streams(store, CODEC, Counter, evolve_all, capacity)
        self.writer = Writer(store)
        self.corridor = Corridor(self.streams, self.writer)

    def close(self) -> None:
        """Stop both threads, in the engine's order."""
        self.writer.close()
        self.corridor.close()
