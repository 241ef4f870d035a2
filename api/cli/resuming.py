"""``wf-es execution requirements`` and ``resume``: go on from any task.

Two questions, from which task and with which data. Both commands send the
same request; one only asks. What would run and what is missing is printed
before anything is recorded, and if something is missing nothing is.
"""

from __future__ import annotations

from typing import Any

import click

from api.cli.bulk_resuming import Look, resume_all
from api.cli.client import Client
from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import columns_option, form_option, note, print_data
from api.cli.remote import find_execution, remote, yes_option
from api.cli.requirements import requirement_lines
from api.cli.resume_options import resume_body, resume_options
from api.cli.times import at_option


@click.command(
    epilog=example(
        "wf-es execution requirements @latest --from deploy",
        "wf-es execution requirements @latest --from deploy --set host=web2",
        "wf-es execution requirements @latest --from failed",
    )
)
@click.argument("identifier", metavar="ID")
@resume_options
@at_option
@form_option
@remote
def requirements(client: Client, identifier: str, at: str | None, form: str, **options: Any) -> None:
    """Tell what a resume would run and what it still needs.

    Nothing is changed. The exit code is 3 if something is missing.
    """
    execution_id = find_execution(client, identifier)
    body = resume_body(**options)
    report = client.post(f"executions/{execution_id}/resume-requirements", body, at=at)
    print_report(report, form)
    if not report.get("resumable"):
        click.get_current_context().exit(Exit.REFUSED)


@click.command(
    epilog=example(
        "wf-es execution resume @latest",
        "wf-es execution resume @latest --from deploy --set host=web2 --reason 'web1 is down'",
        "wf-es execution resume @latest --from region[2]/deploy --continue notify",
        "wf-es execution resume @latest --continue deploy --published deployed=by-hand",
        "wf-es execution resume @latest --from failed",
        "wf-es execution resume --where 'workflow=deploy and state=ERROR' --from failed --dry-run",
    )
)
@click.argument("identifier", metavar="[ID]", required=False)
@click.option(
    "--where",
    metavar="CONDITIONS",
    help="Resume all executions for which this holds, such as 'workflow=deploy and state=ERROR'.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="With --where: how many per second at most.",
)
@yes_option
@resume_options
@click.option("--reason", help="Why; recorded with the change.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--force", is_flag=True, help="Go on although something is missing; recorded.")
@click.option(
    "--if-at",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Only if the execution is still at this event, the position that a dry run tells.",
)
@columns_option
@form_option
@remote
def resume(  # noqa: PLR0913  (one for each option)
    client: Client,
    identifier: str | None,
    where: str | None,
    rate: float,
    yes: bool,
    if_at: int | None,
    columns: str | None,
    form: str,
    **options: Any,
) -> None:
    """Go on with an execution that is paused or has ended, from tasks and with changed data.

    Without any task a paused execution simply goes on. A task of --from runs
    again, in the changed context; one of --continue counts as done, with the
    data given. Tasks of sub-workflows are named by their paths.

    With --where the same is done to many executions, one after the other; what
    became of each is a row, and the exit code is 3 if one was refused.
    """
    if (identifier is None) == (where is None) or (where and if_at):
        raise click.UsageError("give the ID of one execution (then perhaps --if-at), or --where for many")
    if where:
        resume_all(client, where, _body(**options), Look(rate, yes, form, columns))
        return
    execution_id = find_execution(client, identifier or "")
    dry_run = options["dry_run"]
    report = client.post(f"executions/{execution_id}/resume", _body(**options), match=if_at) or {}
    print_report(report, form)
    if dry_run and not report.get("resumable", True):
        click.get_current_context().exit(Exit.REFUSED)
    if not dry_run:
        note(f"resumed; follow it with: wf-es execution watch {execution_id}")


def _body(*, reason: str | None, dry_run: bool, force: bool, **options: Any) -> dict[str, Any]:
    body = resume_body(**options)
    body |= {name: True for name, given in (("dry_run", dry_run), ("force", force)) if given}
    return body | ({"reason": reason} if reason else {})


def print_report(report: dict[str, Any], form: str) -> None:
    """Print the report as text or as data."""
    if form != "table":
        print_data(report, form)
        return
    if "resumable" in report:
        click.echo(f"resumable: {'yes' if report['resumable'] else 'no'}")
    for line in requirement_lines(report):
        click.echo(line)
