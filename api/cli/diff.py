"""``wf-es execution diff``: what differs between two moments of an execution, or between two executions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click

from api.cli.client import Client, Row
from api.cli.groups import example
from api.cli.history import clock_time
from api.cli.output import aligned, form_option, note, print_data
from api.cli.remote import find_execution, remote
from api.cli.times import moment_option

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}

_SECTIONS = (("context", "context"), ("global", "global variables"), ("output", "output"))
"""Parts of an answer that are shown after the tasks, with their headings."""


@click.command(
    epilog=example(
        "wf-es execution diff @latest --from 21",
        "wf-es execution diff @latest --from 14:30:00 --to 14:35:00",
        "wf-es execution diff 3f2a 9c41",
    )
)
@click.argument("identifier", metavar="ID")
@click.argument("other", required=False)
@moment_option("--from", "first", "The moment to compare from; of ID, if there is an OTHER.")
@moment_option("--to", "last", "The moment to compare with; of OTHER, if there is one. Without it, now.")
@form_option
@remote
def diff(
    client: Client, identifier: str, other: str | None, first: str | None, last: str | None, form: str
) -> None:
    """Show what differs between two moments of an execution, or between ID and OTHER.

    State, input, tasks (each run: state, result, what it published), the
    variables that the branches have left behind, and the output: + was added, -
    was removed, ~ was changed. Two executions are compared run by run, by the
    names of their tasks.
    """
    if other is None and first is None:
        raise click.UsageError("say what to compare: --from NUMBER|TIME, or a second execution")
    query = {"from": first, "to": last, "with": None if other is None else find_execution(client, other)}
    found = client.get(f"executions/{find_execution(client, identifier)}/diff", **query)
    if form != "table":
        print_data(found, form)
        return
    for line in lines(found):
        click.echo(line)
    _note_what_happened(found["from"], found["to"])
    if found["omitted"]:
        note(f"{found['omitted']} further changes are left out; compare moments that are closer together")


def _note_what_happened(before: Row, after: Row) -> None:
    """Name the command that tells how one moment led to the other."""
    identifier, first, last = before["execution_id"], before["number"] + 1, after["number"]
    if identifier == after["execution_id"] and first <= last:
        note(f"what happened in between: wf-es execution events {identifier} --from {first} --to {last}")


def lines(found: Row) -> Iterator[str]:
    """Yield a comparison as lines of text."""
    yield from aligned([[name, *_side(found[name])] for name in ("from", "to")])
    if found["same"]:
        yield "nothing differs"
        return
    yield from _section("execution", found["execution"])
    yield from _tasks(found)
    for name, title in _SECTIONS:
        yield from _section(title, found[name])


def _side(side: Row) -> list[str]:
    version = "" if side["workflow_version"] is None else f" (version {side['workflow_version']})"
    at = f"event {side['number']}" + (f", {clock_time(side)}" if side.get("time") else "")
    return [side["execution_id"], f"{side['workflow_name']}{version}", at, side["state"]]


def _section(title: str, changes: Iterable[Row]) -> Iterator[str]:
    rows = [
        [_SIGNS[change["change"]], change["name"] or "(all of it)", _values(change)] for change in changes
    ]
    if rows:
        yield f"{title}:"
    for row in aligned(rows):
        yield f"  {row}"


def _tasks(found: Row) -> Iterator[str]:
    for task in found["tasks"]:
        run = f", run {task['run']}" if task["run"] > 1 else ""
        only = {"added": " (new)", "removed": " (gone)"}.get(task["change"], "")
        yield from _section(f"task '{task['task']}'{run}{only}", task["changes"])
    if found["unchanged_tasks"]:
        others = f"{'other ' if found['tasks'] else ''}runs of tasks"
        yield f"{found['unchanged_tasks']} {others} do not differ"


def _values(change: Row) -> str:
    if change["change"] == "added":
        return _text(change["to"])
    if change["change"] == "removed":
        return _text(change["from"])
    return f"{_text(change['from'])} -> {_text(change['to'])}"


def _text(value: Any) -> str:
    """Return a value on one line; a text that could be taken for something else stands in quotes."""
    if isinstance(value, str) and value and value == " ".join(value.split()) and not _is_json(value):
        return value
    if isinstance(value, str) and "\n" in value:
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
