"""What every recorded event carries, whatever it is about.

An event has a *body* (what happened: a frozen struct in the past tense,
subclass of :class:`Event`) and an *envelope* (who, when, why, where in which
stream). :class:`Recorded` is both together, in memory. In the store, stream
and version are columns and the rest is one JSON text that also carries the
SHA-256 of the text before it in the same stream, so a stream is a chain.

A stored name is for ever: the tag of a body is ``Name@version`` and never
follows a renamed class. Changing what a body means takes a new version and an
upcaster in the store's codec; adding an optional field does not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

JSON = Any
"""A JSON value: None, bool, int, float, str, list of JSON, dict of str to JSON."""


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type", omit_defaults=True):
    """The body of an event; subclasses give ``tag="Name@1"``."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked for a change, as part of which request, and when.

    ``command`` identifies the request and stays the same when a decision is
    made again; ``key`` is the caller's own idempotency key, if there was one.
    ``cause`` is ``"<stream>/<version>"`` of the event in another stream that
    brought the request about.
    """

    actor: str
    project: str
    command: str
    now: datetime
    key: str | None = None
    reason: str | None = None
    cause: str | None = None


class Recorded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event with its envelope, as it stands (or will stand) in its stream.

    ``stream`` is the id of an execution or definition (UUID text), ``version``
    counts from 1 without gaps. ``cause`` is the version of the event in the
    same stream that brought this one about, or ``"<stream>/<version>"`` for
    one in another stream, or None when the command itself did.
    """

    stream: str
    version: int
    time: datetime
    actor: str
    project: str
    command: str
    cause: str | None = None
    key: str | None = None
    reason: str | None = None
    data: Event
