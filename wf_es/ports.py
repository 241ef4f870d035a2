"""What the engine needs from the world. Each port is small on purpose.

Adapters live in ``store/``, ``actions/``, ``runners/`` and outside; none of
them knows another. If a port grows, a rule has leaked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from wf_es.envelope import Recorded


class Sealed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event as it is stored: ``body`` is the JSON text that is hashed.

    ``digest`` is the SHA-256 (hex) of ``body``; the next event of the stream
    carries it. ``position`` is the place in the whole log, 0 until stored.
    ``intact`` is false if the store noticed that this is not what was stored.
    """

    stream: str
    version: int
    topic: str
    body: bytes
    digest: str
    position: int = 0
    intact: bool = True


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Events to be appended to one stream, all or none.

    ``unfinished`` says whether, after these events, the stream has business
    that must be found again at start; None leaves it as it is.
    """

    stream: str
    events: tuple[Sealed, ...]
    unfinished: bool | None = None


class EventStore(Protocol):
    """The log: append-only streams with one order over all of them.

    ``append`` writes several batches in one transaction and raises
    VersionConflict (with ``stream``) if a version is taken, StoreUnavailable
    if nothing could be written; in both cases nothing is kept.
    """

    def append(self, batches: Sequence[Batch]) -> int:
        """Store all batches or none; return the position of the last event."""

    def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
        """Return the stream's events with a version above ``after``, in order, at most ``limit``."""

    def read(self, after: int, limit: int) -> list[Sealed]:
        """Return up to ``limit`` events after a position, over all streams."""

    def head(self) -> int:
        """Return the position of the last event, 0 for an empty log."""

    def unfinished(self) -> Iterable[str]:
        """Return the streams whose last batch left unfinished business."""

    def hold(self, name: str) -> bool:
        """Hold a name as long as this process lives; False if another process has it.

        Names say who works on the store; they are no part of the log.
        """

    def is_held(self, name: str) -> bool:
        """Return whether a living process holds a name."""

    def close(self) -> None:
        """Release files and connections; the store is not used after this."""


class Codec(Protocol):
    """Between events and stored bytes. Both directions are exact."""

    def seal(self, event: Recorded, previous: str) -> Sealed:
        """Encode an event that follows one whose digest is ``previous``."""

    def open(self, sealed: Sealed) -> Recorded:
        """Decode, lifting old event versions; raise CorruptHistory if it cannot."""

    def previous(self, sealed: Sealed) -> str:
        """Return the digest of its predecessor that a stored event carries."""

    def genesis(self, stream: str) -> str:
        """Return the digest that the first event of a stream carries."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the current time, in UTC and with a time zone."""


class Listener(Protocol):
    """Told after each commit; must return at once and never raise."""

    def __call__(self, position: int, events: Sequence[Recorded]) -> None:
        """Take notice of events that have just been committed."""
