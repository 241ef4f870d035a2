"""Long lines made straight: one bend where there were many small ones.

Least squares spread a bend evenly over all rows that a line crosses. Here the
slots of one line are taken together: as many rows as have a common free place
get it. Where that place may be chosen, a line goes on straight below the
point where it leaves a box, or above the one where it arrives. No slot passes
another or comes too near.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import fsum

from api.drawing.grid import Grid

PORT, CORNER = 22.0, 12.0
"""Between the ends of two lines at a box, at most; and the part of a side that has none."""

_ROUNDS = 3
_FARTHEST_LEFT, _FARTHEST_RIGHT = float("-inf"), float("inf")


def straighten(
    grid: Grid, rows: Sequence[Sequence[int]], halves: Sequence[tuple[float, float]], places: list[float]
) -> None:
    """Move slots so that the lines through them bend less.

    Args:
        grid: The slots and what is joined.
        rows: The order within each row.
        halves: What each slot takes to the left and to the right.
        places: The middle of each slot; changed.

    """
    room = _Room(rows, halves, places)
    for _ in range(_ROUNDS):
        runs = sorted(_runs(grid, places), key=len, reverse=True)
        ends = ports(grid, places)
        for run in runs:
            for part in room.parts(run):
                _move(grid, part, room, ends)


def ports(grid: Grid, places: Sequence[float]) -> dict[tuple[int, int], float]:
    """Return how far from the middle of its side each line ends, by node and neighbour."""
    found: dict[tuple[int, int], float] = {}
    for node in range(grid.nodes):
        room = max(0.0, grid.sizes[node].width / 2 - CORNER)
        for neighbours in (grid.above[node], grid.below[node]):
            if len(neighbours) == 1:
                found[node, neighbours[0]] = 0.0
                continue
            ends = sorted(neighbours, key=lambda end: (places[end], end))
            middle = _middle([places[end] - places[node] for end in ends])
            step = min(PORT, room / max(1.0, middle, len(ends) - 1 - middle))
            for number, end in enumerate(ends):
                found[node, end] = step * (number - middle)
    return found


def _middle(distances: Sequence[float]) -> float:
    """Return which line takes the middle of the side: one that goes straight on, if there is one."""
    for number, distance in enumerate(distances):
        if abs(distance) < PORT / 2 and abs(distance) == min(map(abs, distances)):
            return number
    return (len(distances) - 1) / 2


class _Room:
    """Where a slot may go without touching its neighbours."""

    def __init__(
        self, rows: Sequence[Sequence[int]], halves: Sequence[tuple[float, float]], places: list[float]
    ) -> None:
        self._halves = halves
        self.places = places
        self._left: dict[int, int] = {}
        self._right: dict[int, int] = {}
        for row in rows:
            for left, right in itertools.pairwise(row):
                self._left[right] = left
                self._right[left] = right

    def of(self, slot: int) -> tuple[float, float]:
        """Return the least and the greatest place of a slot, as its neighbours stand."""
        places, halves = self.places, self._halves
        place, (before, behind) = places[slot], halves[slot]
        left, right = self._left.get(slot), self._right.get(slot)
        least, greatest = _FARTHEST_LEFT, _FARTHEST_RIGHT
        if left is not None:
            least = places[left] + halves[left][1] + before
        if right is not None:
            greatest = places[right] - halves[right][0] - behind
        return (least if least < place else place), (greatest if greatest > place else place)

    def parts(self, run: Sequence[int]) -> Iterator[tuple[list[int], float, float]]:
        """Cut a run where its slots have no common place; yield the parts with their room."""
        part: list[int] = []
        least, greatest = _FARTHEST_LEFT, _FARTHEST_RIGHT
        for slot in run:
            low, high = self.of(slot)
            if part and (low > greatest or high < least):
                yield part, least, greatest
                part, least, greatest = [], _FARTHEST_LEFT, _FARTHEST_RIGHT
            part.append(slot)
            least = low if low > least else least
            greatest = high if high < greatest else greatest
        yield part, least, greatest


def _move(
    grid: Grid, part: tuple[list[int], float, float], room: _Room, ends: dict[tuple[int, int], float]
) -> None:
    slots, least, greatest = part
    places = room.places
    mean = fsum([places[slot] for slot in slots]) / len(slots)
    docks = [
        places[end] + ends.get((end, slot), 0.0) - ends.get((slot, end), 0.0)
        for slot, neighbours in ((slots[0], grid.above[slots[0]]), (slots[-1], grid.below[slots[-1]]))
        for end in neighbours
    ]
    free = [dock for dock in docks if least <= dock <= greatest]
    if len(slots) == 1 and slots[0] < grid.nodes:
        # A node between several lines stands well where it is.
        free = free if len(docks) == 1 else []
    wish = min(free, key=lambda dock: (abs(dock - mean), dock)) if free else mean
    for slot in slots:
        places[slot] = min(max(wish, least), greatest)


def _runs(grid: Grid, places: Sequence[float]) -> Iterator[list[int]]:
    """Yield the slots, those that lie on one line together, from top to bottom."""
    before = [_favourite(grid, slot, grid.above[slot], places) for slot in range(len(grid.row))]
    after: dict[int, int] = {}
    for slot in range(len(grid.row)):
        end = _favourite(grid, slot, grid.below[slot], places)
        if end is not None and before[end] == slot:
            after[slot] = end
    begun = set(after.values())
    for slot in range(len(grid.row)):
        if slot not in begun:
            run = [slot]
            while run[-1] in after:
                run.append(after[run[-1]])
            yield run


def _favourite(grid: Grid, slot: int, ends: Sequence[int], places: Sequence[float]) -> int | None:
    """Return the neighbour that a slot should stand in line with, if one is clearly the nearest.

    A line that passes goes on as a line; a node looks for a node. Between two
    that are about as far away it had better stay in the middle.
    """
    if len(ends) < 2:
        return ends[0] if ends else None
    is_passing = grid.is_passing(slot)
    wanted = [end for end in ends if grid.is_passing(end) == is_passing] or ends
    distances = sorted((abs(places[end] - places[slot]), end) for end in wanted)
    if len(distances) > 1 and distances[0][0] * 2 > distances[1][0]:
        return None
    return distances[0][1]
