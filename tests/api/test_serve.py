"""Small parts of the server starter; the real thing is in the acceptance tests."""

from __future__ import annotations

import io

import pytest

from api import serve
from wf_es.errors import StoreUnavailable


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
