"""The recorders' shared parts."""

from __future__ import annotations

import pytest
from eventsourcing.persistence import Notification, StoredEvent

from wf_es.store.recorders import StreamConflict, first_versions, pack, unpack


def stored(stream: str, version: int) -> StoredEvent:
    """Return an event as the library holds it."""
    return StoredEvent(stream, version, "Some@1", b"{}")


def test_each_stream_has_a_first_new_version() -> None:
    """Streams may be mixed in one append."""
    assert first_versions([stored("a", 3), stored("b", 1), stored("a", 4)]) == {"a": 3, "b": 1}


def test_a_gap_names_the_version_that_is_due() -> None:
    """The message says what to do."""
    with pytest.raises(StreamConflict, match="Version 5 of stream a cannot be appended: the next one is 4"):
        first_versions([stored("a", 3), stored("a", 5)])


def test_packing_loses_nothing_that_is_stored() -> None:
    """Position and digest are added by the store when it reads."""
    sealed = unpack(stored("a", 3))

    assert pack(sealed) == stored("a", 3)
    assert sealed.position == 0
    assert unpack(Notification("a", 3, "Some@1", b"{}", 17)).position == 17
