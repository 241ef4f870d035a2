"""Streams in memory: read once, extended by what is pending, bounded, never wrong."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import msgspec
import pytest

from tests.wf_es.engine.counters import (
    CODEC,
    WAIT,
    Counter,
    DisturbedStore,
    House,
    add,
    added,
    evolve,
    evolve_all,
    seal,
)
from wf_es.engine.streams import Head, Stream, Streams
from wf_es.errors import CorruptHistory
from wf_es.ports import Batch


@pytest.fixture
def store() -> DisturbedStore:
    """A store with three events in stream ``a``."""
    made = DisturbedStore()
    made.append([Batch(stream="a", events=seal([added("a", 1), added("a", 2), added("a", 3)]))])
    return made


@pytest.fixture
def streams(store: DisturbedStore) -> Streams[Counter]:
    """Room for two streams over that store."""
    return Streams(store, CODEC, Counter, evolve_all, 2)


def pend(streams: Streams[Counter], stream: Stream[Counter], amount: int = 1) -> Head[Counter]:
    """Make the stream longer by an event that is not committed yet."""
    base = stream.newest
    event = added(stream.id, base.version + 1, amount)
    head, _ = streams.seal(base, [event], evolve(base.state, event))
    assert streams.extend([stream], [base], [head], Future()) is not None
    return head


def test_a_stream_is_read_to_its_head(streams: Streams[Counter]) -> None:
    """Version, state and position are those of the last event."""
    with streams.using(["a"]) as (stream,):
        assert streams.catch_up(stream)
        assert (stream.committed.version, stream.committed.state.total, stream.position) == (3, 3, 3)
        assert stream.newest is stream.committed
        assert not streams.catch_up(stream)


def test_only_what_is_new_is_read(store: DisturbedStore, streams: Streams[Counter]) -> None:
    """After another process has written, the state goes on from where it was."""
    with streams.using(["a"]) as (stream,):
        streams.catch_up(stream)
        before = stream.committed
        store.foreign(added("a", 4, amount=10))

        assert streams.catch_up(stream)
        assert stream.committed.state.total == 13
        assert before.state.total == 3


def test_what_is_pending_survives_a_look_at_the_store(
    store: DisturbedStore, streams: Streams[Counter]
) -> None:
    """Reading moves the committed head; the newest one belongs to who decides."""
    with streams.using(["a"]) as (stream,):
        streams.catch_up(stream)
        head = pend(streams, stream)
        store.foreign(added("a", 4, amount=10))

        assert streams.catch_up(stream)
        assert stream.newest is head
        assert stream.committed.state.total == 13


def test_a_commit_moves_the_committed_head(streams: Streams[Counter]) -> None:
    """With nothing pending any more both heads are one."""
    with streams.using(["a"]) as (stream,):
        streams.catch_up(stream)
        first, second = pend(streams, stream), pend(streams, stream)

        streams.committed([stream], [first], 4)
        assert (stream.committed, stream.newest, stream.in_flight) == (first, second, 1)

        streams.committed([stream], [second], 5)
        assert (stream.committed, stream.newest, stream.in_flight, stream.last) == (second, second, 0, None)
        assert stream.position == 5


def test_a_failed_commit_drops_all_that_is_pending(streams: Streams[Counter]) -> None:
    """The stream is behind, in a new epoch; a second failure of the old one changes nothing."""
    with streams.using(["a"]) as (stream,):
        streams.catch_up(stream)
        pend(streams, stream)
        pend(streams, stream)

        streams.dropped([stream], [0])
        assert (stream.newest, stream.in_flight, stream.behind, stream.epoch) == (
            stream.committed,
            0,
            True,
            1,
        )

        head = pend(streams, stream)
        streams.dropped([stream], [0])
        assert (stream.newest, stream.epoch) == (head, 1)


def test_a_head_that_has_moved_is_not_extended(streams: Streams[Counter]) -> None:
    """Of two streams neither is extended if one has moved."""
    with streams.using(["a", "b"]) as (first, second):
        bases = [first.newest, second.newest]
        pend(streams, second)
        before = (first.newest, second.newest)

        assert streams.extend([first, second], bases, bases, Future()) is None
        assert (first.newest, second.newest) == before


def test_the_cache_is_bounded(store: DisturbedStore, streams: Streams[Counter]) -> None:
    """The stream that was not used for the longest time is forgotten first."""
    store.foreign(added("b", 1))
    store.foreign(added("c", 1))
    for name in ("a", "b", "a", "c"):
        with streams.using([name]) as (stream,):
            streams.catch_up(stream)

    assert list(streams._streams) == ["a", "c"]


def test_an_id_without_events_takes_no_room(streams: Streams[Counter]) -> None:
    """However many unknown ids are asked for, what is known stays."""
    with streams.using(["a"]) as (stream,):
        streams.catch_up(stream)
    for name in ("x", "y", "z"):
        with streams.using([name]) as (stream,):
            streams.catch_up(stream)

    assert list(streams._streams) == ["a"]


def test_what_is_used_or_pending_is_not_forgotten(streams: Streams[Counter]) -> None:
    """The bound yields; it holds again as soon as it can."""
    with streams.using(["a"]) as (used,):
        with streams.using(["b"]) as (pending,):
            head = pend(streams, pending)
        for name in ("c", "d", "e"):
            with streams.using([name]):
                pass
        assert {"a", "b"} <= set(streams._streams)
        assert streams._streams["a"] is used

    streams.committed([pending], [head], 4)
    assert set(streams._streams) == {"b"}


def test_a_value_that_changes_its_form_is_read_back(streams: Streams[Counter]) -> None:
    """The state is what a later reader will find: a list, not the tuple that was given."""
    with streams.using(["b"]) as (stream,):
        event = added("b", 1, note=(1, {2: 3}))

        head, _ = streams.seal(stream.newest, [event], evolve(stream.newest.state, event))

    assert head.state.notes == ([1, {"2": 3}],)


def test_history_is_given_as_a_whole(streams: Streams[Counter]) -> None:
    """All events, verified."""
    assert [event.version for event in streams.replay("a")] == [1, 2, 3]
    assert streams.replay("nothing") == []


def test_a_part_of_a_history_is_read_alone() -> None:
    """No more than the part and the event before it is loaded, and the part is verified."""
    loaded: list[int] = []

    class Counting(DisturbedStore):
        def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Any]:
            events = super().load(stream, after, limit)
            loaded.append(len(events))
            return events

    store = Counting()
    store.append([Batch(stream="a", events=seal([added("a", number) for number in range(1, 10)]))])
    streams = Streams(store, CODEC, Counter, evolve_all, 10)

    assert [event.version for event in streams.replay("a", limit=2)] == [1, 2]
    assert [event.version for event in streams.replay("a", after=4, limit=2)] == [5, 6]
    assert streams.replay("a", after=9, limit=2) == []
    assert loaded == [2, 3, 1]


# Index of the event that is damaged, what is replaced by what, and where it shows.
DAMAGE = {
    "a changed value": (1, b'"amount":5', b'"amount":9', 3),
    "a changed actor in the first": (0, b"ann", b"bob", 2),
    "not readable": (2, b'"data"', b'"dada"', 3),
    "not replayable": (2, b'"note":"n"', b'"note":"poison"', 3),
}


@pytest.mark.parametrize(("index", "old", "new", "shows_at"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_named(index: int, old: bytes, new: bytes, shows_at: int) -> None:
    """The error says which event of which stream; the other streams are read as before."""
    sealed = list(seal([added("a", version, amount=5, note="n") for version in (1, 2, 3)]))
    assert old in sealed[index].body
    sealed[index] = msgspec.structs.replace(sealed[index], body=sealed[index].body.replace(old, new))
    store = DisturbedStore()
    store.append([Batch(stream="a", events=tuple(sealed)), Batch(stream="b", events=seal([added("b", 1)]))])
    streams = Streams(store, CODEC, Counter, evolve_all, 10)

    with streams.using(["a", "b"]) as (broken, whole):
        with pytest.raises(CorruptHistory) as caught:
            streams.catch_up(broken)
        assert streams.catch_up(whole)

    assert caught.value.details == {"stream": "a", "version": shows_at}


def test_a_missing_event_is_found() -> None:
    """A store that lost one of the middle is not believed."""

    class Lossy(DisturbedStore):
        def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Any]:
            return [sealed for sealed in super().load(stream, after, limit) if sealed.version != 2]

    store = Lossy()
    store.append([Batch(stream="a", events=seal([added("a", 1), added("a", 2), added("a", 3)]))])

    with pytest.raises(CorruptHistory, match="Event 2 of stream a is missing"):
        Streams(store, CODEC, Counter, evolve_all, 10).replay("a")


def test_a_watcher_is_told_of_heads_on_the_way() -> None:
    """Of long histories that are loaded, and of what is committed: about one head each so many events."""
    store = DisturbedStore()
    store.append([Batch(stream="a", events=seal([added("a", number) for number in range(1, 8)]))])
    house = House(store)
    told: list[tuple[str, int, int]] = []
    house.streams.watch(3, lambda head: told.append((head.id, head.version, head.state.total)))

    with house.streams.using(["a"]) as (stream,):
        house.streams.catch_up(stream)
    assert told == [("a", 3, 3), ("a", 6, 6), ("a", 7, 7)]
    for _ in range(5):
        house.corridor.execute(add("a", "b"), WAIT)
    house.close()

    assert told[3:] == [("a", 9, 9), ("b", 3, 3), ("a", 12, 12)]
