"""One commit at a time: what is ready is committed together.

Making a transaction durable takes most of the time of a small append, and one
transaction with many appends takes hardly longer than one with a single
append. So callers hand their writes to a queue, and whoever commits takes
whatever lies there into one transaction. With an empty queue a write is
committed at once; nothing is ever delayed in the hope of company.

Usually a thread of its own commits. A caller that has nothing to do but wait
for its write may do it itself (``help``), if nobody else is at it: that saves
two changes of threads, which cost more than all the rest of a small commit.

A write may be built on an earlier one that is not committed yet. When a commit
fails, those that stand on it must fail too, even if the store would take them:
their streams have moved on to a new *epoch*, and a write of an old epoch is
stale (``is_current`` says so). One stream's conflict costs the others nothing:
the rest of the group is committed without it.

Every write that was handed over is settled, whatever happens, also at close.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue

from wf_es.envelope import Recorded
from wf_es.errors import StoreUnavailable, VersionConflict
from wf_es.ports import Batch, EventStore, Listener

_GROUP_LIMIT = 500
"""Most writes in one transaction."""

_log = logging.getLogger(__name__)


class Write:
    """Batches to be appended together, all or none.

    ``settled`` gives the position of the last event, or raises. Its callbacks
    run in the thread that commits and must be quick. ``is_current`` says whether
    what the write was built on still stands.
    """

    __slots__ = ("batches", "events", "is_current", "settled")

    def __init__(self, batches: tuple[Batch, ...], events: tuple[Recorded, ...]) -> None:
        """Take the batches, and the same events in plain form."""
        self.batches = batches
        self.events = events
        self.is_current: Callable[[], bool] = _always
        self.settled: Future[int] = Future()


class Writer:
    """Commits writes in the order in which they were handed over."""

    def __init__(self, store: EventStore) -> None:
        """Take the store; the thread starts when it is first needed."""
        self._store = store
        self._ready: deque[Write] = deque()
        self._calls: SimpleQueue[bool] = SimpleQueue()
        self._listeners: tuple[Listener, ...] = ()
        self._gate = threading.Lock()
        self._committing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` of each commit from now on, in order of position.

        It gets the position of the last event of the commit and all its
        events; their positions follow each other without a gap.
        """
        with self._gate:
            self._listeners = (*self._listeners, listener)

    def put(self, write: Write, *, will_help: bool = False) -> None:
        """Hand over a write; after ``close`` it fails at once.

        With ``will_help`` the caller promises to call ``help`` right after.
        """
        with self._gate:
            closed = self._closed
            if not closed:
                self._ready.append(write)
        if closed:
            _fail([write], StoreUnavailable("The engine is closed; nothing more is written"))
        elif not will_help:
            self._call()

    def help(self) -> None:
        """Commit what is ready in this thread, unless another one is at it."""
        if self._ready and self._committing.acquire(blocking=False):
            try:
                self._commit_ready()
            finally:
                self._committing.release()
        if self._ready:
            self._call()

    def close(self) -> None:
        """Commit what was handed over, then stop; a second time does nothing."""
        with self._gate:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._calls.put(False)
            if thread is not threading.current_thread():
                thread.join()
        with self._committing:
            while self._ready:
                self._commit_ready()

    def _call(self) -> None:
        """Have the thread commit what is ready."""
        with self._gate:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="wf_es-writer", daemon=True)
                self._thread.start()
        self._calls.put(True)

    def _run(self) -> None:
        while self._calls.get():
            with self._committing:
                while self._ready:
                    self._commit_ready()

    def _commit_ready(self) -> None:
        """Take one group out of the queue and commit it; the caller holds the lock."""
        group = [self._ready.popleft() for _ in range(min(len(self._ready), _GROUP_LIMIT))]
        try:
            self._commit(group)
        finally:
            interrupted = StoreUnavailable(
                "Interrupted while writing; it may be stored: look before repeating it"
            )
            _fail([write for write in group if not write.settled.done()], interrupted)

    def _commit(self, group: list[Write]) -> None:
        """Commit the group, without those that conflict.

        1. Set aside what has become stale; it fails.
        2. Append the rest in one transaction.
        3. If one stream conflicts, fail its writes and begin again with the rest.
        4. Tell the listeners, then settle the writes.
        """
        while group:
            group = self._without_stale(group)
            if not group:
                return
            try:
                position = self._store.append([batch for write in group for batch in write.batches])
            except VersionConflict as error:
                group = self._without_conflict(group, error)
            except Exception as error:  # noqa: BLE001 - whatever it is, no caller may be left waiting
                _fail(group, error)
                return
            else:
                self._settle(group, position)
                return

    def _without_stale(self, group: Sequence[Write]) -> list[Write]:
        current = []
        for write in group:
            if write.is_current():
                current.append(write)
            else:
                _fail([write], VersionConflict("The write that this one was built on was not committed"))
        return current

    def _without_conflict(self, group: list[Write], error: VersionConflict) -> list[Write]:
        stream = error.details.get("stream")
        losers = [write for write in group if any(batch.stream == stream for batch in write.batches)]
        if not losers:
            losers = group
        _fail(losers, error)
        return [write for write in group if write not in losers]

    def _settle(self, group: Sequence[Write], position: int) -> None:
        events = tuple(event for write in group for event in write.events)
        for listener in self._listeners:
            try:
                listener(position, events)
            except Exception:  # noqa: BLE001 - what is committed is committed, whoever fails to notice
                _log.exception("A listener failed on the events up to position %d", position)
        last = position - len(events)
        for write in group:
            last += len(write.events)
            write.settled.set_result(last)


def _always() -> bool:
    return True


def _fail(writes: Sequence[Write], error: BaseException) -> None:
    for write in writes:
        write.settled.set_exception(error)
