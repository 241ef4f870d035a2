"""Executions as they were: the state after any event, from the same reducer as the present.

Asking about the past replays an execution's own events, as far as needed. So
that this does not begin at the first event each time, states on the way through
a long history are kept for a while: those that somebody has asked about, those
that were folded when it was loaded, and those that it went through in this
process. States share what is equal, so that costs little. Nothing else depends
on them, and what has happened does not change: they never need to be brought
up to date.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime

import msgspec

from wf_es.engine.collection import uncollected
from wf_es.engine.streams import Head, Streams
from wf_es.envelope import Recorded
from wf_es.errors import InvalidRequest
from wf_es.execution.moment import At, read_at
from wf_es.execution.state import ExecutionState
from wf_es.ports import EventStore, Sealed

_STEP = 500
"""Events from one kept state to the next."""

_MOST = 200_000
"""Events of the histories of which states are kept, all together."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """An execution right after one of its events, which is at ``position`` of the log.

    ``is_final``: whoever asks the same again gets the same, for ever. That
    holds for event numbers; a time may not be over yet.
    """

    state: ExecutionState
    position: int
    is_final: bool

    @property
    def number(self) -> int:
        """The number of the event."""
        return self.state.version


class _Past:
    """What is kept of one execution: states on the way, and where and when its events were recorded.

    ``latest`` holds, for each event, the latest time until then, so it never
    decreases, even if the clock was set back.
    """

    def __init__(self, genesis: Head[ExecutionState]) -> None:
        self.lock = threading.Lock()
        self.heads = [genesis]
        self.positions = array("q")
        self.latest = array("d")

    def before(self, number: int) -> Head[ExecutionState]:
        """Return the last kept state that is not beyond an event."""
        return self.heads[bisect_right(self.heads, number, key=_version) - 1]

    @property
    def weight(self) -> int:
        """How many events it is about."""
        return max(len(self.positions), self.heads[-1].version)

    def learn(self, events: Iterable[tuple[Sealed, Recorded]]) -> None:
        """Note where and when events were recorded that are new here."""
        for stored, recorded in events:
            if recorded.version == len(self.positions) + 1:
                self.positions.append(stored.position)
                time = recorded.time.timestamp()
                self.latest.append(max(time, self.latest[-1]) if self.latest else time)

    def keep(self, head: Head[ExecutionState], step: int) -> None:
        """Keep a state if it is one step beyond the last one."""
        if head.version >= self.heads[-1].version + step:
            self.heads.append(head)


class Moments:
    """The past of executions, read from the log."""

    def __init__(
        self, store: EventStore, streams: Streams[ExecutionState], *, step: int = _STEP, most: int = _MOST
    ) -> None:
        """Take the log, what folds it, and what to keep: each ``step``-th state, ``most`` events in all."""
        self._store = store
        self._streams = streams
        self._step = step
        self._most = most
        self._pasts: OrderedDict[str, _Past] = OrderedDict()
        self._lock = threading.Lock()
        streams.watch(step, self._passed)

    def at(self, present: ExecutionState, at: At) -> Moment:
        """Return an execution as it was after an event or at a time.

        Args:
            present: The execution as it stands.
            at: Which event, from 1 on; a time means the last event before the
                first one that was recorded later.

        Raises:
            InvalidRequest: it cannot be read, has not happened yet, or is before the start.
            CorruptHistory: its history cannot be read.
        """
        wanted = read_at(at)
        return self._at_time(present, wanted) if isinstance(wanted, datetime) else self._at(present, wanted)

    def by_position(self, present: ExecutionState, position: int) -> ExecutionState | None:
        """Return an execution as it was when the log had reached a position; None if it had not begun.

        Raises:
            CorruptHistory: its history cannot be read.
        """
        if not present.version:
            return None
        past = self._past(present.id)
        with past.lock:
            if self._position(past, present.version) <= position:
                return present
            self._learn(past, present.version)
            number = bisect_right(past.positions, position, hi=present.version)
            return self._fold(past, number).state if number else None

    def position(self, present: ExecutionState, number: int) -> int:
        """Return where in the log an event of an execution is.

        Raises:
            CorruptHistory: its history cannot be read.
        """
        past = self._past(present.id)
        with past.lock:
            self._learn(past, number)
            return past.positions[number - 1]

    def _at(self, present: ExecutionState, number: int) -> Moment:
        if number > present.version:
            last = present.version
            message = f"Event {number} has not happened yet: the last one of this execution is {last}"
            raise InvalidRequest(message, field="at", last=last)
        return self._moment(present, number, is_final=True)

    def _at_time(self, present: ExecutionState, time: datetime) -> Moment:
        past = self._past(present.id)
        with past.lock:
            self._learn(past, present.version)
            number = bisect_right(past.latest, time.timestamp(), hi=present.version)
        if number == 0:
            begun = datetime.fromtimestamp(past.latest[0], UTC).isoformat(timespec="microseconds")
            message = f"The execution had not begun at {time.isoformat()}: its first event is of {begun}"
            raise InvalidRequest(message, field="at")
        return self._moment(present, number, is_final=False)

    def _moment(self, present: ExecutionState, number: int, is_final: bool) -> Moment:
        past = self._past(present.id)
        with past.lock:
            state = present if number == present.version else self._fold(past, number).state
            return Moment(state=state, position=self._position(past, number), is_final=is_final)

    def _position(self, past: _Past, number: int) -> int:
        if number <= len(past.positions):
            return past.positions[number - 1]
        (stored,) = self._store.load(past.heads[0].id, number - 1, 1)
        return stored.position

    def _learn(self, past: _Past, upto: int) -> None:
        """Know where and when all events up to one were recorded."""
        known = len(past.positions)
        if known < upto:
            past.learn(self._streams.read(past.heads[0].id, known, upto - known))

    def _fold(self, past: _Past, upto: int) -> Head[ExecutionState]:
        """Return the head after an event, keeping states on the way."""
        base = past.before(upto)
        sealed = self._store.load(base.id, base.version, upto - base.version) if upto > base.version else []
        with uncollected() if len(sealed) > self._step else nullcontext():
            for begin in range(0, len(sealed), self._step):
                chunk = sealed[begin : begin + self._step]
                base, events = self._streams.follow(base, chunk)
                past.learn(zip(chunk, events, strict=True))
                past.keep(base, self._step)
        return base

    def _past(self, execution_id: str) -> _Past:
        """Return what is kept of an execution; what nobody has asked for longest may be forgotten."""
        with self._lock:
            past = self._pasts.get(execution_id)
            if past is None:
                past = self._pasts[execution_id] = _Past(self._streams.genesis(execution_id))
            self._pasts.move_to_end(execution_id)
            kept = sum(other.weight + self._step for other in self._pasts.values())
            while kept > self._most and len(self._pasts) > 1:
                _, gone = self._pasts.popitem(last=False)
                kept -= gone.weight + self._step
            return past

    def _passed(self, head: Head[ExecutionState]) -> None:
        """Keep a state of a long history that somebody has folded anyway; nobody waits for that."""
        if head.version < self._step:
            return
        past = self._past(head.id)
        if past.lock.acquire(blocking=False):
            try:
                # Commits do not end at round numbers: two of these states may stand closer together.
                past.keep(head, self._step // 2)
            finally:
                past.lock.release()


def _version(head: Head[ExecutionState]) -> int:
    return head.version
