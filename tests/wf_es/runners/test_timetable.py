"""Things that happen later, in one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from wf_es.runners.timetable import Timetable


@pytest.fixture
def timetable() -> Iterator[Timetable]:
    """A running timetable."""
    timetable = Timetable("test")
    timetable.start()
    yield timetable
    timetable.close(5)


def test_calls_come_in_the_order_of_their_time(timetable: Timetable) -> None:
    """Not in the order in which they were asked for; equal times keep it."""
    called: list[str] = []
    done = threading.Event()

    timetable.after(0.06, done.set, key="end")
    timetable.after(0.03, lambda: called.append("later"), key="x")
    timetable.after(0, lambda: called.append("at once"), key="x")

    assert done.wait(5)
    assert called == ["at once", "later"]


def test_a_failing_call_does_not_stop_the_others(timetable: Timetable) -> None:
    """The thread survives."""
    done = threading.Event()

    timetable.after(0, lambda: [][0], key="x")
    timetable.after(0.01, done.set, key="x")

    assert done.wait(5)


def test_ten_thousand_waits_cost_no_threads(timetable: Timetable) -> None:
    """They are entries of one list."""
    before = threading.active_count()

    for number in range(10_000):
        timetable.after(3600, lambda: None, key=str(number))

    assert len(timetable) == 10_000
    assert threading.active_count() == before


def test_draining_keeps_what_is_due_in_time(timetable: Timetable) -> None:
    """What may be dropped goes at once, and nothing droppable is accepted any more."""
    timetable.after(3600, lambda: None, key="much later")
    timetable.after(5, lambda: None, key="in time")
    timetable.after(1, lambda: None, key="droppable", is_droppable=True)

    dropped = timetable.drain(time.monotonic() + 60)

    assert sorted(dropped) == ["droppable", "much later"]
    assert len(timetable) == 1
    assert not timetable.after(1, lambda: None, key="x", is_droppable=True)
    assert timetable.after(1, lambda: None, key="x")


def test_nothing_is_accepted_after_the_end() -> None:
    """Closing also works if it was never started."""
    timetable = Timetable("unused")
    timetable.close(1)

    assert not timetable.after(0, lambda: None, key="x")
