"""The outermost command: version, help on every level, errors as messages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import click
import pytest

from api.cli import definitions
from api.cli.main import cli
from tests.api.cli.conftest import Type


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            assert member is not None
            yield from _commands(member, (*path, name))


def _command(path: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        member = command.get_command(click.Context(command), name)
        assert member is not None
        command = member
    return command


PATHS = list(_commands(cli))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_explains_each_command(path: tuple[str, ...], offline: Type) -> None:
    """What it does in a sentence; an example with its own name for all but the nouns."""
    result = offline(*path, "--help")

    command = _command(path)
    assert result.exit_code == 0
    assert command.help
    assert isinstance(command, click.Group) or f"wf-es {' '.join(path)}" in (command.epilog or "")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    """No option stands there without a word."""
    command = _command(path)

    bare = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]

    assert bare == []


def test_the_version_is_the_packages(offline: Type) -> None:
    """One place to say it."""
    assert offline("--version").output == f"wf-es {version('wf-es')}\n"


def test_a_typing_error_is_wrong_usage(offline: Type) -> None:
    """Exit code 2, click's own words."""
    assert offline("exekution").exit_code == 2


def test_a_server_that_is_not_there(offline: Type, free_port: int) -> None:
    """Exit code 6, and how to start one."""
    result = offline("execution", "list", "--url", f"http://127.0.0.1:{free_port}")

    assert result.exit_code == 6
    assert "start one with 'wf-es serve'" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("arguments", "shown"), [((), False), (("--debug",), True)])
def test_a_fault_of_ours_is_a_message(
    arguments: tuple[str, ...], shown: bool, offline: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1; the traceback only for those who ask."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(definitions, "print_rows", broken)
    monkeypatch.setattr("api.cli.client.Client.rows", lambda *_, **__: [])

    result = offline(*arguments, "workflow", "list")

    assert result.exit_code == 1
    assert "ZeroDivisionError: oh" in result.stderr
    assert ("Traceback" in result.stderr) is shown


def test_ctrl_c_has_its_own_code(offline: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """130, as shells expect it."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.client.Client.rows", interrupted)

    result = offline("workflow", "list")

    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_looking_does_not_load_an_engine() -> None:
    """A list is there at once: neither database nor expression libraries are imported."""
    code = (
        "import sys; from api.cli.main import cli;"
        "cli(['execution', 'list', '--help'], standalone_mode=False);"
        "sys.exit(bool({'sqlalchemy', 'yaql', 'jinja2', 'falcon'} & set(sys.modules)))"
    )

    assert (
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )
