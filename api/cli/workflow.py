"""``wf-es workflow``: check, draw and test definitions offline, and keep them on a server."""

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
from api.cli.graph import graph
from api.cli.groups import NounGroup
from api.cli.validation import validate_command
from api.cli.workflow_test import workflow_test

_WORKFLOW = Kind(
    noun="workflow",
    content="the workflows",
    columns=("id", "name", "namespace", "version", "input", "tags", "updated_at"),
    file="release.yaml",
    name="release",
)


@click.group(
    cls=NounGroup,
    commands=(
        validate_command("workflow"),
        graph,
        workflow_test,
        create_command(_WORKFLOW),
        update_command(_WORKFLOW),
        list_command(_WORKFLOW, "the stored workflows"),
        get_command(_WORKFLOW),
        get_definition_command(_WORKFLOW),
        versions_command(_WORKFLOW),
        diff_command(_WORKFLOW),
        delete_command(_WORKFLOW),
    ),
)
def workflow() -> None:
    """Check, draw and test workflow definitions, and keep them on a server."""
