"""How answers look: a table for people, JSON or YAML for machines.

Standard output carries the data and nothing else. On a terminal a table is
drawn by rich (which honours NO_COLOR); in a pipe it is plain aligned text
without colours, borders or cut values, so ``grep`` and ``awk`` find what they
look for. States are words, never only colours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wf_es.envelope import JSON

FORMS = ("table", "json", "yaml")

STATE_STYLES: dict[str, str] = {
    "SUCCESS": "green",
    "ERROR": "bold red",
    "CANCELLED": "magenta",
    "PAUSED": "yellow",
    "RUNNING": "cyan",
}

_CELL = 240
"""Characters of a value that a table shows on a terminal before it is cut."""


def form_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-o table|json|yaml`` to a command, as its parameter ``form``."""
    return click.option(
        "-o",
        "--format",
        "form",
        type=click.Choice(FORMS),
        default="table",
        show_default=True,
        help="How to print the answer.",
    )(command)


def columns_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--columns a,b,c`` to a command that lists, as ``columns``."""
    return click.option(
        "--columns",
        metavar="NAMES",
        help="Columns of the table, separated by commas; any field that -o json shows.",
    )(command)


def note(message: str) -> None:
    """Tell the person something that is not data."""
    click.echo(message, err=True)


def print_json(value: JSON) -> None:
    """Print a value as indented JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_data(value: JSON, form: str) -> None:
    """Print a value as JSON or YAML."""
    if form == "yaml":
        # Loaded only when needed: it brings the whole workflow language with it.
        from wf_es.definition.text import write_text

        # A lone scalar is followed by a mark that only readers of several documents need.
        click.echo(write_text(value).removesuffix("...\n"), nl=False)
    else:
        print_json(value)


def print_rows(
    rows: Sequence[Mapping[str, JSON]],
    columns: Sequence[str],
    form: str,
    chosen: str | None = None,
) -> None:
    """Print rows in the form asked for; ``chosen`` overrides the columns.

    JSON and YAML show whole rows unless columns were chosen.
    """
    if chosen:
        columns = _checked(chosen, rows)
    if form == "table":
        _print_table(rows, columns)
    elif chosen:
        print_data([{name: row.get(name) for name in columns} for row in rows], form)
    else:
        print_data([dict(row) for row in rows], form)


def print_record(record: Mapping[str, JSON], form: str) -> None:
    """Print one thing: a line for each field, or the data."""
    if form != "table":
        print_data(dict(record), form)
        return
    width = max((len(name) for name in record), default=0)
    for name, value in record.items():
        lines = cell(value).splitlines() or [""]
        click.echo(f"{name:<{width}}  {lines[0]}".rstrip())
        for line in lines[1:]:
            click.echo(f"{'':<{width}}  {line}".rstrip())


def cell(value: JSON) -> str:
    """Return a value as text: strings as they are, the rest as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines with aligned columns."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))] if rows else []
    return [
        "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def state_text(state: str) -> Text:
    """Return a state as a word, coloured where colours are shown."""
    return Text(state, style=STATE_STYLES.get(state, ""))


def _checked(chosen: str, rows: Sequence[Mapping[str, JSON]]) -> list[str]:
    """Split ``--columns`` and refuse names that no row has."""
    columns = [name.strip() for name in chosen.split(",") if name.strip()]
    known = {name for row in rows for name in row}
    unknown = [name for name in columns if known and name not in known]
    if unknown or not columns:
        raise click.UsageError(
            f"unknown column '{', '.join(unknown)}'; there are: {', '.join(sorted(known))}"
        )
    return columns


def _print_table(rows: Sequence[Mapping[str, JSON]], columns: Sequence[str]) -> None:
    """Print rows as a drawn table on a terminal, else as aligned text."""
    cells = [[cell(row.get(name)) for name in columns] for row in rows]
    if not sys.stdout.isatty():
        plain = [[" ".join(text.split()) or "-" for text in line] for line in cells]
        for line in aligned([[name.upper() for name in columns], *plain]):
            click.echo(line)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for row in cells:
        table.add_row(*(_terminal_cell(name, text) for name, text in zip(columns, row, strict=True)))
    Console(soft_wrap=False).print(table)


def _terminal_cell(column: str, text: str) -> Text:
    """Return one cell of a drawn table: shortened, states coloured."""
    if column == "state":
        return state_text(text)
    short = " ".join(text.split())
    return Text(short if len(short) <= _CELL else short[: _CELL - 1] + "\u2026")
