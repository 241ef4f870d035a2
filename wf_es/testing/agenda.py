"""What is going to happen at a moment of the simulated clock, the earliest first.

At the same moment the ends of actions come before timers, and both before
commands; so a result that comes at the very moment of a timeout is in time.
Among themselves they come in the order in which they were entered.
"""

from __future__ import annotations

import heapq
from datetime import datetime
from enum import IntEnum
from typing import Any


class Rank(IntEnum):
    """What comes first at the same moment."""

    RESULT = 0
    TIMER = 1
    COMMAND = 2


class Agenda:
    """Entries by moment."""

    def __init__(self) -> None:
        """Begin with nothing to come."""
        self._entries: list[tuple[datetime, Rank, int, Any]] = []
        self._entered = 0

    def enter(self, moment: datetime, rank: Rank, entry: Any) -> None:
        """Let something happen at a moment."""
        self._entered += 1
        heapq.heappush(self._entries, (moment, rank, self._entered, entry))

    def take(self) -> tuple[datetime, Any] | None:
        """Take what comes next, with its moment; None if nothing does."""
        if not self._entries:
            return None
        moment, _, _, entry = heapq.heappop(self._entries)
        return moment, entry
