"""One writer at a time, over all processes of a machine.

SQLite's own busy handler sleeps up to 100 ms between tries, so with several
writing processes one runs while the others starve. An operating-system lock
on a file beside the database, taken around each write transaction, cuts the
longest wait about tenfold at a higher rate. It is released by the operating
system when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_PAUSES = (0.0002, 0.0005, 0.001)
"""Seconds between tries; the last one repeats."""


class LockTimeout(Exception):
    """The lock was held by another process for too long."""


class FileLock:
    """An exclusive lock on a file, between threads and between processes."""

    def __init__(self, path: Path, timeout: float) -> None:
        """Open (or create) the file; ``timeout`` is in seconds."""
        self._path = path
        self._timeout = timeout
        self._threads = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock for the length of a with statement."""
        deadline = monotonic() + self._timeout
        if not self._threads.acquire(timeout=self._timeout):
            raise LockTimeout(f"{self._path} is held by another thread for more than {self._timeout} s")
        try:
            self._lock_file(deadline)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the file; the lock is not used after this."""
        os.close(self._file)

    def _lock_file(self, deadline: float) -> None:
        tries = 0
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if monotonic() > deadline:
                    message = f"{self._path} is held by another process for more than {self._timeout} s"
                    raise LockTimeout(message) from error
                sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1
            else:
                return
