"""``wf-es execution tree``: an execution with its tasks and everything that runs below it.

A line for each execution and each task, indented below what has started it.
Of many executions under one task (a list with thousands of items) the first
are shown and the others counted; ``-o json`` has all of them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.client import Client
from api.cli.groups import example
from api.cli.output import aligned, form_option, print_data, state_text
from api.cli.remote import find_execution, remote
from api.cli.times import at_option, note_moment

_INDENT = "  "
_SHOWN = 50
"""Executions under one task that are shown."""


class Line(NamedTuple):
    """One line of a tree: what it is with its indentation, its state, its id and why it failed."""

    name: str
    state: str = ""
    identifier: str = ""
    reason: str = ""


@click.command(
    epilog=example("wf-es execution tree @latest", "wf-es execution tree @latest --errors --depth 1")
)
@click.argument("identifier", metavar="ID")
@click.option(
    "--depth", type=click.IntRange(min=0), help="Tasks of so many levels of sub-workflows; 0: its own."
)
@click.option("--errors", is_flag=True, help="Only tasks in ERROR, and what went wrong below them.")
@click.option("--executions", is_flag=True, help="Only executions, without the tasks between them.")
@at_option
@form_option
@remote
def tree(client: Client, identifier: str, at: str | None, form: str, **wanted: Any) -> None:
    """Show an execution with its tasks and its sub-workflows, level by level."""
    report = client.get(
        f"executions/{find_execution(client, identifier)}/report",
        max_depth=wanted["depth"],
        errors_only="true" if wanted["errors"] else None,
        at=at,
    )
    note_moment(client)
    if form != "table":
        print_data(report, form)
        return
    top = report["root_workflow_execution"]
    if wanted["errors"]:
        leave_out_successes(top)
    _print(list(lines(top, wanted["executions"])))


def lines(top: dict[str, Any], only_executions: bool = False) -> Iterator[Line]:
    """Yield the lines of a report's tree, from top to bottom."""
    waiting: list[tuple[int, str, Any]] = [(0, _execution_name(top), top)]
    while waiting:
        level, name, entry = waiting.pop()
        if entry is None:
            yield Line(_INDENT * level + name)
            continue
        yield _line(_INDENT * level + name, entry)
        below = _children(entry, only_executions)
        waiting += [(level + 1, name, child) for name, child in reversed(below)]


def leave_out_successes(top: dict[str, Any]) -> None:
    """Take the executions that succeeded out of a report's tree, with what is below them."""
    waiting = [top]
    for entry in waiting:
        for task in entry["task_executions"]:
            left = [run for run in task["workflow_executions"] if run["state"] != "SUCCESS"]
            task["workflow_executions"] = left
            waiting += left


def _children(entry: dict[str, Any], only_executions: bool) -> list[tuple[str, Any]]:
    """Return what stands directly below an entry, by its name; None with words for what is left out."""
    if "workflow_executions" in entry:
        return _shown([(_execution_name(run), run) for run in entry["workflow_executions"]])
    tasks = entry["task_executions"]
    if not only_executions:
        return [(f"task {task['name']}", task) for task in tasks]
    return [
        one
        for task in tasks
        for one in _shown(
            [(f"{task['name']}: {_execution_name(run)}", run) for run in task["workflow_executions"]]
        )
    ]


def _shown(runs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the executions under one task, those beyond the first in one line."""
    if len(runs) <= _SHOWN:
        return runs
    states = Counter(run["state"] for _, run in runs[_SHOWN:])
    counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return [*runs[:_SHOWN], (f"... and {len(runs) - _SHOWN} more: {counted}", None)]


def _execution_name(entry: dict[str, Any]) -> str:
    """Return what an execution is called; the version of its workflow is said if it is not the first."""
    version = entry.get("definition_version") or 1
    return f"workflow {entry['name']}" + (f" (version {version})" if version > 1 else "")


def _line(name: str, entry: dict[str, Any]) -> Line:
    # The first line says why; those after it repeat what stands below in the tree.
    reason = (entry["state_info"] or "").strip().partition("\n")[0]
    return Line(name, entry["state"], entry["id"], reason)


def _print(found: list[Line]) -> None:
    """Print the lines with aligned columns; on a terminal states have their colours."""
    if not sys.stdout.isatty():
        for text in aligned(found):
            click.echo(text)
        return
    grid = Table.grid(padding=(0, 2))
    for column in range(4):
        grid.add_column(no_wrap=True, overflow="ellipsis" if column == 3 else "fold")
    for line in found:
        grid.add_row(Text(line.name), state_text(line.state), line.identifier, Text(line.reason))
    Console(soft_wrap=False).print(grid)
