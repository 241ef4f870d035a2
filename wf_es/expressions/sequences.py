"""The lazy values of yaql, as compiled code has them: computed, but still apart.

In yaql ``select`` and its like give iterators, ``keys`` a view, ``orderBy``
an ordering. They print, compare and measure differently from lists, so
compiled code keeps them apart by class, and whenever one is compared or
hashed the library decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from wf_es.envelope import JSON
from wf_es.expressions.frame import LeaveToLibrary


class Bag:
    """A sequence to iterate, without a length: what ``orderBy`` gives."""

    __slots__ = ("items",)

    def __init__(self, items: list[JSON]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[JSON]:
        return iter(self.items)

    def __eq__(self, other: object) -> bool:
        raise LeaveToLibrary

    def __hash__(self) -> NoReturn:
        raise LeaveToLibrary


class Stream(Bag):
    """An iterator in yaql, as ``select`` gives it: its items can be counted."""

    __slots__ = ()


class Keys(Bag):
    """The keys of a dict: a set in yaql, with a length and no order of its own."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return bool(self.items)


class Values(Bag):
    """The values of a dict: without a length, but false when there are none."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return bool(self.items)


class Pieces(list[JSON]):
    """A list in yaql where all else is a tuple, as ``split`` gives it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise LeaveToLibrary

    def __ne__(self, other: object) -> bool:
        raise LeaveToLibrary

    __hash__ = None


def items_of(value: JSON) -> list[JSON]:
    """Return the items of a list or lazy sequence; what else there is, is the library's."""
    kind = type(value)
    if kind is list or kind is Pieces:
        found: list[JSON] = value
        return found
    if isinstance(value, Bag):
        return value.items
    raise LeaveToLibrary


def listed(value: JSON) -> JSON:
    """Return the value with lists for all lazy sequences in it, as yaql prints it.

    Raises:
        LeaveToLibrary: there are keys in it, which yaql prints as a set.
    """
    kind = type(value)
    if kind is Keys:
        raise LeaveToLibrary
    if kind is list or kind is Pieces or isinstance(value, Bag):
        return [listed(item) for item in value]
    if kind is dict:
        return {key: listed(item) for key, item in value.items()}
    return value
