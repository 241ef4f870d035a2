"""Few lines cross."""

from __future__ import annotations

import random

from api.drawing.grid import Grid, Link, Size
from api.drawing.ordering import crossings, order

_BOX = Size(80, 40)


def _grid(pairs: list[tuple[int, int]]) -> Grid:
    count = 1 + max(max(pair) for pair in pairs)
    return Grid([_BOX] * count, [Link(*pair) for pair in pairs])


def test_crossings_are_counted() -> None:
    """Two lines that change sides cross once; lines that meet do not."""
    grid = _grid([(0, 3), (1, 2), (0, 2)])

    assert crossings(grid, [[0, 1], [2, 3]]) == 1
    assert crossings(grid, [[0, 1], [3, 2]]) == 0


def test_what_can_be_untangled_is() -> None:
    """A ladder whose rungs are crossed becomes a ladder."""
    grid = _grid([(0, 3), (1, 2), (2, 5), (3, 4), (4, 7), (5, 6)])

    assert crossings(grid, order(grid)) == 0


def test_a_tree_has_no_crossing() -> None:
    """However its branches are mixed up."""
    chance = random.Random(3)
    names = list(range(1, 60))
    chance.shuffle(names)
    pairs = [(0 if place == 0 else names[(place - 1) // 2], name) for place, name in enumerate(names)]
    grid = _grid(pairs)

    assert crossings(grid, order(grid)) == 0


def test_each_slot_stays_in_its_row() -> None:
    """Only the order within the rows changes."""
    grid = _grid([(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (3, 1)])

    assert [sorted(row) for row in order(grid)] == grid.rows
