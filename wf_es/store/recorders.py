"""What our stores ask of the eventsourcing library's recorders, and a store over one.

A recorder of ours is the library's ApplicationRecorder with two additions:
versions must follow each other without a gap (the library accepts any free
version), and streams with unfinished business are remembered in the same
transaction as their events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent

from wf_es.errors import StoreUnavailable, VersionConflict
from wf_es.ports import Batch, Sealed

Unfinished = Mapping[str, bool]
"""Stream to whether it still has business that must be found again at start."""


class StreamConflict(IntegrityError):
    """A version is taken or would leave a gap; ``stream`` says where."""

    def __init__(self, stream: str, version: int, expected: int) -> None:
        super().__init__(
            f"Version {version} of stream {stream} cannot be appended: the next one is {expected};"
            " load the newer events and decide again"
        )
        self.stream = stream


class Recorder(Protocol):
    """The part of the library's recorders that a store uses, and our additions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events of any streams in one transaction; return their positions."""

    def select_stream(self, stream: str, after: int, limit: int | None) -> Sequence[Sealed]:
        """Return a stream's events above a version, in order, at most ``limit``."""

    def select_log(self, after: int, limit: int) -> Sequence[Sealed]:
        """Return up to ``limit`` events above a position, in order."""

    def max_notification_id(self) -> int | None:
        """Return the last position."""

    def select_unfinished(self) -> Sequence[str]:
        """Return the streams with unfinished business."""

    def close(self) -> None:
        """Release what is held."""


class Holds(Protocol):
    """Names that are held by living processes."""

    def hold(self, name: str) -> bool:
        """Hold a name; False if another process has it."""

    def is_held(self, name: str) -> bool:
        """Return whether a living process holds a name."""

    def close(self) -> None:
        """Let go of all names."""


class RecorderStore:
    """The port ``EventStore`` over a recorder: translates values and errors."""

    def __init__(self, recorder: Recorder, holds: Holds) -> None:
        """Take the recorder that does the work, and what knows who is alive."""
        self.recorder = recorder
        self._holds = holds

    def append(self, batches: Sequence[Batch]) -> int:
        """Store all batches or none; return the position of the last event.

        Raises:
            VersionConflict: a version is taken or would leave a gap.
            StoreUnavailable: nothing could be written.
        """
        stored = [pack(event) for batch in batches for event in batch.events]
        unfinished = {batch.stream: batch.unfinished for batch in batches if batch.unfinished is not None}
        try:
            positions = self.recorder.insert_events(stored, unfinished=unfinished)
            return positions[-1] if positions else self.head()
        except StreamConflict as error:
            raise VersionConflict(str(error), stream=error.stream) from error
        except EventSourcingError as error:
            raise unavailable("written", error) from error

    def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
        """Return the stream's events with a version above ``after``, in order, at most ``limit``."""
        try:
            return list(self.recorder.select_stream(stream, after, limit))
        except EventSourcingError as error:
            raise unavailable("read", error) from error

    def read(self, after: int, limit: int) -> list[Sealed]:
        """Return up to ``limit`` events after a position, over all streams."""
        try:
            return list(self.recorder.select_log(after, limit))
        except EventSourcingError as error:
            raise unavailable("read", error) from error

    def head(self) -> int:
        """Return the position of the last event, 0 for an empty log."""
        try:
            return self.recorder.max_notification_id() or 0
        except EventSourcingError as error:
            raise unavailable("read", error) from error

    def unfinished(self) -> Iterable[str]:
        """Return the streams whose last batch left unfinished business."""
        try:
            return self.recorder.select_unfinished()
        except EventSourcingError as error:
            raise unavailable("read", error) from error

    def hold(self, name: str) -> bool:
        """Hold a name as long as this process lives; False if another process has it."""
        return self._holds.hold(name)

    def is_held(self, name: str) -> bool:
        """Return whether a living process holds a name."""
        return self._holds.is_held(name)

    def close(self) -> None:
        """Release files and connections; the store is not used after this."""
        self._holds.close()
        self.recorder.close()


def first_versions(stored_events: Iterable[StoredEvent]) -> dict[str, int]:
    """Return the first new version of each stream.

    Raises:
        StreamConflict: the new events of a stream do not follow each other.
    """
    first: dict[str, int] = {}
    following: dict[str, int] = {}
    for stored in stored_events:
        stream = str(stored.originator_id)
        expected = following.get(stream)
        if expected is None:
            first[stream] = stored.originator_version
        elif stored.originator_version != expected:
            raise StreamConflict(stream, stored.originator_version, expected)
        following[stream] = stored.originator_version + 1
    return first


def pack(sealed: Sealed) -> StoredEvent:
    """Return a sealed event as the library's StoredEvent."""
    return StoredEvent(sealed.stream, sealed.version, sealed.topic, sealed.body)


def unpack(stored: StoredEvent) -> Sealed:
    """Return the library's StoredEvent (or Notification) as a sealed event."""
    position = stored.id if isinstance(stored, Notification) else 0
    return seal(str(stored.originator_id), stored.originator_version, stored.topic, stored.state, position)


def seal(stream: str, version: int, topic: str, body: bytes, position: int) -> Sealed:
    """Return a stored event with the digest of its bytes."""
    return Sealed(
        stream=stream,
        version=version,
        topic=topic,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        position=position,
    )


def unavailable(what: str, error: Exception) -> StoreUnavailable:
    """Return the error for a store that could not do its work."""
    reason = str(error) or type(error).__name__
    return StoreUnavailable(f"The event store cannot be {what}: {reason}. Try again once this is mended")
