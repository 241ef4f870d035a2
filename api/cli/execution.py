"""``wf-es execution``: start executions, look at them, stop and go on.

``resume`` and ``requirements`` are in ``resuming.py``, ``fork`` in ``forking.py``.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from api.cli.assignments import input_options, parameter_options, parameters, whole_input
from api.cli.client import Client, Row
from api.cli.contexts import blame_options, blame_query, final_context_lines
from api.cli.diff import diff
from api.cli.events import events
from api.cli.exits import EXIT_BY_STATE
from api.cli.follow import follow
from api.cli.forking import fork
from api.cli.groups import NounGroup, example
from api.cli.history import Story
from api.cli.outcome import advice, finish
from api.cli.output import (
    columns_option,
    form_option,
    note,
    print_data,
    print_record,
    print_rows,
)
from api.cli.progress import show_progress
from api.cli.remote import ROOTS, confirmed, find_execution, remote, yes_option
from api.cli.resuming import requirements, resume
from api.cli.times import at_option, note_moment
from api.cli.transfers import activate, export_execution, import_execution
from api.cli.tree import tree
from api.cli.waiting import waits_for
from wf_es.envelope import JSON

COLUMNS = ("id", "workflow_name", "state", "created_at", "updated_at", "state_info")

_WAITING = 10
"""How many waiting tasks are named at most."""


@click.command(
    epilog=example(
        "wf-es execution start deploy --input release=2.0 --wait",
        'wf-es execution start deploy --input \'hosts:=["web1", "web2"]\'',
    )
)
@click.argument("workflow")
@input_options
@parameter_options
@click.option("--id", "identifier", help="The id to give it; a repeated command then starts nothing.")
@click.option("--description", help="What it is for.")
@click.option("--namespace", default="", help="Namespace of the workflow.")
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code says how it ended.")
@click.option("--watch", is_flag=True, help="Wait for the end and show what happens meanwhile.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait no longer than this.")
@form_option
@remote
def start(client: Client, workflow: str, wait: bool, watch: bool, form: str, **options: Any) -> None:
    """Start an execution of WORKFLOW and print it.

    With --wait or --watch the command ends when the execution has ended or is
    paused, prints its output, and its exit code tells how it ended.
    """
    timeout = options.pop("timeout")
    record = client.post("executions", _start_body(workflow, options))
    if not (wait or watch):
        print_record(_brief(client.record("executions", record["id"])), form)
        note(f"follow it with: wf-es execution watch {record['id']}")
        return
    note(f"execution {record['id']}")
    _await_end(client, record["id"], timeout, form, 0 if watch else None)


@click.command(
    "list",
    epilog=example(
        "wf-es execution list --roots --state ERROR", "wf-es execution list --columns id,state --limit 5"
    ),
)
@click.option("--state", help="Only those in this state.")
@click.option("--workflow", help="Only those of this workflow.")
@click.option("--roots", is_flag=True, help="Only those that somebody has started: no sub-workflows.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@columns_option
@form_option
@remote
def list_executions(
    client: Client, roots: bool, limit: int, columns: str | None, form: str, **wanted: str | None
) -> None:
    """List executions, the newest first."""
    state = wanted["state"]
    rows = client.rows(
        "executions",
        limit=limit,
        state=state.upper() if state else None,
        workflow_name=wanted["workflow"],
        **(ROOTS if roots else {}),
        sort_keys="created_at",
        sort_dirs="desc",
    )
    print_rows(rows if form != "table" else list(map(_listed, rows)), COLUMNS, form, columns)


def _listed(row: Row) -> Row:
    """Return a row of a table; one in quarantine says so, and the rest of it is what was known before."""
    damage = row.get("quarantine")
    return row if damage is None else {**row, "state_info": f"in quarantine: {damage}"}


@click.command(epilog=example("wf-es execution get @latest", "wf-es execution get 3f2a -o json"))
@click.argument("identifier", metavar="ID")
@at_option
@form_option
@remote
def get(client: Client, identifier: str, at: str | None, form: str) -> None:
    """Show one execution with its input and output."""
    record = client.record("executions", find_execution(client, identifier), at=at)
    note_moment(client)
    print_record(_brief(record) | _waiting(client, record, at) if form == "table" else record, form)


@click.command(epilog=example("wf-es execution watch @latest"))
@click.argument("identifier", metavar="ID")
@click.option("--after", type=click.IntRange(min=0), default=0, help="No lines for events up to this number.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Follow no longer than this.")
@form_option
@remote
def watch(client: Client, identifier: str, after: int, timeout: float | None, form: str) -> None:
    """Follow an execution until it has ended or is paused.

    On a terminal the picture is redrawn; elsewhere each event is one line. The
    exit code tells how the execution ended.
    """
    _await_end(client, find_execution(client, identifier), timeout, form, after)


@click.command(epilog=example("wf-es execution pause @latest"))
@click.argument("identifier", metavar="ID")
@click.option("--reason", help="Why; recorded with the change.")
@form_option
@remote
def pause(client: Client, identifier: str, reason: str | None, form: str) -> None:
    """Start nothing new until a resume; what runs is not interrupted."""
    _change(client, find_execution(client, identifier), "PAUSED", reason, form)


@click.command(
    epilog=example("wf-es execution context @latest", "wf-es execution context @latest --history --at 12")
)
@click.argument("identifier", metavar="ID")
@at_option
@blame_options
@form_option
@remote
def context(client: Client, identifier: str, at: str | None, blame: bool, history: bool, form: str) -> None:
    """Show what the branches of an execution have left behind together, so far.

    The output is made from it when the execution succeeds. Where branches had
    written a variable equally often, the values that lost are shown, too. With
    --blame each leaf is shown with who wrote it, with --history also with its
    earlier values.
    """
    execution_id = find_execution(client, identifier)
    seen = client.get(f"executions/{execution_id}/context", at=at, **blame_query(blame, history))
    note_moment(client)
    if form != "table":
        print_data(seen, form)
        return
    for line in final_context_lines(seen):
        click.echo(line)


@click.command(epilog=example("wf-es execution cancel @latest --reason 'wrong release' --yes"))
@click.argument("identifier", metavar="ID")
@click.option("--reason", help="Why; recorded with the change.")
@yes_option
@form_option
@remote
def cancel(client: Client, identifier: str, reason: str | None, yes: bool, form: str) -> None:
    """End an execution now, as CANCELLED."""
    execution_id = find_execution(client, identifier)
    confirmed(f"Cancel execution {execution_id}?", yes)
    _change(client, execution_id, "CANCELLED", reason, form)


@click.command(epilog=example("wf-es execution delete 3f2a --yes"))
@click.argument("identifier", metavar="ID")
@click.option("--force", is_flag=True, help="Also if it has not ended.")
@yes_option
@remote
def delete(client: Client, identifier: str, force: bool, yes: bool) -> None:
    """Forget an execution: nothing shows it any more, and its id stays taken."""
    execution_id = find_execution(client, identifier)
    confirmed(f"Delete execution {execution_id}?", yes)
    client.delete("executions", execution_id, force="true" if force else None)
    note(f"execution {execution_id} deleted")


@click.group(
    cls=NounGroup,
    commands=(
        start,
        list_executions,
        get,
        tree,
        watch,
        events,
        diff,
        context,
        requirements,
        resume,
        fork,
        pause,
        cancel,
        export_execution,
        import_execution,
        activate,
        delete,
    ),
)
def execution() -> None:
    """Start executions, watch, stop and resume them.

    ID is an execution's id, the beginning of one, or @latest (no sub-workflow).
    """


def _start_body(workflow: str, options: dict[str, Any]) -> dict[str, JSON]:
    """Return the request that starts an execution."""
    given = whole_input(options["input_file"], options["input_json"], options["input_pairs"])
    body: dict[str, JSON] = {"workflow_name": workflow, "input": given}
    params = parameters(options["env"], options["environment"], options["task"])
    if params:
        body["params"] = params
    for name, value in (
        ("id", options["identifier"]),
        ("description", options["description"]),
        ("workflow_namespace", options["namespace"]),
    ):
        if value:
            body[name] = value
    return body


def _await_end(
    client: Client, execution_id: str, timeout: float | None, form: str, after: int | None
) -> None:
    """Follow to the end, print the output and leave with the fitting code.

    ``after`` is the number after which events are shown, None to show none.
    """
    story = Story()
    followed = follow(client, execution_id, timeout)
    if after is None:
        for event in followed:
            story.tell(event)
    else:
        show_progress(followed, sys.stderr, story, after)
    output = client.settled(execution_id, story.state).get("output")
    finish(execution_id, story, output, form, advice(execution_id, story))


def _change(client: Client, execution_id: str, state: str, reason: str | None, form: str) -> None:
    """Ask for another state and print what came of it."""
    body: dict[str, JSON] = {"state": state}
    if reason:
        body["state_info"] = reason
    client.put(f"executions/{execution_id}", body)
    record = client.record("executions", execution_id)
    print_record(_brief(record) if form == "table" else record, form)
    if record["state"] != state and record["state"] in EXIT_BY_STATE:
        note(f"nothing changed: the execution had already ended in {record['state']}")


def _waiting(client: Client, record: Row, at: str | None) -> Row:
    """Return which tasks of a running execution wait for a time, and what happens then."""
    if record["state"] != "RUNNING":
        return {}
    tasks = client.rows(f"executions/{record['id']}/tasks", state="DELAYED", limit=_WAITING, at=at)
    waits = [f"{task['name']} {wait}" for task in tasks if (wait := waits_for(task))]
    return {"waits_for": ", ".join(waits)} if waits else {}


def _brief(record: Row) -> Row:
    """Return what a person wants to know of an execution, without empty fields."""
    names = (
        "id",
        "workflow_name",
        "definition_version",
        "forked_from",
        "forked_from_event",
        "forks",
        "description",
        "state",
        "state_info",
        "input",
        "output",
    )
    shown = {name: record.get(name) for name in names if record.get(name) not in (None, "", {})}
    return shown | {"created_at": record["created_at"], "updated_at": record["updated_at"]}
