"""Costs are told in the seconds of one machine, whatever this one does meanwhile."""

from __future__ import annotations

import gc

from tests.effort import REFERENCE, calibration, cost


def test_the_work_that_others_are_compared_with_costs_what_it_is_said_to() -> None:
    """About: two measures of the same are never quite the same."""
    assert 0.4 * REFERENCE < cost(calibration, 1.5 * REFERENCE) < 2 * REFERENCE


def test_more_work_costs_more() -> None:
    """Ten times the work can be told from once; what is too much is measured three times."""
    done: list[int] = []

    def tenfold() -> None:
        done.append(sum(calibration() for _ in range(10)))

    assert cost(tenfold, 0.0) > 4 * REFERENCE
    assert len(done) == 3


def test_what_is_cheap_enough_is_measured_once() -> None:
    """No time is spent on what is not in doubt."""
    done: list[int] = []

    assert cost(lambda: done.append(1), 1.0) < 1.0

    assert done == [1]
    assert gc.get_freeze_count() == 0
