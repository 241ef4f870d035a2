"""``wf-es execution resume --where ...``: the same resume for many executions, at a limited rate.

Which ones is asked first, and each is resumed by a request of its own: one
that cannot be resumed stops no other. What became of each is a row.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from api.cli.client import Client, Row
from api.cli.exits import Exit
from api.cli.output import note, print_rows
from api.cli.remote import confirmed
from wf_es.envelope import JSON
from wf_es.errors import RequirementsMissing, WfEsError, WorldError

COLUMNS = ("id", "workflow_name", "state", "result", "about")
RESUMED, REFUSED, WOULD_GO, WOULD_NOT = "resumed", "refused", "would go", "would be refused"
UNKNOWN = "unknown"
"""What became of one whose answer did not arrive."""

_CONDITION = re.compile(r"""\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*('[^']*'|"[^"]*"|\S+)\s*""")
_AND = re.compile(r"and\s", re.IGNORECASE)
_OPERATORS = {"=": "eq", "!=": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_SHORT = {"workflow": "workflow_name"}


def conditions(text: str) -> dict[str, str]:
    """Return the filters that conditions mean: ``workflow=deploy and state=ERROR``.

    Raises:
        UsageError: the text is something else, or names a field twice.

    """
    found: dict[str, str] = {}
    rest = text
    while True:
        match = _CONDITION.match(rest)
        if match is None:
            raise click.UsageError(f"--where wants FIELD=VALUE joined by 'and', and not: {rest or text}")
        name, operator, value = match.groups()
        name = _SHORT.get(name, name)
        if name in found:
            raise click.UsageError(f"--where names '{name}' twice; one condition for each field")
        plain = value[1:-1] if value[0] in "'\"" else value
        found[name] = plain if operator == "=" and ":" not in plain else f"{_OPERATORS[operator]}:{plain}"
        rest = rest[match.end() :]
        if not rest:
            return found
        joined = _AND.match(rest)
        if joined is None:
            raise click.UsageError(f"--where wants 'and' between conditions, and not: {rest}")
        rest = rest[joined.end() :]


def chosen(client: Client, where: str) -> list[Row]:
    """Return the executions that fit, oldest first, without those that go on with another one of them."""
    filters: dict[str, Any] = conditions(where)
    rows = client.rows("executions", sort_keys="created_at", sort_dirs="asc", **filters)
    ids = {row["id"] for row in rows}
    return [
        row
        for row in rows
        if row.get("root_execution_id") in (None, row["id"]) or row["root_execution_id"] not in ids
    ]


def resume_many(client: Client, rows: Sequence[Row], body: Mapping[str, JSON], rate: float) -> Iterator[Row]:
    """Resume one execution after the other, at most ``rate`` per second; yield what became of each.

    One whose answer does not arrive is the last that is yielded.

    Raises:
        WorldError: the server does not answer any more.
        KeyboardInterrupt: somebody has had enough.

    """
    begun = time.monotonic()
    for number, row in enumerate(rows):
        pause = begun + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        who = {name: row.get(name) for name in ("id", "workflow_name", "state")}
        try:
            became = _resume(client, row, body)
        except (KeyboardInterrupt, WorldError):
            yield who | {
                "result": UNKNOWN,
                "about": "no answer arrived; look at it before you resume it again",
            }
            raise
        yield who | became


def _resume(client: Client, row: Row, body: Mapping[str, JSON]) -> Row:
    try:
        report = client.post(f"executions/{row['id']}/resume", dict(body)) or {}
    except WorldError:
        raise
    except RequirementsMissing as error:
        return {"result": REFUSED, "about": error.message, "report": error.details.get("body")}
    except WfEsError as error:
        return {"result": REFUSED, "about": error.message}
    about = ", ".join(map(str, report.get("will_run") or ()))
    if not body.get("dry_run"):
        return {"result": RESUMED, "about": about, "report": report}
    return {
        "result": WOULD_GO if report.get("resumable") else WOULD_NOT,
        "about": _lacking(report) or about,
        "report": report,
    }


def _lacking(report: Mapping[str, Any]) -> str:
    refused = [f"{item['task']}: {item['why']}" for item in report.get("refused") or ()]
    missing = sorted({str(item["variable"]) for item in report.get("missing") or ()})
    unknown = [f"{item['kind']} '{item['name']}': {item['why']}" for item in report.get("unknown") or ()]
    return "; ".join([*refused, *([f"missing: {', '.join(missing)}"] if missing else []), *unknown])


class Look(NamedTuple):
    """How fast it goes, whether it may begin without asking, and how it is printed."""

    rate: float
    yes: bool
    form: str
    columns: str | None


def resume_all(client: Client, where: str, body: Mapping[str, JSON], look: Look) -> None:
    """Resume all executions that fit, print what became of each, and leave with the fitting code.

    If it is stopped in the middle, what became of those before is printed even so.
    """
    rows = chosen(client, where)
    is_dry = bool(body.get("dry_run"))
    if rows and not is_dry:
        confirmed(f"Resume {_count(len(rows))}?", look.yes)
    done: list[Row] = []
    try:
        done.extend(_watched(resume_many(client, rows, body, look.rate), len(rows)))
    except (KeyboardInterrupt, WorldError):
        _tell(done, look)
        note(f"stopped: {len(rows) - len(done)} of {len(rows)} were not tried; the same command goes on")
        raise
    if _tell(done, look):
        click.get_current_context().exit(Exit.REFUSED)


def _tell(done: Sequence[Row], look: Look) -> bool:
    """Print what became of each and how many became what; whether any was refused."""
    print_rows(done, COLUMNS, look.form, look.columns)
    told = {result: sum(row["result"] == result for row in done) for result in _RESULTS}
    parts = ", ".join(f"{number} {result}" for result, number in told.items() if number)
    (click.echo if look.form == "table" else note)(f"{_count(len(done))}{': ' if parts else ''}{parts}")
    return bool(told[REFUSED] or told[WOULD_NOT])


_RESULTS = (RESUMED, WOULD_GO, REFUSED, WOULD_NOT, UNKNOWN)


def _watched(results: Iterator[Row], total: int) -> Iterator[Row]:
    """Show on a terminal how far it has come."""
    is_watched = total > 0 and sys.stderr.isatty()
    try:
        for number, row in enumerate(results, 1):
            if is_watched:
                click.echo(f"\r{number} of {total}", nl=False, err=True)
            yield row
    finally:
        if is_watched:
            click.echo("\r\033[K", nl=False, err=True)


def _count(number: int) -> str:
    return f"{number} execution{'' if number == 1 else 's'}"
