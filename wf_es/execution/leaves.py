"""The leaves of plain data: values that are no mappings, each at a path of names.

An empty mapping is a leaf, too, and so is a list, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wf_es.envelope import JSON

Path = tuple[str, ...]
"""The name of a variable, and names that lead into its value."""

ABSENT = object()
"""Stands for a value where there is none; null is a value."""


def leaves(value: JSON, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """Yield the leaves of a value with their paths, in the order of their names."""
    if not isinstance(value, dict) or (not value and path):
        yield path, value
        return
    for name in sorted(value):
        yield from leaves(value[name], (*path, name))


def value_at(values: Mapping[str, JSON], path: Path) -> JSON:
    """Return the value at a path, ABSENT if there is none."""
    value: JSON = values
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value
