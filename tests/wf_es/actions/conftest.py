"""A little web service on loopback, and actions that may call it."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from wf_es.actions import LOOPBACK, ActionContext, AddressPolicy, HttpSettings
from wf_es.actions.http_gateway import HttpGateway

SMALL_REPLY = 20_000

CERTIFICATE = Path(__file__).with_name("shop_example.pem")
"""Certificate and key of shop.example, made for these tests and trusted by nobody else."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output quiet."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        self.server.seen.append(
            {
                "method": self.command,
                "path": self.path,
                "query": parse_qsl(url.query),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode(),
            }
        )
        parts = url.path.strip("/").split("/")
        getattr(self, f"_{parts[0]}")(*parts[1:])

    do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _json(self, status: str = "200") -> None:
        self._send(int(status), json.dumps({"ok": True}).encode(), Content_Type="application/json")

    def _text(self) -> None:
        self._send(200, "gr\u00fc\u00df".encode("latin-1"), Content_Type="text/plain; charset=ISO-8859-1")

    def _nan(self) -> None:
        self._send(200, b'{"a": NaN}', Content_Type="application/json")

    def _empty(self) -> None:
        self._send(200, b"")

    def _cookie(self) -> None:
        self._send(200, b"1", Set_Cookie="session=abc; Path=/", X_Mixed_Case="kept")

    def _redirect(self, status: str, *rest: str) -> None:
        self._send(int(status), b"", Location="/" + "/".join(rest), Set_Cookie="seen=yes; Path=/")

    def _away(self) -> None:
        self._send(307, b"", Location=self.server.elsewhere)

    def _zipped(self, size: str) -> None:
        self._send(200, gzip.compress(b"0" * int(size)), Content_Encoding="gzip")

    def _misnamed(self) -> None:
        self._send(200, b"plain", Content_Encoding="gzip")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        self._until_cut(b"x" * 8192, 0)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        self._until_cut(b"x", 0.05)

    def _until_cut(self, piece: bytes, pause: float) -> None:
        try:
            while not self.server.is_ending:
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            pass


class Web(ThreadingHTTPServer):
    """The service; ``seen`` are the requests that arrived."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free loopback port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[dict[str, Any]] = []
        self.names: list[str | None] = []
        self.elsewhere = ""
        self.is_ending = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are part of the tests."""


def _serving(prepare: Callable[[Web], None] = lambda web: None) -> Iterator[Web]:
    web = Web()
    prepare(web)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield web
    web.is_ending = True
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    """A running web service."""
    yield from _serving()


@pytest.fixture
def other_web() -> Iterator[Web]:
    """A second one, which is another origin."""
    yield from _serving()


@pytest.fixture
def gateway() -> Iterator[HttpGateway]:
    """A gateway that may call loopback and takes small replies only."""
    settings = HttpSettings(addresses=AddressPolicy(opened=LOOPBACK), reply_bytes=SMALL_REPLY, timeout=5)
    gateway = HttpGateway(settings)
    yield gateway
    gateway.close()


@pytest.fixture
def context() -> ActionContext:
    """The context of some action execution."""
    return ActionContext(
        action_execution_id="a-1",
        action_name="x",
        workflow_name="w",
        workflow_execution_id="e-1",
        task_name="t",
        task_execution_id="t-1",
        callback_url="http://server/callback/secret",
        project="p",
        actor="ada",
    )


@pytest.fixture
def secure_web() -> Iterator[Web]:
    """A service that speaks TLS as ``shop.example``; ``names`` are those that clients asked for."""
    yield from _serving(_secured)


def _secured(web: Web) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def note(connection: ssl.SSLObject, name: str | None, used: ssl.SSLContext) -> None:
        web.names.append(name)

    context.sni_callback = note
    web.socket = context.wrap_socket(web.socket, server_side=True)
