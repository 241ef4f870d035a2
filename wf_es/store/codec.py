"""Between recorded events and the JSON text that is stored.

The text of an event is one JSON object: the SHA-256 of the text before it in
the same stream (``prev``), the envelope, and the body under ``data`` with its
tag ``Name@version`` as ``type``. Stream, version and topic (the tag again) are
columns. ``prev`` of a first event is the SHA-256 of the stream's id, so every
stream is a chain that begins with its own name, and changing any byte of it
shows at the next event.

What is stored must come back as it was, so a value that JSON cannot carry
(NaN, infinities, lone surrogates, nesting that a reader could choke on) is
refused before anything is written; msgspec by itself would write ``null``.

A tag that is no longer current is lifted: its upcaster turns the old body (a
plain dict) into the next version's, and so on until the tag is current.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Union, cast

import msgspec

from wf_es.definition.versions import DEFINITION_EVENTS
from wf_es.envelope import JSON, Event, Recorded
from wf_es.errors import CorruptHistory, InvalidRequest
from wf_es.execution.events import EXECUTION_EVENTS
from wf_es.ports import Sealed

MAX_NESTING = 200
"""Deepest nesting of lists and dicts that is stored."""

# The last four come from upcasters that meet a body they were not made for.
_UNDECODABLE = (msgspec.DecodeError, RecursionError, LookupError, TypeError, ValueError, AttributeError)

_PREVIOUS = b'{"prev":"'
_PREVIOUS_BEGIN = len(_PREVIOUS)
_PREVIOUS_END = _PREVIOUS_BEGIN + 64


class Upcaster(msgspec.Struct, frozen=True):
    """How a body of an old version becomes one of the next: its tag and its dict."""

    topic: str
    lift: Callable[[dict[str, JSON]], dict[str, JSON]]


UPCASTERS: Mapping[str, Upcaster] = {}
"""Old tag to the step that lifts it. Empty as long as every version is current."""


class _Envelope(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    prev: str
    time: datetime
    actor: str
    project: str
    command: str
    cause: str | None = None
    key: str | None = None
    reason: str | None = None
    data: Event


class EventCodec:
    """Encodes and decodes the given event types (the port ``Codec``)."""

    def __init__(
        self, event_types: Sequence[type[Event]], upcasters: Mapping[str, Upcaster] = UPCASTERS
    ) -> None:
        """Take the current event types and the steps that lift older ones."""
        self._topics = {event_type: _tag(event_type) for event_type in event_types}
        self._known = frozenset(self._topics.values())
        self._upcasters = upcasters
        self._encoder = msgspec.json.Encoder()
        self._envelope = _decoded_envelope(event_types)
        self._decode = msgspec.json.Decoder(self._envelope).decode

    def seal(self, event: Recorded, previous: str) -> Sealed:
        """Encode an event that follows one whose digest is ``previous``.

        Raises:
            InvalidRequest: a value in the event cannot be stored exactly.
        """
        topic = self._topics.get(type(event.data))
        if topic is None:
            raise InvalidRequest(f"Events of type {type(event.data).__name__} are not known to this store")
        body = self._encode(event, previous)
        return Sealed(
            stream=event.stream,
            version=event.version,
            topic=topic,
            body=body,
            digest=hashlib.sha256(body).hexdigest(),
        )

    def open(self, sealed: Sealed) -> Recorded:
        """Decode, lifting old event versions.

        Raises:
            CorruptHistory: the store noticed damage, the topic is unknown, or the text
                does not fit it.
        """
        if not sealed.intact:
            raise _damaged(sealed)
        topic = sealed.topic
        try:
            envelope = self._decode(sealed.body) if topic in self._known else self._lift(sealed)
        except _UNDECODABLE as error:
            raise _corrupt(sealed, f"cannot be decoded: {error!r}") from error
        data = envelope.data
        if self._topics[type(data)] != topic and topic in self._known:
            raise _corrupt(sealed, f"is stored under the topic {topic} but holds another type")
        return Recorded(
            stream=sealed.stream,
            version=sealed.version,
            time=envelope.time,
            actor=envelope.actor,
            project=envelope.project,
            command=envelope.command,
            cause=envelope.cause,
            key=envelope.key,
            reason=envelope.reason,
            data=data,
        )

    def previous(self, sealed: Sealed) -> str:
        """Return the digest of its predecessor that the event carries.

        Raises:
            CorruptHistory: the store noticed damage, or the text does not begin with it.
        """
        if not sealed.intact:
            raise _damaged(sealed)
        body = sealed.body
        if body[:_PREVIOUS_BEGIN] != _PREVIOUS or body[_PREVIOUS_END : _PREVIOUS_END + 1] != b'"':
            raise _corrupt(sealed, "does not begin with the digest of its predecessor")
        return body[_PREVIOUS_BEGIN:_PREVIOUS_END].decode("ascii", "replace")

    def genesis(self, stream: str) -> str:
        """Return the digest that the first event of a stream carries.

        Raises:
            InvalidRequest: the stream's id is not valid text.
        """
        try:
            return hashlib.sha256(stream.encode()).hexdigest()
        except UnicodeEncodeError as error:
            raise InvalidRequest(f"The id {stream!a} is not valid text") from error

    def _encode(self, event: Recorded, previous: str) -> bytes:
        try:
            body = self._encoder.encode(
                _Envelope(
                    prev=previous,
                    time=event.time,
                    actor=event.actor,
                    project=event.project,
                    command=event.command,
                    cause=event.cause,
                    key=event.key,
                    reason=event.reason,
                    data=event.data,
                )
            )
        except (UnicodeEncodeError, TypeError, OverflowError, msgspec.EncodeError) as error:
            raise _unstorable(event, str(error)) from error
        except RecursionError as error:
            raise _unstorable(event, f"nested deeper than {MAX_NESTING} levels") from error
        # Only a text with "null" can hide a NaN, only one with many brackets is deep: others need no walk.
        if b"null" in body or body.count(b"[") + body.count(b"{") > MAX_NESTING:
            _refuse_inexact(event)
        return body

    def _lift(self, sealed: Sealed) -> _Envelope:
        raw = msgspec.json.decode(sealed.body)
        topic = sealed.topic
        while topic not in self._known:
            upcaster = self._upcasters.get(topic)
            if upcaster is None:
                raise _corrupt(sealed, f"has the unknown topic {topic}; was it written by a newer release?")
            topic, data = upcaster.topic, upcaster.lift(raw["data"])
            raw["data"] = {**data, "type": topic}
        return msgspec.convert(raw, self._envelope)


def standard_codec() -> EventCodec:
    """Return the codec for every event that this release writes or has written."""
    return EventCodec((*EXECUTION_EVENTS, *DEFINITION_EVENTS))


def _decoded_envelope(event_types: Sequence[type[Event]]) -> type[_Envelope]:
    """Return an envelope type whose body is any of the given events, by their tags."""
    body: type[Event] = Union[tuple(event_types)]  # type: ignore[assignment]  # noqa: UP007 (members at run time)
    envelope = msgspec.defstruct("_Decoded", [("data", body)], bases=(_Envelope,), frozen=True, kw_only=True)
    return cast("type[_Envelope]", envelope)


def _tag(event_type: type[Event]) -> str:
    return str(event_type.__struct_config__.tag)


def _refuse_inexact(event: Recorded) -> None:
    """Walk the body for what JSON cannot carry; raise InvalidRequest naming the place."""
    pending: list[tuple[object, str, int]] = [(event.data, "data", 0)]
    while pending:
        value, path, depth = pending.pop()
        if isinstance(value, float) and not math.isfinite(value):
            raise _unstorable(event, f"{path} is {value}, which JSON does not have")
        if depth > MAX_NESTING:
            raise _unstorable(event, f"nested deeper than {MAX_NESTING} levels")
        pending.extend((item, f"{path}.{key}", depth + 1) for key, item in _members(value) if _may_hide(item))


def _members(value: object) -> list[tuple[object, object]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, (list, tuple)):
        return list(enumerate(value))
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    return []


def _may_hide(value: object) -> bool:
    return isinstance(value, (float, dict, list, tuple, msgspec.Struct))


def _unstorable(event: Recorded, why: str) -> InvalidRequest:
    return InvalidRequest(f"{type(event.data).__name__} cannot be stored: {why}", stream=event.stream)


def _damaged(sealed: Sealed) -> CorruptHistory:
    return _corrupt(sealed, "is damaged: it is not what was stored (its checksum does not fit)")


def _corrupt(sealed: Sealed, why: str) -> CorruptHistory:
    message = f"Event {sealed.version} of stream {sealed.stream} {why}"
    return CorruptHistory(message, stream=sealed.stream, version=sealed.version)
