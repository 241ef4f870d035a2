"""What the tests of the command line share: a fake server and a way to type."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner, Result

from api.cli.main import cli

Reply = tuple[int, Any]
Type = Callable[..., Result]


class FakeServer:
    """A server that answers what a test told it to, over real HTTP.

    Answers are kept by method and path (with the query, if the path has one).
    A list of answers is used up one by one; its last one stays.
    """

    def __init__(self) -> None:
        """Take a free port and answer from a thread."""
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        """The address to give to --url."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, method: str, path: str, *replies: Any, status: int = 200) -> None:
        """Answer a request below /v2/ with these bodies, one after another."""
        self._replies[method, path] = [
            reply if isinstance(reply, tuple) else (status, reply) for reply in replies
        ]

    def reply(self, method: str, target: str, body: Any) -> Reply:
        """Return what a request gets, and remember the request."""
        self.requests.append((method, target, body))
        for known in (target, urlsplit(target).path):
            replies = self._replies.get((method, known))
            if replies:
                return replies.pop(0) if len(replies) > 1 else replies[0]
        text = f"nothing is prepared for {method} {target}"
        return 404, {"faultstring": text, "code": "not-found"}

    def sent(self, method: str, path: str) -> list[Any]:
        """Return the bodies of the requests of a method to a path."""
        return [
            body for verb, target, body in self.requests if verb == method and urlsplit(target).path == path
        ]

    def queries(self, path: str) -> list[dict[str, str]]:
        """Return the query parameters of the GET requests to a path."""
        return [
            dict(parse_qsl(urlsplit(target).query))
            for verb, target, _ in self.requests
            if verb == "GET" and urlsplit(target).path == path
        ]

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    fake: FakeServer
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length).decode()
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        self.server.fake.headers.append(dict(self.headers.items()))
        status, body = self.server.fake.reply(
            self.command, self.path.removeprefix("/v2/"), json.loads(raw) if is_json else raw
        )
        is_stream = isinstance(body, str) and body.startswith(("data:", ":", "id:"))
        payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        kind = "text/event-stream" if is_stream else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    """A fake server for the length of a test."""
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def offline() -> Type:
    """Type a command for which no server is needed."""

    def type_in(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(cli, list(arguments), **options)

    return type_in


@pytest.fixture
def wf(fake: FakeServer) -> Type:
    """Type a command against the fake server."""

    def type_in(*arguments: str, **options: Any) -> Result:
        return CliRunner(env={"WF_ES_URL": fake.url}).invoke(cli, list(arguments), **options)

    return type_in
