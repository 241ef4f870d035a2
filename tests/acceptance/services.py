"""Small real web services on loopback that workflows talk to."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Delegation(NamedTuple):
    """A request that is to be answered later: for which action, and where to."""

    action_id: str
    callback_url: str


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        """Let the service decide what to answer."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        status, answer = self.server.answer(parts.path, query, dict(self.headers.items()))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the name is the library's)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class Service(ThreadingHTTPServer):
    """A web service on a free port of 127.0.0.1; subclasses give ``answer``."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen and serve until ``close``."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, object]:
        """Return status and body for a request."""
        raise NotImplementedError

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take it that a caller was killed in the middle of its call."""

    def close(self) -> None:
        """Stop serving."""
        self.shutdown()
        self.server_close()
        self._thread.join()


class CounterService(Service):
    """Counts how often it was called for each key, and keeps what was delegated to it."""

    def __init__(self, value: int) -> None:
        """Start with no calls; ``value`` is what ``/count`` answers."""
        self._value = value
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.delegations: list[Delegation] = []
        super().__init__()

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, object]:
        """Count the call; ``/count`` gives the value at once, ``/delegate`` only takes note."""
        with self._lock:
            if path == "/count":
                self.calls[query["key"]] += 1
                return 200, {"value": self._value}
            action_id = headers["Mistral-Action-Execution-Id"]
            self.calls[action_id] += 1
            self.delegations.append(Delegation(action_id, headers["Mistral-Callback-URL"]))
            return 202, {"accepted": True}
