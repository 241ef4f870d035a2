"""What a resume would do and what it still needs, in words.

The report is the answer of the server to a resume, a trial resume or a
question for requirements; the field names are the interface's. What stands
against the resume comes first, each with its place and what helps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.cli.output import aligned, cell

Report = Mapping[str, Any]
Row = Sequence[str]


def requirement_lines(report: Report) -> list[str]:
    """Return the report as lines of text; empty parts are left out."""
    lines: list[str] = []
    for field, title in _PARTS.items():
        items = report.get(field) or []
        if items and field in _TABLES:
            heading, row = _TABLES[field]
            rows = aligned([heading, *(row(item) for item in items)])
            lines += [f"{title}:", *(f"  {line}" for line in rows)]
        elif items:
            lines.append(f"{title}: {', '.join(_item(item) for item in items)}")
    return lines


_PARTS: dict[str, str] = {
    "missing": "missing",
    "unknown": "unknown or not given",
    "refused": "refused",
    "will_run": "will run",
    "repeats": "runs again what has already had an effect",
    "undetermined": "cannot be told in advance",
    "outstanding": "still under way",
    "left_failed": "stays failed, and the execution with it",
    "present": "present",
}
"""The parts of a report in the order of reading, with their titles."""


def _missing(item: Report) -> Row:
    return [_place(item), cell(item.get("variable")), *_needed(item), cell(_expression(item)), _remedy(item)]


def _unknown(item: Report) -> Row:
    helps = "" if item.get("is_certain", True) else "only if a task fails before"
    named = f"{item.get('kind')} '{item.get('name')}'"
    return [_place(item), named, *_needed(item)[:1], cell(item.get("why")), helps]


def _undetermined(item: Report) -> Row:
    return [
        _place(item),
        cell(item.get("variable") or "?"),
        *_needed(item),
        cell(_expression(item)),
        cell(item.get("why")),
    ]


def _present(item: Report) -> Row:
    return [cell(item.get("variable")), _origin(item), *_needed(item)]


_TABLES: dict[str, tuple[Row, Callable[[Report], Row]]] = {
    "missing": (["PLACE", "VARIABLE", "NEEDED BY", "IN", "EXPRESSION", "REMEDY"], _missing),
    "unknown": (["PLACE", "WHAT", "NEEDED BY", "WHY", ""], _unknown),
    "undetermined": (["PLACE", "VARIABLE", "NEEDED BY", "IN", "EXPRESSION", "WHY"], _undetermined),
    "present": (["VARIABLE", "FROM", "NEEDED BY", "IN"], _present),
}
"""The parts that are tables: their headings, and what makes a row."""


def _need(item: Report) -> Report:
    return item.get("needed_by") or {}


def _place(item: Report) -> str:
    """Return where something is needed, as editors write it: name, line, column."""
    need = _need(item)
    return f"{need.get('workflow')}:{need['line']}:{need.get('column')}" if need.get("line") else ""


def _needed(item: Report) -> list[str]:
    """Return by whom something is needed, and under which key."""
    need = _need(item)
    return [_owner(str(need.get("task") or "")) if need else "", cell(need.get("key"))]


def _owner(path: str) -> str:
    """Return whose expression it is: a task's, or that of a workflow as a whole."""
    if not path:
        return "workflow"
    return f"workflow of '{path[:-1]}'" if path.endswith("/") else f"task '{path}'"


def _expression(item: Report) -> str:
    return str(_need(item).get("expression", ""))


def _remedy(item: Report) -> str:
    """Return what provides a missing variable."""
    name = str(item.get("variable"))
    if name.startswith("task("):
        return "it will not have run: --force" if name.endswith(")") else "its answer lacks it: --force"
    first, *keys = re.split(r"[.[]", name.removeprefix("env()."))
    value = f":='{{\"{keys[0]}\": ...}}'" if keys else "=..."
    if name.startswith("env()."):
        return f"--env {first}{value}"
    if item.get("settable_at", True):
        return f"--set {first}{value}" if _need(item) else ""
    return "no chosen task can give it: --force"


def _origin(item: Report) -> str:
    """Return where a variable comes from."""
    task, event, source = item.get("task"), item.get("event"), item.get("source")
    if source == "task":
        return f"task '{task}', on the way"
    if source == "override":
        return "this request"
    if event is None:
        return str(source)
    by = f", by task '{task}'" if task else ""
    return f"event {event}{by}" if source == "context" else f"{source} (event {event}{by})"


def _item(item: Any) -> str:
    """Return one entry of a list: a name, or a task with its reason."""
    if not isinstance(item, Mapping):
        return str(item)
    name = item.get("task") or item.get("name") or item.get("variable")
    why = item.get("why") or item.get("action") or item.get("reason") or item.get("state")
    if name and why:
        return f"{name} ({why} due {item['due']})" if item.get("due") else f"{name} ({why})"
    return str(name) if name else cell(dict(item))
