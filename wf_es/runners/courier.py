"""Deliver what crosses between executions: starts, orders, reports, deletions.

Parents and sub-workflows decide for themselves; what the events of one mean for
others are commands (:mod:`wf_es.execution.crossing`), and the courier submits
them right after the commit. It is fast, and it may forget: the log is the
outbox. What could not be delivered, or was on its way when a process ended, is
worked out again from the states, all reports before any order.

1. The engine tells of a commit; events that may concern others are noted by
   the execution they come from, and the writer goes on.
2. A worker takes the oldest event of the execution whose turn it is, asks the
   core what it means, and submits the commands without waiting for them.
   Only one worker at a time serves an execution, so the order between two
   executions is kept; executions take turns.
3. A start that is refused goes back to the parent as a refusal. After an
   outage of the store the execution is looked at anew.
4. When all commands of an execution that owes something have been committed,
   it is told so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from enum import Enum
from functools import partial
from itertools import chain
from typing import Any, Protocol

import msgspec

from wf_es.envelope import Origin, Recorded
from wf_es.errors import ConflictError, DefinitionError, NotFound, RequestError, WfEsError
from wf_es.execution.commands import Command
from wf_es.execution.copying import news
from wf_es.execution.crossing import (
    CROSSING,
    confirmation,
    crossings,
    open_children,
    outstanding_orders,
    outstanding_report,
    refusal,
)
from wf_es.execution.state import ExecutionState
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.lookout import Lookout
from wf_es.runners.reporting import is_passing, retry_delay
from wf_es.runners.timetable import Timetable

DELIVERY = "delivery"
"""The name that is held by whoever looks for what was not delivered."""

_NOTED = 20_000
"""Events noted at most; beyond that executions are looked at as a whole."""

_AT_ONCE = 500
"""Reports submitted at the start before waiting for their commits."""

_log = logging.getLogger(__name__)


class FamilyDoor(EngineDoor, Protocol):
    """What the courier needs of an engine."""

    def standing(self, execution_id: str) -> ExecutionState:
        """Return the execution at the head of its stream, deleted or not begun as it may be."""


class _Look(Enum):
    """Noted in place of an event: look at all that the execution may not have told others."""

    ALL = "all"


_Note = Recorded | Command | _Look


class _Parcel:
    """The commands that one note led to: what is to be done when all have been committed."""

    def __init__(self, source: str, confirm: Command | None) -> None:
        self.source = source
        self.confirm = confirm
        self._lock = threading.Lock()
        self._open = 1
        self._is_lost = False

    def add(self) -> None:
        """Count a command that is submitted."""
        with self._lock:
            self._open += 1

    def done(self, *, is_lost: bool = False) -> bool:
        """Count one that is settled; True if it was the last and none was lost."""
        with self._lock:
            self._open -= 1
            self._is_lost = self._is_lost or is_lost
            return not self._open and not self._is_lost


class Courier:
    """Delivers what crosses between executions; one per engine. Start it once, stop it once."""

    def __init__(self, engine: FamilyDoor, *, threads: int = 4, name: str = "courier") -> None:
        """Prepare; nothing is delivered before :meth:`start`. ``name`` begins the threads' names."""
        self._engine = engine
        self._name = name
        self._changed = threading.Condition()
        self._notes: OrderedDict[str, deque[_Note]] = OrderedDict()
        self._count = 0
        self._served: set[str] = set()
        self._pending = 0
        self._failures: dict[str, int] = {}
        self._is_over = False
        self._timetable = Timetable(f"{name}-timetable")
        self._lookout = Lookout(engine, DELIVERY, self._look_at_all)
        self._workers = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Deliver what crosses from now on, and what was not delivered before."""
        self._engine.listen(self._on_commit)
        self._timetable.start()
        for worker in self._workers:
            worker.start()
        self._lookout.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """Deliver what is noted, for at most ``timeout`` seconds; return whether nothing is left.

        What is left is found at the next start. Stopping again does nothing.
        """
        self._lookout.stop()
        deadline = time.monotonic() + timeout
        with self._changed:
            is_idle = self._changed.wait_for(self._is_idle, max(0.0, deadline - time.monotonic()))
            self._is_over = True
            self._notes.clear()
            self._changed.notify_all()
        self._timetable.close(1.0)
        for worker in self._workers:
            if worker.ident is not None:
                worker.join(1.0)
        return is_idle

    def _is_idle(self) -> bool:
        return not (self._notes or self._served or self._pending)

    # --- what is noted ---

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        """Note what may concern others; called by the engine after each commit."""
        for recorded in news(events):
            if type(recorded.data) in CROSSING:
                self._note(recorded.stream, recorded)

    def _note(self, source: str, note: _Note) -> None:
        with self._changed:
            if self._is_over:
                return
            notes = self._notes.setdefault(source, deque())
            if self._count >= _NOTED and isinstance(note, Recorded):
                self._count -= len(notes)
                notes.clear()
                note = _Look.ALL
            notes.append(note)
            self._count += 1
            self._changed.notify()

    def _next(self) -> tuple[str, _Note] | None:
        """Wait for a note of an execution that nobody serves; None at the end."""
        with self._changed:
            while not self._is_over:
                source = next((source for source in self._notes if source not in self._served), None)
                if source is None:
                    self._changed.wait()
                    continue
                notes = self._notes.pop(source)
                note = notes.popleft()
                self._count -= 1
                if notes:
                    self._notes[source] = notes
                self._served.add(source)
                return source, note
        return None

    def _served_now(self, source: str) -> None:
        with self._changed:
            self._served.discard(source)
            self._changed.notify_all()

    # --- what a worker does ---

    def _work(self) -> None:
        while (turn := self._next()) is not None:
            source, note = turn
            try:
                self._serve(source, note)
            except Exception as error:  # noqa: BLE001 - one execution must not stop the others
                self._failed(source, error)
            finally:
                self._served_now(source)

    def _serve(self, source: str, note: _Note) -> None:
        """Submit what one note means."""
        if isinstance(note, Command):
            self._submit(_Parcel(source, None), note)
            return
        state = self._engine.standing(source)
        origin = self._origin(state, note)
        commands: Iterable[Command]
        if isinstance(note, Recorded):
            commands = crossings(note, state, origin)
            confirm = confirmation(state, origin, note)
        else:
            commands = chain(outstanding_report(state, origin), outstanding_orders(state, origin))
            confirm = confirmation(state, origin)
        parcel = _Parcel(source, confirm)
        for command in commands:
            self._submit(parcel, command)
        self._settled(parcel)

    def _origin(self, state: ExecutionState, note: _Note) -> Origin:
        """Return who says so: whoever brought the event about, in the same request."""
        origin = self._engine.origin(f"runner:{self._name}", state.project)
        if not isinstance(note, Recorded):
            return origin
        return msgspec.structs.replace(origin, actor=note.actor, command=note.command, reason=note.reason)

    def _submit(self, parcel: _Parcel, command: Command) -> None:
        parcel.add()
        with self._changed:
            self._pending += 1
        try:
            future = self._engine.submit(command)
        except Exception as error:  # noqa: BLE001 - a refusal or an outage, judged in one place
            self._judge(parcel, command, error)
        else:
            future.add_done_callback(partial(self._committed, parcel, command))

    # --- what became of it; often in the writer's thread ---

    def _committed(self, parcel: _Parcel, command: Command, future: Future[Any]) -> None:
        self._judge(parcel, command, future.exception())

    def _judge(self, parcel: _Parcel, command: Command, error: BaseException | None) -> None:
        """Settle what was committed or refused; look again at the execution after an outage."""
        is_lost = False
        if error is None:
            self._failures.pop(parcel.source, None)
        elif is_passing(error):
            is_lost = True
            self._failed(parcel.source, error)
        else:
            self._refused(parcel.source, command, error)
        self._settled(parcel, is_lost=is_lost)
        with self._changed:
            self._pending -= 1
            self._changed.notify_all()

    def _refused(self, source: str, command: Command, error: BaseException) -> None:
        reply = refusal(command, error)
        if reply is not None:
            self._note(source, reply)
        if not isinstance(error, RequestError | ConflictError | DefinitionError):
            _log.error("%s for %s failed", type(command).__name__, command.execution_id, exc_info=error)

    def _settled(self, parcel: _Parcel, *, is_lost: bool = False) -> None:
        if parcel.done(is_lost=is_lost) and parcel.confirm is not None:
            self._note(parcel.source, parcel.confirm)

    def _failed(self, source: str, error: BaseException) -> None:
        """Look at an execution again when the store may be back; give up on other errors."""
        if not is_passing(error):
            _log.error("what crosses from execution %s was not delivered", source, exc_info=error)
            return
        failures = self._failures[source] = self._failures.get(source, -1) + 1
        delay = retry_delay(failures)
        _log.warning(
            "what crosses from execution %s cannot be delivered; again in %.1f s: %s", source, delay, error
        )
        self._timetable.after(delay, partial(self._note, source, _Look.ALL), key=source)

    # --- what was not delivered before ---

    def _look_at_all(self) -> None:
        """Submit all reports that may be outstanding and wait for them; then note all who may owe orders.

        Raises:
            WorldError: the store is away.
        """
        sources = list(self._engine.unfinished())
        submitted: list[Future[Any]] = []
        for execution_id in sources:
            state = self._readable(execution_id)
            if state is None:
                continue
            for source in (execution_id, *(child.id for child in open_children(state))):
                child = self._readable(source)
                for command in () if child is None else outstanding_report(child, self._origin_of(child)):
                    submitted.append(self._engine.submit(command))
            if len(submitted) >= _AT_ONCE:
                _wait_for(submitted)
        _wait_for(submitted)
        for execution_id in sources:
            self._note(execution_id, _Look.ALL)

    def _origin_of(self, state: ExecutionState) -> Origin:
        return self._origin(state, _Look.ALL)

    def _readable(self, execution_id: str) -> ExecutionState | None:
        if self._lookout.is_stopping:
            return None
        try:
            return self._engine.standing(execution_id)
        except NotFound:
            return None
        except WfEsError as error:
            if is_passing(error):
                raise
            _log.error("execution %s cannot be read and is left alone: %s", execution_id, error)
        except Exception:  # noqa: BLE001 - whatever one stream does, the others go on
            _log.exception("execution %s cannot be folded and is left alone", execution_id)
        return None


def _wait_for(submitted: list[Future[Any]]) -> None:
    """Wait for commits; a refusal is an answer, an outage is raised."""
    while submitted:
        error = submitted.pop().exception()
        if error is not None and is_passing(error):
            raise error
