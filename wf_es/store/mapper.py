"""Lets tools built on the eventsourcing library read our log.

Named as ``MAPPER_TOPIC`` (``wf_es.store.mapper:EventMapper``), it gives the
library's own ``Application`` and ``Projection`` our recorded events. It only
reads: an event's text holds the digest of its predecessor, which the library
does not hand to a mapper, so writing stays with the engine.
"""

from __future__ import annotations

from typing import Any, NoReturn

from eventsourcing.persistence import Cipher, Compressor, Mapper, StoredEvent, Transcoder

from wf_es.envelope import Recorded
from wf_es.store.codec import EventCodec, standard_codec
from wf_es.store.recorders import unpack


class EventMapper(Mapper[str]):
    """The library's Mapper over our codec."""

    def __init__(
        self, transcoder: Transcoder, compressor: Compressor | None = None, cipher: Cipher | None = None
    ) -> None:
        """Take what the library passes; the transcoder is not used."""
        super().__init__(transcoder, compressor, cipher)
        self._codec: EventCodec = standard_codec()

    def to_stored_event(self, domain_event: Any) -> NoReturn:
        """Refuse: only the engine, which knows the predecessor, may append."""
        raise TypeError(f"{type(domain_event).__name__}: events of this log are appended by the engine only")

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:  # type: ignore[override]
        """Return the recorded event; raise CorruptHistory if it cannot be read."""
        return self._codec.open(unpack(stored_event))
