"""Progress of long commands: few lines where nothing can be redrawn."""

from __future__ import annotations

import pytest

from api.cli.gauge import gauge


def test_a_long_command_says_now_and_then_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """At most nine lines, on standard error."""
    with gauge("things") as told:
        for done in range(1, 1001):
            told(done, 1000)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert (lines[0], len(lines)) == ("things: 100 of 1000", 9)


def test_a_short_one_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """One step is no news, nor is nothing at all."""
    with gauge("things") as told:
        told(5, 5)
    with gauge("things") as told:
        told(0, 0)
    assert capsys.readouterr().err == ""
