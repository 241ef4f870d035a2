"""The order within each row: what belongs together stands together, few lines cross.

Every slot wants to stand at the mean place of its neighbours in the row above,
then of those below; after each walk down and up the crossings are counted, and
the best order that was seen stays.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from api.drawing.grid import Grid

_WORK = 100_000
"""Slots that are looked at before the order is good enough."""


def order(grid: Grid) -> list[list[int]]:
    """Return the slots of each row from left to right."""
    best = _first(grid)
    fewest = crossings(grid, best)
    current, patience = best, 4
    for _ in range(max(2, min(24, _WORK // max(1, len(grid.row))))):
        if not fewest or not patience:
            break
        current = _walk(grid, current)
        count = crossings(grid, current)
        patience = 4 if count < fewest else patience - 1
        if count < fewest:
            best, fewest = current, count
    return best


def crossings(grid: Grid, rows: Sequence[Sequence[int]]) -> int:
    """Return how many lines cross."""
    total = 0
    place = _places(grid, rows)
    below = grid.below
    for upper in rows[:-1]:
        passed: list[int] = []
        for slot in upper:
            ends = below[slot]
            if len(ends) > 1:
                ends = sorted([place[end] for end in ends])
                total += sum([len(passed) - bisect_right(passed, end) for end in ends])
                for end in ends:
                    insort(passed, end)
            elif ends:
                end = place[ends[0]]
                if passed and passed[-1] > end:
                    position = bisect_right(passed, end)
                    total += len(passed) - position
                    passed.insert(position, end)
                else:
                    passed.append(end)
    return total


def _places(grid: Grid, rows: Sequence[Sequence[int]]) -> list[int]:
    """Return where each slot stands in its row, counted from 0."""
    place = [0] * len(grid.row)
    for row in rows:
        for number, slot in enumerate(row):
            place[slot] = number
    return place


def _first(grid: Grid) -> list[list[int]]:
    """Return the order in which a search from the top meets the slots."""
    rows: list[list[int]] = [[] for _ in grid.rows]
    seen: set[int] = set()
    for root in (slot for row in grid.rows for slot in row):
        waiting = [root]
        while waiting:
            slot = waiting.pop()
            if slot not in seen:
                seen.add(slot)
                rows[grid.row[slot]].append(slot)
                waiting += reversed(grid.below[slot])
    return rows


def _walk(grid: Grid, rows: list[list[int]]) -> list[list[int]]:
    """Sort every row by the one above it, then by the one below."""
    rows = list(rows)
    place = _places(grid, rows)
    for number in range(1, len(rows)):
        rows[number] = _sorted(rows[number], len(rows[number - 1]), grid.above, place)
    for number in range(len(rows) - 2, -1, -1):
        rows[number] = _sorted(rows[number], len(rows[number + 1]), grid.below, place)
    return rows


def _sorted(row: list[int], fixed: int, neighbours: Sequence[Sequence[int]], place: list[int]) -> list[int]:
    """Return a row sorted by where its neighbours stand in a row of ``fixed`` slots; update the places."""
    scale = fixed / len(row)
    wish: dict[int, float] = {}
    for number, slot in enumerate(row):
        near = neighbours[slot]
        if len(near) == 1:
            wish[slot] = place[near[0]]
        elif near:
            wish[slot] = sum([place[end] for end in near]) / len(near)
        else:
            # Who has no neighbour stays about where it is.
            wish[slot] = number * scale
    found = sorted(row, key=wish.__getitem__)
    for number, slot in enumerate(found):
        place[slot] = number
    return found
