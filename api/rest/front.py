"""The ASGI callable of a server process: starting, serving, stopping.

A server may need a while before it can serve (it recovers what a crash left
behind) and a moment before it ends. During both it answers at once: 503 with
a JSON body, and the probes. In between it hands every request to the app.

Starting happens in a thread, so the probes answer meanwhile. Stopping has an
order: no new requests; event streams end; requests under way finish; then
what stands behind the app is stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol, TypeAlias

import falcon
from falcon.asgi import App, Request, Response

from api.rest import problems

LOG = logging.getLogger("wf_es.api")

AsgiApp: TypeAlias = "App[Request, Response]"
"""What the framework calls an app; other floors need not know whose it is."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DRAIN_SECONDS = 8.0
"""How long requests under way may take to finish when the server stops."""


class Backend(Protocol):
    """What stands behind the app; both methods may block."""

    def start(self) -> AsgiApp:
        """Build everything, recover what a crash left behind, return the app."""

    def quiesce(self) -> None:
        """End what never ends by itself, such as event streams."""

    def stop(self) -> None:
        """Stop everything in order; also if the start failed half-way."""


class Front:
    """Answers for a server in any phase of its life."""

    def __init__(self, backend: Backend, on_ready: Callable[[], None] = lambda: None) -> None:
        """Take what stands behind the app, and whom to tell when it is ready."""
        self.phase = "starting"
        self.failure: Exception | None = None
        self._backend = backend
        self._on_ready = on_ready
        self._app: AsgiApp | None = None
        self._waiting_room = _waiting_room(self)
        self._in_flight = 0
        self._starting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        app = self._app if self.phase == "ready" else None
        self._in_flight += 1
        try:
            await (app or self._waiting_room)(scope, _Whole(receive), send)  # type: ignore[arg-type]
        finally:
            self._in_flight -= 1

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._starting = asyncio.create_task(self._start())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        try:
            app = await asyncio.to_thread(self._backend.start)
        except Exception as error:  # noqa: BLE001 - reported by whoever watches `failure`
            self.failure = error
            return
        self._app = app
        if self.phase == "starting":
            self.phase = "ready"
            self._on_ready()

    async def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Stop in order; a second call does nothing."""
        if self.phase == "stopping":
            return
        self.phase = "stopping"
        if self._starting is not None:
            await self._starting
        self._backend.quiesce()
        deadline = asyncio.get_running_loop().time() + drain_seconds
        while self._in_flight and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(self._backend.stop)


class _Whole:
    """Receives a request's body whole or not at all.

    The framework takes a connection that is cut for the end of the body, so
    the first lines of a definition could pass for all of it. The first
    message is taken before anything can handle an error, so a cut that comes
    first shows with the second one.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._has_begun = False
        self._has_ended = False

    async def __call__(self) -> Message:
        message = await self._receive()
        is_cut = message["type"] == "http.disconnect" and not self._has_ended
        if is_cut and self._has_begun:
            raise falcon.HTTPBadRequest(description="The body is incomplete: the connection ended before it.")
        self._has_begun = True
        self._has_ended = not (is_cut or message.get("more_body", False))
        return {"type": "http.request", "body": b"", "more_body": True} if is_cut else message


def _waiting_room(front: Front) -> AsgiApp:
    app = App()
    app.add_error_handler(falcon.HTTPError, problems.on_http_error)
    app.add_route("/healthz", _Alive())

    async def refuse(req: Request, resp: Response | None, **_parameters: object) -> None:
        del req, resp
        raise falcon.HTTPServiceUnavailable(description=f"The server is {front.phase}; try again.")

    app.add_sink(refuse, prefix="/")
    return app


class _Alive:
    """The probe that says whether the process is alive."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Say that it is."""
        resp.media = {"status": "alive"}
