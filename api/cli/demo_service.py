"""A little web service that adds numbers, but not at once.

It stands for any system that takes a job over HTTP and reports later: it
answers 202 immediately, adds in a thread of its own, and posts the sum to the
callback address that came with the request.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

import httpx

THINKING_SECONDS = 0.5
"""How long the service takes to add two numbers."""


class SumService:
    """The service, running on a free loopback port while the block lasts."""

    def __init__(self) -> None:
        """Take a port; nothing is answered before the block is entered."""
        self.taken: list[dict[str, str]] = []
        self.delivered: list[int] = []
        self._jobs: list[threading.Thread] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.service = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """The address that adds."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/sum"

    def __enter__(self) -> SumService:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, query: str, numbers: list[float], callback: str) -> None:
        """Begin a job and return at once."""
        self.taken.append({"query": query, "callback": callback})
        job = threading.Thread(target=self.work, args=(numbers, callback), daemon=True)
        self._jobs.append(job)
        job.start()

    def finish(self) -> None:
        """Wait until every job that was taken is reported."""
        for job in self._jobs:
            job.join()

    def work(self, numbers: list[float], callback: str) -> None:
        """Add, and report the sum to whoever asked."""
        threading.Event().wait(THINKING_SECONDS)
        total = sum(int(number) if number.is_integer() else number for number in numbers)
        try:
            answer = httpx.post(
                callback, json={"state": "SUCCESS", "output": total}, timeout=10.0, trust_env=False
            )
        except httpx.HTTPError:
            # Nobody listens any more: the server, which asked, is gone.
            return
        self.delivered.append(answer.status_code)


class _Server(ThreadingHTTPServer):
    """An HTTP server that knows whose work it takes."""

    service: SumService
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    """Takes a job and answers before it is done."""

    server: _Server

    def do_GET(self) -> None:
        """Take a job: the numbers are in the query, the address in a header."""
        query = parse_qs(urlsplit(self.path).query)
        callback = self.headers.get("Mistral-Callback-URL", "")
        try:
            numbers = [float(value) for values in query.values() for value in values]
        except ValueError:
            self._answer(400, b"only numbers can be added\n")
            return
        self._answer(202, b"I will call back\n")
        self.server.service.take(urlsplit(self.path).query, numbers, callback)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo tells the story."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
