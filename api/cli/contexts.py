"""Contexts as lines of text: what was there, what was added, from where."""

from __future__ import annotations

from typing import Any

from api.cli.output import aligned, cell


def context_lines(seen: dict[str, Any]) -> list[str]:
    """Return the context of a task as lines."""
    inbound = _part("inbound, from the tasks before", seen.get("inbound"))
    return [
        *_workflow(seen),
        *(inbound or ["inbound, from the tasks before: nothing"]),
        *_clashes(seen),
        *_part("published by the task", seen.get("published")),
        *_part("outbound, for the tasks after", seen.get("outbound"), seen.get("origins")),
    ]


def final_context_lines(seen: dict[str, Any]) -> list[str]:
    """Return what the branches of an execution have left behind as lines."""
    title = "variables, of all branches together"
    variables = _part(title, seen.get("variables"), seen.get("origins"))
    return [*_workflow(seen), *(variables or [f"{title}: none"]), *_clashes(seen)]


def _workflow(seen: dict[str, Any]) -> list[str]:
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
