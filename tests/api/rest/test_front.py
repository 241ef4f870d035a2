"""Before it serves and while it stops, a server answers 503 and the probes."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import falcon
import pytest
from falcon import testing
from falcon.asgi import App, Request, Response

from api.rest.front import Front


class Backend:
    """Something that can be started and stopped, and notes what is asked of it."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.calls: list[str] = []
        self.may_start = threading.Event()
        self.failure: Exception | None = None

    def start(self) -> App[Request, Response]:
        """Return an app once it may start."""
        self.may_start.wait(5)
        if self.failure is not None:
            raise self.failure
        app = App()
        app.add_route("/slow", self)
        return app

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer after a moment, having noted that the request came in."""
        self.calls.append("request")
        await asyncio.sleep(0.05)
        self.calls.append("answer")

    def quiesce(self) -> None:
        """Note the call."""
        self.calls.append("quiesce")

    def stop(self) -> None:
        """Note the call."""
        self.calls.append("stop")


async def status(front: Front, path: str) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of the answer to a GET."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    await front(testing.create_scope(path=path), receive, send)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


class Life:
    """Drives the lifespan of a front as a server does."""

    def __init__(self, front: Front) -> None:
        """Begin the lifespan."""
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        self._task = asyncio.ensure_future(front({"type": "lifespan"}, self._inbox.get, self._outbox.put))

    async def say(self, event: str) -> str:
        """Send an event and return the type of the reply."""
        await self._inbox.put({"type": event})
        return str((await self._outbox.get())["type"])


async def until_ready(front: Front) -> None:
    """Wait until the front has left its first phase."""
    while front.phase == "starting" and front.failure is None:
        await asyncio.sleep(0.001)


def test_the_life_of_a_server() -> None:
    """503 while starting, the app when ready, 503 while stopping; in-flight requests finish first."""
    backend = Backend()
    told: list[str] = []

    async def scenario() -> None:
        front = Front(backend, lambda: told.append("ready"))
        life = Life(front)
        assert await life.say("lifespan.startup") == "lifespan.startup.complete"
        code, headers = await status(front, "/v2/executions")
        assert (code, headers["retry-after"]) == (503, "1")
        assert headers["content-type"] == "application/problem+json"
        assert (await status(front, "/readyz"))[0] == 503
        assert (await status(front, "/healthz"))[0] == 200
        assert told == []
        backend.may_start.set()
        await until_ready(front)
        assert told == ["ready"]
        request = asyncio.ensure_future(status(front, "/slow"))
        await asyncio.sleep(0.01)
        assert await life.say("lifespan.shutdown") == "lifespan.shutdown.complete"
        assert (await request)[0] == 200
        assert (await status(front, "/slow"))[0] == 503

    asyncio.run(scenario())
    assert backend.calls == ["request", "quiesce", "answer", "stop"]


def test_a_failed_start_is_known_and_still_stopped() -> None:
    """The failure is there for whoever watches, and what was begun is stopped."""
    backend = Backend()
    backend.failure = falcon.HTTPError(500)
    backend.may_start.set()

    async def scenario() -> Front:
        front = Front(backend)
        life = Life(front)
        await life.say("lifespan.startup")
        await until_ready(front)
        assert (await status(front, "/v2"))[0] == 503
        await front.stop()
        return front

    assert asyncio.run(scenario()).failure is backend.failure
    assert backend.calls == ["quiesce", "stop"]


def test_requests_that_do_not_finish_are_not_waited_for_for_ever() -> None:
    """The time to drain is limited."""
    backend = Backend()
    backend.may_start.set()

    async def scenario() -> None:
        front = Front(backend)
        life = Life(front)
        await life.say("lifespan.startup")
        await until_ready(front)
        request = asyncio.ensure_future(status(front, "/slow"))
        await asyncio.sleep(0.01)
        await front.stop(drain_seconds=0.0)
        assert backend.calls == ["request", "quiesce", "stop"]
        await request

    asyncio.run(scenario())


class Reader:
    """A resource that keeps what it read."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.bodies: list[bytes] = []

    async def on_post(self, req: Request, resp: Response) -> None:
        """Read the body."""
        self.bodies.append(await req.stream.read())


@pytest.mark.parametrize(
    ("messages", "code", "read"),
    [
        ([("http.request", b"ab", True), ("http.request", b"cd", False)], 200, [b"abcd"]),
        ([("http.request", b"", False), ("http.disconnect", b"", False)], 200, [b""]),
        ([("http.request", b"ab", True), ("http.disconnect", b"", False)], 400, []),
        ([("http.disconnect", b"", False), ("http.disconnect", b"", False)], 400, []),
    ],
)
def test_a_cut_body_is_not_taken_for_a_whole_one(
    messages: list[tuple[str, bytes, bool]], code: int, read: list[bytes]
) -> None:
    """Half of a definition must never pass for all of it."""
    resource, backend = Reader(), Backend()
    app: App[Request, Response] = App()
    app.add_route("/", resource)
    backend.start = lambda: app  # type: ignore[method-assign]
    inbox = [{"type": kind, "body": body, "more_body": more} for kind, body, more in messages]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return inbox.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def scenario() -> None:
        front = Front(backend)
        await Life(front).say("lifespan.startup")
        await until_ready(front)
        scope = testing.create_scope(method="POST", path="/", headers={"Transfer-Encoding": "chunked"})
        await front(scope, receive, send)

    asyncio.run(scenario())
    assert (sent[0]["status"], resource.bodies) == (code, read)
