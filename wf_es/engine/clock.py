"""Where the engine's time comes from outside of tests."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine (the port ``Clock``)."""

    def now(self) -> datetime:
        """Return the current time, in UTC and with a time zone."""
        return datetime.now(UTC)
