"""Straight lines where there is room."""

from __future__ import annotations

from itertools import pairwise

import pytest

from api.drawing.grid import Grid, Link, Size
from api.drawing.ordering import order
from api.drawing.placement import place
from api.drawing.straightening import ports, straighten

_BOX = Size(80, 40)


def _straight(links: list[Link], count: int) -> tuple[Grid, list[float]]:
    grid = Grid([_BOX] * count, links)
    rows = order(grid)
    halves = [(50.0, 50.0) if slot < count else (10.0, 10.0) for slot in range(len(grid.row))]
    places = place(grid, rows, halves)
    straighten(grid, rows, halves, places)
    for row in rows:
        for left, right in pairwise(row):
            assert places[right] - places[left] >= halves[left][1] + halves[right][0] - 1e-6
    return grid, places


def test_a_chain_with_a_common_rescue_stands_upright() -> None:
    """The tasks below each other, and the trunk beside them."""
    chain = [Link(node, node + 1, "success") for node in range(10)]
    rescue = [Link(node, 10, "error") for node in range(10)]
    grid, places = _straight([*chain, *rescue], 11)

    assert [places[node] for node in range(10)] == pytest.approx([places[0]] * 10)
    trunk = grid.chains[10].slots
    assert [places[slot] for slot in trunk] == pytest.approx([places[trunk[0]]] * len(trunk))


def test_ports_stay_in_order_and_on_their_side() -> None:
    """Seven lines below a box: from left to right, within its width."""
    grid, places = _straight([Link(0, node) for node in range(1, 8)], 8)
    found = ports(grid, places)

    offsets = [found[0, node] for node in sorted(range(1, 8), key=lambda node: places[node])]
    assert offsets == sorted(offsets)
    assert max(map(abs, offsets)) <= _BOX.width / 2


def test_a_line_that_goes_straight_on_leaves_in_the_middle() -> None:
    """The others leave beside it, on their side."""
    grid = Grid([_BOX] * 3, [Link(0, 1), Link(0, 2)])

    assert ports(grid, [0.0, 0.0, 100.0])[0, 1] == 0
    assert ports(grid, [0.0, 0.0, 100.0])[0, 2] > 0
    assert ports(grid, [0.0, -50.0, 50.0])[0, 1] == -ports(grid, [0.0, -50.0, 50.0])[0, 2]
