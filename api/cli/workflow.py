"""``wf-es workflow``: check and draw definitions offline, and keep them on a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.client import Client, Row
from api.cli.exits import Exit
from api.cli.failures import explain
from api.cli.graph import graph
from api.cli.groups import NounGroup, example
from api.cli.output import columns_option, form_option, note, print_record, print_rows
from api.cli.remote import confirmed, remote, yes_option
from api.cli.validation import files_argument, validate
from wf_es.errors import InvalidDefinition

COLUMNS = ("id", "name", "namespace", "input", "tags", "updated_at")


def _namespace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--namespace`` to a command."""
    return click.option("--namespace", help="Namespace of the workflow.")(command)


@click.command(epilog=example("wf-es workflow create release.yaml"))
@files_argument
@_namespace_option
@columns_option
@form_option
@remote
def create(
    client: Client, files: tuple[Path, ...], namespace: str | None, columns: str | None, form: str
) -> None:
    """Store the workflows that each FILE defines; refused if one is there already."""
    print_rows(_upload(client, "POST", files, namespace), COLUMNS, form, columns)


@click.command(epilog=example("wf-es workflow update release.yaml"))
@files_argument
@_namespace_option
@columns_option
@form_option
@remote
def update(
    client: Client, files: tuple[Path, ...], namespace: str | None, columns: str | None, form: str
) -> None:
    """Store a new version of the workflows that each FILE defines.

    Executions that have begun keep the version they began with.
    """
    print_rows(_upload(client, "PUT", files, namespace), COLUMNS, form, columns)


@click.command("list", epilog=example("wf-es workflow list", "wf-es workflow list -o json"))
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@columns_option
@form_option
@remote
def list_workflows(client: Client, limit: int, columns: str | None, form: str) -> None:
    """List the stored workflows by name."""
    rows = client.rows("workflows", limit=limit, sort_keys="name", sort_dirs="asc")
    print_rows(rows, COLUMNS, form, columns)


@click.command(epilog=example("wf-es workflow get release", "wf-es workflow get release --definition"))
@click.argument("name")
@_namespace_option
@click.option("--definition", is_flag=True, help="Print only the text of the definition.")
@form_option
@remote
def get(client: Client, name: str, namespace: str | None, definition: bool, form: str) -> None:
    """Show one workflow by NAME or id."""
    record = client.record("workflows", name, namespace=namespace)
    if definition:
        click.echo(record["definition"], nl=not str(record["definition"]).endswith("\n"))
    else:
        print_record(record, form)


@click.command(epilog=example("wf-es workflow delete release --yes"))
@click.argument("name")
@_namespace_option
@yes_option
@remote
def delete(client: Client, name: str, namespace: str | None, yes: bool) -> None:
    """Delete a workflow; executions that have begun go on."""
    confirmed(f"Delete workflow {name}?", yes)
    client.delete("workflows", name, namespace=namespace)
    note(f"workflow {name} deleted")


@click.group(cls=NounGroup, commands=(validate, graph, create, update, list_workflows, get, delete))
def workflow() -> None:
    """Check and draw workflow definitions, and keep them on a server."""


def _upload(client: Client, method: str, files: tuple[Path, ...], namespace: str | None) -> list[Row]:
    """Send each file; name the file where the server refuses it."""
    rows: list[Row] = []
    for file in files:
        try:
            rows += client.upload(method, file.read_text(encoding="utf-8"), namespace=namespace)
        except InvalidDefinition as error:
            note(explain(error).replace("<text>", str(file)))
            note(f"{file} was refused; 'wf-es workflow validate -v {file}' shows the places")
            click.get_current_context().exit(Exit.REFUSED)
    return rows
