"""``wf-es workflow graph`` as typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.cli.conftest import Type

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DEPLOY = str(EXAMPLES / "deploy.yaml")
BROKEN = "version: '2.0'\nw:\n  tasks:\n    a:\n      action: std.noop\n      on-sucess: b\n"

BEGINNINGS = {
    "default": ((), "---\ntitle"),
    "mermaid": (("--format", "mermaid"), "---\ntitle"),
    "dot": (("--format", "dot"), "digraph"),
    "svg": (("-o", "svg"), "<svg"),
    "dash": (("-o", "svg", "--output", "-"), "<svg"),
}


@pytest.mark.parametrize(("options", "beginning"), BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_formats(offline: Type, options: tuple[str, ...], beginning: str) -> None:
    """The picture, and nothing else, is on standard output."""
    result = offline("workflow", "graph", DEPLOY, *options)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(beginning)
    assert "accept" in result.stdout


ENDINGS = {
    "a.svg": ((), "<svg"),
    "a.SVG": ((), "<svg"),
    "a.gv": ((), "digraph"),
    "a.dot": ((), "digraph"),
    "a.mmd": ((), "---\ntitle"),
    "a.txt": ((), "---\ntitle"),
    "b.svg": (("--format", "dot"), "digraph"),
}


@pytest.mark.parametrize(("name", "row"), ENDINGS.items(), ids=list(ENDINGS))
def test_output(offline: Type, tmp_path: Path, name: str, row: tuple[tuple[str, ...], str]) -> None:
    """The ending of the file says the format, unless it is said."""
    options, beginning = row

    result = offline("workflow", "graph", DEPLOY, "--output", str(tmp_path / name), *options)

    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)


def test_an_invalid_file_is_refused(offline: Type, tmp_path: Path) -> None:
    """The usual lines, exit code 3, and the old picture stays."""
    file, picture = tmp_path / "w.yaml", tmp_path / "w.svg"
    file.write_text(BROKEN)
    picture.write_text("old")

    result = offline("workflow", "graph", str(file), "--output", str(picture))

    assert (result.exit_code, result.stdout, picture.read_text()) == (3, "", "old")
    assert f"{file}:6:7: error[E104] task 'a': unknown key 'on-sucess'; did you mean" in result.stderr


def test_warnings_do_not_stop(offline: Type, tmp_path: Path) -> None:
    """They are shown beside the picture."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw:\n  tasks:\n    a:\n      action: my.own\n")

    result = offline("workflow", "graph", str(file))

    assert (result.exit_code, "my.own" in result.stdout, "warning[W502]" in result.stderr) == (0, True, True)


def test_a_picture_that_cannot_be_written(offline: Type, tmp_path: Path) -> None:
    """Wrong usage, in words."""
    result = offline("workflow", "graph", DEPLOY, "--output", str(tmp_path / "nowhere" / "a.svg"))

    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert "No such file" in result.stderr


def test_what_mermaid_would_not_draw_is_said(offline: Type, tmp_path: Path) -> None:
    """The text is complete all the same."""
    tasks = "".join(f"    t{number}: {{action: std.noop}}\n" for number in range(260))
    file = tmp_path / "w.yaml"
    file.write_text(f"version: '2.0'\nw:\n  tasks:\n{tasks}")

    result = offline("workflow", "graph", str(file))

    assert (result.exit_code, result.stdout.count("-->")) == (0, 520)
    assert "take --format svg" in result.stderr
    assert offline("workflow", "graph", str(file), "-o", "svg").stderr == ""
