"""The directory: from the id of a task or action to its execution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from wf_es.engine.directory import Directory
from wf_es.envelope import Event, Recorded
from wf_es.errors import NotFound
from wf_es.execution.events import ActionCompleted, ActionScheduled, TaskScheduled
from wf_es.ports import Batch, Sealed
from wf_es.store import MemoryStore, standard_codec

CODEC = standard_codec()


class CountingStore(MemoryStore):
    """A memory store that counts how often it is read."""

    reads = 0

    def read(self, after: int, limit: int) -> list[Sealed]:
        """Count, and read."""
        self.reads += 1
        return super().read(after, limit)

    def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
        """Count, and load."""
        self.reads += 1
        return super().load(stream, after, limit)


def history(stream: str, *bodies: Event) -> tuple[Recorded, ...]:
    """Return events of one execution."""
    return tuple(
        Recorded(
            stream=stream,
            version=version,
            time=datetime(2026, 1, 1, tzinfo=UTC),
            actor="ann",
            project="p",
            command="c",
            data=body,
        )
        for version, body in enumerate(bodies, start=1)
    )


def store_all(store: MemoryStore, events: Sequence[Recorded], *, unfinished: bool) -> None:
    """Append one execution's events."""
    sealed: list[Sealed] = []
    digest = CODEC.genesis(events[0].stream)
    for event in events:
        sealed.append(CODEC.seal(event, digest))
        digest = sealed[-1].digest
    store.append([Batch(stream=events[0].stream, events=tuple(sealed), unfinished=unfinished)])


FIRST = history(
    "e1", TaskScheduled(task_id="t1", name="a"), ActionScheduled(action_id="a1", task_id="t1", name="x")
)
SECOND = history(
    "e2", TaskScheduled(task_id="t2", name="a"), ActionScheduled(action_id="a2", task_id="t2", name="x")
)


def test_what_was_committed_here_is_known_without_reading() -> None:
    """Tasks and actions alike."""
    store = CountingStore()
    directory = Directory(store, CODEC)
    directory(4, (*FIRST, *SECOND))

    assert [directory.execution_of(known) for known in ("t1", "a1", "t2", "a2")] == ["e1", "e1", "e2", "e2"]
    assert store.reads == 0


@pytest.mark.parametrize("unfinished", [True, False], ids=["unfinished", "ended"])
def test_what_others_committed_is_found_in_the_log(unfinished: bool) -> None:
    """And remembered: the second question costs nothing."""
    store = CountingStore()
    store_all(store, FIRST, unfinished=unfinished)
    store_all(store, SECOND, unfinished=unfinished)
    directory = Directory(store, CODEC)

    assert directory.execution_of("a2") == "e2"
    reads = store.reads
    assert directory.execution_of("a2") == "e2"
    assert store.reads == reads


def test_what_was_forgotten_is_found_again() -> None:
    """The memory is bounded, the answer is not."""
    store = CountingStore()
    store_all(store, FIRST, unfinished=False)
    store_all(store, SECOND, unfinished=False)
    directory = Directory(store, CODEC, capacity=2)
    directory(4, (*FIRST, *SECOND))

    assert directory.execution_of("t1") == "e1"
    assert store.reads > 0


def test_an_id_that_is_only_mentioned_is_not_it() -> None:
    """A value that looks like an id leads nowhere."""
    store = CountingStore()
    mention = history("e3", ActionCompleted(action_id="a9", state="SUCCESS", output={"id": "a1"}))
    store_all(store, mention, unfinished=True)
    directory = Directory(store, CODEC)

    with pytest.raises(NotFound, match="No task or action has the id a1"):
        directory.execution_of("a1")
    store_all(store, FIRST, unfinished=True)
    assert directory.execution_of("a1") == "e1"


def test_an_unknown_id_is_not_found() -> None:
    """Whatever text it is."""
    directory = Directory(MemoryStore(), CODEC)

    for unknown in ("a1", "", "\ud800"):
        with pytest.raises(NotFound):
            directory.execution_of(unknown)
