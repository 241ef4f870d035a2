"""The reference of the command line, written from the commands themselves.

``python -m api.cli.reference docs/reference/cli.md`` writes the page; a test
compares the page with what would be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from api.cli.exits import MEANINGS
from api.cli.main import cli

_WIDTH = 96

_HEAD = """\
# The `wf-es` command

This page is generated from the commands' own help (`python -m api.cli.reference docs/reference/cli.md`).

Data goes to standard output, everything else to standard error. Tables are for people: `-o json` and
`-o yaml` give whole records. Colours are left out in a pipe and where `NO_COLOR` is set.

An execution may be named by its id, by the beginning of its id, or as `@latest`: the newest one
that is no sub-workflow. A task or a waiting action may also be named through its execution: `@latest/deploy`.

A value in `NAME=VALUE` is read as JSON if it is JSON (`3`, `true`, `[1, 2]`, `"3"`), otherwise as text;
in `NAME:=VALUE` it has to be JSON.

## Exit codes

| code | meaning |
|---|---|
"""


def reference_page() -> str:
    """Return the whole page as Markdown."""
    codes = "".join(f"| {int(code)} | {meaning} |\n" for code, meaning in MEANINGS.items())
    sections = "\n".join(_section(context) for context in _contexts())
    return f"{_HEAD}{codes}\n## Commands\n\n{sections}"


def _contexts() -> Iterator[click.Context]:
    """Yield a context for each command, groups before their members."""
    settings = {**cli.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    yield from _below(click.Context(cli, info_name="wf-es", **settings))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            if member is not None:
                yield from _below(click.Context(member, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    """Return one command's help under its name."""
    help_text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
    return f"### {context.command_path}\n\n```text\n{help_text}\n```\n"


@click.command()
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path))
def write_reference(page: Path) -> None:
    """Write the reference of the command line to PAGE."""
    page.write_text(reference_page(), encoding="utf-8")


if __name__ == "__main__":
    write_reference()
