"""The demo's own parts; that it works as a whole is an acceptance test."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from api.cli import demo as demo_module
from api.cli.demo import EXAMPLES, example_file
from tests.api.cli.conftest import Type
from wf_es.errors import WorldError


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_part_of_the_package(name: str) -> None:
    """They are found beside the code, as after an installation."""
    assert example_file(name).read_text().count("version: '2.0'") == 1


def test_a_failure_is_said_and_the_log_kept(
    offline: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1, what was wrong, and where the server's log is."""

    def broken(self: demo_module.Demonstration) -> None:
        self.log.write_text("the last words of the server")
        raise WorldError("the server ended at once")

    monkeypatch.setattr(demo_module.Demonstration, "run", broken)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    result = offline("demo")

    (kept,) = tmp_path.glob("*.log")
    assert result.exit_code == 1
    assert "The demo failed: the server ended at once" in result.stderr
    assert f"The server's log is in {kept}" in result.stderr
    assert kept.read_text() == "the last words of the server"
    assert list(tmp_path.iterdir()) == [kept]


def test_a_signal_ends_it_with_nothing_left_behind(
    offline: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM leaves by the same door as everything else."""

    def interrupted(_self: demo_module.Demonstration) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(demo_module.Demonstration, "run", interrupted)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = signal.getsignal(signal.SIGTERM)

    result = offline("demo")

    assert (result.exit_code, list(tmp_path.iterdir())) == (143, [])
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_earlier_log_is_not_mixed_with(offline: Type, tmp_path: Path) -> None:
    """Two demos in one directory would tell one story."""
    (tmp_path / "demo.db").touch()

    result = offline("demo", "--directory", str(tmp_path))

    assert (result.exit_code, "earlier demo" in result.stderr) == (2, True)
