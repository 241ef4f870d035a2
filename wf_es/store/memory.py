"""A store in memory: for tests, for trials, and to show how one is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from wf_es.ports import Sealed
from wf_es.store.holds import MemoryHolds
from wf_es.store.recorders import RecorderStore, StreamConflict, first_versions, seal


class MemoryRecorder(POPOApplicationRecorder):
    """The library's recorder of plain objects, without gaps, with unfinished streams."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        super().__init__()
        self._streams: defaultdict[str, list[Sealed]] = defaultdict(list)
        self._log: list[Sealed] = []
        self._unfinished: dict[str, None] = {}

    def _assert_uniqueness(self, stored_events: Sequence[StoredEvent], **_: Any) -> None:
        for stream, version in first_versions(stored_events).items():
            expected = len(self._streams.get(stream, ())) + 1
            if version != expected:
                raise StreamConflict(stream, version, expected)

    def _update_table(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        positions = super()._update_table(stored_events, **kwargs) or ()
        for stored, position in zip(stored_events, positions, strict=True):
            sealed = seal(
                str(stored.originator_id), stored.originator_version, stored.topic, stored.state, position
            )
            self._streams[sealed.stream].append(sealed)
            self._log.append(sealed)
        for stream, unfinished in kwargs.get("unfinished", {}).items():
            if unfinished:
                self._unfinished[stream] = None
            else:
                self._unfinished.pop(stream, None)
        return positions

    def select_stream(self, stream: str, after: int, limit: int | None) -> Sequence[Sealed]:
        """Return a stream's events above a version, in order, at most ``limit``."""
        end = None if limit is None else after + limit
        with self._database_lock:
            return self._streams[stream][after:end] if stream in self._streams else []

    def select_log(self, after: int, limit: int) -> Sequence[Sealed]:
        """Return up to ``limit`` events above a position, in order."""
        with self._database_lock:
            return self._log[after : after + limit]

    def select_unfinished(self) -> Sequence[str]:
        """Return the streams with unfinished business."""
        with self._database_lock:
            return list(self._unfinished)

    def close(self) -> None:
        """Release nothing: the log lives as long as this object."""


class MemoryStore(RecorderStore):
    """The event store for one process that forgets everything at its end."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        super().__init__(MemoryRecorder(), MemoryHolds())
