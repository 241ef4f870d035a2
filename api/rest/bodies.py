"""Request bodies: read within limits, checked before anything is done with them.

A body is refused by its size while it arrives (whether or not it announces a
length), by the time it takes, and by a linear scan for nesting before any
parser sees it. What is left is JSON in the strict sense: no NaN, no numbers
beyond a double, no repeated keys, no lone surrogates, nothing but UTF-8.

Mistral sends several objects inside a body as JSON text (``input``,
``params``); :func:`embedded` reads these by the same rules and limits.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Collection, Mapping
from typing import NoReturn, TypeVar

import falcon
from falcon.asgi import Request

from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.limits import DEFAULT_LIMITS, BodyLimits

DEFAULTS = DEFAULT_LIMITS.bodies
"""The limits where none are set."""

_DRAINED = 16
_BAD_JSON = "Request is not in valid JSON format"
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")
_Object = TypeVar("_Object", bound=dict[str, JSON])
_SURROGATE = re.compile(r"\\u[dD][89abAB-FcdefCDEF]")


class Body(dict[str, JSON]):
    """The members of an object, with the limits that hold for JSON text inside it."""

    def __init__(self, members: Mapping[str, JSON], limits: BodyLimits = DEFAULTS) -> None:
        """Take the members as they are."""
        super().__init__(members)
        self.limits = limits


# --- reading -----------------------------------------------------------------


async def read_bytes(req: Request, limit: str = "bytes") -> bytes:
    """Read the whole body, or refuse it for its size or its slowness.

    ``limit`` is the name of the limit on its size.
    """
    limits = limits_of(req)
    try:
        return await asyncio.wait_for(_collect(req, limits, limit), limits.seconds)
    except TimeoutError as error:
        text = f"The body did not arrive within {limits.seconds:g} seconds ({limits.variable('seconds')})."
        raise falcon.HTTPError(408, description=text) from error


def limits_of(req: Request) -> BodyLimits:
    """Return the limits that hold for the body of a request."""
    limits: BodyLimits = getattr(req.context, "body_limits", DEFAULTS)
    return limits


async def _collect(req: Request, limits: BodyLimits, limit: str) -> bytes:
    most: int = getattr(limits, limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in req.stream:
        size += len(chunk)
        if size <= most:
            chunks.append(chunk)
        elif size > most * _DRAINED:
            break
    if size > most:
        # The rest was read (up to a point) and dropped: a client that is
        # still sending would otherwise see a cut connection, not the answer.
        text = f"The body is larger than {most} bytes ({limits.variable(limit)})."
        raise falcon.HTTPContentTooLarge(description=text)
    return b"".join(chunks)


async def read_text(req: Request) -> str:
    """Read a body that is plain text, such as a definition."""
    body = await read_bytes(req)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8 text (byte {error.start}).") from error


async def read_object(req: Request, argument: str, known: Collection[str]) -> Body:
    """Read a body that is a JSON object with no other than the ``known`` keys.

    ``argument`` is Mistral's name for the body; its messages use it.
    """
    body = await read_bytes(req)
    if not body.strip():
        raise InvalidRequest(f'Missing argument: "{argument}"')
    limits = limits_of(req)
    value = parse(body, limits)
    if not isinstance(value, dict):
        raise InvalidRequest(f"Invalid input for field/attribute {argument}. The body must be a JSON object.")
    return only(Body(value, limits), argument, known)


def only(value: _Object, argument: str, known: Collection[str]) -> _Object:
    """Return the object if it has no key beyond the ``known`` ones."""
    for key in value:
        if key not in known:
            raise InvalidRequest(f"Unknown attribute for argument {argument}: {key[:255]}")
    return value


# --- parsing -----------------------------------------------------------------


def parse(body: bytes | str, limits: BodyLimits = DEFAULTS) -> JSON:
    """Parse JSON in the strict sense; raise InvalidRequest with Mistral's text."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{_BAD_JSON}: it is not UTF-8") from error
    _check_nesting(text, limits)
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(_BAD_JSON) from error
    if _SURROGATE.search(text) or isinstance(body, str):
        _check_unicode(value)
    return value


def _check_nesting(text: str, limits: BodyLimits) -> None:
    # Linear whatever the text holds: the pattern cannot backtrack, and a
    # string that never ends is taken to reach to the end.
    depth = 0
    for bracket in _NOT_BRACKET.sub("", _STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > limits.nesting:
                named = f"{limits.nesting} levels ({limits.variable('nesting')})"
                raise InvalidRequest(f"{_BAD_JSON}: it is nested deeper than {named}")
        else:
            depth -= 1


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidRequest(f"{_BAD_JSON}: the key {key[:255]!r} occurs twice")
            seen.add(key)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequest(f"{_BAD_JSON}: {name} is not a JSON value")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise InvalidRequest(f"{_BAD_JSON}: a number is too large")
    return value


def _check_unicode(value: JSON) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidRequest(f"{_BAD_JSON}: a text holds half of a surrogate pair") from error


# --- members -----------------------------------------------------------------


def embedded(body: Body, name: str, argument: str) -> Body:
    """Return a member that is an object or the JSON text of one; {} if absent."""
    value = body.get(name)
    if isinstance(value, str) and value.strip():
        value = parse(value, body.limits)
    if value is None or value == "":
        return Body({}, body.limits)
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise InvalidRequest(
            f"Invalid input for field/attribute {argument}. The member '{name}' must be a JSON object"
            f" or the JSON text of one, not {kind}."
        )
    return Body(value, body.limits)


def text(body: dict[str, JSON], name: str, argument: str, *, longest: int = 65_500) -> str | None:
    """Return a member that is a text or null; None if it is absent."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequest(f"Invalid input for field/attribute {argument}. '{name}' must be a text.")
    if value is not None and len(value) > longest:
        raise InvalidRequest(f"The member '{name}' is longer than {longest} characters.")
    return value


def flag(body: dict[str, JSON], name: str, argument: str, *, default: bool = False) -> bool:
    """Return a member that is true or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise InvalidRequest(f"Invalid input for field/attribute {argument}. '{name}' must be true or false.")
    return value
