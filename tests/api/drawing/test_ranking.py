"""Rows from top to bottom, and which lines close a loop."""

from __future__ import annotations

import pytest

from api.drawing.ranking import Pair, backward, ranks

LOOPS: dict[str, tuple[list[Pair], set[Pair]]] = {
    "no loop": ([(0, 1), (1, 2), (0, 2)], set()),
    "back to the first": ([(0, 1), (1, 2), (2, 0)], {(2, 0)}),
    "two in a ring": ([(0, 1), (1, 0)], {(1, 0)}),
    "to itself": ([(0, 0), (0, 1)], set()),
    "a loop in a loop": ([(0, 1), (1, 2), (2, 1), (2, 0)], {(2, 1), (2, 0)}),
    "a ring without a way in": ([(1, 2), (2, 1)], {(2, 1)}),
}


@pytest.mark.parametrize(("pairs", "turned"), LOOPS.values(), ids=list(LOOPS))
def test_backward(pairs: list[Pair], turned: set[Pair]) -> None:
    """The lines that lead back to where one came from."""
    assert backward(3, pairs) == turned


def test_ranks() -> None:
    """A node stands below all that lead to it."""
    assert ranks(5, [(0, 1), (1, 2), (0, 2), (2, 3)]) == [0, 1, 2, 3, 0]


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Ten thousand in a row, and back."""
    pairs = [(node, node + 1) for node in range(9_999)]

    assert backward(10_000, [*pairs, (9_999, 0)]) == {(9_999, 0)}
    assert ranks(10_000, pairs)[-1] == 9_999
