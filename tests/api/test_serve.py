"""Small parts of the server starter; the real thing is in the acceptance tests."""

from __future__ import annotations

import io
import logging
import socket
from types import SimpleNamespace

import pytest

from api import serve
from wf_es.errors import StoreUnavailable, WorldError


def test_a_known_failure_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever starts the server reads what is wrong, not a traceback."""
    serve.report(StoreUnavailable("the file cannot be opened"))
    assert capsys.readouterr().err == "wf_es cannot start: the file cannot be opened\n"


def test_an_unknown_failure_is_logged_in_full(caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw needs its traceback."""
    serve.report(ZeroDivisionError("oops"))
    assert "ZeroDivisionError: oops" in caplog.text


def test_a_reader_that_is_gone_is_no_failure() -> None:
    """The server goes on if nobody reads what it prints."""

    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    serve.say(Closed(), "wf_es listens")


def test_a_taken_address_is_said_in_one_line() -> None:
    """After some patience, as a predecessor may be about to leave it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(WorldError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            serve.await_address("127.0.0.1", port, 0.0)
    serve.await_address("127.0.0.1", port, 0.0)


def test_an_impossible_address_is_not_waited_for() -> None:
    """192.0.2.1 is reserved for documentation, so no machine has it."""
    with pytest.raises(WorldError, match=r"cannot listen on 192\.0\.2\.1:0"):
        serve.await_address("192.0.2.1", 0, 60.0)


class Receiver:
    """What takes a request's body."""

    def __init__(self, complete: bool) -> None:
        self._complete = complete
        self.is_cut = False

    def signal_disconnect(self) -> None:
        """Take note that nothing more comes."""
        self.is_cut = True


@pytest.mark.parametrize(
    ("accept", "complete", "stays", "is_cut"),
    [
        ("*/*", True, True, False),
        ("application/json", False, True, True),
        ("text/event-stream", True, False, False),
    ],
)
def test_a_client_that_has_said_all(accept: str, complete: bool, stays: bool, is_cut: bool) -> None:
    """It gets its answer before the connection ends; a stream would never end."""
    protocol = object.__new__(serve._Protocol)
    protocol._current_request = SimpleNamespace(headers=[("HOST", "x"), ("ACCEPT", accept)])
    protocol._body_receiver = Receiver(complete)

    assert protocol.eof_received() is stays
    assert protocol._body_receiver.is_cut is is_cut


def test_a_client_that_says_nothing_is_gone() -> None:
    """Without a request there is nothing to answer."""
    protocol = object.__new__(serve._Protocol)
    protocol._current_request = None
    assert protocol.eof_received() is False


def test_the_http_client_logs_no_addresses() -> None:
    """It would log whole URLs, and these may hold tokens."""
    serve._keep_secrets_out_of_logs()
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore").isEnabledFor(logging.DEBUG)
