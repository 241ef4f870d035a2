"""No garbage collection while a long history is read.

Reading one makes tens of thousands of objects, none of which is garbage, and
the collector would look at all of them again and again: a quarter of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector wait for the length of a with statement, in the whole process.

    Meant for what takes a part of a second. Where several threads do this at once, it
    goes on when the first one has ended; where somebody has turned it off, it stays off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
