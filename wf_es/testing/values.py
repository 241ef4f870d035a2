"""Readers for the kinds of values that several keys of a test file have."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from wf_es.definition.keys import Key, read_keys
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import listed, shown
from wf_es.definition.values import wrong_type
from wf_es.envelope import JSON
from wf_es.testing.model import Exactly

LONGEST = 1_000_000_000
"""Seconds that something may take or come after."""

_Read = TypeVar("_Read")


def exactly(node: Node, _: Passage) -> Exactly:
    """Read any value as it stands."""
    return Exactly(node.data)


def read_text(node: Node, passage: Passage) -> str | None:
    """Read a text."""
    if isinstance(node.data, str):
        return node.data
    wrong_type(node, passage, "string")
    return None


def read_object(node: Node, passage: Passage) -> dict[str, JSON] | None:
    """Read a mapping as it stands; it may be empty."""
    if node.members is not None:
        return dict(node.data)
    wrong_type(node, passage, "object")
    return None


def read_object_value(node: Node, passage: Passage) -> Exactly | None:
    """Read a mapping that is compared as it stands."""
    read = read_object(node, passage)
    return None if read is None else Exactly(read)


def read_seconds(node: Node, passage: Passage) -> float | None:
    """Read a number of seconds from 0 on; it may have a fraction."""
    number = node.data
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if is_number and math.isfinite(number) and 0 <= number <= LONGEST:
        return float(number)
    passage.problem(
        "E105", node, f"{passage.here} must be a number of seconds from 0 to {LONGEST}, not {shown(number)}"
    )
    return None


def read_count(node: Node, passage: Passage) -> int | None:
    """Read a whole number from 0 on."""
    number = node.data
    if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
        return number
    passage.problem("E105", node, f"{passage.here} must be a whole number from 0 on, not {shown(number)}")
    return None


def read_yes(node: Node, passage: Passage) -> bool | None:
    """Read ``true``, for a key that says it all by being there."""
    if node.data is True:
        return True
    passage.problem("E105", node, f"{passage.here} can only be true, not {shown(node.data)}")
    return None


class OneOf:
    """Reads one of some words."""

    def __init__(self, *words: str) -> None:
        """Take the words."""
        self._words = words

    def __call__(self, node: Node, passage: Passage) -> str | None:
        """Read one of the words."""
        if node.data in self._words:
            return str(node.data)
        hint = passage.report.suggestion(str(node.data), self._words)
        message = f"{passage.here} must be {listed(self._words)}, not {shown(node.data)}{hint}"
        passage.problem("E105", node, message)
        return None


class MappingOf(Generic[_Read]):
    """Reads a mapping from any names to values of one kind."""

    def __init__(self, read: Callable[[Node, Passage], _Read | None]) -> None:
        """Take the reader of a value."""
        self._read = read

    def __call__(self, node: Node, passage: Passage) -> dict[str, _Read] | None:
        """Read a mapping."""
        if node.members is None:
            wrong_type(node, passage, "object")
            return None
        found = {name: self._read(value, passage.within(name)) for name, _, value in node.entries()}
        return {name: value for name, value in found.items() if value is not None}


class ListOf(Generic[_Read]):
    """Reads a list of values of one kind."""

    def __init__(self, read: Callable[[Node, Passage], _Read | None]) -> None:
        """Take the reader of a value."""
        self._read = read

    def __call__(self, node: Node, passage: Passage) -> tuple[_Read, ...] | None:
        """Read a list."""
        if node.items is None:
            wrong_type(node, passage, "array")
            return None
        found = [self._read(item, passage.within(str(index))) for index, item in enumerate(node.items)]
        return tuple(value for value in found if value is not None)


def fields_of(node: Node, passage: Passage, keys: dict[str, Key]) -> dict[str, JSON]:
    """Read a mapping by a table of keys; one that is no mapping gives no fields."""
    if node.members is None:
        wrong_type(node, passage, "object")
        return {}
    return read_keys(node, passage, keys)
