"""Any picture: nothing lies on anything else, and every line is there."""

from __future__ import annotations

import zlib
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.drawing import diagram
from api.drawing.grid import Link, Size
from api.drawing.layout import Box, Layout, Point, Route, layout
from api.drawing.svg import links, node_size
from tests.api.drawing.conftest import random_text, spec_of

_LANES = ("on-success", "on-error", "")
_NEAR = 0.01


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[Link]]:
    """Any graph: loops, several lines between the same two, labels or none."""
    count = draw(st.integers(1, 14))
    node = st.integers(0, count - 1)
    sizes = st.builds(Size, st.sampled_from((18.0, 90.0, 240.0)), st.sampled_from((18.0, 42.0, 58.0)))
    label = st.none() | st.just(Size(70, 16))
    link = st.builds(Link, node, node, st.sampled_from(_LANES), label)
    return draw(st.lists(sizes, min_size=count, max_size=count)), draw(st.lists(link, max_size=40))


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have more in common than a border."""
    return (
        one.x < other.x + other.width - _NEAR
        and other.x < one.x + one.width - _NEAR
        and one.y < other.y + other.height - _NEAR
        and other.y < one.y + one.height - _NEAR
    )


def touches(point: Point, box: Box) -> bool:
    """Whether a point lies on the upper or the lower border of a box."""
    is_beside = box.x - _NEAR <= point.x <= box.x + box.width + _NEAR
    return is_beside and min(abs(point.y - box.y), abs(point.y - box.y - box.height)) < _NEAR


def check(found: Layout, wanted: list[Link]) -> None:
    """Check all that holds for every picture."""
    for one, other in combinations((*found.boxes, *found.labels.values()), 2):
        assert not overlap(one, other)
    own = {route.link: route for route in found.routes if not route.trunk}
    trunks = [route for route in found.routes if route.trunk]
    for number, link in enumerate(wanted):
        assert (number in found.labels) == (link.label is not None)
        if link.source == link.target:
            assert number in found.loops
            continue
        route = own.pop(number)
        assert touches(route.points[0], found.boxes[link.source])
        if not route.arrives:
            route = next(trunk for trunk in trunks if _joins(route, trunk, link, wanted))
        assert touches(route.points[-1], found.boxes[link.target])
    assert not own


def _joins(route: Route, trunk: Route, link: Link, wanted: list[Link]) -> bool:
    leads = wanted[trunk.link]
    return (leads.target, leads.lane) == (link.target, link.lane) and route.points[-1] in trunk.points


@settings(max_examples=150)
@given(graphs())
def test_any_graph(graph: tuple[list[Size], list[Link]]) -> None:
    """No two boxes or labels overlap; each line leads from its source to its target."""
    sizes, wanted = graph

    check(layout(sizes, wanted), wanted)


@settings(max_examples=100)
@given(graphs())
def test_lines_pass_beside_boxes(graph: tuple[list[Size], list[Link]]) -> None:
    """Within a row a line is upright and touches no box but its own two; it bends between rows."""
    sizes, wanted = graph
    found = layout(sizes, wanted)
    obstacles = [*found.boxes, *found.labels.values()]

    for route in found.routes:
        link = wanted[route.link]
        ours = (found.boxes[link.source], found.boxes[link.target], found.labels.get(route.link))
        for number, (start, end) in enumerate(pairwise(route.points)):
            assert number % 2 or start.x == end.x
            stretch = Box(
                min(start.x, end.x), min(start.y, end.y), abs(start.x - end.x), abs(start.y - end.y)
            )
            rows = [box for box in obstacles if box not in ours]
            assert not any(overlap(stretch, box) for box in rows if number % 2 == 0)


@pytest.mark.parametrize("seed", range(20))
def test_random_workflows(seed: int) -> None:
    """The same for what authors write; all of it lies in the picture."""
    drawn = diagram(spec_of(random_text(seed, 30)))
    wanted = links(drawn)

    found = layout([node_size(node) for node in drawn.nodes], wanted)

    check(found, wanted)
    for box in (*found.boxes, *found.labels.values()):
        assert box.x >= -_NEAR
        assert box.x + box.width <= found.width + _NEAR
        assert box.y >= -_NEAR
        assert box.y + box.height <= found.height + _NEAR


def test_it_is_the_same_with_every_python() -> None:
    """To the last digit: ``sum`` of floats is not (3.12 made it more exact).

    If the layout was changed on purpose: put in what 3.11 and a newer one agree on.
    """
    drawn = diagram(spec_of(random_text(5, 40)))

    found = layout([node_size(node) for node in drawn.nodes], links(drawn))

    assert zlib.crc32(repr(found).encode()) == 304084517


def test_nothing_to_draw() -> None:
    """An empty picture has no size."""
    assert layout([], []) == Layout((), {}, (), {}, 0.0, 0.0)


def test_the_check_can_fail() -> None:
    """Boxes on each other and lines that lead nowhere are noticed."""
    box = Box(0, 0, 10, 10)
    with pytest.raises(AssertionError):
        check(Layout((box, box), {}, (), {}, 10, 10), [])
    with pytest.raises(KeyError):
        check(Layout((box, Box(0, 20, 10, 10)), {}, (), {}, 10, 30), [Link(0, 1)])
