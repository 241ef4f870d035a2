"""Start the HTTP server: gunicorn with its own ASGI worker, and nothing else.

The arbiter (the process one starts) only supervises; engine, store and
threads are built in the worker, after the fork. The worker is gunicorn's with
three differences, each for a promise that its original does not keep:

* refusals that gunicorn makes before the app sees a request are JSON too;
* a signal wakes it at once, and what stands behind the app is stopped in
  order however it is told to end;
* it ends when the arbiter was killed: at once on Linux, within a second
  elsewhere. Otherwise it would hold port and store against a successor.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import gc
import logging
import mmap
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TextIO

import msgspec
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.asgi.lifespan import LifespanManager
from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers.gasgi import ASGIWorker

from api.assembly import Server
from api.rest import problems
from api.rest.front import DRAIN_SECONDS, Front
from wf_es.config import Settings
from wf_es.errors import WfEsError, WorldError

LOG = logging.getLogger("wf_es.serve")

GRACEFUL_SECONDS = 10
"""How long the worker may take to end before it is killed."""
KEEPALIVE_SECONDS = 20
"""How long an idle connection is kept for the next request."""
HEADER_SECONDS = 20
"""How long the head of a request may take to arrive."""

ADDRESS_SECONDS = 5.0
"""How long a predecessor may still hold the address."""

_STREAM = "text/event-stream"
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def serve(settings: Settings, exit_code: Callable[[Exception], int] = lambda _error: 1) -> None:
    """Serve until SIGTERM or SIGINT; leaves by SystemExit.

    Args:
        settings: What to serve, and where.
        exit_code: Says which status to leave with if the server cannot start.

    Raises:
        WorldError: nobody can listen at the address of the settings.
    """
    arbiter = os.getpid()
    await_address(settings.host, settings.port, ADDRESS_SECONDS)
    _keep_secrets_out_of_logs()
    # What is imported by now lives as long as the process. Taking it out of
    # garbage collection keeps its pages shared with the worker, and lets
    # both processes end in a third of the time.
    gc.freeze()
    application = _Application(settings, exit_code)
    try:
        application.run()
    except SystemExit as ending:
        # The worker leaves by this door as well, and the arbiter reads its status.
        if os.getpid() != arbiter:
            raise
        raise SystemExit((application.verdict[0] or 1) if ending.code else 0) from None


def await_address(host: str, port: int, patience: float) -> None:
    """Wait until one can listen at an address, which a predecessor may be about to leave.

    Raises:
        WorldError: one cannot, or not after ``patience`` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                text = f"the server cannot listen on {_bind(host, port)}: {error.strerror}"
                raise WorldError(f"{text}; choose another place with --host and --port") from error
            time.sleep(0.1)
        else:
            return


def _keep_secrets_out_of_logs() -> None:
    # The HTTP client logs whole URLs (INFO) and headers (DEBUG) of requests.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, configured by our settings instead of its own files."""

    def __init__(self, settings: Settings, exit_code: Callable[[Exception], int]) -> None:
        self._settings = settings
        self._exit_code = exit_code
        self.front: Front | None = None
        # One byte that arbiter and worker share: the exit code of a worker that
        # could not start, and has said why.
        self.verdict = mmap.mmap(-1, 1)
        logging.getLogger("gunicorn.error").addFilter(lambda _record: not self.verdict[0])
        super().__init__()

    def load_config(self) -> None:
        choices = {
            "bind": _bind(self._settings.host, self._settings.port),
            "workers": 1,
            "worker_class": _Worker,
            "timeout": 120,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": KEEPALIVE_SECONDS,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "loglevel": "warning",
            "proc_name": "wf-es",
            "post_fork": _after_fork,
        }
        for name, value in choices.items():
            self.cfg.set(name, value)

    def load(self) -> Front:
        if self.front is None:
            raise RuntimeError("the app is built after the fork, when the port is known")
        return self.front

    def _judge(self, failure: Exception) -> None:
        self.verdict[0] = self._exit_code(failure)

    def prepare(self, worker: _Worker) -> None:
        """Build the app of a worker, which knows the real port."""
        host, port = worker.sockets[0].sock.getsockname()[:2]
        address = f"http://{_bracketed(_reachable(host))}:{port}"

        def announce() -> None:
            if worker.age == 1:
                say(sys.stdout, f"wf_es listens on {address} (database: {self._settings.shown_db_url})")

        self.front = Front(Server(self._settings, address=address), announce)
        worker.on_failure = self._judge


def _bind(host: str, port: int) -> str:
    return f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _reachable(host: str) -> str:
    # 0.0.0.0 and :: mean "every address"; nobody can call these.
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _after_fork(arbiter: Arbiter, worker: _Worker) -> None:
    _end_with_parent(arbiter.pid)
    arbiter.app.prepare(worker)


def _end_with_parent(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class _Protocol(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's HTTP connection, with JSON refusals and a limit on slow heads.

    There are no WebSockets here: a request to change to one is answered as
    the plain request that it also is. A client that says all it has to say and
    closes its half of the connection still gets its answer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._is_half_closed = False
        super().connection_made(transport)
        self._head_timer = self.worker.loop.call_later(HEADER_SECONDS, self._head_is_late)

    def connection_lost(self, error: Exception | None) -> None:
        self._head_timer.cancel()
        super().connection_lost(error)

    def eof_received(self) -> bool:
        """Keep the connection until the answer is out, unless that never ends."""
        request = self._current_request
        if request is None or any(name == "ACCEPT" and _STREAM in value for name, value in request.headers):
            return False
        self._is_half_closed = True
        receiver = self._body_receiver
        if receiver is not None and not receiver._complete:
            receiver.signal_disconnect()
        return True

    def _arm_keepalive_timer(self) -> None:
        super()._arm_keepalive_timer()
        if self._is_half_closed:
            self._keepalive_timeout()

    def _is_websocket_upgrade(self, request: object) -> bool:
        return False

    def _head_is_late(self) -> None:
        if self.req_count <= 1 and self._current_request is None:
            self._send_error_response(408, "its head did not arrive in time")
            self._close_transport()

    def _send_error_response(
        self, status: int, message: str, extra_headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        status = status if status < 500 else 400
        text = f"The request cannot be read: {message[:255]}"
        body = msgspec.json.encode(problems.problem(status, text, code="http"))
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Content-Type: application/problem+json",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in extra_headers),
            "Connection: close",
        ]
        self._safe_write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


class _Worker(ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's ASGI worker, quick to end and never leaving the app unstopped."""

    def handle_exit_signal(self) -> None:
        """SIGTERM: finish what is under way, then end."""
        super().handle_exit_signal()
        self._woken.set()

    def handle_quit_signal(self) -> None:
        """SIGINT and SIGQUIT: end as soon as what stands behind the app is stopped."""
        super().handle_quit_signal()
        self._woken.set()

    async def _serve(self) -> None:
        self._woken = asyncio.Event()
        front = self.asgi
        lifespan = LifespanManager(front, self.log, self.state)
        await lifespan.startup()
        for listener in self.sockets:
            self.servers.append(await self.loop.create_server(lambda: _Protocol(self), sock=listener.sock))
        await self._watch(front)
        for server in self.servers:
            server.close()
        await front.stop(0.0 if self._quick_shutdown else DRAIN_SECONDS)
        await lifespan.shutdown()
        if front.failure is not None:
            raise SystemExit(Arbiter.WORKER_BOOT_ERROR)

    async def _watch(self, front: Front) -> None:
        while self.alive and front.failure is None and self.ppid == os.getppid():
            self.notify()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), 0.5)
        if front.failure is not None:
            report(front.failure)
            self.on_failure(front.failure)


def say(stream: TextIO, line: str) -> None:
    """Write a line at once; nobody may be reading any more."""
    with contextlib.suppress(OSError):
        stream.write(f"{line}\n")
        stream.flush()


def report(failure: BaseException) -> None:
    """Say on the error output why the server could not start."""
    if isinstance(failure, WfEsError):
        say(sys.stderr, f"wf_es cannot start: {failure.message}")
    else:
        LOG.error("wf_es cannot start", exc_info=failure)
