"""``wf-es task``: the tasks of executions, and what each of them knew."""

from __future__ import annotations

from typing import Any

import click

from api.cli.assignments import ABSENT, assignment_option, json_value_or_absent
from api.cli.client import Client, Row
from api.cli.contexts import blame_options, blame_query, context_lines
from api.cli.groups import NounGroup, example
from api.cli.item_progress import with_progress
from api.cli.output import (
    columns_option,
    form_option,
    note,
    print_data,
    print_record,
    print_rows,
)
from api.cli.remote import find_execution, find_task, remote
from api.cli.times import at_option, note_moment
from api.cli.waiting import waits_for

COLUMNS = ("id", "name", "workflow_name", "state", "started_at", "finished_at", "state_info")


@click.command("list", epilog=example("wf-es task list @latest", "wf-es task list --state ERROR"))
@click.argument("execution", required=False)
@click.option("--state", help="Only those in this state.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@at_option
@columns_option
@form_option
@remote
def list_tasks(
    client: Client, execution: str | None, at: str | None, columns: str | None, form: str, **wanted: Any
) -> None:
    """List the tasks of EXECUTION, or the newest tasks of all."""
    if at is not None and execution is None:
        raise click.UsageError("--at is a moment of one execution: name it")
    wanted["state"] = wanted["state"].upper() if wanted["state"] else None
    if execution:
        rows = client.rows(f"executions/{find_execution(client, execution)}/tasks", at=at, **wanted)
        note_moment(client)
    else:
        rows = client.rows("tasks", sort_keys="created_at", sort_dirs="desc", **wanted)
    rows = [row | ({"waits_for": wait} if (wait := waits_for(row)) else {}) for row in rows]
    more = tuple(name for name in ("waits_for", "items") if any(row.get(name) for row in rows))
    none = dict.fromkeys(("waits_for", "items"))
    shown = [none | with_progress(row) for row in rows] if form == "table" else rows
    print_rows(shown, (*COLUMNS, *more), form, columns)


@click.command(epilog=example("wf-es task get @latest/deploy"))
@click.argument("name", metavar="TASK")
@at_option
@form_option
@remote
def get(client: Client, name: str, at: str | None, form: str) -> None:
    """Show one task with its result and what it published."""
    record = client.record("tasks", find_task(client, name, at), at=at)
    note_moment(client)
    print_record(_brief(record) if form == "table" else record, form)


@click.command(
    epilog=example(
        "wf-es task context @latest/deploy",
        "wf-es task context @latest/deploy --blame",
        "wf-es task context @latest/deploy --at 12 -o json",
    )
)
@click.argument("name", metavar="TASK")
@at_option
@blame_options
@form_option
@remote
def context(client: Client, name: str, at: str | None, blame: bool, history: bool, form: str) -> None:
    """Show what a task could see, what it published and what it passed on.

    Each variable that was passed on is shown with the number of the event that
    wrote it; 'wf-es execution events' tells the rest. Where branches met that
    had written a variable equally often, the values that lost are shown, too.
    With --blame each leaf is shown with who wrote it, with --history also with
    its earlier values.
    """
    task_id = find_task(client, name, at)
    seen = client.get(f"tasks/{task_id}/context", at=at, **blame_query(blame, history))
    note_moment(client)
    if form != "table":
        print_data(seen, form)
        return
    click.echo(f"task '{seen['task']['name']}' is {seen['task']['state']}")
    for line in context_lines(seen):
        click.echo(line)


@click.command(epilog=example("wf-es task rerun @latest/deploy"))
@click.argument("name", metavar="TASK")
@click.option(
    "--resume-items", is_flag=True, help="With many items: run only those again that did not succeed."
)
@form_option
@remote
def rerun(client: Client, name: str, resume_items: bool, form: str) -> None:
    """Run a failed task again with the context it had.

    To run it with another context use 'wf-es execution resume'.
    """
    task_id = find_task(client, name)
    client.put(f"tasks/{task_id}", {"state": "RUNNING", "reset": not resume_items})
    record = client.record("tasks", task_id)
    print_record(_brief(record) if form == "table" else record, form)
    note(f"follow it with: wf-es execution watch {record['workflow_execution_id']}")


@click.command(
    epilog=example(
        "wf-es task complete @latest/approve --result '{\"by\": \"Ada\"}' --reason 'asked her by phone'",
        "wf-es task complete @latest/deploy --published deployed=by-hand",
        "wf-es task complete @latest/deploy --state ERROR --reason 'the machine is gone'",
    )
)
@click.argument("name", metavar="TASK")
@click.option(
    "--state",
    type=click.Choice(["SUCCESS", "ERROR", "CANCELLED"]),
    default="SUCCESS",
    show_default=True,
    help="How its work ended.",
)
@click.option(
    "--result",
    metavar="JSON",
    callback=json_value_or_absent,
    help="The result it should have had: JSON or text; what it publishes is made of it.",
)
@assignment_option("--published", about="A variable that it should have published.")
@click.option("--reason", help="Why, or how it is known; recorded with the change.")
@click.option("--force", is_flag=True, help="Also if what follows lacks data; recorded.")
@form_option
@remote
def complete(client: Client, name: str, form: str, **said: Any) -> None:
    """Say that a task is done, whatever has become of its own work.

    What it still waits for counts no more, and what follows begins. Saying the
    same again changes nothing; a task that has ended otherwise is a conflict.
    """
    task_id = find_task(client, name)
    result = said.pop("result")
    body = {word: value for word, value in said.items() if value}
    body |= {} if result == ABSENT else {"result": result}
    record = client.decoded("tasks", client.post(f"tasks/{task_id}/complete", body))
    print_record(_brief(record) if form == "table" else record, form)
    note(f"follow what comes next with: wf-es execution watch {record['workflow_execution_id']}")


@click.group(cls=NounGroup, commands=(list_tasks, get, context, rerun, complete))
def task() -> None:
    """Look at tasks and their contexts, rerun them, declare them done.

    TASK is a task's id, the beginning of one, or EXECUTION/NAME, such as
    @latest/deploy: the last run of that task there.
    """


def _brief(record: Row) -> Row:
    """Return what a person wants to know of a task, without empty fields."""
    names = (
        "id",
        "name",
        "workflow_name",
        "workflow_execution_id",
        "state",
        "state_info",
        "waits_for",
        "items",
        "result",
        "published",
        "started_at",
        "finished_at",
    )
    record = {**with_progress(record), "waits_for": waits_for(record)}
    return {name: record[name] for name in names if record.get(name) not in (None, "", {})}
