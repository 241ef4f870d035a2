"""The checksum of a stored event, by which damage is found when it is read.

The chain of digests shows at the *next* event that a text was changed, so it
says nothing of the last one, and only to who reads a stream from its
beginning. A disk that flips a bit must be noticed by everybody, at once: so each
row carries a checksum over all that it says. It protects against accidents;
who rewrites a row on purpose can rewrite this too, and is found by an anchor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial

from wf_es.ports import Sealed

BYTES = 16
"""The size of a checksum."""

FUNCTION = "wf_es_checksum"
"""The name by which statements know :func:`checksum`."""

lenient_text = partial(str, encoding="utf-8", errors="replace")
"""Reads text that damage has made unreadable, so that one row does not hide the others."""

Row = tuple[bytes, int, bytes, object, int, object]
"""What a statement gives of an event: stream and topic as bytes, version, text, position, checksum."""


def checksum(stream: str, version: int, topic: str, body: bytes) -> bytes:
    """Return the checksum of what a row says, 16 bytes."""
    return _of(stream, version, topic, hashlib.sha256(body).hexdigest())


def checked(rows: Iterable[Row]) -> list[Sealed]:
    """Return the events in rows as they are stored; one is not intact if its row is not what was written."""
    texts, found = _Texts(), []
    for stream, version, topic, body, position, kept in rows:
        text = body if isinstance(body, bytes) else str(body).encode("utf-8", "replace")
        digest = hashlib.sha256(text).hexdigest()
        found.append(
            Sealed(
                stream=texts[stream],
                version=version,
                topic=texts[topic],
                body=text,
                digest=digest,
                position=position,
                intact=kept == _of(texts[stream], version, texts[topic], digest),
            )
        )
    return found


class _Texts(dict[bytes, str]):
    """Texts by their bytes: those of many rows are the same few. Damaged ones can be read, too."""

    def __missing__(self, found: bytes) -> str:
        self[found] = text = lenient_text(found) if isinstance(found, bytes) else str(found)
        return text


def _of(stream: str, version: int, topic: str, digest: str) -> bytes:
    said = f"{stream}\n{version}\n{topic}\n{digest}".encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=BYTES).digest()
