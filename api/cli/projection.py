"""``wf-es projection``: how far the views are, building them again, comparing them with the log."""

from __future__ import annotations

import click

from api.cli.audit_report import print_report, whole_report
from api.cli.examined_log import ExaminedLog, examining
from api.cli.gauge import gauge
from api.cli.groups import NounGroup, example
from api.cli.output import columns_option, form_option, note, print_rows

COLUMNS = ("name", "rows", "position", "head", "lag", "standing")


@click.command("list", epilog=example("wf-es projection list", "wf-es projection list -o json"))
@columns_option
@form_option
@examining
def list_projections(log: ExaminedLog, columns: str | None, form: str) -> None:
    """List the projections: their rows, how far they are, and how far the log is."""
    print_rows(log.projections(), COLUMNS, form, columns)


@click.command(
    epilog=example("wf-es projection rebuild", "wf-es projection rebuild --db-url sqlite:///wf_es.sqlite")
)
@examining
def rebuild(log: ExaminedLog) -> None:
    """Drop what the projections hold and fold the whole log again.

    Nothing is lost: all of it is made from the log. A server that does this
    goes on taking commands; reads from the projections answer 503 until it is
    done.
    """
    with gauge("events folded") as told:
        position = log.rebuild(told)
    note(f"the projections are built again, up to position {position}")


@click.command(epilog=example("wf-es projection verify", "wf-es projection verify -o json"))
@form_option
@examining
def verify(log: ExaminedLog, form: str) -> None:
    """Compare the rows of every execution with what replaying its events gives.

    The exit code is 14 if there is any difference. Histories that are damaged
    cannot be compared; 'wf-es audit verify' names them.
    """
    report = whole_report(log)
    differences = [finding for finding in report["findings"] if finding["what"] == "view"]
    damaged = len(report["findings"]) - len(differences)
    if damaged:
        note(f"damaged and not compared: {damaged}; 'wf-es audit verify' names what")
    print_report({**report, "findings": differences}, form)


@click.group(cls=NounGroup, commands=(list_projections, rebuild, verify))
def projection() -> None:
    """Look at the projections, which all lists are read from, and build them again."""
