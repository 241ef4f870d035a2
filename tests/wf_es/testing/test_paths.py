"""Paths, expected and real."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wf_es.execution.state import TaskExecution
from wf_es.testing.model import Step
from wf_es.testing.paths import comparison, first_missing, is_exactly

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def runs(*told: str) -> list[TaskExecution]:
    """Return runs, each told as ``name STATE``."""
    split = [one.split() for one in told]
    return [
        TaskExecution(
            id=name, number=number, name=name, state=state, created_at=NOW, updated_at=NOW, event=number
        )
        for number, (name, state) in enumerate(split)
    ]


def steps(*told: str) -> list[Step]:
    """Return steps, each told as ``name`` or ``name STATE``."""
    split = [one.split() for one in told]
    return [Step(task=one[0], state=one[1] if len(one) > 1 else None) for one in split]


REAL = runs("a SUCCESS", "b ERROR", "c SUCCESS", "b SUCCESS")


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        (("a", "b", "c", "b"), True),
        (("a SUCCESS", "b ERROR", "c", "b SUCCESS"), True),
        (("a", "b", "c"), False),
        (("a", "c", "b", "b"), False),
        (("a", "b SUCCESS", "c", "b"), False),
    ],
)
def test_a_path_is_exact(path: tuple[str, ...], is_it: bool) -> None:
    """All runs in their order; a state counts only if it is given."""
    assert is_exactly(steps(*path), REAL) is is_it


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        (("a", "c"), None),
        (("b", "b"), None),
        (("b ERROR", "b SUCCESS"), None),
        ((), None),
        (("c", "a"), "a"),
        (("b", "b", "b"), "b"),
        (("a", "d", "c"), "d"),
    ],
)
def test_a_part_of_a_path_is_in_order(path: tuple[str, ...], missing: str | None) -> None:
    """Others may come between; each run stands for one step."""
    found = first_missing(steps(*path), REAL)

    assert (found and found.task) == missing


def test_two_paths_are_shown_side_by_side() -> None:
    """What is on both, what was only expected, what was only there."""
    assert comparison(steps("a", "b SUCCESS", "d"), REAL) == [
        "  a SUCCESS",
        "+ b ERROR",
        "+ c SUCCESS",
        "  b SUCCESS",
        "- d",
    ]
