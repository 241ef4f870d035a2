"""The lazy values of yaql in compiled code."""

from __future__ import annotations

import pytest

from wf_es.expressions.frame import LeaveToLibrary
from wf_es.expressions.sequences import Bag, Keys, Pieces, Stream, Values, items_of, listed


@pytest.mark.parametrize("value", [Bag([1]), Stream([1]), Keys([1]), Values([1]), Pieces([1])])
def test_never_compared_or_hashed(value: object) -> None:
    """Comparing and hashing is left to the library, also deep inside a list."""
    for left, right in ((value, [1]), ([1], value), ([value], [[1]])):
        with pytest.raises(LeaveToLibrary):
            assert left == right
    with pytest.raises((LeaveToLibrary, TypeError)):
        hash(value)


def test_truth() -> None:
    """As in yaql an empty view is false and an empty iterator true."""
    assert [bool(kind([])) for kind in (Bag, Stream, Keys, Values)] == [True, True, False, False]


def test_items_of() -> None:
    """Lists and lazy sequences have items, texts and dicts have none here."""
    assert [list(items_of(value)) for value in ([1], Pieces([1]), Stream([1]), Keys([1]))] == [[1]] * 4
    for value in ("a", {"a": 1}, None):
        with pytest.raises(LeaveToLibrary):
            items_of(value)


def test_listed() -> None:
    """Lazy sequences print as lists wherever they are, but keys are a set."""
    assert str(listed({1: Stream([Stream(["a"])])})) == "{1: [['a']]}"
    with pytest.raises(LeaveToLibrary):
        listed([Keys(["a"])])
