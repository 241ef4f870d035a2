"""What follows when the time of a timer has come.

A timer fires once: one that is not known any more (it has fired, or nobody
waits for it) brings no events. A pause holds no task that waits for a time:
it has begun already. One whose execution has ended becomes IDLE, and so does
one that runs a sub-workflow while the execution is paused; these begin when
the execution goes on.
"""

from __future__ import annotations

from wf_es.execution.commands import FireTimer
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskHeld, TimerFired
from wf_es.execution.finishing import attempt_timed_out, wait_after_ended
from wf_es.execution.lifecycle import may_begin_more
from wf_es.execution.scheduling import begin_task
from wf_es.execution.state import Timer
from wf_es.execution.timing import RETRY, TIMEOUT, WAIT_AFTER, WAIT_BEFORE


def fire_timer(draft: Draft, command: FireTimer) -> None:
    """Do what was to happen at the time of a timer, if anybody still waits for it."""
    timer = draft.state.timers.get(command.timer_id)
    if timer is not None:
        fired = draft.emit(TimerFired(timer_id=timer.id, task_id=timer.task_id, kind=timer.kind))
        _EFFECTS[timer.kind](draft, timer, fired)


def _begin(draft: Draft, timer: Timer, cause: int) -> None:
    if may_begin_more(draft.state, draft.state.tasks[timer.task_id]):
        begin_task(draft, timer.task_id, cause)
    else:
        draft.emit(TaskHeld(task_id=timer.task_id, policy=timer.kind), cause)


_EFFECTS = {
    WAIT_BEFORE: _begin,
    RETRY: _begin,
    TIMEOUT: attempt_timed_out,
    WAIT_AFTER: wait_after_ended,
}
