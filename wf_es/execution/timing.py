"""Timers: what is to happen later to one task, as far as the core is concerned.

A task waits for one time at most: before its work, for the end of an attempt,
before the next attempt, or after its work. Somebody outside tells with
:class:`~wf_es.execution.commands.FireTimer` that the time has come.
"""

from __future__ import annotations

from datetime import timedelta

from wf_es.execution.decision import Recording
from wf_es.execution.events import TimerSet

WAIT_BEFORE = "wait-before"
WAIT_AFTER = "wait-after"
RETRY = "retry"
TIMEOUT = "timeout"


def set_timer(draft: Recording, task_id: str, kind: str, seconds: float, cause: int | None) -> None:
    """Set the timer of a task (or of an action that runs by itself), from now on."""
    due = draft.command.origin.now + timedelta(seconds=seconds)
    draft.emit(TimerSet(timer_id=draft.next_id(), task_id=task_id, kind=kind, due=due), cause)


def shown(seconds: float) -> str:
    """Return seconds as an author would write them: without a fraction of zero."""
    return str(int(seconds)) if seconds == int(seconds) else str(seconds)
