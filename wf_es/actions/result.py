"""What an action may answer: data, an error, "cancelled", or "later".

An action that simply returns a value has succeeded with it. Whoever needs to
say more returns a :class:`Result`:

* ``Result(data)`` is the same success, said aloud;
* ``Result(error=data)`` is a failure whose task sees ``data`` as its result;
* ``Result(cancelled=True)`` ends the action as CANCELLED;
* ``Result.later()`` (or the constant :data:`LATER`) says that another system
  goes on and will report through the callback URL;
* ``Result.after(seconds, data)`` is a success that counts only after a while.
  Nothing waits for it in a thread, so ten thousand sleeping actions cost ten
  thousand small entries in one list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wf_es.envelope import JSON
from wf_es.errors import ActionError

LONGEST_DELAY_SECONDS = 366 * 24 * 3600
"""No action waits longer than this; what takes longer calls back instead."""


@dataclass(frozen=True)
class Result:
    """How an action ended, or that it has not ended yet.

    ``error`` counts when it is not None, as in Mistral. ``delay`` is in
    seconds. Prefer the two named constructors for ``is_later`` and ``delay``.
    """

    data: JSON = None
    error: JSON = None
    cancelled: bool = False
    is_later: bool = False
    delay: float = 0.0

    @classmethod
    def later(cls) -> Result:
        """Say that the action completes later, through its callback."""
        return LATER

    @classmethod
    def after(cls, seconds: float, data: JSON = None) -> Result:
        """Say that the action succeeds with ``data`` in ``seconds`` seconds.

        Raises:
            ActionError: ``seconds`` is not a number from 0 to a year.
        """
        return cls(data=data, delay=duration(seconds, "seconds"))

    @property
    def state(self) -> str | None:
        """SUCCESS, ERROR or CANCELLED; None when the end comes later."""
        if self.is_later:
            return None
        if self.cancelled:
            return "CANCELLED"
        return "SUCCESS" if self.error is None else "ERROR"

    @property
    def output(self) -> JSON:
        """What the task sees as the action's result."""
        if self.cancelled:
            return None
        return self.data if self.error is None else self.error


LATER = Result(is_later=True)
"""The answer of an action that another system completes."""


def duration(value: JSON, name: str) -> float:
    """Return ``value`` as seconds, or refuse it by naming the input ``name``.

    Raises:
        ActionError: it is not a finite number from 0 to a year.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ActionError(f"'{name}' must be a number of seconds, not {type(value).__name__}")
    if not math.isfinite(value) or not 0 <= value <= LONGEST_DELAY_SECONDS:
        raise ActionError(f"'{name}' must be from 0 to {LONGEST_DELAY_SECONDS} seconds")
    return float(value)
