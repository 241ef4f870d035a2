"""The little service takes a job, answers at once, and calls back."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from api.cli import demo_service
from api.cli.demo_service import SumService


class _Callback(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    posted: bytes = b""

    def do_POST(self) -> None:
        """Take one message."""
        _Callback.posted = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_sum_is_called_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """202 first; then the sum arrives where the header said."""
    monkeypatch.setattr(demo_service, "THINKING_SECONDS", 0.0)
    with HTTPServer(("127.0.0.1", 0), _Callback) as callback, SumService() as service:
        one = threading.Thread(target=callback.handle_request)
        one.start()
        address = f"http://127.0.0.1:{callback.server_address[1]}/back"

        answer = httpx.get(service.url, params={"a": 1, "b": 2}, headers={"Mistral-Callback-URL": address})
        one.join(10)
        service.finish()

    assert answer.status_code == 202
    assert _Callback.posted == b'{"state":"SUCCESS","output":3}'
    assert [job["query"] for job in service.taken] == ["a=1&b=2"]
    assert service.delivered == [200]


def test_what_is_no_number_is_refused() -> None:
    """The caller sees 400 and no job is taken."""
    with SumService() as service:
        answer = httpx.get(service.url, params={"a": "one"})

    assert (answer.status_code, service.taken) == (400, [])


def test_a_caller_who_is_gone_does_no_harm(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service shrugs."""
    monkeypatch.setattr(demo_service, "THINKING_SECONDS", 0.0)
    with SumService() as service:
        service.work([1.0], f"http://127.0.0.1:{free_port}/")

    assert service.delivered == []
