"""yaql's functions and methods that are compiled, as tables of plain functions.

Each takes the frame and the values of its arguments (a method: the receiver
first) and computes only what it is sure of. ``FUNCTIONS`` are called as
``len($.x)``, ``METHODS`` as ``$.x.len()``; next to each stand how few and how
many arguments it takes. What takes a lambda is in ``yaql_lambdas``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

import msgspec

from wf_es.envelope import JSON
from wf_es.expressions.frame import Frame, LeaveToLibrary
from wf_es.expressions.results import is_scalar
from wf_es.expressions.sequences import Keys, Pieces, Stream, Values, items_of
from wf_es.expressions.yaql_operators import add, are_numbers, greater, number, text

_LONGEST: Final = 1 << 20
_ITEMS_PER_STEP: Final = 8


class Compiled(msgspec.Struct, frozen=True):
    """A function with the number of arguments it takes, the receiver not counted."""

    run: Callable[..., JSON]
    fewest: int
    most: int


def scalar(value: JSON) -> JSON:
    """Return a value that is a safe dict key or set member, as it is."""
    if is_scalar(value):
        return value
    raise LeaveToLibrary


def _text(value: JSON) -> str:
    if type(value) is str:
        return value
    raise LeaveToLibrary


def _dict(value: JSON) -> dict[JSON, JSON]:
    if type(value) is dict:
        return value
    raise LeaveToLibrary


# --- of any value --------------------------------------------------------------


def _length(_frame: Frame, value: JSON) -> JSON:
    kind = type(value)
    if kind is list or kind is str or kind is dict or kind is Pieces:
        return len(value)
    if kind is Stream or kind is Keys:
        return len(value.items)
    raise LeaveToLibrary


def as_text(value: JSON) -> str:
    """Return what ``str()`` gives for a scalar; lists and dicts are the library's."""
    if type(value) is str:
        return value
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(scalar(value))


def _to_text(_frame: Frame, value: JSON) -> JSON:
    return as_text(value)


def _to_integer(_frame: Frame, value: JSON) -> JSON:
    return 0 if value is None else _parsed(int, value)


def _to_float(_frame: Frame, value: JSON) -> JSON:
    return 0.0 if value is None else _parsed(float, value)


def _parsed(convert: type[int] | type[float], value: JSON) -> JSON:
    try:
        return number(convert(scalar(value)))
    except (ValueError, OverflowError) as error:
        raise LeaveToLibrary from error


def _to_boolean(_frame: Frame, value: JSON) -> JSON:
    return bool(value)


def _kind(*kinds: type) -> Callable[[Frame, JSON], JSON]:
    def run(_frame: Frame, value: JSON) -> JSON:
        return type(value) in kinds

    return run


def _concat(frame: Frame, *values: JSON) -> JSON:
    total = sum(len(_text(value)) for value in values)
    if total > _LONGEST:
        raise LeaveToLibrary
    return text(frame, "".join(values))


def _extreme(frame: Frame, left: JSON, right: JSON) -> JSON:
    return right if greater(frame, right, left) else left


def _least(frame: Frame, left: JSON, right: JSON) -> JSON:
    return left if greater(frame, right, left) else right


def _absolute(_frame: Frame, value: JSON) -> JSON:
    if are_numbers(value, value):
        return abs(value)
    raise LeaveToLibrary


def _range(frame: Frame, start: JSON, stop: JSON = None) -> JSON:
    if type(start) is not int or (stop is not None and type(stop) is not int):
        raise LeaveToLibrary
    numbers = range(start) if stop is None else range(start, stop)
    frame.charge(len(numbers))
    return Stream(list(numbers))


# --- of dicts --------------------------------------------------------------------


def _get(_frame: Frame, value: JSON, key: JSON, default: JSON = None) -> JSON:
    return _dict(value).get(scalar(key), default)


def _keys(_frame: Frame, value: JSON) -> JSON:
    return Keys(list(_dict(value)))


def _values(_frame: Frame, value: JSON) -> JSON:
    return Values(list(_dict(value).values()))


def _contains_key(_frame: Frame, value: JSON, key: JSON) -> JSON:
    return scalar(key) in _dict(value)


# --- of sequences ------------------------------------------------------------------


def _sum(frame: Frame, value: JSON, *initial: JSON) -> JSON:
    return _reduced(add, frame, value, *initial)


def _max(frame: Frame, value: JSON, *initial: JSON) -> JSON:
    return _reduced(_extreme, frame, value, *initial)


def _min(frame: Frame, value: JSON, *initial: JSON) -> JSON:
    return _reduced(_least, frame, value, *initial)


def _reduced(step: Callable[[Frame, JSON, JSON], JSON], frame: Frame, value: JSON, *initial: JSON) -> JSON:
    items = items_of(value)
    if not items and not initial:
        raise LeaveToLibrary
    frame.charge(len(items))
    return functools.reduce(lambda left, right: step(frame, left, right), items, *initial)


def _first(_frame: Frame, value: JSON, *default: JSON) -> JSON:
    return _end(items_of(value), 0, default)


def _last(_frame: Frame, value: JSON, *default: JSON) -> JSON:
    return _end(items_of(value), -1, default)


def _end(items: list[JSON], place: int, default: tuple[JSON, ...]) -> JSON:
    if items:
        return items[place]
    if default:
        return default[0]
    raise LeaveToLibrary


def _count(_frame: Frame, value: JSON) -> JSON:
    return len(items_of(value))


def _distinct(frame: Frame, value: JSON) -> JSON:
    items = items_of(value)
    frame.charge(len(items))
    seen: dict[JSON, JSON] = {}
    for item in items:
        seen.setdefault(scalar(item), item)
    return Stream(list(seen.values()))


def _reverse(frame: Frame, value: JSON) -> JSON:
    return Stream(_copied(frame, value)[::-1])


def _to_list(frame: Frame, value: JSON) -> JSON:
    return list(_copied(frame, value))


def _skip(frame: Frame, value: JSON, count: JSON) -> JSON:
    return Stream(_copied(frame, value)[_position(count) :])


def _limit(frame: Frame, value: JSON, count: JSON) -> JSON:
    return Stream(_copied(frame, value)[: _position(count)])


def _position(count: JSON) -> int:
    if type(count) is int and count >= 0:
        return count
    raise LeaveToLibrary


def _copied(frame: Frame, value: JSON) -> list[JSON]:
    items = items_of(value)
    frame.charge(len(items) // _ITEMS_PER_STEP)
    return items


def _contains(frame: Frame, value: JSON, item: JSON) -> JSON:
    if type(value) is Keys:
        scalar(item)
    return item in _copied(frame, value)


def _any(_frame: Frame, value: JSON) -> JSON:
    return bool(items_of(value))


def _all(frame: Frame, value: JSON) -> JSON:
    return all(_copied(frame, value))


# --- of texts -----------------------------------------------------------------------


def _join(frame: Frame, value: JSON, other: JSON) -> JSON:
    separator, sequence = (value, other) if type(value) is str else (other, value)
    items = items_of(sequence)
    frame.charge(len(items))
    pieces = [as_text(item) for item in items]
    total = sum(map(len, pieces)) + len(_text(separator)) * len(pieces)
    if total > _LONGEST:
        raise LeaveToLibrary
    return text(frame, separator.join(pieces))


def _split(frame: Frame, value: JSON, *separator: JSON) -> JSON:
    frame.charge(len(_text(value)) // _ITEMS_PER_STEP)
    if separator and not _text(separator[0]):
        raise LeaveToLibrary
    return Pieces(value.split(*separator))


def _upper(frame: Frame, value: JSON) -> JSON:
    return text(frame, _text(value).upper())


def _lower(frame: Frame, value: JSON) -> JSON:
    return text(frame, _text(value).lower())


def _trim(frame: Frame, value: JSON) -> JSON:
    return text(frame, _text(value).strip())


def _starts_with(_frame: Frame, value: JSON, *prefixes: JSON) -> JSON:
    return _text(value).startswith(tuple(_text(prefix) for prefix in prefixes))


def _ends_with(_frame: Frame, value: JSON, *suffixes: JSON) -> JSON:
    return _text(value).endswith(tuple(_text(suffix) for suffix in suffixes))


def _replace(frame: Frame, value: JSON, old: JSON, new: JSON) -> JSON:
    times = _text(value).count(_text(old))
    if len(value) + times * len(_text(new)) > _LONGEST:
        raise LeaveToLibrary
    return text(frame, value.replace(old, new))


def _substring(frame: Frame, value: JSON, start: JSON, length: JSON = -1) -> JSON:
    if type(start) is not int or type(length) is not int:
        raise LeaveToLibrary
    if length < 0:
        length = len(_text(value))
    if start < 0:
        start += len(_text(value))
    return text(frame, _text(value)[start : start + length])


FUNCTIONS: Final[dict[str, Compiled]] = {
    "len": Compiled(_length, 1, 1),
    "str": Compiled(_to_text, 1, 1),
    "int": Compiled(_to_integer, 1, 1),
    "float": Compiled(_to_float, 1, 1),
    "bool": Compiled(_to_boolean, 1, 1),
    "isString": Compiled(_kind(str), 1, 1),
    "isBoolean": Compiled(_kind(bool), 1, 1),
    "isInteger": Compiled(_kind(int), 1, 1),
    "isNumber": Compiled(_kind(int, float), 1, 1),
    "isDict": Compiled(_kind(dict), 1, 1),
    "isList": Compiled(_kind(list, Pieces), 1, 1),
    "concat": Compiled(_concat, 1, 32),
    "max": Compiled(_extreme, 2, 2),
    "min": Compiled(_least, 2, 2),
    "abs": Compiled(_absolute, 1, 1),
    "range": Compiled(_range, 1, 2),
    "distinct": Compiled(_distinct, 1, 1),
    "any": Compiled(_any, 1, 1),
    "all": Compiled(_all, 1, 1),
}
"""Compiled functions by name."""

METHODS: Final[dict[str, Compiled]] = {
    "len": Compiled(_length, 0, 0),
    "get": Compiled(_get, 1, 2),
    "keys": Compiled(_keys, 0, 0),
    "values": Compiled(_values, 0, 0),
    "containsKey": Compiled(_contains_key, 1, 1),
    "sum": Compiled(_sum, 0, 1),
    "max": Compiled(_max, 0, 1),
    "min": Compiled(_min, 0, 1),
    "first": Compiled(_first, 0, 1),
    "last": Compiled(_last, 0, 1),
    "count": Compiled(_count, 0, 0),
    "distinct": Compiled(_distinct, 0, 0),
    "any": Compiled(_any, 0, 0),
    "all": Compiled(_all, 0, 0),
    "reverse": Compiled(_reverse, 0, 0),
    "toList": Compiled(_to_list, 0, 0),
    "skip": Compiled(_skip, 1, 1),
    "limit": Compiled(_limit, 1, 1),
    "take": Compiled(_limit, 1, 1),
    "contains": Compiled(_contains, 1, 1),
    "join": Compiled(_join, 1, 1),
    "split": Compiled(_split, 0, 1),
    "toUpper": Compiled(_upper, 0, 0),
    "toLower": Compiled(_lower, 0, 0),
    "trim": Compiled(_trim, 0, 0),
    "startsWith": Compiled(_starts_with, 1, 8),
    "endsWith": Compiled(_ends_with, 1, 8),
    "replace": Compiled(_replace, 2, 2),
    "substring": Compiled(_substring, 1, 2),
}
"""Compiled methods by name."""
