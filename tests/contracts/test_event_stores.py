"""What every event store must do: one suite, run against each of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wf_es.errors import VersionConflict
from wf_es.ports import Batch, EventStore, Sealed
from wf_es.store import MemoryStore, SQLiteStore

MAKERS: dict[str, Callable[[Path], EventStore]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda folder: SQLiteStore(folder / "log.sqlite"),
}


@pytest.fixture(params=sorted(MAKERS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    """One empty store of each kind."""
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


def event(stream: str, version: int, text: str = "{}") -> Sealed:
    """Return an event as a codec would have sealed it (stores do not look inside)."""
    return Sealed(stream=stream, version=version, topic="Some@1", body=text.encode(), digest="unused")


def batch(stream: str, *versions: int, unfinished: bool | None = None) -> Batch:
    """Return a batch with these versions of one stream."""
    return Batch(
        stream=stream, events=tuple(event(stream, number) for number in versions), unfinished=unfinished
    )


def versions(events: list[Sealed]) -> list[tuple[str, int]]:
    """Return stream and version of each event."""
    return [(sealed.stream, sealed.version) for sealed in events]


def test_an_empty_store_has_nothing(store: EventStore) -> None:
    """Nothing is there before the first append."""
    assert store.head() == 0
    assert store.load("a") == []
    assert store.read(0, 10) == []
    assert list(store.unfinished()) == []


def test_what_was_appended_comes_back_as_it_was(store: EventStore) -> None:
    """Stream, version, topic and every byte are kept; the digest is that of the bytes."""
    text = '{"text": "Grüße, \\u0000 und 🙂"}'
    store.append([Batch(stream="a", events=(event("a", 1, text),))])

    (sealed,) = store.load("a")

    assert (sealed.stream, sealed.version, sealed.topic, sealed.body) == ("a", 1, "Some@1", text.encode())
    assert sealed.digest == hashlib.sha256(text.encode()).hexdigest()


def test_positions_count_over_all_streams(store: EventStore) -> None:
    """Positions of one append follow each other in the order of the batches."""
    assert store.append([batch("a", 1, 2), batch("b", 1)]) == 3
    assert store.append([batch("a", 3)]) == 4

    log = store.read(0, 10)

    assert [sealed.position for sealed in log] == [1, 2, 3, 4]
    assert versions(log) == [("a", 1), ("a", 2), ("b", 1), ("a", 3)]
    assert store.head() == 4


def test_a_stream_is_read_after_a_version(store: EventStore) -> None:
    """Loading gives only newer events, with their positions."""
    store.append([batch("a", 1, 2), batch("b", 1), batch("a", 3)])

    assert versions(store.load("a", after=1)) == [("a", 2), ("a", 3)]
    assert [sealed.position for sealed in store.load("a", after=1)] == [2, 4]
    assert store.load("a", after=3) == []


def test_a_part_of_a_stream_is_read(store: EventStore) -> None:
    """A limit cuts the newer events off; a limit beyond the end cuts nothing."""
    store.append([batch("a", 1, 2, 3, 4), batch("b", 1)])

    assert versions(store.load("a", limit=2)) == [("a", 1), ("a", 2)]
    assert versions(store.load("a", after=1, limit=2)) == [("a", 2), ("a", 3)]
    assert versions(store.load("a", after=3, limit=9)) == [("a", 4)]
    assert store.load("a", limit=0) == []


def test_the_log_is_read_in_pages(store: EventStore) -> None:
    """Reading gives at most the limit, and goes on after a position."""
    store.append([batch("a", 1, 2, 3, 4, 5)])

    assert [sealed.position for sealed in store.read(0, 2)] == [1, 2]
    assert [sealed.position for sealed in store.read(2, 2)] == [3, 4]
    assert [sealed.position for sealed in store.read(4, 2)] == [5]
    assert store.read(5, 2) == []


REFUSED = {
    "taken": [batch("a", 2)],
    "skips ahead": [batch("a", 4)],
    "far ahead in a new stream": [batch("new", 2)],
    "zero": [batch("new", 0)],
    "gap inside a batch": [batch("a", 3, 5)],
    "twice in a batch": [batch("a", 3, 3)],
    "gap between batches": [batch("a", 3), batch("a", 5)],
    "good batch, then a bad one": [batch("b", 1, unfinished=True), batch("a", 2)],
}


@pytest.mark.parametrize("batches", REFUSED.values(), ids=REFUSED)
def test_a_version_that_is_not_the_next_is_refused(store: EventStore, batches: list[Batch]) -> None:
    """A conflict names its stream, and nothing of the append is kept."""
    store.append([batch("a", 1, 2)])

    with pytest.raises(VersionConflict) as caught:
        store.append(batches)

    assert caught.value.details["stream"] == batches[-1].stream
    assert versions(store.read(0, 10)) == [("a", 1), ("a", 2)]
    assert list(store.unfinished()) == []
    assert store.append([batch("a", 3)]) == 3


def test_two_batches_of_one_stream_go_together(store: EventStore) -> None:
    """A group commit may hold several writes of one stream."""
    assert store.append([batch("a", 1), batch("b", 1), batch("a", 2, 3)]) == 4
    assert versions(store.load("a")) == [("a", 1), ("a", 2), ("a", 3)]


def test_unfinished_streams_are_found_again(store: EventStore) -> None:
    """The last batch that says anything about a stream counts."""
    store.append([batch("a", 1, unfinished=True), batch("b", 1, unfinished=True), batch("c", 1)])
    assert sorted(store.unfinished()) == ["a", "b"]

    store.append([batch("a", 2), batch("b", 2, unfinished=False), batch("c", 2, unfinished=True)])
    assert sorted(store.unfinished()) == ["a", "c"]

    store.append([batch("a", 3, unfinished=False), batch("a", 4, unfinished=True)])
    assert sorted(store.unfinished()) == ["a", "c"]


def test_an_append_of_nothing_is_nothing(store: EventStore) -> None:
    """Without events the head stays, and is the answer."""
    store.append([batch("a", 1)])

    assert store.append([]) == 1
    assert store.head() == 1


def test_streams_are_told_apart_by_every_character(store: EventStore) -> None:
    """An id is plain data: quotes, wildcards and case mean nothing."""
    ids = ["a", "A", "a%", "a' OR '1'='1", "", "ä", "x" * 10_000]
    for number, stream in enumerate(ids, start=1):
        assert store.append([batch(stream, 1)]) == number

    assert [versions(store.load(stream)) for stream in ids] == [[(stream, 1)] for stream in ids]


def test_of_many_writers_one_wins_each_version(store: EventStore) -> None:
    """Threads that append to one stream get each version once, without a gap."""
    won: list[int] = []

    def write() -> None:
        while len(won) < 40:
            version = len(store.load("a")) + 1
            try:
                store.append([batch("a", version)])
            except VersionConflict:
                continue
            won.append(version)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == list(range(1, len(won) + 1))
    assert versions(store.load("a")) == [("a", version) for version in sorted(won)]
