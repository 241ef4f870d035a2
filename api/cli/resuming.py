"""``wf-es execution requirements`` and ``resume``: go on from any task.

Two questions, from which task and with which data. Both commands send the
same request; one only asks. What would run and what is missing is printed
before anything is recorded, and if something is missing nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from api.cli.assignments import ABSENT, assignment_option, json_value_or_absent
from api.cli.client import Client
from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import form_option, note, print_data
from api.cli.remote import find_execution, remote
from api.cli.requirements import requirement_lines
from wf_es.envelope import JSON


def _resume_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say from where and with which data."""
    for option in reversed(
        (
            click.option(
                "--task",
                "tasks",
                multiple=True,
                metavar="NAME",
                help="The task to go on from, by name or id. May be repeated.",
            ),
            click.option(
                "--action",
                type=click.Choice(["rerun", "continue"]),
                default="rerun",
                show_default=True,
                help="Run the task again, or go on with what follows it.",
            ),
            assignment_option(
                "--set",
                "context",
                about="A variable of the task's context: NAME=VALUE or NAME:=JSON (null removes it).",
            ),
            assignment_option(
                "--publish", about="With 'continue': a variable the task should have published."
            ),
            click.option(
                "--result",
                metavar="JSON",
                callback=json_value_or_absent,
                help="With 'continue': the result the task should have had; null is one, too.",
            ),
            click.option(
                "--items",
                metavar="WHICH",
                callback=_items,
                help="With many items: run all again, only the failed ones, or some, such as 0,3.",
            ),
            assignment_option("--env", about="A variable of the environment."),
        )
    ):
        command = option(command)
    return command


def _items(context: click.Context, parameter: click.Parameter, value: str | None) -> str | list[int] | None:
    """Read which items: a word, or numbers separated by commas."""
    if value in (None, "all", "failed"):
        return value
    try:
        return [int(number) for number in value.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"'{value}' is neither all nor failed nor numbers separated by commas", context, parameter
        ) from None


@click.command(
    epilog=example(
        "wf-es execution requirements @latest --task deploy",
        "wf-es execution requirements @latest --task deploy --set host=web2",
    )
)
@click.argument("identifier", metavar="ID")
@_resume_options
@form_option
@remote
def requirements(client: Client, identifier: str, form: str, **options: Any) -> None:
    """Tell what a resume would run and what it still needs.

    Nothing is changed. The exit code is 3 if something is missing.
    """
    execution_id = find_execution(client, identifier)
    report = client.post(f"executions/{execution_id}/resume-requirements", resume_body(**options))
    _print_report(report, form)
    if not report.get("resumable"):
        click.get_current_context().exit(Exit.REFUSED)


@click.command(
    epilog=example(
        "wf-es execution resume @latest",
        "wf-es execution resume @latest --task deploy --set host=web2 --reason 'web1 is down'",
        "wf-es execution resume @latest --task deploy --action continue --publish deployed=by-hand",
    )
)
@click.argument("identifier", metavar="ID")
@_resume_options
@click.option("--reason", help="Why; recorded with the change.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--force", is_flag=True, help="Go on although something is missing; recorded.")
@form_option
@remote
def resume(
    client: Client, identifier: str, reason: str | None, dry_run: bool, force: bool, form: str, **options: Any
) -> None:
    """Go on with a paused or failed execution, from a task and with changed data.

    Without --task a paused execution simply goes on. With --task the task runs
    again in the changed context, or counts as done with the data given.
    """
    execution_id = find_execution(client, identifier)
    body = resume_body(**options)
    body |= {name: True for name, given in (("dry_run", dry_run), ("force", force)) if given}
    if reason:
        body["reason"] = reason
    report = client.post(f"executions/{execution_id}/resume", body) or {}
    _print_report(report, form)
    if dry_run and not report.get("resumable", True):
        click.get_current_context().exit(Exit.REFUSED)
    if not dry_run:
        note(f"resumed; follow it with: wf-es execution watch {execution_id}")


def resume_body(
    tasks: tuple[str, ...], action: str, env: Mapping[str, JSON], **wishes: Any
) -> dict[str, JSON]:
    """Return the request for these options; refuse what cannot be meant.

    ``wishes`` are what is asked of each task: ``context``, ``publish``,
    ``result`` and ``items``.
    """
    wish = _wish(**wishes)
    if not tasks and (wish or action != "rerun"):
        raise click.UsageError("say with --task NAME which task this is for")
    if action == "rerun" and {"published", "result"} & wish.keys():
        raise click.UsageError("--publish and --result belong to --action continue")
    if action != "rerun" and "items" in wish:
        raise click.UsageError("--items belongs to --action rerun")
    chosen: list[JSON] = [{"task": task, "action": action, **wish} for task in tasks]
    body: dict[str, JSON] = {"tasks": chosen} if chosen else {}
    return body | ({"env": dict(env)} if env else {})


def _wish(
    context: Mapping[str, JSON],
    publish: Mapping[str, JSON],
    result: JSON = ABSENT,
    items: str | list[int] | None = None,
) -> dict[str, JSON]:
    """Return what was asked of each task, by the name that the request has for it."""
    wish: dict[str, JSON] = {"context": dict(context)} if context else {}
    wish |= {"published": dict(publish)} if publish else {}
    wish |= {"result": result} if result != ABSENT else {}
    return wish | ({"items": items} if items else {})


def _print_report(report: dict[str, Any], form: str) -> None:
    """Print the report as text or as data."""
    if form != "table":
        print_data(report, form)
        return
    if "resumable" in report:
        click.echo(f"resumable: {'yes' if report['resumable'] else 'no'}")
    for line in requirement_lines(report):
        click.echo(line)
