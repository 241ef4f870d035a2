"""Which node of a directed graph can be reached from which, for large graphs.

Nodes are numbers. Sets of nodes are Python integers used as bit sets: the
whole relation for a chain of 10,000 nodes takes some 6 MB and 20 ms, where
sets of names would take gigabytes. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import compress
from typing import TypeVar

Edges = Sequence[Sequence[int]]
"""For each node, the nodes that its edges lead to."""

_Item = TypeVar("_Item")
_BITS = bytes.maketrans(b"01", b"\x00\x01")


class Reachability:
    """The transitive closure of a graph, as one bit set per node."""

    def __init__(self, edges: Edges) -> None:
        """Compute everything, in time proportional to edges times bit set size."""
        self._reached = [0] * len(edges)
        for component in components(edges):
            self._close(component, edges)

    def reached(self, node: int) -> int:
        """Return the nodes that are reached in one step or more, as a bit set."""
        return self._reached[node]

    def reaches(self, start: int, end: int) -> bool:
        """Whether ``end`` can be reached from ``start`` in one step or more."""
        return bool(self._reached[start] >> end & 1)

    def _close(self, component: Sequence[int], edges: Edges) -> None:
        """Set what a component reaches; what it leads to has been set before."""
        reached = 0
        for node in component:
            for successor in edges[node]:
                reached |= self._reached[successor] | 1 << successor
        members = sum(1 << node for node in component)
        if reached & members:
            reached |= members
        for node in component:
            self._reached[node] = reached


def components(edges: Edges) -> list[list[int]]:
    """Return the strongly connected components, each after those it leads to.

    Tarjan's algorithm with a stack of its own.
    """
    unseen = -1
    order = [unseen] * len(edges)
    lowest = [0] * len(edges)
    on_path = bytearray(len(edges))
    path: list[int] = []
    found: list[list[int]] = []
    count = 0
    for root in range(len(edges)):
        if order[root] != unseen:
            continue
        work = [(root, 0)]
        while work:
            node, step = work.pop()
            if step == 0:
                order[node] = lowest[node] = count
                count += 1
                path.append(node)
                on_path[node] = 1
            else:
                child = edges[node][step - 1]
                lowest[node] = min(lowest[node], lowest[child])
            step = _next_unseen(edges[node], step, node, (order, lowest, on_path))
            if step < len(edges[node]):
                work += [(node, step + 1), (edges[node][step], 0)]
            elif lowest[node] == order[node]:
                found.append(_cut(path, node, on_path))
    return found


def _next_unseen(
    successors: Sequence[int], step: int, node: int, marks: tuple[list[int], list[int], bytearray]
) -> int:
    """Return the place of the next successor to visit, noting those seen on the way."""
    order, lowest, on_path = marks
    while step < len(successors):
        successor = successors[step]
        if order[successor] < 0:
            return step
        if on_path[successor]:
            lowest[node] = min(lowest[node], order[successor])
        step += 1
    return step


def _cut(path: list[int], node: int, on_path: bytearray) -> list[int]:
    """Take a finished component off the path."""
    start = len(path) - 1
    while path[start] != node:
        start -= 1
    component = path[start:]
    del path[start:]
    for member in component:
        on_path[member] = 0
    return component


def reachable(starts: Sequence[int], edges: Edges, without: int | None = None) -> int:
    """Return the starts and all that is reached from them, not going through ``without``."""
    seen = bytearray(len(edges))
    waiting = [node for node in starts if node != without]
    for node in waiting:
        seen[node] = 1
    while waiting:
        for successor in edges[waiting.pop()]:
            if not seen[successor] and successor != without:
                seen[successor] = 1
                waiting.append(successor)
    return int("0" + seen[::-1].translate(bytes.maketrans(b"\x00\x01", b"01")).decode("ascii"), 2)


class NameSet(Set[str]):
    """The names whose numbers are in a bit set.

    Compares and combines like any other set, but costs nothing to make:
    ``name in`` is one look-up, and only iterating visits the names.
    """

    __slots__ = ("_bits", "_names", "_numbers")

    def __init__(self, bits: int, names: Sequence[str], numbers: Mapping[str, int]) -> None:
        """Keep the bits; ``numbers`` is the inverse of ``names``."""
        self._bits = bits
        self._names = names
        self._numbers = numbers

    def __contains__(self, name: object) -> bool:
        number = self._numbers.get(name) if isinstance(name, str) else None
        return number is not None and bool(self._bits >> number & 1)

    def __iter__(self) -> Iterator[str]:
        digits = format(self._bits, "b").encode("ascii")[::-1]
        return compress(self._names, digits.translate(_BITS))

    def __len__(self) -> int:
        return self._bits.bit_count()

    def __repr__(self) -> str:
        return f"NameSet({sorted(self)!r})"

    @classmethod
    def _from_iterable(cls, it: Iterable[_Item]) -> frozenset[_Item]:
        return frozenset(it)
