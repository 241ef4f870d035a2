"""What a resume would do and what it still needs, in words.

The report is the answer of the server to a resume, a trial resume or a
question for requirements; the field names are the interface's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.cli.output import aligned, cell

Report = Mapping[str, Any]


def requirement_lines(report: Report) -> list[str]:
    """Return the report as lines of text; empty parts are left out."""
    lines: list[str] = []
    for field, title in _PARTS.items():
        items = report.get(field) or []
        if items and field == "missing":
            lines += [f"{title}:", *(f"  {line}" for line in _missing_lines(items))]
        elif items:
            lines.append(f"{title}: {', '.join(_item(item) for item in items)}")
    return lines


_PARTS: dict[str, str] = {
    "will_run": "will run",
    "repeats": "runs again what has already had an effect",
    "missing": "missing",
    "undetermined": "cannot be told in advance",
    "outstanding": "still under way",
    "refused": "refused",
}
"""The parts of a report in the order of reading, with their titles."""


def _missing_lines(missing: list[Any]) -> list[str]:
    """Return a line for each missing variable: who needs it, where, for what."""
    rows = []
    for item in missing:
        need = item.get("needed_by") or {}
        place = f"line {need['line']}:{need.get('column')}" if need.get("line") else ""
        task = f"task '{need['task']}'" if need.get("task") else ""
        wanted = [cell(need.get("key")), cell(need.get("expression"))]
        rows.append([str(item.get("variable")), task, *wanted, place])
    return aligned([["VARIABLE", "NEEDED BY", "IN", "EXPRESSION", "PLACE"], *rows])


def _item(item: Any) -> str:
    """Return one entry of a list: a name, or a task with its reason."""
    if not isinstance(item, Mapping):
        return str(item)
    name = item.get("task") or item.get("name") or item.get("variable")
    why = item.get("why") or item.get("action") or item.get("reason")
    if name and why:
        return f"{name} ({why} due {item['due']})" if item.get("due") else f"{name} ({why})"
    return str(name) if name else cell(dict(item))
