"""Which row each node stands in: every line goes down, apart from those that close a loop.

A search in the order of the definition finds the lines that lead back to
where the search came from; they are turned round, and what is left has no
loop. A node then stands one row below the lowest node that leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Pair = tuple[int, int]


def backward(count: int, pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Return the pairs of nodes to turn round, so that no loop is left.

    Args:
        count: How many nodes there are, numbered from 0.
        pairs: The lines between them; lines from a node to itself are ignored.

    """
    following = _following(count, pairs)
    found: set[Pair] = set()
    unseen, open_, done = 0, 1, 2
    state = [unseen] * count
    for root in range(count):
        if state[root] != unseen:
            continue
        state[root] = open_
        path = [(root, iter(following[root]))]
        while path:
            node, rest = path[-1]
            after = next(rest, None)
            if after is None:
                state[node] = done
                path.pop()
            elif state[after] == open_:
                found.add((node, after))
            elif state[after] == unseen:
                state[after] = open_
                path.append((after, iter(following[after])))
    return frozenset(found)


def ranks(count: int, pairs: Iterable[Pair]) -> list[int]:
    """Return the row of each node, from 0; the pairs must not hold a loop."""
    following = _following(count, pairs)
    waiting = [0] * count
    for ends in following:
        for end in ends:
            waiting[end] += 1
    rank = [0] * count
    ready = [node for node in range(count) if not waiting[node]]
    for node in ready:
        for after in following[node]:
            rank[after] = max(rank[after], rank[node] + 1)
            waiting[after] -= 1
            if not waiting[after]:
                ready.append(after)
    return rank


def _following(count: int, pairs: Iterable[Pair]) -> Sequence[Sequence[int]]:
    following: list[dict[int, None]] = [{} for _ in range(count)]
    for source, target in pairs:
        if source != target:
            following[source][target] = None
    return [list(ends) for ends in following]
