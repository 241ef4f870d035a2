"""``wf-es execution fork``: a copy of an execution as of any moment goes on by itself.

The options are those of ``resume``, and ``--at`` says which moment. The new
execution's id is all that goes to standard output, unless it is a dry run.
"""

from __future__ import annotations

from typing import Any

import click

from api.cli.client import Client
from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import form_option, note, print_record
from api.cli.remote import find_execution, remote
from api.cli.requirements import requirement_lines
from api.cli.resume_options import resume_body, resume_options
from api.cli.resuming import print_report

_SHOWN = ("id", "workflow_name", "state", "forked_from", "forked_from_event")


@click.command(
    epilog=example(
        "wf-es execution fork @latest",
        "wf-es execution fork @latest --at 12 --reason 'what if'",
        "wf-es execution fork @latest --at 12 --from deploy --set host=web2",
    )
)
@click.argument("identifier", metavar="ID")
@click.option(
    "--at",
    metavar="MOMENT",
    help="The moment: an event number, or a time with its offset. By default now.",
)
@resume_options
@click.option("--reason", help="Why; recorded with the fork.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--force", is_flag=True, help="Fork although something is missing; recorded.")
@form_option
@remote
def fork(client: Client, identifier: str, form: str, **options: Any) -> None:
    """Let a copy of an execution go on from a moment of its history.

    The execution itself is not touched. What had not ended at the moment is
    begun anew in the copy. With --from the copy goes on from a task, with other
    data; without, it goes on where it stands.
    """
    execution_id = find_execution(client, identifier)
    dry_run = options["dry_run"]
    report = client.post(f"executions/{execution_id}/fork", _body(**options))
    if dry_run:
        print_report(report, form)
        if not report.get("resumable"):
            click.get_current_context().exit(Exit.REFUSED)
        return
    record = {name: report.get(name) for name in _SHOWN}
    print_record(record if form == "table" else report, form)
    for line in requirement_lines(report.get("report") or {}):
        note(line)
    note(f"follow it with: wf-es execution watch {report['id']}")


def _body(at: str | None, reason: str | None, **options: Any) -> dict[str, Any]:
    """Return the request: what a resume asks for, and the moment."""
    flags = {name: options.pop(name) for name in ("dry_run", "force")}
    body = resume_body(**options) | {name: True for name, given in flags.items() if given}
    return body | {name: value for name, value in (("at", at), ("reason", reason)) if value}
