"""Where everything in a picture stands: boxes, lines and labels, in pixels.

The steps are those of the classic layered drawing (Sugiyama, Tagawa and Toda,
1981): rows (``ranking``), room for long lines (``grid``), order in the rows
(``ordering``), places (``placement``), and here the heights and the lines. It
knows sizes and links, no workflow, and gives the same answer for the same
question on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from api.drawing.grid import Grid, Link, Size
from api.drawing.ordering import order
from api.drawing.placement import place
from api.drawing.straightening import ports, straighten

BESIDE, BETWEEN, LOOP, BAND = 28.0, 38.0, 30.0, 26.0
"""Distance beside a box, between rows, how far a loop reaches, the height it takes."""

_HEAD = 9.0


class Point(NamedTuple):
    """A place in the picture; y grows downwards."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Route(NamedTuple):
    """A line: straight from its first point to the second, then a bend, and so on in turn.

    ``link`` is the link that it draws, or the first of those that share it if
    it is a ``trunk``. It ends in an arrow head if it arrives at a node.
    """

    link: int
    points: tuple[Point, ...]
    arrives: bool
    trunk: bool = False


class Layout(NamedTuple):
    """A picture without looks.

    ``boxes`` are the nodes in their order, ``labels`` are by the number of
    the link, ``loops`` hold leaving and returning point of links from a node
    to itself.
    """

    boxes: tuple[Box, ...]
    labels: dict[int, Box]
    routes: tuple[Route, ...]
    loops: dict[int, tuple[Point, Point]]
    width: float
    height: float


def layout(sizes: Sequence[Size], links: Sequence[Link]) -> Layout:
    """Return where nodes of these sizes and the links between them are drawn."""
    return _Picture(sizes, links).layout()


class _Picture:
    """The steps share what was found before."""

    def __init__(self, sizes: Sequence[Size], links: Sequence[Link]) -> None:
        self._links = links
        self._loops: dict[int, list[int]] = defaultdict(list)
        for number, link in enumerate(links):
            if link.source == link.target:
                self._loops[link.source].append(number)
        self._count = len(sizes)
        self._grid = Grid([self._with_loops(number, size) for number, size in enumerate(sizes)], links)
        self._sharing = self._grouped()
        self._rows = order(self._grid)
        self._centres = self._placed()
        self._tops, self._heights = self._stacked()
        self._ports = ports(self._grid, self._centres)

    def layout(self) -> Layout:
        """Put everything together."""
        boxes = tuple(self._box(node) for node in range(self._count))
        grid = self._grid
        reach = [
            centre + grid.sizes[slot].width / 2 + self._beside(slot)
            for slot, centre in enumerate(self._centres)
        ]
        return Layout(
            boxes=boxes,
            labels={number: self._box(slot) for number, slot in grid.labels.items()}
            | self._loop_labels(boxes),
            routes=(*self._trunks(), *(self._route(number) for number in sorted(grid.chains))),
            loops={
                number: _loop(boxes[node], position, len(loops))
                for node, loops in self._loops.items()
                for position, number in enumerate(loops)
            },
            width=max(reach, default=0.0),
            height=self._tops[-1] + self._heights[-1] if self._tops else 0.0,
        )

    def _with_loops(self, node: int, size: Size) -> Size:
        return Size(size.width, max(size.height, BAND * len(self._loops.get(node, ()))))

    def _half(self, slot: int) -> tuple[float, float]:
        """Return what a slot takes to the left and to the right, with half the distance."""
        half = self._grid.sizes[slot].width / 2 + (BESIDE if slot < self._count else BESIDE / 2) / 2
        return half, half + self._beside(slot)

    def _beside(self, slot: int) -> float:
        """Return how far the loops of a node reach beside it, with their labels."""
        labels = [self._links[number].label for number in self._loops.get(slot, ())]
        return max((LOOP + (label.width if label else 0.0) for label in labels), default=0.0)

    def _placed(self) -> list[float]:
        halves = [self._half(slot) for slot in range(len(self._grid.row))]
        places = place(self._grid, self._rows, halves)
        straighten(self._grid, self._rows, halves, places)
        left = min((x - self._grid.sizes[slot].width / 2 for slot, x in enumerate(places)), default=0.0)
        return [x - left for x in places]

    def _stacked(self) -> tuple[list[float], list[float]]:
        """Return the top and the height of each row; wide bends need room below them."""
        tops: list[float] = []
        heights: list[float] = []
        y = 0.0
        for row in self._rows:
            tops.append(y)
            heights.append(max(self._grid.sizes[slot].height for slot in row))
            bends = [
                abs(self._centres[slot] - self._centres[end])
                for slot in row
                for end in self._grid.below[slot]
            ]
            widest = max(bends, default=0.0)
            has_labels = all(slot >= self._count for slot in row)
            y += heights[-1] + (BETWEEN * 0.7 if has_labels else BETWEEN) + min(60.0, widest * 0.06)
        return tops, heights

    def _box(self, slot: int) -> Box:
        width, height = self._grid.sizes[slot]
        row = self._grid.row[slot]
        y = self._tops[row] + (self._heights[row] - height) / 2
        return Box(self._centres[slot] - width / 2, y, width, height)

    def _trunks(self) -> list[Route]:
        """Return the lines which several links share, from where they begin."""
        found = []
        for numbers in self._sharing.values():
            if len(numbers) > 1:
                first = max(numbers, key=lambda number: len(self._shared(number)))
                way = [*self._shared(first), self._links[first].target]
                found.append(Route(first, self._line(way), arrives=True, trunk=True))
        return found

    def _shared(self, number: int) -> tuple[int, ...]:
        chain = self._grid.chains[number]
        return chain.slots[chain.own :]

    def _lane(self, number: int) -> tuple[int, str, bool]:
        link = self._links[number]
        return link.target, link.lane, self._grid.goes_up(link)

    def _grouped(self) -> dict[tuple[int, str, bool], list[int]]:
        """Return the links that share a trunk, by what they share."""
        groups: dict[tuple[int, str, bool], list[int]] = defaultdict(list)
        for number in sorted(self._grid.chains):
            if self._shared(number):
                groups[self._lane(number)].append(number)
        return groups

    def _route(self, number: int) -> Route:
        """Return the line of a link, as far as it is its own."""
        link, chain = self._links[number], self._grid.chains[number]
        joins = len(self._sharing.get(self._lane(number), ())) > 1 and bool(self._shared(number))
        own = chain.slots[: chain.own + 1] if joins else (*chain.slots, link.target)
        return Route(number, self._line([link.source, *own]), arrives=not joins)

    def _line(self, way: list[int]) -> tuple[Point, ...]:
        """Return the points of a line: it bends between two rows, and is straight within one."""
        points: list[Point] = []
        goes_up = self._grid.row[way[0]] > self._grid.row[way[-1]]
        for before, slot, after in zip([-1, *way], way, [*way[1:], -1], strict=False):
            row = self._grid.row[slot]
            edges = [self._tops[row], self._tops[row] + self._heights[row]]
            if slot >= self._count:
                x = self._centres[slot]
                ends = [Point(x, y) for y in (reversed(edges) if goes_up else edges)]
                # A line ends where it meets a trunk; the trunk goes on from there.
                points += ends[:1] if after < 0 else ends
            else:
                points += self._docked(slot, before, after, goes_up)
        return tuple(points)

    def _docked(self, node: int, before: int, after: int, goes_up: bool) -> list[Point]:
        """Return how a line leaves or reaches a node: straight, until it is out of the row."""
        box, row = self._box(node), self._grid.row[node]
        other = after if before < 0 else before
        x = self._centres[node] + self._ports.get((node, other), 0.0)
        is_below = (before < 0) != goes_up
        inner = box.y + box.height if is_below else box.y
        outer = self._tops[row] + (self._heights[row] if is_below else 0.0)
        if after < 0:
            # Bends end before the arrow head begins.
            outer += _HEAD if is_below else -_HEAD
        return [Point(x, inner), Point(x, outer)] if before < 0 else [Point(x, outer), Point(x, inner)]

    def _loop_labels(self, boxes: Sequence[Box]) -> dict[int, Box]:
        found = {}
        for node, loops in self._loops.items():
            for position, number in enumerate(loops):
                size = self._links[number].label
                if size:
                    start, end = _loop(boxes[node], position, len(loops))
                    y = (start.y + end.y - size.height) / 2
                    found[number] = Box(start.x + LOOP - 4, y, size.width, size.height)
        return found


def _loop(box: Box, position: int, count: int) -> tuple[Point, Point]:
    """Return where a line leaves a node to which it returns, and where it comes back."""
    middle = box.y + box.height * (position + 0.5) / count
    right = box.x + box.width
    return Point(right, middle + 7), Point(right, middle - 7)
