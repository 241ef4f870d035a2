"""A text becomes an export again, or is refused: changed, cut off, or of a newer form.

All of it is checked before anything is done with it: the digest over all
lines, that each event is the one that it says it is, and that the events of an
execution follow each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from wf_es.errors import CorruptHistory, InvalidRequest
from wf_es.exports.document import (
    FORMAT,
    DefinitionLine,
    Document,
    EndLine,
    EventLine,
    Header,
    History,
    Line,
    StateLine,
)
from wf_es.ports import Codec, Sealed

_DECODER = msgspec.json.Decoder(Header | DefinitionLine | EventLine | StateLine | EndLine)
_FEWEST = 3


def read_export(text: bytes, codec: Codec) -> Document:
    """Return the export that a text holds.

    Raises:
        InvalidRequest: it is none, was changed or cut off, or is of a newer form.
    """
    header, *lines = _whole(text)
    if not isinstance(header, Header):
        _refuse(1, "is no header")
    definitions, histories = [], dict[str, tuple[list[EventLine], list[StateLine]]]()
    for number, line in enumerate(lines, 2):
        if isinstance(line, DefinitionLine):
            definitions.append(_checked(number, line))
        elif isinstance(line, EventLine | StateLine):
            events, states = histories.setdefault(line.stream, ([], []))
            if isinstance(line, StateLine):
                states.append(line)
            else:
                _check_event(number, line, events[-1] if events else None, codec)
                events.append(line)
        else:
            _refuse(number, "does not belong there")
    if tuple(histories) != header.executions or header.execution not in histories:
        _refuse(1, "names other executions than those that follow")
    found = (
        History(stream=stream, events=tuple(events), states=tuple(states))
        for stream, (events, states) in histories.items()
    )
    return Document(header=header, definitions=tuple(definitions), histories=tuple(found))


def sealed_of(line: EventLine) -> Sealed:
    """Return an event of an export as a store would give it."""
    body = bytes(line.event)
    return Sealed(
        stream=line.stream,
        version=line.version,
        topic=line.topic,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
    )


def _whole(text: bytes) -> Sequence[Line]:
    """Return all lines but the last one, by which they have been checked."""
    raw = text.splitlines(keepends=True)
    if len(raw) < _FEWEST:
        raise InvalidRequest("This is no export; 'wf-es execution export' makes one")
    lines = [_decoded(number, line) for number, line in enumerate(raw, 1)]
    if isinstance(lines[0], Header) and lines[0].wf_es_export != FORMAT:
        raise InvalidRequest(
            f"The export has the form {lines[0].wf_es_export}; this release reads form {FORMAT} only"
        )
    end = lines[-1]
    if not isinstance(end, EndLine):
        raise InvalidRequest("The export is cut off: its last line is not the end line; export it again")
    if end.lines != len(raw) - 1 or end.digest != hashlib.sha256(b"".join(raw[:-1])).hexdigest():
        raise InvalidRequest("The export was changed after it was made: its digest does not fit")
    return lines[:-1]


def _decoded(number: int, line: bytes) -> Line:
    try:
        decoded: Line = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"Line {number} of the export cannot be read: {error}", line=number) from error
    return decoded


def _checked(number: int, line: DefinitionLine) -> DefinitionLine:
    if hashlib.sha256(line.text.encode("utf-8", "replace")).hexdigest() != line.hash:
        _refuse(number, "holds a definition whose text is not the one that was pinned")
    return line


def _check_event(number: int, line: EventLine, before: EventLine | None, codec: Codec) -> None:
    if line.version != (before.version + 1 if before else 1):
        _refuse(number, f"holds event {line.version} of {line.stream}, which is not the next one")
    sealed = sealed_of(line)
    if not line.masked and sealed.digest != line.digest:
        _refuse(number, "holds an event whose digest does not fit")
    try:
        previous = codec.previous(sealed)
    except CorruptHistory:
        previous = ""
    if previous != (before.digest if before else codec.genesis(line.stream)):
        _refuse(number, "holds an event that does not carry the digest of the one before it")


def _refuse(number: int, why: str) -> NoReturn:
    raise InvalidRequest(f"Line {number} of the export {why}", line=number)
