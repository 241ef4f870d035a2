"""Command groups that end well: every error becomes a message and a number.

Only the outermost group catches. It is the border of the program: what gets
past it would be a traceback on somebody's screen. It also loads a command only
when it is asked for, so that looking at a list does not load an engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from api.cli.exits import Exit
from api.cli.failures import report_failure

_PASS = (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError)


class NounGroup(click.Group):
    """A group that lists its commands in the order in which they are given."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the order of the source: from making to deleting."""
        return list(self.commands)


class RootGroup(click.Group):
    """The group that turns errors into messages and exit codes."""

    def __init__(self, *arguments: Any, homes: Mapping[str, str], **options: Any) -> None:
        """Take the modules in which the commands live; a command is named like its function."""
        super().__init__(*arguments, **options)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the order of the table."""
        return list(self._homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command from its module."""
        home = self._homes.get(cmd_name)
        if home is None:
            return None
        command: click.Command = getattr(import_module(home), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; catch whatever it did not foresee."""
        try:
            return super().invoke(ctx)
        except _PASS:
            raise
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(Exit.INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - the border of the program
            ctx.exit(report_failure(error, bool(ctx.params.get("debug"))))


def example(*lines: str) -> str:
    """Return examples as the closing part of a help text, kept line by line."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
