"""``wf-es action``: what a server can run, ad-hoc actions made from that, and running one of them."""

from __future__ import annotations

import click

from api.cli.definition_versions import diff_command, versions_command
from api.cli.definitions import (
    Kind,
    create_command,
    delete_command,
    get_command,
    get_definition_command,
    list_command,
    update_command,
)
from api.cli.direct_run import run_action
from api.cli.groups import NounGroup
from api.cli.validation import validate_command

_ACTION = Kind(
    noun="action",
    content="the ad-hoc actions",
    columns=("name", "namespace", "input", "description", "tags"),
    file="greet.yaml",
    name="greet",
)


@click.group(
    cls=NounGroup,
    commands=(
        validate_command("action"),
        create_command(_ACTION),
        update_command(_ACTION),
        list_command(_ACTION, "the actions that are installed in the server or stored"),
        get_command(_ACTION),
        get_definition_command(_ACTION),
        versions_command(_ACTION),
        diff_command(_ACTION),
        delete_command(_ACTION),
        run_action,
    ),
)
def action() -> None:
    """See what a server can run, run it, and keep ad-hoc actions there."""
