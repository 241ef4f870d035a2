"""Where the slots of a row stand: near their neighbours, in order, none on another.

Each slot has a wish: the mean of its neighbours' places in the next row. The
places that grant the wishes best (least squares, by weight) without changing
the order or going below the distances are found exactly, by pooling: slots
that want to overlap stand side by side around their common mean. Walking
through the rows down and up a few times lets the wishes settle. Long lines
weigh more than nodes, so that they become straight.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from api.drawing.grid import Grid

_WORK = 100_000
"""Slots that are placed before the places are good enough."""

_Pulls = Sequence[Sequence[tuple[int, float]]]


def place(grid: Grid, rows: Sequence[Sequence[int]], halves: Sequence[tuple[float, float]]) -> list[float]:
    """Return the middle of each slot.

    Args:
        grid: The slots and what is joined.
        rows: The order within each row.
        halves: What each slot takes to the left and to the right of its middle,
            with the distance that is to be kept.

    """
    places = [0.0] * len(grid.row)
    gaps = [_gaps(row, halves) for row in rows]
    for row, offsets in zip(rows, gaps, strict=True):
        for slot, offset in zip(row, offsets, strict=True):
            places[slot] = offset - offsets[-1] / 2
    above, below = _pulls(grid, grid.above), _pulls(grid, grid.below)
    both = [[*upper, *lower] for upper, lower in zip(above, below, strict=True)]
    rounds = max(3, min(20, _WORK // max(1, len(places))))
    for _ in range(rounds):
        for number in range(1, len(rows)):
            _settle(rows[number], gaps[number], above, places)
        for number in range(len(rows) - 2, -1, -1):
            _settle(rows[number], gaps[number], below, places)
    for _ in range(rounds):
        for row, offsets in zip(rows, gaps, strict=True):
            _settle(row, offsets, both, places)
    return places


def pooled(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the rising values that are nearest to the given ones, by their weights."""
    means: list[float] = []
    totals: list[float] = []
    counts: list[int] = []
    for mean, total in zip(values, weights, strict=True):
        count = 1
        while means and means[-1] >= mean:
            other, heft = means.pop(), totals.pop()
            mean = (mean * total + other * heft) / (total + heft)
            total += heft
            count += counts.pop()
        means.append(mean)
        totals.append(total)
        counts.append(count)
    if len(means) == len(values):
        return means
    return [mean for mean, count in zip(means, counts, strict=True) for _ in range(count)]


def _gaps(row: Sequence[int], halves: Sequence[tuple[float, float]]) -> list[float]:
    """Return how far each slot of a row is at least from the first one."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        offsets.append(offsets[-1] + halves[left][1] + halves[right][0])
    return offsets[: len(row)]


def _pulls(grid: Grid, neighbours: Sequence[Sequence[int]]) -> _Pulls:
    """Return for each slot its neighbours and how strongly it is drawn to them."""
    passing = [grid.is_passing(slot) for slot in range(len(grid.row))]
    return [
        [(end, (1.0, 2.0, 8.0)[passing[slot] + passing[end]]) for end in ends]
        for slot, ends in enumerate(neighbours)
    ]


def _settle(row: Sequence[int], offsets: Sequence[float], pulls: _Pulls, places: list[float]) -> None:
    """Move the slots of a row to where they are drawn."""
    values: list[float] = []
    weights: list[float] = []
    for slot, offset in zip(row, offsets, strict=True):
        drawn = pulls[slot]
        if len(drawn) == 1:
            ((end, weight),) = drawn
            value = places[end]
        elif drawn:
            total = weight = 0.0
            for end, pull in drawn:
                total += pull * places[end]
                weight += pull
            value = total / weight
        else:
            value, weight = places[slot], 0.1
        values.append(value - offset)
        weights.append(weight)
    for slot, offset, value in zip(row, offsets, pooled(values, weights), strict=True):
        places[slot] = value + offset
