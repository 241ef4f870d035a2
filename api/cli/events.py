"""``wf-es execution events``: the history of an execution, or the part that is wanted, and its whys."""

from __future__ import annotations

from typing import Any

import click

from api.cli.client import Client, Row
from api.cli.groups import example
from api.cli.history import clock_time
from api.cli.output import cell, columns_option, form_option, note, print_data, print_rows
from api.cli.remote import find_execution, remote
from api.cli.times import at_option, moment_option

COLUMNS = ("number", "time", "type", "actor", "summary")

_FOLLOWS = {"cause": "because", "occasion": "expected since:", "request": "asked together with:"}
"""How an event of a chain of causes follows from the one that is shown below it."""


@click.command(
    epilog=example(
        "wf-es execution events @latest",
        "wf-es execution events @latest --task deploy --type TaskCompleted,TaskRerun",
        "wf-es execution events @latest --why 27",
    )
)
@click.argument("identifier", metavar="ID")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only events after this number.")
@click.option("--type", "types", metavar="NAMES", help="Only events of these types, separated by commas.")
@click.option("--task", help="Only what happened to this task; its name, or the id of one of its runs.")
@click.option("--actor", help="Only what this one has asked for.")
@moment_option("--from", "first", "Only from this event number or time on.")
@moment_option("--to", "last", "Only up to this event number or time.")
@at_option
@click.option("--cause", help="Only what this event has brought about: NUMBER, or EXECUTION/NUMBER.")
@click.option("--command", help="Only what this request has brought about.")
@click.option(
    "--why", type=click.IntRange(min=1), metavar="NUMBER", help="Tell why this event happened instead."
)
@click.option("--raw", is_flag=True, help="Print each event as one line of JSON, with all it carries.")
@columns_option
@form_option
@remote
def events(
    client: Client, identifier: str, why: int | None, raw: bool, columns: str | None, form: str, **given: Any
) -> None:
    """Tell the history: number, time, type, actor and one sentence for each event.

    Options that say which events are wanted can be combined. With --why an
    event is followed back: below each event stands the one that it followed
    from, down to the request in which all of it began, also across executions.
    """
    execution_id = find_execution(client, identifier)
    if why is None:
        filters = {_PARAMETERS.get(name, name): value for name, value in given.items()}
        found = client.events(execution_id, **filters)
        _print(found, _lines(found), COLUMNS, raw, columns, form)
    else:
        _check_alone(given)
        found = client.causes(execution_id, why)
        _print(found, _chain(found), _columns_of(found), raw, columns, form)
        _note_the_end(found[-1])


_PARAMETERS = {"types": "type", "first": "from", "last": "to"}
"""The names of options in a query, where they differ."""


def _print(
    found: list[Row], lines: list[Row], wanted: tuple[str, ...], raw: bool, columns: str | None, form: str
) -> None:
    if raw:
        for event in found:
            click.echo(cell(event))
    elif form != "table":
        print_data(found, form)
    else:
        print_rows(lines, wanted, form, columns)


def _check_alone(given: dict[str, Any]) -> None:
    """Refuse filters beside ``--why``: a chain of causes has no gaps."""
    for name, value in given.items():
        if value:
            raise click.UsageError(f"--why cannot be combined with --{_PARAMETERS.get(name, name)}")


def _lines(events: list[Row]) -> list[Row]:
    """Return events as a table shows them: a reason stands where its request begins."""
    lines, command = [], None
    for event in events:
        reason = event.get("reason") if event.get("command") != command else None
        command = event.get("command")
        lines.append(_line(event, reason))
    return lines


def _line(event: Row, reason: str | None) -> Row:
    because = f" (reason: {reason})" if reason else ""
    return event | {"time": clock_time(event), "summary": f"{event['summary']}{because}"}


def _columns_of(chain: list[Row]) -> tuple[str, ...]:
    """Return the columns of a chain; the execution is shown where there are several."""
    columns = ("number", "time", "actor", "summary")
    is_one = len({event["execution_id"] for event in chain}) == 1
    return columns if is_one else ("execution", *columns)


def _chain(events: list[Row]) -> list[Row]:
    """Return a chain of causes as a table shows it: each line says how it led to the one above."""
    lines, how = [], ""
    for event in events:
        line = _line(event, event.get("reason"))
        lines.append(line | {"execution": event["execution_id"][:8], "summary": f"{how}{line['summary']}"})
        how = f"{_FOLLOWS.get(event['follows'], '')} "
    return lines


def _note_the_end(last: Row) -> None:
    """Say where the chain goes on, out of sight."""
    if last.get("origin"):
        note(f"it goes on with event {last['origin']}, which cannot be seen: its execution was deleted")
