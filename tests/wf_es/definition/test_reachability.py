"""Reachability on graphs of numbers, against the obvious slow way."""

from __future__ import annotations

import random
from collections.abc import Set

import pytest

from wf_es.definition.reachability import NameSet, Reachability, components, reachable

GRAPHS = [
    [[], [], []],
    [[1], [2], []],
    [[1], [2], [0]],
    [[0]],
    [[1, 2], [3], [3], [1, 4], []],
]


def slow_reached(edges: list[list[int]], start: int) -> set[int]:
    """Return what is reached from a node in one step or more, by plain search."""
    reached: set[int] = set()
    waiting = list(edges[start])
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(edges[node])
    return reached


def random_graph(seed: int) -> list[list[int]]:
    """Return a graph of up to 12 nodes."""
    generator = random.Random(seed)
    size = generator.randint(1, 12)
    return [sorted(generator.sample(range(size), generator.randint(0, min(3, size)))) for _ in range(size)]


@pytest.mark.parametrize("edges", GRAPHS + [random_graph(seed) for seed in range(200)])
def test_reachability_is_what_searching_finds(edges: list[list[int]]) -> None:
    """The bit sets agree with a search from every node."""
    closure = Reachability(edges)
    numbers = range(len(edges))
    for start in numbers:
        reached = {end for end in numbers if closure.reaches(start, end)}
        assert reached == slow_reached(edges, start)
        assert closure.reached(start) == sum(1 << end for end in reached)


@pytest.mark.parametrize("edges", GRAPHS + [random_graph(seed) for seed in range(200)])
def test_components_come_after_those_they_lead_to(edges: list[list[int]]) -> None:
    """Every node is in one component, and edges between components point backwards."""
    found = components(edges)
    position = {node: index for index, component in enumerate(found) for node in component}
    assert sorted(position) == list(range(len(edges)))
    assert all(position[end] <= position[start] for start, ends in enumerate(edges) for end in ends)
    for component in found:
        together = [
            node for node in component if len(component) == 1 or set(component) <= slow_reached(edges, node)
        ]
        assert together == component


def test_reachable_does_not_go_through_a_barrier() -> None:
    """The barrier itself is not reached either, even if it is a start."""
    edges = [[1], [2], [3], []]
    assert reachable([0], edges) == 0b1111
    assert reachable([0], edges, without=2) == 0b0011
    assert reachable([2], edges, without=2) == 0


def test_name_sets_behave_like_sets() -> None:
    """They compare, combine and iterate like the sets they stand for."""
    names = ["a", "b", "c"]
    found: Set[str] = NameSet(0b101, names, {name: number for number, name in enumerate(names)})
    assert found == {"a", "c"}
    assert frozenset({"a", "c"}) == found
    assert (len(found), list(found), "a" in found, "b" in found, "x" in found) == (
        2,
        ["a", "c"],
        True,
        False,
        False,
    )
    assert found & {"c", "x"} == {"c"}
    assert {"x"} | found == {"x", "a", "c"}
    assert frozenset({"b"}).isdisjoint(found)
    assert repr(found) == "NameSet(['a', 'c'])"
    assert list(NameSet(0, names, {})) == []
