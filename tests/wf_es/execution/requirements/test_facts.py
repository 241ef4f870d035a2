"""Facts as numbers: what holds where ways and branches meet."""

from __future__ import annotations

import pytest

from wf_es.execution.requirements.facts import (
    NOTHING,
    Facts,
    Name,
    Origin,
    Vocabulary,
    either,
    together,
)

A, B, C = 0b001, 0b010, 0b100


def test_on_several_ways_only_what_all_have_is_certain() -> None:
    """And what any of them has is possible."""
    assert either([Facts(A | B, 1), Facts(B | C, 2), Facts(B, 4)]) == Facts(B, 7)
    assert either([]) == NOTHING


@pytest.mark.parametrize(
    ("arrived", "others", "number", "certain"),
    [
        pytest.param([], [A, B], 2, A | B, id="all of them"),
        pytest.param([], [A | C, B | C], 1, C, id="one of them"),
        pytest.param([], [A | B, B | C, A | C], 2, A | B | C, id="two of three, each in two"),
        pytest.param([], [A, B, C], 2, 0, id="two of three, each in one"),
        pytest.param([A], [B, C], 1, A, id="one is here already"),
        pytest.param([A, B], [], 0, A | B, id="all are here"),
    ],
)
def test_where_branches_meet(arrived: list[int], others: list[int], number: int, certain: int) -> None:
    """What is certain is so whichever of the branches come."""
    found = together([Facts(bits, bits) for bits in arrived], [Facts(bits, bits) for bits in others], number)
    assert found.certain == certain
    assert found.possible == sum({bit for bit in (A, B, C) for bits in (*arrived, *others) if bits & bit})


def test_bits_tell_names_and_origins() -> None:
    """The same question gives the same bit; a name has one for each origin."""
    words = Vocabulary()
    name, other = Name("branch", "x"), Name("global", "x")
    first = words.possible(name, Origin("task", "a"))
    second = words.possible(name, Origin("context", "b", 7))
    third = words.possible(other, Origin("task", "a"))

    assert len({first, second, third}) == 3
    assert words.possible(name, Origin("task", "a")) == first
    assert words.mask(name) == first | second
    assert words.origins(words.mask(name) & (second | third)) == [Origin("context", "b", 7)]
    assert words.certain(name) != words.certain(other)
    assert words.mask(Name("branch", "unheard of")) == 0
