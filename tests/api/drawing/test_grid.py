"""Room for everything that passes."""

from __future__ import annotations

from api.drawing.grid import ROOM, Grid, Link, Size

_BOX = Size(80, 40)
_LABEL = Size(30, 16)


def test_short_lines_need_no_room() -> None:
    """A line to the next row has no slot of its own."""
    grid = Grid([_BOX] * 2, [Link(0, 1)])

    assert (grid.rows, grid.below[0], grid.above[1]) == ([[0], [1]], [1], [0])
    assert grid.chains[0].slots == ()


def test_long_lines_to_one_node_share_a_trunk() -> None:
    """By clause: 'error' from two tasks flows together, 'success' stays apart."""
    links = [
        Link(0, 1),
        Link(1, 2),
        Link(2, 3),
        Link(0, 3, "error"),
        Link(1, 3, "error"),
        Link(0, 3, "success"),
    ]
    grid = Grid([_BOX] * 4, links)

    assert grid.chains[3].slots[-1:] == grid.chains[4].slots
    assert not set(grid.chains[3].slots) & set(grid.chains[5].slots)


def test_a_label_has_a_row_between() -> None:
    """It stands in a slot of its size; other lines pass beside it."""
    grid = Grid([_BOX] * 3, [Link(0, 1, label=_LABEL), Link(0, 2)])

    slot = grid.labels[0]
    assert (grid.row[1], grid.row[slot], grid.sizes[slot]) == (2, 1, _LABEL)
    assert grid.is_passing(grid.chains[1].slots[0])
    assert not grid.is_passing(slot)


def test_lines_between_the_same_two_do_not_lie_on_each_other() -> None:
    """Each gets a slot in a row between, also if one leads back."""
    grid = Grid([_BOX] * 2, [Link(0, 1, "success"), Link(0, 1, "error"), Link(1, 0, "success")])

    assert len({grid.chains[number].slots for number in range(3)}) == 3
    assert grid.goes_up(Link(1, 0))


def test_a_tangle_has_its_limit() -> None:
    """Beyond the limit the longest lines get no slots; none is lost."""
    count = 200
    links = [Link(one, other) for one in range(count) for other in range(one + 1, count)]
    grid = Grid([_BOX] * count, links)

    assert len(grid.row) - count <= ROOM
    assert set(grid.chains) == set(range(len(links)))
    assert any(chain.crude for chain in grid.chains.values())
