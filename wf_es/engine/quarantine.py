"""Histories that cannot be read: set apart, so that all others go on.

A stored event that is damaged says nothing about what is true, so nothing may be
decided on it and nobody may be shown what it seems to say. Its stream is set
apart as soon as somebody meets the damage, and stays so until it has been
examined again and found sound. Other streams do not notice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from wf_es.errors import CorruptHistory

_log = logging.getLogger(__name__)

_ADVICE = (
    "It is in quarantine: nothing of it is shown, changed or run, and all others go on."
    " 'wf-es audit verify {stream}' examines it; what helps is a backup of the log"
)
_FORK = (
    ", or a copy of it that goes on from before the damage: 'wf-es execution fork {stream} --at {event}'"
    " (or an earlier event)"
)


class _Case(NamedTuple):
    error: CorruptHistory
    fork_at: int


class Quarantine:
    """The streams that were found damaged, as far as this process knows."""

    def __init__(self, fork_at: Callable[[str], int] = lambda _: 0) -> None:
        """Begin with none; ``fork_at`` gives the last event that a damaged stream can be forked at, or 0."""
        self._fork_at = fork_at
        self._found: dict[str, _Case] = {}
        self._lock = threading.Lock()

    def put(self, error: CorruptHistory) -> CorruptHistory:
        """Set a stream apart; return the error for whoever asked for it, saying what to do.

        ``error`` has the stream as its detail ``stream``; one without it is given back as it is.
        """
        stream = error.details.get("stream")
        if stream is None:
            return error
        with self._lock:
            known = self._found.get(stream)
        is_same = known is not None and known.error.message == error.message
        case = known if known is not None and is_same else _Case(error, self._fork_at(stream))
        with self._lock:
            self._found[stream] = case
        if known is None:
            _log.error("stream %s is in quarantine: %s", stream, error)
        return _advised(case, stream)

    def release(self, stream: str) -> None:
        """Take a stream back that was examined and is sound."""
        with self._lock:
            was_in = self._found.pop(stream, None)
        if was_in is not None:
            _log.warning("stream %s is sound again and was taken out of quarantine", stream)

    def check(self, stream: str) -> None:
        """Let pass what is not in quarantine.

        Raises:
            CorruptHistory: the stream is; the text says what was found and what to do.
        """
        if not self._found:
            return
        with self._lock:
            case = self._found.get(stream)
        if case is not None:
            raise _advised(case, stream)

    def found(self) -> dict[str, str]:
        """Return what was found, by stream."""
        with self._lock:
            return {stream: case.error.message for stream, case in sorted(self._found.items())}


def _advised(case: _Case, stream: str) -> CorruptHistory:
    advice = _ADVICE.format(stream=stream)
    if case.fork_at:
        advice += _FORK.format(stream=stream, event=case.fork_at)
    return CorruptHistory(f"{case.error.message}. {advice}", **case.error.details)
