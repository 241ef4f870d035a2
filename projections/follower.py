"""The follower: a thread that keeps the views where the log is.

It is woken after each commit of its own process, and looks by itself every
few hundredths of a second for what other processes have written. Whoever
waits for a position is woken when it is reached.

Before it follows a log it makes sure that the rows are of this log. They are
not if the log was put back to an older state, or replaced, and the file of the
views was left; then they are folded anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from projections.projector import Projector
from wf_es.ports import EventStore

_LOG = logging.getLogger(__name__)

BATCH = 500
"""Most events in one transaction."""

Progress = Callable[[int, int], None]
"""Told during a long catch-up: the position reached, and the head of the log."""


class Follower:
    """Reads the log batch by batch and hands it to the projector."""

    def __init__(
        self, projector: Projector, store: EventStore, poll: float = 0.05, pause: float = 1.0
    ) -> None:
        """Prepare; nothing runs before ``start``.

        Args:
            projector: What folds the events.
            store: The log.
            poll: Seconds between two looks for events of other processes.
            pause: Seconds to wait after the store or the database failed.

        """
        self._projector = projector
        self._store = store
        self._poll = poll
        self._pause = pause
        self._turn = threading.Lock()
        self._moved = threading.Condition()
        self._wake = threading.Event()
        self._stopping = False
        self._knows_log = False
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None

    @property
    def is_running(self) -> bool:
        """Whether the thread is following the log."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def position(self) -> int:
        """The position this process knows the views to have reached."""
        return self._projector.position

    def start(self) -> None:
        """Start the thread; starting twice changes nothing."""
        if self.is_running:
            return
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread after the batch at hand and wait for its end."""
        thread, self._thread = self._thread, None
        self._stopping = True
        self._wake.set()
        if thread is not None:
            thread.join()
        with self._moved:
            self._moved.notify_all()

    def notify(self) -> None:
        """Wake the thread: there is something new in the log."""
        self._wake.set()

    def step(self) -> bool:
        """Fold the next batch; False if there was none."""
        with self._turn:
            batch = self._store.read(self._projector.position, BATCH)
            if batch:
                self._projector.project(batch)
            else:
                self._projector.open_to_readers()
        if batch:
            with self._moved:
                self._moved.notify_all()
        return bool(batch)

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold everything up to the head of the log as of now; return the position."""
        self._find_log()
        head = self._store.head()
        while self._projector.position < head and self.step():
            if progress is not None:
                progress(self._projector.position, head)
        with self._turn:
            if self._projector.position >= head:
                self._projector.open_to_readers()
        return self._projector.position

    def begin_again(self) -> None:
        """Drop every row between two batches and go on from the beginning."""
        with self._turn:
            self._projector.begin_again()

    def wait(self, position: int, timeout: float) -> bool:
        """Wait until the running thread has reached a position; False if too late."""
        deadline = time.monotonic() + timeout
        with self._moved:
            while self._projector.position < position:
                remaining = deadline - time.monotonic()
                if remaining <= 0 or not self.is_running:
                    return False
                self._moved.wait(remaining)
        return True

    def _find_log(self) -> None:
        """Begin again if the rows were folded from another log than this one."""
        with self._turn:
            if self._knows_log or self._projector.is_of(self._store):
                self._knows_log = True
                return
            _LOG.warning(
                "the views stand at position %d of another log than this one, which was replaced or put back"
                " to an older state; they are built again from it",
                self._projector.position,
            )
            self._projector.begin_again()
            self._knows_log = True

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            delay = self._poll if self._follow() else self._pause
            self._wake.wait(delay)

    def _follow(self) -> bool:
        """Fold what there is; False if the world did not let us."""
        try:
            self._projector.find_anew()
            self._find_log()
            while self.step():
                if self._stopping:
                    break
        except Exception as error:  # noqa: BLE001  (whatever it was, the thread must live on and say so)
            if self.failure is None:
                _LOG.exception("the views cannot follow the log; trying again every %g s", self._pause)
            self.failure = error
            self._knows_log = False
            return False
        self.failure = None
        return True
