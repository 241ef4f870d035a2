"""What differs between two JSON values, leaf by leaf.

Objects are compared by their names and lists by their indexes, at any depth;
everything else is one leaf. A number is not a truth value (1 is not true),
but 1 and 1.0 are the same number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wf_es.envelope import JSON

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
"""What happened to a leaf on the way from one value to the other."""

Path = tuple[str | int, ...]
"""Where a leaf stands: names and indexes, from the outside in."""


class Delta(msgspec.Struct, frozen=True):
    """One difference: where, what happened, and the values before and after (None where there is none)."""

    path: Path
    change: str
    before: JSON = None
    after: JSON = None


def deltas(before: JSON, after: JSON, path: Path = ()) -> Iterator[Delta]:
    """Yield what differs between two values, in the order of the first, then what the second adds.

    Args:
        before: Any JSON value.
        after: Another one.
        path: Where both stand.

    """
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _members(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _members(dict(enumerate(before)), dict(enumerate(after)), path)
    elif not _is_same(before, after):
        yield Delta(path, CHANGED, before, after)


def _members(before: Mapping[Any, JSON], after: Mapping[Any, JSON], path: Path) -> Iterator[Delta]:
    for name, value in before.items():
        if name in after:
            yield from deltas(value, after[name], (*path, name))
        else:
            yield Delta((*path, name), REMOVED, before=value)
    for name, value in after.items():
        if name not in before:
            yield Delta((*path, name), ADDED, after=value)


def _is_same(before: JSON, after: JSON) -> bool:
    return isinstance(before, bool) == isinstance(after, bool) and bool(before == after)
