"""What leaves an action is a JSON value, or the action has failed.

Everything downstream (the log, its hashes, replays) relies on results being
plain JSON: so NaN, sets, dates, bytes, half a surrogate pair, keys that are
not text and structures without end are turned away here, at the door, with
the place where they were found. Tuples and other mappings become lists and
dicts; nothing else is converted, because a silent guess would be stored for
ever.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from wf_es.envelope import JSON
from wf_es.limits import DEFAULT_LIMITS, Limits

DEEPEST = DEFAULT_LIMITS.result_nesting
"""How many lists and dicts may be nested in each other where nothing is set."""


class NotJson(ValueError):
    """The value holds something that JSON cannot express."""


def plain_json(value: object, place: str = "result", deepest: int = DEEPEST) -> JSON:
    """Return ``value`` as plain JSON data that shares nothing mutable with it.

    Args:
        value: What an action gave.
        place: What messages call it.
        deepest: How many lists and dicts may be nested in each other in it.

    Raises:
        NotJson: it is none; the message names the place and what was there.
    """
    try:
        return _plain(value, place, deepest)
    except _TooDeepError as error:
        setting = Limits.variable("result_nesting")
        raise NotJson(f"{place} is nested deeper than {deepest} levels ({setting})") from error


class _TooDeepError(Exception):
    """More lists and dicts are nested in each other than is allowed."""


def _plain(value: object, place: str, levels: int) -> JSON:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(value, place)
    if not isinstance(value, Mapping | list | tuple):
        raise NotJson(f"{place} is a {type(value).__name__}")
    if levels < 1:
        raise _TooDeepError
    if isinstance(value, Mapping):
        return {_key(key, place): _plain(item, f"{place}.{key}", levels - 1) for key, item in value.items()}
    return [_plain(item, f"{place}[{number}]", levels - 1) for number, item in enumerate(value)]


def _text(value: str, place: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise NotJson(f"{place} is a text with half a surrogate pair") from error
    return str(value)


def _number(value: float, place: str) -> float:
    if not math.isfinite(value):
        raise NotJson(f"{place} is {value}")
    return float(value)


def _key(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise NotJson(f"{place} has the key {key!r}, which is not a text")
    return _text(key, f"a key of {place}")
