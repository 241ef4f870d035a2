"""An export becomes text: one JSON object per line, the digest of all lines at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from wf_es.exports.document import Document, EndLine, Line

_ENCODER = msgspec.json.Encoder()


def write_export(document: Document) -> bytes:
    """Return an export as JSON lines."""
    lines = [_ENCODER.encode(line) + b"\n" for line in _lines(document)]
    whole = b"".join(lines)
    end = EndLine(lines=len(lines), digest=hashlib.sha256(whole).hexdigest())
    return whole + _ENCODER.encode(end) + b"\n"


def _lines(document: Document) -> Iterator[Line]:
    yield document.header
    yield from document.definitions
    for history in document.histories:
        states = {state.after: state for state in history.states}
        for event in history.events:
            yield event
            if event.version in states:
                yield states[event.version]
