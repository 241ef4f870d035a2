"""A few warm processes in which any expression may go wrong.

An expression that is not compiled runs in library code which can loop for
ever or fill the memory inside a single C call; no thread can be stopped
there, a process can. This is therefore the only place of the core that
touches processes, and nothing else may: values go in, a value or a failure
comes out, and no rule of the engine is in here.

How it works: the first evaluation starts a process; one that is busy makes
the next caller start another, up to :data:`MOST_PROCESSES`, and above that
callers wait for a free one. A process that computes for too long is killed
by the system, or from here if it is still not back after several times as
long, so a stuck expression costs one process for about a second and nobody
else notices. The context functions an expression calls are called
here, in the caller's thread, and their time does not count. After a fork the
copy forgets the processes of its parent and starts its own.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition, Lock
from typing import Final

import msgspec

from wf_es.errors import WorldError
from wf_es.expressions.frame import BadCall, call_function
from wf_es.expressions.messages import (
    LARGEST,
    LENGTH,
    Abort,
    Aborted,
    Answer,
    Call,
    Done,
    Evaluate,
    Failed,
    FromChild,
    Message,
    Ready,
    packed,
)
from wf_es.expressions.results import NotJson
from wf_es.expressions.scope import Function

MOST_PROCESSES: Final = 4
_START_SECONDS: Final = 60.0
_PATIENCE: Final = 4.0
_LATE: Final = "too much time"
_ENDED: Final = "more memory than allowed"
_CHUNK: Final = 1 << 20
_START: Final = """
import sys, types
package = types.ModuleType("wf_es")
package.__path__ = [sys.argv[1]]
sys.modules["wf_es"] = package
from wf_es.expressions.child import main
main()
"""
"""What a process runs; it skips the package's own door, which opens the whole engine."""

_decoder: Final[msgspec.json.Decoder[FromChild]] = msgspec.json.Decoder(FromChild)


class _Late(Exception):
    """The deadline has passed."""


class _Gone(Exception):
    """The process has ended."""


class _Process:
    """One evaluating process and the pipe to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
            [sys.executable, "-s", "-c", _START, _package_folder()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONHASHSEED": "0",
                "TZ": "UTC",
            },
            start_new_session=True,
        )
        self._streams = [stream for stream in (self._process.stdin, self._process.stdout) if stream]
        self._input, self._output = (stream.fileno() for stream in self._streams)
        os.set_blocking(self._input, False)
        os.set_blocking(self._output, False)

    def is_alive(self) -> bool:
        """Say whether the process still runs."""
        return self._process.poll() is None

    def send(self, message: bytes, deadline: float) -> None:
        """Write a packed message; raises _Late or _Gone."""
        left = memoryview(message)
        while left:
            self._wait(self._input, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._input, left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise _Gone from error

    def receive(self, deadline: float) -> FromChild:
        """Read a message; raises _Late or _Gone."""
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > LARGEST:
            raise _Late
        return _decoder.decode(self._read(length, deadline))

    def reason_of_end(self) -> str:
        """Say why the process has ended, after _Gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1.0)
        return _LATE if self._process.returncode == -signal.SIGPROF else _ENDED

    def end(self) -> None:
        """Kill the process and close the pipe."""
        self._process.kill()
        self._close()
        self._process.wait()

    def forget(self) -> None:
        """Close this copy of the pipe: the process belongs to the one that forked."""
        self._close()
        self._process.returncode = 0

    def _close(self) -> None:
        for stream in self._streams:
            stream.close()

    def _read(self, size: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while size > 0:
            self._wait(self._output, select.POLLIN, deadline)
            try:
                part = os.read(self._output, min(size, _CHUNK))
            except BlockingIOError:
                continue
            if not part:
                raise _Gone
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    @staticmethod
    def _wait(descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _Late


class _Pool:
    """The processes of this process; a caller has one for itself while it evaluates."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._idle: list[_Process] = []
        self._all: list[_Process] = []
        self._count = 0
        self._closed = False

    def take(self) -> _Process:
        """Return an idle process, or a new one, or wait for one."""
        with self._changed:
            while True:
                while self._idle:
                    process = self._idle.pop()
                    if process.is_alive():
                        return process
                    self._drop(process)
                if self._count < MOST_PROCESSES:
                    self._count += 1
                    break
                self._changed.wait()
        return self._started()

    def give_back(self, process: _Process, *, usable: bool) -> None:
        """Take the process back, or end it if it cannot be used again."""
        with self._changed:
            if usable and not self._closed:
                self._idle.append(process)
            else:
                self._drop(process)
            self._changed.notify()

    def close(self) -> None:
        """End all processes, those at work as soon as they are given back."""
        with self._changed:
            self._closed = True
            while self._idle:
                self._drop(self._idle.pop())

    def forget(self) -> None:
        """Let go of everything without ending it, after a fork."""
        for process in self._all:
            process.forget()

    def _drop(self, process: _Process) -> None:
        self._count -= 1
        self._all.remove(process)
        process.end()

    def _started(self) -> _Process:
        try:
            process = _Process()
        except OSError as error:
            with self._changed:
                self._count -= 1
                self._changed.notify()
            raise WorldError("cannot start the process that evaluates expressions") from error
        self._all.append(process)
        is_ready = False
        try:
            is_ready = isinstance(process.receive(time.monotonic() + _START_SECONDS), Ready)
        except (_Late, _Gone) as error:
            raise WorldError("the process that evaluates expressions does not start") from error
        finally:
            if not is_ready:
                self.give_back(process, usable=False)
        return process


class _Current:
    """The pool in use; replaced when it is closed and after a fork."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: _Pool | None = None
        self._is_registered = False

    def get(self) -> _Pool:
        """Return the pool, made at the first call."""
        with self._lock:
            if not self._is_registered:
                self._is_registered = True
                os.register_at_fork(after_in_child=self.forget)
                atexit.register(self.close)
            if self._pool is None:
                self._pool = _Pool()
            return self._pool

    def forget(self) -> None:
        """Start anew in the copy that a fork has made."""
        self._lock = Lock()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.forget()

    def close(self) -> None:
        """Close the pool, if there is one."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


_current: Final = _Current()


def evaluate(request: Evaluate, functions: Mapping[str, Function]) -> Done | Failed:
    """Evaluate a request in one of the processes.

    Raises:
        NotJson: the data that it reads is not JSON.
        BadCall: a context function does not take the arguments.
        WorldError: no process can be started.
        Exception: whatever a context function raised, unchanged.
    """
    message = _packed(request)
    pool = _current.get()
    process = pool.take()
    usable = False
    try:
        reply = _converse(process, message, request.limits.seconds, functions)
        usable = not (isinstance(reply, Done) and reply.tired) and not _is_broken(reply)
    except _AbortedBy as stop:
        usable = stop.is_usable
        raise stop.error from None
    finally:
        pool.give_back(process, usable=usable)
    return reply


def close_sandbox() -> None:
    """End all evaluating processes; the next evaluation starts new ones."""
    _current.close()


class _AbortedBy(Exception):
    """A context function raised an error; says whether the process can go on."""

    def __init__(self, error: Exception, is_usable: bool) -> None:
        super().__init__()
        self.error = error
        self.is_usable = is_usable


def _packed(message: Message) -> bytes:
    try:
        return packed(message)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson("a value") from error


def _is_broken(reply: Done | Failed) -> bool:
    return isinstance(reply, Failed) and reply.kind == "memory"


def _converse(
    process: _Process, message: bytes, seconds: float, functions: Mapping[str, Function]
) -> Done | Failed:
    left = seconds * _PATIENCE
    while True:
        started = time.monotonic()
        try:
            process.send(message, started + left)
            reply = process.receive(started + left)
        except _Late:
            return Failed(kind="memory", reason=_LATE, seconds=seconds)
        except _Gone:
            return Failed(kind="memory", reason=process.reason_of_end(), seconds=seconds)
        left -= time.monotonic() - started
        if isinstance(reply, (Done, Failed)):
            return reply
        if not isinstance(reply, Call):
            return Failed(kind="memory", reason=_ENDED, seconds=seconds)
        message = _called(process, reply, functions)


def _called(process: _Process, call: Call, functions: Mapping[str, Function]) -> bytes:
    """Call a context function; if it fails, bring the process back to rest first."""
    try:
        if call.name not in functions:
            raise BadCall(f"there is no function '{call.name}'")
        value = call_function(functions[call.name], call.name, call.arguments, call.keywords)
        return _packed(Answer(value=value))
    except Exception as error:
        raise _AbortedBy(error, _abort(process)) from error


def _abort(process: _Process) -> bool:
    deadline = time.monotonic() + 1.0
    try:
        process.send(packed(Abort()), deadline)
        return isinstance(process.receive(deadline), Aborted)
    except (_Late, _Gone):
        return False


def _package_folder() -> str:
    return str(Path(__file__).resolve().parent.parent)
