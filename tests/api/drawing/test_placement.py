"""Places within the rows."""

from __future__ import annotations

import pytest

from api.drawing.grid import Grid, Link, Size
from api.drawing.placement import place, pooled

WISHES: dict[str, tuple[list[tuple[float, float]], list[float]]] = {
    "in order": ([(1, 1), (2, 1), (3, 1)], [1, 2, 3]),
    "two that want to change": ([(3, 1), (1, 1)], [2, 2]),
    "the heavier one moves less": ([(4, 3), (0, 1)], [3, 3]),
    "one pushes two": ([(0, 1), (6, 1), (3, 1), (0, 1)], [0, 3, 3, 3]),
    "none": ([], []),
}


@pytest.mark.parametrize(("wishes", "places"), WISHES.values(), ids=list(WISHES))
def test_pooled(wishes: list[tuple[float, float]], places: list[float]) -> None:
    """The nearest values that do not fall."""
    assert pooled([value for value, _ in wishes], [weight for _, weight in wishes]) == places


def test_distances_are_kept_and_children_are_centred() -> None:
    """Two below one: as near as allowed, and the one in the middle."""
    grid = Grid([Size(80, 40)] * 3, [Link(0, 1), Link(0, 2)])

    above, left, right = place(grid, grid.rows, [(50.0, 50.0)] * 3)

    assert right - left == pytest.approx(100)
    assert above == pytest.approx((left + right) / 2)
