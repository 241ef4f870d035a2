"""``wf-es workbook``: actions and workflows that are kept together."""

from __future__ import annotations

import click

from api.cli.client import Client
from api.cli.definition_versions import diff_command, versions_command
from api.cli.definitions import (
    Kind,
    create_command,
    get_command,
    get_definition_command,
    list_command,
    namespace_option,
    update_command,
)
from api.cli.groups import NounGroup, example
from api.cli.output import note
from api.cli.remote import confirmed, remote, yes_option
from api.cli.validation import validate_command

_WORKBOOK = Kind(
    noun="workbook",
    content="the workbook",
    columns=("id", "name", "namespace", "version", "tags", "updated_at"),
    file="shop.yaml",
    name="shop",
)


@click.command(epilog=example("wf-es workbook delete shop --yes", "wf-es workbook delete shop --cascade"))
@click.argument("name")
@namespace_option
@click.option("--cascade", is_flag=True, help="Also the actions and workflows that it has brought along.")
@yes_option
@remote
def delete(client: Client, name: str, namespace: str | None, cascade: bool, yes: bool) -> None:
    """Delete one workbook by NAME or id; executions that have begun go on.

    Its actions and workflows stay, unless they are asked to go, too.
    """
    everything = " and everything that it has brought along" if cascade else ""
    confirmed(f"Delete workbook {name}{everything}?", yes)
    client.delete("workbooks", name, namespace=namespace, cascade="true" if cascade else None)
    note(f"workbook {name}{everything} deleted")


@click.group(
    cls=NounGroup,
    commands=(
        validate_command("workbook"),
        create_command(_WORKBOOK),
        update_command(_WORKBOOK, " What the text leaves out stays."),
        list_command(_WORKBOOK, "the stored workbooks"),
        get_command(_WORKBOOK),
        get_definition_command(_WORKBOOK),
        versions_command(_WORKBOOK),
        diff_command(_WORKBOOK),
        delete,
    ),
)
def workbook() -> None:
    """Check workbooks, and keep them on a server."""
