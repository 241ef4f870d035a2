"""``wf-es execution diff``: what differs between two moments of an execution, or between two executions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import click

from api.cli.client import Client, Row
from api.cli.groups import example
from api.cli.history import clock_time
from api.cli.output import aligned, form_option, note, print_data
from api.cli.remote import find_execution, remote
from api.cli.times import moment_option

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}

_ONLY = {"added": " (new)", "removed": " (gone)"}

_SECTIONS = (("context", "context"), ("global", "global variables"), ("output", "output"))
"""Parts of an answer that are shown after the tasks, with their headings."""


@click.command(
    epilog=example(
        "wf-es execution diff @latest --from 21",
        "wf-es execution diff @latest --from 14:30:00 --to 14:35:00",
        "wf-es execution diff 3f2a 9c41",
        "wf-es execution diff 3f2a 9c41 --deep",
    )
)
@click.argument("identifier", metavar="ID")
@click.argument("other", required=False)
@moment_option("--from", "first", "The moment to compare from; of ID, if there is an OTHER.")
@moment_option("--to", "last", "The moment to compare with; of OTHER, if there is one. Without it, now.")
@click.option("--deep", is_flag=True, help="Also what differs in their sub-workflows.")
@form_option
@remote
def diff(  # noqa: PLR0913  (one for each option)
    client: Client,
    identifier: str,
    other: str | None,
    first: str | None,
    last: str | None,
    deep: bool,
    form: str,
) -> None:
    """Show what differs between two moments of an execution, or between ID and OTHER.

    State, input, tasks (each run: state, result, what it published), the
    variables that the branches have left behind, and the output: + was added, -
    was removed, ~ was changed. Two executions are compared run by run, by the
    names of their tasks; with --deep also their sub-workflows, by the tasks and
    items that began them.
    """
    if other is None and first is None:
        raise click.UsageError("say what to compare: --from NUMBER|TIME, or a second execution")
    query = {"from": first, "to": last, "with": None if other is None else find_execution(client, other)}
    query["deep"] = "true" if deep else None
    found = client.get(f"executions/{find_execution(client, identifier)}/diff", **query)
    if form != "table":
        print_data(found, form)
        return
    for line in lines(found):
        click.echo(line)
    _note_what_happened(found["from"], found["to"])
    if found["omitted"]:
        note(f"{found['omitted']} further changes are left out; compare moments that are closer together")
    if found.get("not_compared"):
        note(f"{found['not_compared']} further sub-workflows were not compared; compare those that you mean")


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
    yield from _tasks(found, "")
    for name, title in _SECTIONS:
        yield from _section(title, found[name])
    for one in found.get("below", ()):
        yield from _below(one)
    if found.get("unchanged_below"):
        yield f"{found['unchanged_below']} {'other ' if found['below'] else ''}sub-workflows do not differ"


def _below(one: Row) -> Iterator[str]:
    """Yield what differs in a sub-workflow, under a line that says which one it is on each side."""
    before, after = one["from"] or one["to"], one["to"] or one["from"]
    ids = " -> ".join(dict.fromkeys((before["execution_id"], after["execution_id"])))
    yield f"workflow '{one['path']}'{_ONLY.get(one['change'], '')}:"
    yield f"  {_workflow(after)} {ids}"
    yield from islice(_section("", one["execution"]), 1, None)
    yield from _tasks(one, f"{one['path']}/")
    for name, title in _SECTIONS:
        yield from _section(f"{title} of '{one['path']}'", one[name])


def _side(side: Row) -> list[str]:
    at = f"event {side['number']}" + (f", {clock_time(side)}" if side.get("time") else "")
    return [side["execution_id"], _workflow(side), at, side["state"]]


def _workflow(side: Row) -> str:
    version = "" if side["workflow_version"] is None else f" (version {side['workflow_version']})"
    return f"{side['workflow_name']}{version}"


def _section(title: str, changes: Iterable[Row]) -> Iterator[str]:
    rows = [
        [_SIGNS[change["change"]], change["name"] or "(all of it)", _values(change)] for change in changes
    ]
    if rows:
        yield f"{title}:"
    for row in aligned(rows):
        yield f"  {row}"


def _tasks(found: Row, way: str) -> Iterator[str]:
    for task in found["tasks"]:
        run = f", run {task['run']}" if task["run"] > 1 else ""
        only = _ONLY.get(task["change"], "")
        yield from _section(f"task '{way}{task['task']}'{run}{only}", task["changes"])
    if found["unchanged_tasks"] and not way:
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
