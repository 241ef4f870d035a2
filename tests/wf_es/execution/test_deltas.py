"""What differs between two JSON values."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from wf_es.execution.deltas import ADDED, CHANGED, REMOVED, Delta, deltas


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 1, []),
        (1, 1.0, []),
        ({}, {}, []),
        (1, True, [Delta((), CHANGED, 1, True)]),
        (None, False, [Delta((), CHANGED, None, False)]),
        ({"a": 1}, {"a": 2}, [Delta(("a",), CHANGED, 1, 2)]),
        ({"a": 1}, {"b": 1}, [Delta(("a",), REMOVED, 1), Delta(("b",), ADDED, None, 1)]),
        ({"a": None}, {}, [Delta(("a",), REMOVED, None)]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [Delta(("a", "b", 1), CHANGED, 2, 3)]),
        ([1], [1, [2]], [Delta((1,), ADDED, None, [2])]),
        ([1, 2], [1], [Delta((1,), REMOVED, 2)]),
        ({"a": []}, {"a": {}}, [Delta(("a",), CHANGED, [], {})]),
    ],
)
def test_deltas(before: Any, after: Any, expected: list[Delta]) -> None:
    """Leaf by leaf, with the place of each."""
    assert list(deltas(before, after)) == expected


def test_a_place_is_put_in_front() -> None:
    """Where both values stand already."""
    assert [delta.path for delta in deltas({"a": 1}, {"a": 2}, ("x", 3))] == [("x", 3, "a")]


def value(random: Random, depth: int = 3) -> Any:
    """Return any JSON value."""
    kind = random.randrange(8 if depth else 6)
    if kind == 6:
        return {random.choice("abcd"): value(random, depth - 1) for _ in range(random.randrange(4))}
    if kind == 7:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return random.choice([None, True, False, 0, 1, 2, "", "x", 0.5])


def applied(found: list[Delta], before: Any) -> Any:
    """Return what a value becomes by differences: the last ones first, so that indexes hold."""
    if not found:
        return before
    if found[0].path == ():
        return found[0].after
    made = dict(enumerate(before)) if isinstance(before, list) else dict(before)
    for name in {delta.path[0]: None for delta in found}:
        inner = [
            Delta(delta.path[1:], delta.change, delta.before, delta.after)
            for delta in found
            if delta.path[0] == name
        ]
        if inner[0].path == () and inner[0].change == REMOVED:
            del made[name]
        else:
            made[name] = applied(inner, made.get(name))
    return list(made.values()) if isinstance(before, list) else made


@pytest.mark.parametrize("block", range(10))
def test_differences_lead_from_one_value_to_the_other(block: int) -> None:
    """Applied to the first they give the second, and the other way round they are mirrored."""
    for seed in range(block * 200, (block + 1) * 200):
        random = Random(seed)
        before, after = value(random), value(random)
        again = f"seed {seed}: {before!r} -> {after!r}"
        found = list(deltas(before, after))

        assert applied(found, before) == after, again
        assert list(deltas(before, before)) == [], again
        mirror = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED}
        expected = [Delta(one.path, mirror[one.change], one.after, one.before) for one in found]
        assert sorted(map(repr, deltas(after, before))) == sorted(map(repr, expected)), again
