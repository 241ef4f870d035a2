"""How values become text or plain data and come back: moments, JSON, structs.

The only place that knows the textual forms described in ``tables``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from wf_es.envelope import JSON

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder()
_EMPTY: dict[type, str] = {dict: "{}", list: "[]", type(None): "null"}


def dump(value: JSON) -> str:
    """Return a JSON value as compact text; ValueError if it is not JSON."""
    if not value and type(value) in _EMPTY:
        return _EMPTY[type(value)]
    return _ENCODER.encode(value)


def load(text: str | None) -> JSON:
    """Return the value of JSON text; None for an empty column."""
    return None if text is None else _DECODER.decode(text)


@lru_cache(maxsize=64)
def moment(time: datetime) -> str:
    """Return a moment as ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC."""
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    return time.isoformat(" ", "microseconds")[:26]


def plain(value: Any) -> JSON:
    """Return a struct as a dict of its fields, all the way down; JSON stays as it is."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    fields: tuple[str, ...] | None = getattr(type(value), "__struct_fields__", None)
    return value if fields is None else {name: plain(getattr(value, name)) for name in fields}


def storable(text: str | None) -> str | None:
    """Return text as every database can hold it: a NUL becomes the replacement character."""
    return text.replace("\x00", "\ufffd") if text is not None and "\x00" in text else text


def is_storable(text: str) -> bool:
    """Return whether every database can hold this text (no NUL, no lone surrogate)."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
