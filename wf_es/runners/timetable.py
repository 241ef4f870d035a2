"""One thread for everything that is to happen later.

A sleeping action must not hold a worker, and a report that could not be
stored must be tried again. Both are entries in one list ordered by time; the
thread sleeps until the first is due. What it calls must be quick.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_MANY_CANCELLED = 1_000
"""How many cancelled entries may lie about, at least, before they are swept out."""

_log = logging.getLogger(__name__)


def _nothing() -> None:
    """Do nothing."""


@dataclass(order=True, slots=True)
class Entry:
    """One call that is to happen; it can be cancelled."""

    due: float
    number: int
    call: Callable[[], None] = field(compare=False)
    key: str = field(compare=False)
    is_droppable: bool = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)


class Timetable:
    """Calls functions after a delay, in one thread of its own."""

    def __init__(self, name: str) -> None:
        """Prepare an empty timetable; ``name`` is its thread's."""
        self._changed = threading.Condition()
        self._entries: list[Entry] = []
        self._cancelled = 0
        self._numbers = itertools.count()
        self._is_draining = False
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def after(
        self, seconds: float, call: Callable[[], None], *, key: str, is_droppable: bool = False
    ) -> Entry | None:
        """Call ``call`` in ``seconds`` seconds; return the entry, or None if it is too late for that.

        Args:
            seconds: The delay.
            call: What to call; quick, since everything later waits for it.
            key: What :meth:`drain` returns for an entry that it drops.
            is_droppable: Whether :meth:`drain` may drop it although its time
                would come before the end.
        """
        with self._changed:
            if self._is_closed or (self._is_draining and is_droppable):
                return None
            entry = Entry(time.monotonic() + seconds, next(self._numbers), call, key, is_droppable)
            heapq.heappush(self._entries, entry)
            if self._entries[0] is entry:
                self._changed.notify()
        return entry

    def cancel(self, entry: Entry) -> None:
        """Let a call not happen, unless it is about to or has been; costs next to nothing."""
        with self._changed:
            if entry.is_cancelled:
                return
            entry.is_cancelled = True
            entry.call = _nothing
            self._cancelled += 1
            if self._cancelled > max(_MANY_CANCELLED, len(self._entries) // 2):
                self._keep([kept for kept in self._entries if not kept.is_cancelled])

    def drain(self, deadline: float) -> list[str]:
        """Drop what is droppable or due after ``deadline`` (monotonic); return the keys.

        From now on nothing droppable is accepted.
        """
        with self._changed:
            self._is_draining = True
            entries = [entry for entry in self._entries if not entry.is_cancelled]
            self._keep([e for e in entries if not e.is_droppable and e.due <= deadline])
            self._changed.notify()
        return [e.key for e in entries if e.is_droppable or e.due > deadline]

    def close(self, timeout: float) -> None:
        """End the thread; what has not been called by now will not be."""
        with self._changed:
            self._is_closed = True
            self._keep([])
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def __len__(self) -> int:
        with self._changed:
            return sum(not entry.is_cancelled for entry in self._entries)

    def _keep(self, entries: list[Entry]) -> None:
        heapq.heapify(entries)
        self._entries = entries
        self._cancelled = 0

    def _run(self) -> None:
        while (entry := self._next()) is not None:
            try:
                entry.call()
            except Exception:  # noqa: BLE001 - one bad entry must not end the thread
                _log.exception("a timed call failed; the others go on")

    def _next(self) -> Entry | None:
        """Wait for the first entry to be due; None when closed."""
        with self._changed:
            while not self._is_closed:
                if not self._entries:
                    self._changed.wait()
                elif self._entries[0].is_cancelled:
                    heapq.heappop(self._entries)
                    self._cancelled -= 1
                elif (left := self._entries[0].due - time.monotonic()) > 0:
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
                else:
                    return heapq.heappop(self._entries)
        return None
