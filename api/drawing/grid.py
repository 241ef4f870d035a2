"""Rows of slots: what stands beside each other, and which lines pass between.

A line that is longer than one row needs room in every row that it crosses, so
it gets a slot there, like a node. A label is a slot of its own, in a row
between two rows of nodes; nothing can then lie on top of it.

Lines that lead to the same node under the same clause share their slots: they
flow together into one trunk. "On an error of any of these, clean up" is drawn
as one line with many springs, and costs one slot for each row.

What is so tangled that it would need more than ``ROOM`` slots gets none for
its longest lines; they are drawn straight across, behind everything.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.drawing.ranking import Pair, backward, ranks

ROOM = 12_000
"""Slots for lines that a picture may have."""


class Size(NamedTuple):
    """How much room something takes, in pixels."""

    width: float
    height: float


class Link(NamedTuple):
    """A line to be drawn: two nodes, the lane it may share with others, its label."""

    source: int
    target: int
    lane: str = ""
    label: Size | None = None


class Chain(NamedTuple):
    """The way of a link from its source to its target, both left out.

    The first ``own`` slots are its own, the rest belongs to a trunk. It is
    ``crude`` if there was no room for it.
    """

    slots: tuple[int, ...]
    own: int
    crude: bool = False


class Grid:
    """The slots of a picture: those of the nodes first, in their order.

    ``rows`` holds their numbers from top to bottom, ``row`` the row of each,
    ``above`` and ``below`` their neighbours. ``chains`` has the ways of the
    links, by the number of the link (none for a line to the node itself).
    ``labels`` has the slot of each label; ``nodes`` is the number of nodes.
    """

    def __init__(self, sizes: Sequence[Size], links: Sequence[Link]) -> None:
        """Give every node, label and crossing a slot."""
        pairs = [(link.source, link.target) for link in links if link.source != link.target]
        turned = backward(len(sizes), pairs)
        rank = ranks(len(sizes), [(pair[1], pair[0]) if pair in turned else pair for pair in pairs])
        self.nodes = len(sizes)
        self._turned: frozenset[Pair] = turned
        self._rank = rank
        self._links = links
        self._lines = self._used_lines()
        self._shared: dict[tuple[int, str, int], int] = {}
        self._joined: set[Pair] = set()
        self.sizes = list(sizes)
        self.row = [self._lines[2 * value] for value in rank]
        self.above: list[list[int]] = [[] for _ in sizes]
        self.below: list[list[int]] = [[] for _ in sizes]
        self.chains: dict[int, Chain] = {}
        self.labels: dict[int, int] = {}
        for number in sorted(range(len(links)), key=lambda number: (self._span(links[number]), number)):
            if links[number].source != links[number].target:
                self._lay(number, links[number])
        self.rows: list[list[int]] = [[] for _ in self._lines]
        for slot, row in enumerate(self.row):
            self.rows[row].append(slot)

    def goes_up(self, link: Link) -> bool:
        """Whether a link closes a loop."""
        return (link.source, link.target) in self._turned

    def is_passing(self, slot: int) -> bool:
        """Whether a slot is there for a line that passes."""
        return slot >= self.nodes and not self.sizes[slot].width

    def _span(self, link: Link) -> int:
        return abs(self._rank[link.target] - self._rank[link.source])

    def _label_line(self, link: Link) -> int:
        return 2 * self._rank[link.source] + (-1 if self.goes_up(link) else 1)

    def _used_lines(self) -> dict[int, int]:
        """Number the rows: one for each rank, and one between if something stands there.

        That is a label, or one of several lines between the same two nodes,
        which would otherwise lie on each other.
        """
        used = {2 * rank for rank in self._rank}
        joined: set[Pair] = set()
        for link in self._links:
            pair = (min(link.source, link.target), max(link.source, link.target))
            if pair[0] != pair[1] and (link.label or (pair in joined and self._span(link) == 1)):
                used.add(self._label_line(link))
            joined.add(pair)
        return {line: row for row, line in enumerate(sorted(used))}

    def _lay(self, number: int, link: Link) -> None:
        lines = list(self._crossed(link))
        label_row = self._lines[self._label_line(link)] if link.label else -1
        crude = len(self.row) - len(self._rank) + len(lines) > ROOM
        if crude:
            lines = [row for row in lines if row == label_row]
        is_short = self._span(link) == 1
        slots: list[int] = []
        own = 0
        for row in lines:
            if row == label_row and link.label:
                slots.append(self._slot(row, link.label))
                self.labels[number] = slots[-1]
                own = len(slots)
            elif is_short:
                slots.append(self._slot(row, Size(0, 0)))
                own = len(slots)
            else:
                slots.append(self._trunk(link, row))
        self.chains[number] = Chain(tuple(slots), own, crude)
        self._join(link, [link.source, *slots, *([] if crude else [link.target])])

    def _crossed(self, link: Link) -> Iterator[int]:
        start, end = self.row[link.source], self.row[link.target]
        step = 1 if start < end else -1
        yield from range(start + step, end, step)

    def _trunk(self, link: Link, row: int) -> int:
        key = (link.target, link.lane, row)
        if key not in self._shared:
            self._shared[key] = self._slot(row, Size(0, 0))
        return self._shared[key]

    def _slot(self, row: int, size: Size) -> int:
        self.sizes.append(size)
        self.row.append(row)
        self.above.append([])
        self.below.append([])
        return len(self.row) - 1

    def _join(self, link: Link, way: list[int]) -> None:
        if self.goes_up(link):
            way.reverse()
        for pair in itertools.pairwise(way):
            if pair not in self._joined:
                self._joined.add(pair)
                self.below[pair[0]].append(pair[1])
                self.above[pair[1]].append(pair[0])
