"""Which moment of an execution's history is meant: an event number, or a time.

An event number is exact: it means the state right after that event. A time
(RFC 3339, so with its offset) means the last event before the first one that
was recorded later. A clock that was set back thus makes no difference to what
has already been seen.
"""

from __future__ import annotations

import re
from datetime import datetime

from wf_es.errors import InvalidRequest

At = int | datetime | str
"""A moment as a caller gives it: an event number, a time with its offset, or either as text."""

_DIGITS = 15
_NUMBER = re.compile(r"[+-]?[0-9]+")
# A plus sign of an address that was not encoded arrives as a space.
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:[Zz]|(?P<sign>[+\- ])(?P<offset>\d\d:\d\d))",
    re.ASCII,
)
_SHOWN = 50
_FORMS = "give an event number such as 12, or a time with its offset such as 2026-01-31T08:00:00Z"


def read_at(given: At, field: str = "at") -> int | datetime:
    """Return a moment as an event number from 1 on, or as a time with its offset.

    Args:
        given: The moment.
        field: What the caller calls it, for the message of a refusal.

    Raises:
        InvalidRequest: it is neither, or the number is below 1.

    """
    if isinstance(given, bool):
        raise _unreadable(str(given), field)
    if isinstance(given, int):
        return _number(given, field)
    if isinstance(given, datetime):
        if given.tzinfo is None:
            raise _unreadable(given.isoformat(), field)
        return given
    text = given.strip()
    if _NUMBER.fullmatch(text) and len(text) <= _DIGITS:
        return _number(int(text), field)
    return _time(text, field)


def _number(number: int, field: str) -> int:
    if number < 1:
        raise InvalidRequest(f"There is no event {number}: the first event of an execution is 1", field=field)
    return number


def _time(text: str, field: str) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise _unreadable(text, field)
    fraction = (found["fraction"] or "")[:6].ljust(6, "0")
    offset = "+00:00" if found["sign"] is None else f"{found['sign'].replace(' ', '+')}{found['offset']}"
    try:
        return datetime.fromisoformat(f"{found['day']}T{found['time']}.{fraction}{offset}")
    except ValueError as error:
        raise _unreadable(text, field) from error


def _unreadable(text: str, field: str) -> InvalidRequest:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return InvalidRequest(f"'{field}' cannot be read from {shown!r}: {_FORMS}", field=field)
