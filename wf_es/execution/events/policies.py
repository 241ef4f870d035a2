"""What a policy does to a task, and the timers behind it."""

from __future__ import annotations

from datetime import datetime

from wf_es.envelope import Event


class TaskHeld(Event, frozen=True, kw_only=True, tag="TaskHeld@1"):
    """A task became IDLE: it begins when the execution goes on.

    ``policy`` is ``pause-before``, or the policy whose wait is over while the
    execution stands still.
    """

    task_id: str
    policy: str
    state_info: str | None = None


class TaskDelayed(Event, frozen=True, kw_only=True, tag="TaskDelayed@1"):
    """A task waits (DELAYED) before or after its work, as its policy demands.

    ``outcome`` is how its work has ended, to be remembered during
    ``wait-after``. ``state_info`` says why it ended so, or why the task waits.
    """

    task_id: str
    policy: str
    outcome: str | None = None
    state_info: str | None = None


class RetryScheduled(Event, frozen=True, kw_only=True, tag="RetryScheduled@1"):
    """A task is to be tried once more: the results of earlier attempts count no more.

    ``attempt`` is the number of the attempt to come, ``state_info`` what the
    one before ended with, or why the task waits.
    """

    task_id: str
    attempt: int
    state_info: str | None = None


class TaskTimedOut(Event, frozen=True, kw_only=True, tag="TaskTimedOut@1"):
    """The attempt took too long; what has not ended of its work counts no more."""

    task_id: str


class TimerSet(Event, frozen=True, kw_only=True, tag="TimerSet@1"):
    """Something is to happen to a task at a time; it takes the place of an earlier timer.

    ``kind`` is ``wait-before``, ``wait-after``, ``retry`` or ``timeout``. Where an
    action runs by itself, ``task_id`` is the action's id.
    """

    timer_id: str
    task_id: str
    kind: str
    due: datetime


class TimerFired(Event, frozen=True, kw_only=True, tag="TimerFired@1"):
    """The time had come, and what the timer stood for happened next.

    ``kind`` is as for :class:`TimerSet`; empty in events of the first days.
    """

    timer_id: str
    task_id: str
    kind: str = ""
