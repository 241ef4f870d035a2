"""Tell the engine what became of actions and timers, and do not give up too early.

A result exists only in this process until the engine has committed it. So a
report that fails because the store is away is sent again, at growing
intervals, until it is stored or the process stops. A report that the engine
refuses (the action was cancelled, timed out, or completed by somebody else)
is settled: the log already says more than we know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any

from wf_es.errors import ConflictError, CorruptHistory, RequestError, VersionConflict, WorldError
from wf_es.execution.commands import Command
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.timetable import Timetable

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Reporter:
    """Submits commands about actions or timers without waiting for their commit."""

    def __init__(
        self,
        engine: EngineDoor,
        timetable: Timetable,
        settled: Callable[[str], None],
        subject: str = "action",
    ) -> None:
        """Call ``settled`` with the id when nothing is left to report; ``subject`` is what has the id."""
        self._engine = engine
        self._subject = subject
        self._timetable = timetable
        self._settled = settled

    def report(self, subject_id: str, command: Command, attempt: int = 0) -> None:
        """Submit the command; on an outage of the store try again later."""
        try:
            future = self._engine.submit(command)
        except Exception as error:  # noqa: BLE001 - a refusal or an outage, judged in one place
            self._judge(subject_id, command, attempt, error)
        else:
            future.add_done_callback(partial(self._committed, subject_id, command, attempt))

    def _committed(self, subject_id: str, command: Command, attempt: int, future: Future[Any]) -> None:
        try:
            error = future.exception()
        except CancelledError as cancelled:
            error = cancelled
        self._judge(subject_id, command, attempt, error)

    def _judge(self, subject_id: str, command: Command, attempt: int, error: BaseException | None) -> None:
        """Settle what was stored or refused; put an outage on the timetable."""
        if error is None:
            self._settled(subject_id)
        elif is_passing(error):
            delay = retry_delay(attempt)
            message = "%s for %s %s cannot be stored; again in %.1f s: %s"
            _log.warning(message, type(command).__name__, self._subject, subject_id, delay, error)
            again = partial(self.report, subject_id, command, attempt + 1)
            if not self._timetable.after(delay, again, key=subject_id):
                self._settled(subject_id)
        else:
            self._refused(subject_id, command, error)

    def _refused(self, subject_id: str, command: Command, error: BaseException) -> None:
        if isinstance(error, RequestError | ConflictError):
            _log.info(
                "%s for %s %s was refused: %s", type(command).__name__, self._subject, subject_id, error
            )
        else:
            _log.error(
                "%s for %s %s failed", type(command).__name__, self._subject, subject_id, exc_info=error
            )
        self._settled(subject_id)


def is_passing(error: BaseException) -> bool:
    """Whether the same command may succeed later, unchanged."""
    if isinstance(error, CorruptHistory):
        return False
    return isinstance(error, WorldError | VersionConflict | TimeoutError)


def retry_delay(attempt: int) -> float:
    """Return how many seconds to wait before attempt number ``attempt`` + 1."""
    return float(min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempt, 30)))
