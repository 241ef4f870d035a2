"""Contexts as lines of text: what was there, what was added, from where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from api.cli.history import clock_time
from api.cli.output import aligned, cell


def blame_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--blame`` and ``--history`` to a command that shows a context."""
    command = click.option("--history", is_flag=True, help="Also show the earlier values of each leaf.")(
        command
    )
    return click.option("--blame", is_flag=True, help="Show which event wrote each leaf, when and for whom.")(
        command
    )


def blame_query(blame: bool, history: bool) -> dict[str, str]:
    """Return the query for these options."""
    return {name: "true" for name, given in (("blame", blame), ("history", history)) if given}


def context_lines(seen: dict[str, Any]) -> list[str]:
    """Return the context of a task as lines."""
    nothing = ["inbound, from the tasks before: nothing"]
    return [
        *_workflow(seen),
        *(_written_part(seen, "inbound", "inbound, from the tasks before") or nothing),
        *_clashes(seen),
        *_part("published by the task", seen.get("published")),
        *_written_part(seen, "outbound", "outbound, for the tasks after", seen.get("origins")),
    ]


def final_context_lines(seen: dict[str, Any]) -> list[str]:
    """Return what the branches of an execution have left behind as lines."""
    title = "variables, of all branches together"
    variables = _written_part(seen, "variables", title, seen.get("origins"))
    return [*_workflow(seen), *(variables or [f"{title}: none"]), *_clashes(seen)]


def _written_part(
    seen: dict[str, Any], name: str, title: str, origins: dict[str, Any] | None = None
) -> list[str]:
    """Return a part of a context; if it says who wrote what, leaf by leaf."""
    blame = seen.get("blame")
    return _part(title, seen.get(name), origins) if blame is None else _leaves(title, blame[name])


def _leaves(title: str, leaves: list[dict[str, Any]]) -> list[str]:
    """Return a heading, a line for each leaf with who wrote it, and one for each earlier value."""
    rows = []
    for leaf in leaves:
        rows.append([leaf["variable"], *_written_by(leaf)])
        rows += [["  before", *_written_by(write)] for write in reversed(leaf.get("earlier", []))]
    return [f"{title}:", *(f"  {line}" for line in aligned(rows))] if rows else []


def _written_by(write: dict[str, Any]) -> list[str]:
    task = f"task '{write['task']}'" if write["task"] else "start"
    reason = f"({write['reason']})" if write["reason"] else ""
    value = "null" if write["value"] is None else " ".join(cell(write["value"]).split())
    return [value, f"event {write['event']}", clock_time(write), task, write["actor"], reason]


def _workflow(seen: dict[str, Any]) -> list[str]:
    if seen.get("blame") is not None:
        return _leaves("of the workflow", seen["blame"]["workflow"])
    workflow = seen.get("workflow") or {}
    return [
        *_part("input of the workflow", workflow.get("input")),
        *_part("vars of the workflow", workflow.get("vars")),
        *_part("global variables", workflow.get("global")),
    ]


def _part(title: str, values: dict[str, Any] | None, origins: dict[str, Any] | None = None) -> list[str]:
    """Return a heading and a line for each variable, with the event that wrote it if that is known."""
    if not values:
        return []
    events = origins or {}
    rows = [
        [name, cell(value), f"(event {events[name]})" if name in events else ""]
        for name, value in values.items()
    ]
    return [f"{title}:", *(f"  {line}" for line in aligned(rows))]


def _clashes(seen: dict[str, Any]) -> list[str]:
    """Return a line for each value that lost against another one."""
    found = seen.get("clashes") or []
    rows = [
        [clash["variable"], f"{_written(clash['won'])} won over {_written(lost)}"]
        for clash in found
        for lost in clash["lost"]
    ]
    title = "clashes, of branches that had written a variable equally often; the later one wins:"
    return [title, *(f"  {line}" for line in aligned(rows))] if rows else []


def _written(value: dict[str, Any]) -> str:
    by = f" by task '{value['task']}'" if value.get("task") else ""
    shown = "null" if value["value"] is None else cell(value["value"])
    return f"{shown}{by} (event {value['event']})"
