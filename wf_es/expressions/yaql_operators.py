"""yaql's operators on JSON values, exactly as yaql's library has them.

Each function knows the operand types for which it is certain; for all others,
which mostly are errors, it leaves the case to the library. The traps: a bool
is no number (``true + 1`` fails) but equals one; null sorts below everything;
whole numbers divide to whole numbers, rounding down; a list is only equal to
a list, but a lazy sequence only to itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from wf_es.envelope import JSON
from wf_es.expressions.frame import Frame, LeaveToLibrary
from wf_es.expressions.sequences import Keys, items_of

Binary = Callable[[Frame, JSON, JSON], JSON]

_NUMBERS: Final = frozenset({int, float})
_WIDEST: Final = 1 << 1000
_LONGEST: Final = 1 << 20
_CHARACTERS_PER_STEP: Final = 64
_ITEMS_PER_STEP: Final = 8


def number(value: JSON) -> JSON:
    """Return a computed number, or leave huge and infinite ones to the library."""
    if type(value) is float:
        if value - value == 0.0:
            return value
    elif -_WIDEST < value < _WIDEST:
        return value
    raise LeaveToLibrary


def are_numbers(left: JSON, right: JSON) -> bool:
    """Say whether both are numbers to yaql, where booleans are none."""
    return type(left) in _NUMBERS and type(right) in _NUMBERS


def text(frame: Frame, value: str) -> str:
    """Return a computed text after charging for its length."""
    frame.charge(len(value) // _CHARACTERS_PER_STEP)
    return value


def add(frame: Frame, left: JSON, right: JSON) -> JSON:
    """``+``: numbers, texts, lists, and dicts where the right one wins."""
    kind = type(left)
    if are_numbers(left, right):
        return _computed(operator.add, left, right)
    if kind is not type(right):
        raise LeaveToLibrary
    if kind is str and len(left) + len(right) <= _LONGEST:
        return text(frame, left + right)
    if kind is list:
        frame.charge((len(left) + len(right)) // _ITEMS_PER_STEP)
        return left + right
    if kind is dict:
        frame.charge((len(left) + len(right)) // _ITEMS_PER_STEP)
        return {**left, **right}
    raise LeaveToLibrary


def multiply(frame: Frame, left: JSON, right: JSON) -> JSON:
    """``*``: numbers, and a text or list with a whole number."""
    if are_numbers(left, right):
        return _computed(operator.mul, left, right)
    if type(left) is int:
        left, right = right, left
    if type(right) is int and type(left) in (str, list):
        size = len(left) * max(right, 0)
        if size <= _LONGEST:
            frame.charge(size // _ITEMS_PER_STEP)
            return left * right
    raise LeaveToLibrary


def subtract(_frame: Frame, left: JSON, right: JSON) -> JSON:
    """``-`` of numbers."""
    if are_numbers(left, right):
        return _computed(operator.sub, left, right)
    raise LeaveToLibrary


def divide(_frame: Frame, left: JSON, right: JSON) -> JSON:
    """``/`` of numbers: whole numbers give a whole number, rounded down."""
    if not are_numbers(left, right) or right == 0:
        raise LeaveToLibrary
    if type(left) is int and type(right) is int:
        return left // right
    return _computed(operator.truediv, left, right)


def modulo(_frame: Frame, left: JSON, right: JSON) -> JSON:
    """``mod`` of numbers, with the sign of the right one."""
    if not are_numbers(left, right) or right == 0:
        raise LeaveToLibrary
    return _computed(operator.mod, left, right)


def _computed(operation: Callable[[JSON, JSON], JSON], left: JSON, right: JSON) -> JSON:
    try:
        return number(operation(left, right))
    except OverflowError as error:
        raise LeaveToLibrary from error


def equal(frame: Frame, left: JSON, right: JSON) -> JSON:
    """``=`` of any two values."""
    _charge_for_comparison(frame, left)
    return bool(left == right)


def not_equal(frame: Frame, left: JSON, right: JSON) -> JSON:
    """``!=`` of any two values."""
    _charge_for_comparison(frame, left)
    return bool(left != right)


def _charge_for_comparison(frame: Frame, left: JSON) -> None:
    kind = type(left)
    if kind is list or kind is dict:
        frame.charge(len(left) // _ITEMS_PER_STEP)


def _ordering(
    compare: Callable[[JSON, JSON], bool],
    null_null: bool,
    null_right: bool,
    null_left: bool,
) -> Binary:
    """Build a comparison: two numbers, two texts, and null below everything.

    ``null_left`` is the answer when only the left operand is null.
    """

    def run(_frame: Frame, left: JSON, right: JSON) -> JSON:
        kind = type(left)
        if (kind is str and type(right) is str) or are_numbers(left, right):
            return compare(left, right)
        if left is None:
            return null_null if right is None else null_left
        if right is None:
            return null_right
        raise LeaveToLibrary

    return run


greater: Final = _ordering(operator.gt, null_null=False, null_right=True, null_left=False)
less: Final = _ordering(operator.lt, null_null=False, null_right=False, null_left=True)


def contained(frame: Frame, left: JSON, right: JSON) -> JSON:
    """``in``: a text in a text, or a value in a sequence."""
    if type(right) is str:
        if type(left) is str:
            frame.charge(len(right) // _CHARACTERS_PER_STEP)
            return left in right
        raise LeaveToLibrary
    if type(right) is Keys and type(left) not in (str, int, float, bool, type(None)):
        raise LeaveToLibrary
    items = items_of(right)
    frame.charge(len(items) // _ITEMS_PER_STEP)
    return left in items


BINARY: Final[dict[str, Binary]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "mod": modulo,
    "=": equal,
    "!=": not_equal,
    ">": greater,
    "<": less,
    ">=": _ordering(operator.ge, null_null=True, null_right=True, null_left=False),
    "<=": _ordering(operator.le, null_null=True, null_right=False, null_left=True),
    "in": contained,
}
"""The operators that take two values; ``and`` and ``or`` take code."""
