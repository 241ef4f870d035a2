"""What something costs to compute, told in seconds of one and the same machine.

Limits on computing time would fail on a slow or busy machine, where nothing is
wrong. So processor time is measured, not time on the clock; it is compared with
a piece of work that is always the same, done by the same process just before
and just after; and since a disturbance can only add to a measure, the least of
a few counts. What other tests have left in memory is kept out of the garbage
collector's sight meanwhile.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REFERENCE = 0.025
"""Seconds that :func:`calibration` takes on the machine whose seconds are meant."""

_TRIES = 3


def cost(work: Callable[[], object], limit: float) -> float:
    """Return how many reference seconds some work takes: the first measure below ``limit``, or the least.

    Args:
        work: What is measured; it must do the same each time.
        limit: What is cheap enough, so that it need not be measured again.

    """
    least = float("inf")
    for _ in range(_TRIES):
        least = min(least, _measured(work))
        if least < limit:
            break
    return least


def calibration() -> int:
    """Do what Python programs mostly do: small objects, look-ups, sorting, text, calls."""
    total = 0
    for number in range(1_000):
        rows = [(f"k{number * index % 97}", index, [index]) for index in range(50)]
        found: dict[str, int] = {}
        for name, index, items in rows:
            found[name] = found.get(name, 0) + index + len(items)
        rows.sort(key=lambda row: (row[0], -row[1]))
        total += sum(found.values()) + len(",".join(name for name, _, _ in rows))
    return total


def _measured(work: Callable[[], object]) -> float:
    with _other_memory_aside():
        before = _seconds(calibration)
        seconds = _seconds(work)
        after = _seconds(calibration)
    return seconds * REFERENCE / max(before, after)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@contextmanager
def _other_memory_aside() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
