"""Which workflow of a file is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.cli.conftest import Type

TWO = "version: '2.0'\none:\n  tasks: {a: {action: std.noop}}\ntwo:\n  tasks: {b: {action: std.noop}}\n"


@pytest.fixture
def two(tmp_path: Path) -> str:
    """A file with two workflows."""
    file = tmp_path / "two.yaml"
    file.write_text(TWO)
    return str(file)


@pytest.mark.parametrize("command", [("workflow", "graph"), ("run",)], ids=["graph", "run"])
@pytest.mark.parametrize("options", [(), ("--workflow", "three")], ids=["none", "unknown"])
def test_the_names_are_listed(
    offline: Type, two: str, command: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """Several and none said, or one that is not there: wrong usage."""
    result = offline(*command, two, *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "say with --workflow which one is meant: one, two" in result.stderr


def test_the_one_that_is_meant(offline: Type, two: str) -> None:
    """By its name."""
    result = offline("workflow", "graph", two, "--workflow", "two")

    assert result.exit_code == 0
    assert 'title: "two"' in result.stdout


def test_a_single_one_may_be_named(offline: Type, tmp_path: Path) -> None:
    """A wrong name is refused there, too."""
    file = tmp_path / "one.yaml"
    file.write_text(TWO[: TWO.index("two:")])

    assert offline("workflow", "graph", str(file), "--workflow", "one").exit_code == 0
    assert offline("workflow", "graph", str(file), "--workflow", "other").exit_code == 2


def test_bytes_that_are_no_text(offline: Type, tmp_path: Path) -> None:
    """Problems, not a traceback."""
    file = tmp_path / "w.yaml"
    file.write_bytes(b"\xff\xfe\x00\x01")

    assert offline("workflow", "graph", str(file)).exit_code == 3
