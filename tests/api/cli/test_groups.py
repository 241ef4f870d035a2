"""Groups keep their order, load late, and let no error through."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from api.cli.groups import NounGroup, RootGroup, example
from wf_es.errors import NotFound


def _group(error: BaseException) -> RootGroup:
    """Return a group whose only command fails."""

    @click.command()
    def fails() -> None:
        raise error

    group = RootGroup(homes={})
    group.get_command = lambda ctx, cmd_name: fails  # type: ignore[method-assign]
    return group


ENDS = {
    "refusal": (NotFound("no such thing"), 4, "Error: no such thing\n"),
    "interrupt": (KeyboardInterrupt(), 130, "interrupted\n"),
}


@pytest.mark.parametrize(("error", "code", "words"), ENDS.values(), ids=list(ENDS))
def test_errors_become_messages_and_codes(error: BaseException, code: int, words: str) -> None:
    """Nothing is raised past the outermost group."""
    result = CliRunner().invoke(_group(error), ["fails"])

    assert (result.exit_code, result.stderr) == (code, words)


def test_clicks_own_errors_are_left_to_click() -> None:
    """Wrong usage keeps its form and its code."""
    result = CliRunner().invoke(_group(click.UsageError("not so")), ["fails"])

    assert (result.exit_code, "Error: not so" in result.stderr) == (2, True)


def test_a_command_is_loaded_from_its_module() -> None:
    """A dash in its name is an underscore in the function's."""
    group = RootGroup(homes={"action-execution": "api.cli.action_execution"})
    context = click.Context(group)

    command = group.get_command(context, "action-execution")

    assert command is not None
    assert command.name == "action-execution"
    assert group.get_command(context, "unheard") is None
    assert group.list_commands(context) == ["action-execution"]


def test_verbs_keep_their_order() -> None:
    """From making to deleting, not by the alphabet."""
    group = NounGroup(commands=[click.Command("start"), click.Command("delete")])

    assert group.list_commands(click.Context(group)) == ["start", "delete"]


def test_examples_are_kept_line_by_line() -> None:
    """Click would fill them into a paragraph otherwise."""
    assert example("a", "b") == "\b\nExample:\n  a\n  b"
