"""Filters: one operator and one value against one column.

* The operators are eq, neq, gt, gte, lt, lte, in, nin (a list, or text with
  commas) and has (part of a text, in the same case). ``neq`` and ``nin`` are
  the exact opposites of ``eq`` and ``in``: empty columns count as different.
* Of ``tags``, ``eq`` with ``"a,b"`` asks for both and ``in`` for one of them.
* A time given in whole seconds is compared in whole seconds, because that is
  how lists show times; with a fraction it is compared exactly.

A value that does not fit its column is refused, and what is left is always a
bound parameter: no text of a request becomes part of a statement.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, false, func, literal, or_, true

from projections.encoding import dump, is_storable, load
from projections.tables import kind
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "has")
"""The operators a filter may use."""

_COMPARISONS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_MAX_VALUES = 1000
_MAX_TAGS = 100
_WHOLE_SECONDS = 19
_MICROSECONDS = 26
_LARGEST_NUMBER = 2**63 - 1


def condition(column: Column[Any], operation: str, value: JSON) -> ColumnElement[bool]:
    """Return one filter as a condition.

    Raises:
        InvalidRequest: The operator is unknown, or the value does not fit.

    """
    if operation not in OPERATORS:
        allowed = ", ".join(OPERATORS)
        raise InvalidRequest(f"Unknown filter operator {operation!r}, please choose from [{allowed}]")
    if operation == "neq":
        return _opposite(condition(column, "eq", value), column)
    if operation == "nin":
        return _opposite(condition(column, "in", value), column)
    if kind(column) == "tags":
        return _tags_condition(column, operation, value)
    if operation == "in":
        return _one_of(column, _items(column, value))
    if operation == "has":
        return _contains(column, _text(column, value))
    return _comparison(column, operation, value)


def _one_of(column: Column[Any], items: list[JSON]) -> ColumnElement[bool]:
    # A list is one operand; a chain of comparisons is as deep as it is long, and databases limit that.
    bounds = [_value(column, item) for item in items]
    whole = [bound for bound in bounds if _is_whole_second(column, bound)]
    exact = [bound for bound in bounds if bound is not None and not _is_whole_second(column, bound)]
    met = [column.in_(exact)] if exact else []
    met += [func.substr(column, 1, _WHOLE_SECONDS).in_(whole)] if whole else []
    met += [column.is_(None)] if None in bounds else []
    return or_(false(), *met)


def _is_whole_second(column: Column[Any], bound: Any) -> bool:
    return kind(column) == "time" and bound is not None and len(bound) == _WHOLE_SECONDS


def _comparison(column: Column[Any], operation: str, value: JSON) -> ColumnElement[bool]:
    bound = _value(column, value)
    if bound is None:
        if operation == "eq":
            return column.is_(None)
        raise InvalidRequest(f"Filter {column.name!r}: nothing is {operation} null")
    compared: ColumnElement[Any] = column
    if _is_whole_second(column, bound):
        compared = func.substr(column, 1, _WHOLE_SECONDS)
    return _COMPARISONS[operation](compared, literal(bound))


def _opposite(met: ColumnElement[bool], column: Column[Any]) -> ColumnElement[bool]:
    return func.coalesce(~met, true()) if column.nullable else ~met


def _contains(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    # LIKE ignores case in SQLite only; replacing a part that is there changes the text everywhere.
    return true() if not part else func.replace(column, part, "") != column


def _tags_condition(column: Column[Any], operation: str, value: JSON) -> ColumnElement[bool]:
    if operation == "has":
        return _contains(column, _text(column, value))
    if operation not in ("eq", "in"):
        raise InvalidRequest(f"Tags can be filtered by eq, neq, in, nin and has, not by {operation}")
    tags = _items(column, value)
    if len(tags) > _MAX_TAGS:
        raise InvalidRequest(f"Filter {column.name!r} has more than {_MAX_TAGS} values")
    each = [_contains(column, dump(_text(column, tag))) for tag in tags]
    return and_(true(), *each) if operation == "eq" else or_(false(), *each)


def _items(column: Column[Any], value: JSON) -> list[JSON]:
    items = value if isinstance(value, list | tuple) else str(value).split(",") if value != "" else []
    if len(items) > _MAX_VALUES:
        raise InvalidRequest(f"Filter {column.name!r} has more than {_MAX_VALUES} values")
    return list(items)


def _value(column: Column[Any], value: JSON) -> Any:
    """Return a filter's value as the column holds it."""
    if value is None:
        return None
    match kind(column):
        case "flag":
            return _flag(column, value)
        case "number":
            return _number(column, value)
        case "time":
            return _time(column, value)
        case "json":
            return _json_text(column, value)
        case _:
            return _text(column, value)


def _flag(column: Column[Any], value: JSON) -> bool:
    flags = {"true": True, "1": True, "false": False, "0": False}
    text = str(value).lower()
    if text not in flags:
        raise InvalidRequest(f"Filter {column.name!r}: {value!r} is neither true nor false")
    return flags[text]


def _number(column: Column[Any], value: JSON) -> int:
    try:
        number = int(str(value))
    except ValueError as error:
        raise InvalidRequest(f"Filter {column.name!r}: {value!r} is not a number") from error
    if abs(number) > _LARGEST_NUMBER:
        raise InvalidRequest(f"Filter {column.name!r}: {value!r} is too large")
    return number


def _time(column: Column[Any], value: JSON) -> str:
    text = str(value).strip()
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        example = "YYYY-MM-DD HH:MM:SS"
        raise InvalidRequest(f"Filter {column.name!r}: {value!r} is no time like {example}") from error
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    precision = "microseconds" if "." in text else "seconds"
    return time.isoformat(" ", precision)[: _MICROSECONDS if "." in text else _WHOLE_SECONDS]


def _json_text(column: Column[Any], value: JSON) -> str:
    """Return JSON as it is stored; other text cannot be equal to any JSON text."""
    if not isinstance(value, str):
        return dump(value)
    _text(column, value)
    try:
        return dump(load(value))
    except (ValueError, RecursionError):
        return value


def _text(column: Column[Any], value: JSON) -> str:
    text = value if isinstance(value, str) else str(value)
    if not is_storable(text):
        raise InvalidRequest(f"Filter {column.name!r} has characters that no text can have")
    return text
