"""From whatever an expression yields to plain JSON, within limits.

Both ways to evaluate end here, the compiled one and the libraries, so both
give the same JSON: lazy sequences become lists, sets become sorted lists,
moments become ISO 8601 text, dict keys become text as in JSON. What is not
JSON (infinite numbers, patterns, functions) is refused, and so is what is too
large or nested too deeply, as soon as that is known.
"""

from __future__ import annotations

import math
from collections.abc import ItemsView, Iterable, KeysView, Mapping, Set
from datetime import date

import msgspec
from jinja2.runtime import Undefined

from wf_es.envelope import JSON
from wf_es.expressions.frame import OutOfBudget
from wf_es.limits import ExpressionLimits

_LARGEST_INTEGER = 1 << 1024
_NUMBER_BYTES = 8
_SCALARS = (str, int, float, bool, type(None))


class NotJson(Exception):
    """The expression yields something that JSON has no form for."""


def is_scalar(value: JSON) -> bool:
    """Say whether the value is a string, number, boolean or null."""
    return type(value) in _SCALARS


def plain(value: object, limits: ExpressionLimits) -> JSON:
    """Return the value as JSON data.

    Raises:
        NotJson: it holds something without a JSON form.
        OutOfBudget: it is too large or nested too deeply.
    """
    return _Converter(limits).convert(value, limits.result_depth)


def check_size(value: JSON, limits: ExpressionLimits) -> None:
    """Raise OutOfBudget if JSON data that is passed on as it is is too large."""
    if type(value) is str:
        size = len(value) if len(value) * 4 <= limits.result_bytes else len(value.encode())
    elif is_scalar(value):
        return
    else:
        try:
            size = len(msgspec.json.encode(value))
        except RecursionError as error:
            raise OutOfBudget("a result nested too deeply") from error
        except (TypeError, ValueError) as error:
            raise NotJson(type(value).__name__) from error
    if size > limits.result_bytes:
        raise OutOfBudget(_too_large(limits))


class _Converter:
    """Converts one result and counts its bytes, roughly as JSON has them."""

    def __init__(self, limits: ExpressionLimits) -> None:
        self._limits = limits
        self._left = limits.result_bytes

    def convert(self, value: object, depth: int) -> JSON:
        if value is None or isinstance(value, (str, int, float)):
            return self._scalar(value)
        if depth <= 0:
            raise OutOfBudget(
                f"a result nested deeper than {self._limits.result_depth} levels"
                f" ({self._limits.variable('result_depth')})"
            )
        if type(value) is Undefined:
            raise NotJson("a value that is not defined")
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, date):
            return self._scalar(value.isoformat())
        if isinstance(value, Set) and not isinstance(value, (KeysView, ItemsView)):
            return sorted((self.convert(item, depth - 1) for item in value), key=_sort_key)
        if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, type)):
            return [self.convert(item, depth - 1) for item in value]
        raise NotJson(type(value).__name__)

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OutOfBudget(_too_large(self._limits))

    def _scalar(self, value: str | float | None) -> JSON:
        if isinstance(value, str):
            return self._text(value)
        self._spend(_NUMBER_BYTES)
        if value is None or value is True or value is False:
            return value
        if isinstance(value, int):
            if abs(value) >= _LARGEST_INTEGER:
                raise OutOfBudget("a number of more than 1024 bits")
            return int(value)
        if not math.isfinite(value):
            raise NotJson("a number that is not finite")
        return float(value)

    def _text(self, value: str) -> str:
        self._spend(len(value) + 2)
        try:
            self._spend(len(value.encode()) - len(value))
        except UnicodeEncodeError as error:
            raise NotJson("text with half a surrogate pair") from error
        return value if type(value) is str else str.__str__(value)

    def _mapping(self, value: Mapping[object, object], depth: int) -> JSON:
        return {self._key(key): self.convert(item, depth - 1) for key, item in value.items()}

    def _key(self, key: object) -> str:
        if isinstance(key, str):
            return self._text(key)
        if key is None or isinstance(key, (int, float)):
            return msgspec.json.encode(self._scalar(key)).decode()
        raise NotJson("a dict whose key is a list or dict")


def _sort_key(value: JSON) -> tuple[str, JSON]:
    if isinstance(value, (int, float)):
        return "", value
    return type(value).__name__, msgspec.json.encode(value)


def _too_large(limits: ExpressionLimits) -> str:
    return f"a result of more than {limits.result_bytes} bytes ({limits.variable('result_bytes')})"
