"""The memory store: what it has beyond the contract."""

from __future__ import annotations

from wf_es.ports import Batch, Sealed
from wf_es.store import MemoryStore
from wf_es.store.memory import MemoryRecorder


def test_the_library_follows_a_memory_store() -> None:
    """The library's subscriptions work on the recorder, as it is one of theirs."""
    store = MemoryStore()
    event = Sealed(stream="a", version=1, topic="Some@1", body=b"{}", digest="unused")
    store.append([Batch(stream="a", events=(event,))])
    assert isinstance(store.recorder, MemoryRecorder)

    with store.recorder.subscribe(gt=0) as subscription:
        notification = next(subscription)

    assert (notification.id, notification.originator_id, notification.state) == (1, "a", b"{}")


def test_closing_releases_nothing() -> None:
    """What was read before close can be read after it: there is nothing to release."""
    store = MemoryStore()
    store.close()

    assert store.head() == 0
