"""The writer: groups what is ready, settles everybody, tells in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import pytest

from tests.wf_es.engine.counters import WAIT, DisturbedStore, added, seal
from wf_es.engine.writer import Write, Writer
from wf_es.envelope import Recorded
from wf_es.errors import StoreUnavailable, VersionConflict
from wf_es.ports import Batch


@pytest.fixture
def store() -> DisturbedStore:
    """A store that can be held up."""
    return DisturbedStore()


@pytest.fixture
def writer(store: DisturbedStore) -> Iterator[Writer]:
    """A writer over it."""
    made = Writer(store)
    yield made
    store.gate.set()
    made.close()


def write(*streams: str, version: int = 1) -> Write:
    """Return a write of one event for each stream (the chain does not matter here)."""
    events = tuple(added(stream, version) for stream in streams)
    batches = tuple(Batch(stream=event.stream, events=seal([event])) for event in events)
    return Write(batches, events)


def put_behind_the_gate(store: DisturbedStore, writer: Writer, writes: Sequence[Write]) -> Future[int]:
    """Hand over a first write that is held up, then the others, so that these form one group."""
    store.gate.clear()
    first = write("first")
    writer.put(first)
    assert store.arrived.acquire(timeout=WAIT)
    for waiting in writes:
        writer.put(waiting)
    return first.settled


def test_a_single_write_is_committed_at_once(store: DisturbedStore, writer: Writer) -> None:
    """It settles with the position of its last event."""
    one = write("a", "b")
    writer.put(one)

    assert one.settled.result(WAIT) == 2
    assert store.appends == [["a", "b"]]


def test_what_is_ready_is_committed_together(store: DisturbedStore, writer: Writer) -> None:
    """Writes that queue up behind a commit share the next one; each gets its own position."""
    waiting = [write("a", "b"), write("c"), write("a", version=2)]
    put_behind_the_gate(store, writer, waiting)
    store.gate.set()

    assert [one.settled.result(WAIT) for one in waiting] == [3, 4, 5]
    assert store.appends == [["first"], ["a", "b", "c", "a"]]


def test_a_conflict_costs_the_others_nothing(store: DisturbedStore, writer: Writer) -> None:
    """The writes of the stream that conflicts fail together; the rest is committed."""
    waiting = [write("a"), write("b", version=7), write("c"), write("b", version=8)]
    put_behind_the_gate(store, writer, waiting)
    store.gate.set()

    assert waiting[0].settled.result(WAIT) == 2
    assert waiting[2].settled.result(WAIT) == 3
    for loser in (waiting[1], waiting[3]):
        with pytest.raises(VersionConflict):
            loser.settled.result(WAIT)
    assert store.load("b") == []


def test_a_write_of_two_streams_fails_as_a_whole(store: DisturbedStore, writer: Writer) -> None:
    """If one of its streams conflicts, nothing of it is kept."""
    waiting = [write("a", "b", version=1), write("c")]
    store.foreign(added("b", 1))
    put_behind_the_gate(store, writer, waiting)
    store.gate.set()

    with pytest.raises(VersionConflict):
        waiting[0].settled.result(WAIT)
    waiting[1].settled.result(WAIT)
    assert store.load("a") == []


def test_several_conflicts_in_one_group(store: DisturbedStore, writer: Writer) -> None:
    """Each is set aside; what is left is committed."""
    waiting = [write("a", version=5), write("b", version=5), write("c")]
    put_behind_the_gate(store, writer, waiting)
    store.gate.set()

    assert waiting[2].settled.result(WAIT) == 2
    assert all(isinstance(one.settled.exception(WAIT), VersionConflict) for one in waiting[:2])


@pytest.mark.parametrize(
    "error", [StoreUnavailable("disk full"), ZeroDivisionError("a bug")], ids=["world", "bug"]
)
def test_when_nothing_can_be_written_all_of_the_group_fail(
    store: DisturbedStore, writer: Writer, error: Exception
) -> None:
    """Nobody is left waiting, whatever went wrong, and the next write is tried again."""

    def fail(_: Sequence[Batch]) -> None:
        raise error

    waiting = [write("a"), write("b")]
    first = put_behind_the_gate(store, writer, waiting)
    store.before = fail
    store.gate.set()

    assert first.exception(WAIT) is error
    assert [one.settled.exception(WAIT) for one in waiting] == [error, error]

    store.before = lambda _: None
    later = write("c")
    writer.put(later)
    assert later.settled.result(WAIT) == 1


def test_a_stale_write_fails_even_if_it_would_fit(store: DisturbedStore, writer: Writer) -> None:
    """What it was built on is gone, so the store must not see it."""
    stale, good = write("a"), write("b")
    stale.is_current = lambda: False
    writer.put(stale)
    writer.put(good)

    with pytest.raises(VersionConflict, match="built on"):
        stale.settled.result(WAIT)
    good.settled.result(WAIT)
    assert store.load("a") == []


def test_close_commits_what_was_handed_over(store: DisturbedStore, writer: Writer) -> None:
    """Afterwards everything fails at once; closing again does nothing."""
    waiting = [write("a"), write("b")]
    put_behind_the_gate(store, writer, waiting)
    closing = threading.Thread(target=writer.close)
    closing.start()
    store.gate.set()
    closing.join(WAIT)
    writer.close()
    late = write("c")
    writer.put(late)

    assert [one.settled.result(0) for one in waiting] == [2, 3]
    with pytest.raises(StoreUnavailable, match="closed"):
        late.settled.result(0)


def test_a_writer_that_never_wrote_closes(store: DisturbedStore) -> None:
    """There is no thread to wait for."""
    writer = Writer(store)
    writer.close()

    late = write("a")
    writer.put(late)
    assert isinstance(late.settled.exception(0), StoreUnavailable)


def test_who_only_waits_commits_by_itself(store: DisturbedStore, writer: Writer) -> None:
    """Without any other thread, together with whatever is ready."""
    first, second = write("a"), write("b")
    writer.put(first, will_help=True)
    writer.put(second, will_help=True)
    writer.help()
    writer.help()

    assert (first.settled.result(0), second.settled.result(0)) == (1, 2)
    assert store.appends == [["a", "b"]]
    assert writer._thread is None


def test_help_that_is_not_needed_is_not_lost(store: DisturbedStore, writer: Writer) -> None:
    """While another thread commits, helping returns at once and the write follows later."""
    put_behind_the_gate(store, writer, [])
    late = write("a")
    writer.put(late, will_help=True)
    writer.help()
    assert not late.settled.done()
    store.gate.set()

    assert late.settled.result(WAIT) == 2


def test_who_is_interrupted_leaves_nobody_waiting(store: DisturbedStore, writer: Writer) -> None:
    """Ctrl-C in the middle of a commit reaches its thread; the others hear that it is uncertain."""

    def interrupt(_: Sequence[Batch]) -> None:
        raise KeyboardInterrupt

    store.before = interrupt
    one, other = write("a"), write("b")
    writer.put(one, will_help=True)
    writer.put(other, will_help=True)
    with pytest.raises(KeyboardInterrupt):
        writer.help()
    store.before = lambda _: None

    for interrupted in (one, other):
        with pytest.raises(StoreUnavailable, match="may be stored"):
            interrupted.settled.result(0)
    later = write("c")
    writer.put(later)
    assert later.settled.result(WAIT) == 1


def test_close_commits_what_only_waits_for_help(store: DisturbedStore, writer: Writer) -> None:
    """Also without a thread that was ever started."""
    one = write("a")
    writer.put(one, will_help=True)
    writer.close()

    assert one.settled.result(0) == 1


def test_listeners_are_told_in_order_before_the_callers(store: DisturbedStore, writer: Writer) -> None:
    """Each commit comes once, with all its events and the position of the last one."""
    told: list[tuple[int, list[str]]] = []
    settled_before: list[bool] = []
    waiting = [write("a"), write("b", "c")]

    def listener(position: int, events: Sequence[Recorded]) -> None:
        told.append((position, [event.stream for event in events]))
        settled_before.append(any(one.settled.done() for one in waiting))

    writer.listen(listener)
    put_behind_the_gate(store, writer, waiting)
    store.gate.set()
    waiting[1].settled.result(WAIT)

    assert told == [(1, ["first"]), (4, ["a", "b", "c"])]
    assert settled_before == [False, False]


def test_a_listener_that_fails_harms_nobody(
    store: DisturbedStore, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; the other listeners and the caller do not notice."""
    told: list[int] = []

    def broken(position: int, events: Sequence[Recorded]) -> None:
        raise ZeroDivisionError(f"{position} {len(events)}")

    writer.listen(broken)
    writer.listen(lambda position, _: told.append(position))
    with caplog.at_level(logging.ERROR):
        one = write("a")
        writer.put(one)
        one.settled.result(WAIT)

    assert told == [1]
    assert "A listener failed on the events up to position 1" in caplog.text
