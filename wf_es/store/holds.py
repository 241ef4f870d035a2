"""Names that a process holds as long as it lives.

A runner must not take over what another living process is doing. Whether a
process lives is asked of the operating system: it holds a lock on a file
beside the log, and the system lets go of the lock when the process ends,
however it ends. Nothing has to be renewed, and no clock is involved.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import threading
import time
from pathlib import Path

from wf_es.errors import StoreUnavailable

_SUFFIX = ".held"
_OLD_SECONDS = 60
"""A file this old that nobody has locked is not just being made."""


class FileHolds:
    """Names held by lock files beside a log, known to all processes of a machine."""

    def __init__(self, log: Path) -> None:
        """Keep the files beside ``log``; none is made before it is needed."""
        self._log = log
        self._gate = threading.Lock()
        self._files: dict[str, int] = {}

    def hold(self, name: str) -> bool:
        """Hold a name until ``close``; False if somebody else has it.

        Raises:
            StoreUnavailable: the file of the name cannot be made.
        """
        with self._gate:
            if name in self._files:
                return True
            if not self._files:
                self._sweep()
            try:
                file = os.open(self._path(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise StoreUnavailable(f"{self._path(name)} cannot be locked: {error.strerror}") from error
            if not (_locks(file) and self._is_current(name, file)):
                os.close(file)
                return False
            self._files[name] = file
            return True

    def is_held(self, name: str) -> bool:
        """Whether a living process (this one included) holds a name."""
        with self._gate:
            if name in self._files:
                return True
            try:
                return not _is_free(self._path(name))
            except FileNotFoundError:
                return False
            except OSError as error:
                raise StoreUnavailable(f"{self._path(name)} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Let go of every name."""
        with self._gate:
            for name, file in self._files.items():
                # Nobody else can have the file: its lock is ours until it is closed.
                with contextlib.suppress(OSError):
                    self._path(name).unlink()
                os.close(file)
            self._files.clear()

    def _sweep(self) -> None:
        """Remove the files of processes that were killed long ago."""
        for path in self._log.parent.glob(f"{glob.escape(self._log.name)}.*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _OLD_SECONDS and _is_free(path):
                    path.unlink()

    def _is_current(self, name: str, file: int) -> bool:
        """Whether the file was not removed, by who held the name before, while we opened it."""
        try:
            found = self._path(name).stat()
        except OSError:
            return False
        return os.path.samestat(found, os.fstat(file))

    def _path(self, name: str) -> Path:
        return self._log.with_name(f"{self._log.name}.{name}{_SUFFIX}")


class MemoryHolds:
    """Names held within one process, which nobody else can see."""

    def hold(self, name: str) -> bool:
        """Hold a name: there is nobody else."""
        del name
        return True

    def is_held(self, name: str) -> bool:
        """Whether somebody holds a name: who did is gone, with all that was stored."""
        del name
        return False

    def close(self) -> None:
        """Let go of nothing."""


def _is_free(path: Path) -> bool:
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        return _locks(file)
    finally:
        os.close(file)


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
