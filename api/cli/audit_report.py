"""What an audit has found, gathered page by page and printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from api.cli.client import Row
from api.cli.examined_log import ExaminedLog
from api.cli.exits import Exit
from api.cli.gauge import gauge
from api.cli.output import note, print_data, print_rows

COLUMNS = ("stream", "event", "what", "text")


def whole_report(log: ExaminedLog) -> Row:
    """Examine page after page; what is written meanwhile is left for the next time."""
    report: dict[str, Any] = {"streams": 0, "events": 0, "findings": []}
    rows, after, upto = 0, 0, None
    with gauge("events examined") as told:
        while upto is None or after < upto:
            page = log.page(after, upto)
            after, upto = page["after"], page["head"] if upto is None else upto
            rows += page["rows"]
            for name in report:
                report[name] += page[name]
            told(after, upto)
    if rows != report["events"] and not report["findings"]:
        text = f"{rows} events are stored, but {report['events']} of them belong to streams that begin"
        report["findings"].append({"stream": "", "event": 0, "position": 0, "what": "missing", "text": text})
    return {"position": upto, **report}


def chosen_report(log: ExaminedLog, identifiers: tuple[str, ...]) -> Row:
    """Examine some executions with their sub-workflows."""
    report: dict[str, Any] = {"streams": 0, "events": 0, "findings": []}
    for seen in _families(log, [log.find(identifier) for identifier in identifiers]):
        report["streams"] += 1
        report["events"] += seen["events"]
        report["findings"] += seen["findings"]
    return report


def _families(log: ExaminedLog, todo: list[str]) -> Iterator[Row]:
    """Examine executions and all that they have started, each once."""
    known = set(todo)
    while todo:
        seen = log.one(todo.pop())
        yield seen
        todo += [child for child in seen["children"] if child not in known]
        known.update(seen["children"])


def print_report(report: Row, form: str) -> None:
    """Print what was found and leave with the code that says whether it is anything."""
    findings = report["findings"]
    if form != "table":
        print_data({"ok": not findings, **report}, form)
    elif findings:
        print_rows(findings, COLUMNS, form)
    streams = report["streams"]
    counts = f"{report['events']} events of {streams} execution{'s' * (streams != 1)} and definitions"
    if not findings:
        note(f"{counts}: no difference")
        return
    note(f"{counts}: {len(findings)} difference{'s' * (len(findings) > 1)}")
    click.get_current_context().exit(Exit.DAMAGED)
