"""Fire the timers of executions when their time has come.

The log is the only place where a timer is kept for sure. This process keeps
those that it has committed itself in a timetable, which is the fast way; what
earlier processes left behind is found in the states, by one process at a
time, which looks again when others have written to the store. A timer that
two processes fire counts once, because the engine knows.

Delays are measured on the monotonic clock from the moment a timer was set, or
found: a clock that jumps makes nothing fire twice. While the store is away
firing is tried again, so a timer may be late and is never lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from wf_es.envelope import Recorded
from wf_es.errors import WfEsError
from wf_es.execution.commands import FireTimer
from wf_es.execution.copying import news
from wf_es.execution.events import (
    ActionCompleted,
    ExecutionActivated,
    RetryScheduled,
    TaskCompleted,
    TaskContinued,
    TaskDelayed,
    TaskHeld,
    TaskRerun,
    TaskSkipped,
    TaskTimedOut,
    TimerFired,
    TimerSet,
)
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.recovery import readable_state
from wf_es.runners.reporting import Reporter, retry_delay
from wf_es.runners.timetable import Entry, Timetable

TIMERS = "timers"
"""The name that is held by whoever looks for timers of other processes."""

_IN_TURN_SECONDS = 0.5
"""How often to look whether the process that did so is gone."""

_OTHERS_SECONDS = 30.0
"""How often to look whether other processes have written to the store."""

_OVER = frozenset(
    {
        RetryScheduled,
        TaskCompleted,
        TaskContinued,
        TaskDelayed,
        TaskHeld,
        TaskRerun,
        TaskSkipped,
        TaskTimedOut,
        TimerFired,
    }
)
"""After these a task does not wait any more for what it waited for."""

_log = logging.getLogger(__name__)


class _Found(NamedTuple):
    """A timer that a task waits for, as of event number ``version`` of its execution."""

    timer_id: str
    task_id: str
    execution_id: str
    project: str
    version: int


class _Alarm(NamedTuple):
    """A timer and its place in the timetable."""

    timer: _Found
    entry: Entry


class Alarms:
    """Fires the timers of one engine; start it once, stop it once."""

    def __init__(self, engine: EngineDoor, name: str = "timers") -> None:
        """Prepare; nothing fires before :meth:`start`. ``name`` begins the threads' names."""
        self._engine = engine
        self._name = name
        self._timetable = Timetable(name)
        self._reporter = Reporter(engine, self._timetable, _settled, "timer")
        self._changing = threading.Lock()
        self._alarms: dict[str, _Alarm] = {}
        self._stopping = threading.Event()
        self._known = -1
        self._recovery = threading.Thread(target=self._recover, name=f"{name}-recovery", daemon=True)

    def start(self) -> None:
        """Fire what is set from now on, and what was left behind."""
        self._engine.listen(self._on_commit)
        self._timetable.start()
        self._recovery.start()

    def stop(self) -> None:
        """Fire nothing more; what has not fired is found at the next start."""
        self._stopping.set()
        self._timetable.close(1.0)
        if self._recovery.ident is not None:
            self._recovery.join(1.0)

    def __len__(self) -> int:
        """Return how many timers wait here for their time."""
        with self._changing:
            return len(self._alarms)

    # --- what is set and what is over ---

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        """Note what was set and what is over; called by the engine after each commit."""
        with self._changing:
            if position - len(events) == self._known:
                self._known = position
        for recorded in news(events):
            data = recorded.data
            if isinstance(data, TimerSet):
                timer = _Found(
                    data.timer_id, data.task_id, recorded.stream, recorded.project, recorded.version
                )
                self._arm(timer, (data.due - recorded.time).total_seconds())
            elif isinstance(data, ActionCompleted):
                # One that runs by itself has no task: its timer bears its own id.
                self._disarm(data.action_id)
            elif isinstance(data, ExecutionActivated):
                self._timetable.after(0.0, partial(self._look_at, recorded.stream), key=recorded.stream)
            elif type(data) in _OVER:
                self._disarm(getattr(data, "task_id", ""))

    def _arm(self, timer: _Found, seconds: float) -> None:
        """Put a timer into the timetable; of two of the same task the later one counts."""
        with self._changing:
            before = self._alarms.get(timer.task_id)
            if before is not None:
                if before.timer.timer_id == timer.timer_id or before.timer.version > timer.version:
                    return
                self._timetable.cancel(before.entry)
            entry = self._timetable.after(seconds, partial(self._fire, timer), key=timer.timer_id)
            if entry is not None:
                self._alarms[timer.task_id] = _Alarm(timer, entry)

    def _disarm(self, task_id: str) -> None:
        with self._changing:
            alarm = self._alarms.pop(task_id, None)
            if alarm is not None:
                self._timetable.cancel(alarm.entry)

    def _fire(self, timer: _Found) -> None:
        with self._changing:
            alarm = self._alarms.get(timer.task_id)
            if alarm is not None and alarm.timer == timer:
                del self._alarms[timer.task_id]
        origin = self._engine.origin(f"runner:{self._name}", timer.project)
        command = FireTimer(execution_id=timer.execution_id, origin=origin, timer_id=timer.timer_id)
        self._reporter.report(timer.timer_id, command)

    # --- what others have set ---

    def _recover(self) -> None:
        """Find what others have set, as soon as no other process does this, and whenever they write."""
        attempt, delay = 0, 0.0
        while not self._stopping.wait(delay):
            try:
                delay = _OTHERS_SECONDS if self._take_over() else _IN_TURN_SECONDS
                attempt = 0
            except WfEsError as error:
                delay = retry_delay(attempt)
                attempt += 1
                _log.warning("timers that were left behind cannot be read yet: %s", error)
            except Exception:  # noqa: BLE001 - what is set here must not suffer
                _log.exception("looking for timers that were left behind failed")
                return

    def _take_over(self) -> bool:
        """Set the timers that are in the log if others wrote there; False if another process does this."""
        if not self._engine.hold(TIMERS):
            return False
        head = self._engine.head()
        with self._changing:
            before, self._known = self._known, head
        if head != before:
            try:
                self._look_at_all()
            except BaseException:
                self._known = -1
                raise
        return True

    def _look_at_all(self) -> None:
        for execution_id in list(self._engine.unfinished()):
            if not self._stopping.is_set():
                self._look_at(execution_id)

    def _look_at(self, execution_id: str) -> None:
        state = readable_state(self._engine, execution_id)
        if state is None or not state.timers:
            return
        now = self._engine.origin(self._name, state.project).now
        for timer in state.timers.values():
            found = _Found(timer.id, timer.task_id, execution_id, state.project, state.version)
            self._arm(found, max(0.0, (timer.due - now).total_seconds()))


def _settled(timer_id: str) -> None:
    """Nothing is left to do for a timer that has fired."""
