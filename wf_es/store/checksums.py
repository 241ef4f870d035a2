"""The checksum of a stored event, by which damage is found when it is read.

The chain of digests shows at the *next* event that a text was changed, so it
says nothing of the last one, and only to who reads a stream from its
beginning. A disk that flips a bit must be noticed by everybody, at once: so each
row carries a checksum over all that it says. It protects against accidents;
who rewrites a row on purpose can rewrite this too, and is found by an anchor.
"""

from __future__ import annotations

import hashlib
from functools import partial

from wf_es.ports import Sealed

BYTES = 16
"""The size of a checksum."""

FUNCTION = "wf_es_checksum"
"""The name by which statements know :func:`checksum`."""

lenient_text = partial(str, encoding="utf-8", errors="replace")
"""Reads text that damage has made unreadable, so that one row does not hide the others."""


def checksum(stream: str, version: int, topic: str, body: bytes) -> bytes:
    """Return the checksum of what a row says, 16 bytes."""
    return _of(stream, version, topic, hashlib.sha256(body).hexdigest())


def checked(stream: str, version: int, topic: str, body: object, position: int, found: object) -> Sealed:
    """Return a stored event; it is not intact if its row is not what was written."""
    text = body if isinstance(body, bytes) else str(body).encode("utf-8", "replace")
    digest = hashlib.sha256(text).hexdigest()
    return Sealed(
        stream=stream,
        version=version,
        topic=topic,
        body=text,
        digest=digest,
        position=position,
        intact=found == _of(stream, version, topic, digest),
    )


def _of(stream: str, version: int, topic: str, digest: str) -> bytes:
    said = f"{stream}\n{version}\n{topic}\n{digest}".encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=BYTES).digest()
