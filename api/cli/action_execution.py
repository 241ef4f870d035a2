"""``wf-es action-execution``: single actions, and the answers they wait for."""

from __future__ import annotations

from typing import Any

import click

from api.cli.assignments import json_value
from api.cli.client import Client, Row
from api.cli.groups import NounGroup, example
from api.cli.output import columns_option, form_option, print_record, print_rows
from api.cli.remote import find_action, find_execution, find_task, remote
from api.cli.times import at_option, note_moment
from wf_es.envelope import JSON

COLUMNS = ("id", "name", "task_name", "workflow_name", "state", "created_at", "updated_at")
STATES = ("SUCCESS", "ERROR", "CANCELLED")


@click.command(
    "list",
    epilog=example("wf-es action-execution list --state RUNNING", "wf-es action-execution list @latest"),
)
@click.argument("execution", required=False)
@click.option("--task", "task", metavar="TASK", help="Only those of this task.")
@click.option("--state", help="Only those in this state.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@at_option
@columns_option
@form_option
@remote
def list_action_executions(client: Client, columns: str | None, form: str, **wanted: Any) -> None:
    """List the actions of EXECUTION or of a task, or the newest of all."""
    if wanted["at"] is not None and not (wanted["execution"] or wanted["task"]):
        raise click.UsageError("--at is a moment of one execution: name it, or a task of it")
    rows = _chosen(client, **wanted)
    note_moment(client)
    print_rows(rows, COLUMNS, form, columns)


@click.command(epilog=example("wf-es action-execution get @latest/ask"))
@click.argument("name", metavar="ACTION")
@at_option
@form_option
@remote
def get(client: Client, name: str, at: str | None, form: str) -> None:
    """Show one action with its input and output."""
    record = client.record("action_executions", find_action(client, name, at), at=at)
    note_moment(client)
    print_record(record, form)


@click.command(
    epilog=example(
        "wf-es action-execution complete @latest/ask --output '{\"approved\": true}'",
        "wf-es action-execution complete 9c1d --state ERROR --output 'no capacity'",
    )
)
@click.argument("name", metavar="ACTION")
@click.option(
    "--state",
    type=click.Choice(STATES, case_sensitive=False),
    default="SUCCESS",
    show_default=True,
    help="How it ended.",
)
@click.option("--output", metavar="JSON", callback=json_value, help="Its result: JSON, or text.")
@form_option
@remote
def complete(client: Client, name: str, state: str, output: JSON, form: str) -> None:
    """Give a waiting action its result, as the system it waits for would."""
    action_id = find_action(client, name)
    body: dict[str, JSON] = {"state": state.upper()}
    if output is not None:
        body["output"] = output
    client.put(f"action_executions/{action_id}", body)
    print_record(client.record("action_executions", action_id), form)


def _chosen(
    client: Client, execution: str | None, task: str | None, state: str | None, limit: int, at: str | None
) -> list[Row]:
    """Return the action executions that were asked for."""
    wanted: dict[str, Any] = {"limit": limit, "state": state.upper() if state else None, "at": at}
    if task:
        return client.rows(f"tasks/{find_task(client, task, at)}/action_executions", **wanted)
    if not execution:
        return client.rows("action_executions", sort_keys="created_at", sort_dirs="desc", **wanted)
    tasks = client.rows(f"executions/{find_execution(client, execution)}/tasks", fields="id", at=at)
    rows = [row for one in tasks for row in client.rows(f"tasks/{one['id']}/action_executions", **wanted)]
    return rows[:limit]


@click.group("action-execution", cls=NounGroup, commands=(list_action_executions, get, complete))
def action_execution() -> None:
    """Look at actions, complete waiting ones.

    ACTION is an action execution's id, the beginning of one, or EXECUTION/TASK,
    such as @latest/ask: the running action of that task.
    """
