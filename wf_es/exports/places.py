"""Where two lists of events say different things, place by place, in the order in which they stand.

An event is compared by its type, its cause and the fields of its body; a
field by the values in it. After another type nothing is compared any more:
what comes then belongs to another course of things.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from wf_es.envelope import JSON, Recorded

ABSENT: Any = msgspec.UNSET
"""Stands for what is not there at all."""

Plain = dict[str, JSON]
"""An event as plain data: its type, its cause and all its fields."""

TYPE = "type"

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A difference: in which event (from 0), where in it, what is there in one list and in the other."""

    offset: int
    path: Path
    one: JSON
    other: JSON


def plain(recorded: Recorded) -> Plain:
    """Return an event as plain data, with the values that a stored text leaves out."""
    data = recorded.data
    fields = {name: msgspec.to_builtins(getattr(data, name)) for name in data.__struct_fields__}
    return {TYPE: type(data).__name__, "cause": recorded.cause, **fields}


def places(one: Sequence[Plain], other: Sequence[Plain]) -> Iterator[Place]:
    """Yield where two lists of events differ; a whole event that one lacks has the path ("type",)."""
    for offset in range(max(len(one), len(other))):
        left = one[offset] if offset < len(one) else {TYPE: ABSENT}
        right = other[offset] if offset < len(other) else {TYPE: ABSENT}
        if left[TYPE] != right[TYPE]:
            yield Place(offset, (TYPE,), left[TYPE], right[TYPE])
            return
        for path, was, became in _inside(left, right, ()):
            yield Place(offset, path, was, became)


def value_at(events: Sequence[Plain], offset: int, path: Path) -> JSON:
    """Return what is at a place, ABSENT if there is no such place."""
    if offset >= len(events):
        return ABSENT
    value: Any = events[offset]
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return ABSENT
    return value


def is_same(one: JSON, other: JSON) -> bool:
    """Whether two values are the same JSON: true is not 1."""
    return (one is ABSENT) is (other is ABSENT) and next(_inside(one, other, ()), None) is None


def shown(path: Path) -> str:
    """Return a path as people write it: ``transitions[0].target``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _inside(one: JSON, other: JSON, path: Path) -> Iterator[tuple[Path, JSON, JSON]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from _inside(one.get(name, ABSENT), other.get(name, ABSENT), (*path, name))
    elif isinstance(one, list) and isinstance(other, list):
        for index in range(max(len(one), len(other))):
            left = one[index] if index < len(one) else ABSENT
            right = other[index] if index < len(other) else ABSENT
            yield from _inside(left, right, (*path, index))
    elif type(one) is not type(other) or one != other:
        yield path, one, other
