"""``wf-es schema``: the language as JSON Schema, for editors and other tools."""

from __future__ import annotations

import click

from api.cli.groups import NounGroup, example
from api.cli.output import print_json
from wf_es.definition.schema import actions_schema, workbook_schema, workflow_schema
from wf_es.testing import suite_schema


@click.group(cls=NounGroup)
def schema() -> None:
    """Print the schema of a kind of text; no server is needed."""


@schema.command(
    epilog=example(
        "wf-es schema workflow > workflow.schema.json",
    )
)
def workflow() -> None:
    """Print the JSON Schema of workflow definitions.

    Editors with a YAML language server check and complete a definition whose
    first line is "# yaml-language-server: $schema=workflow.schema.json".
    """
    print_json(workflow_schema())


@schema.command(epilog=example("wf-es schema actions > actions.schema.json"))
def actions() -> None:
    """Print the JSON Schema of lists of ad-hoc actions."""
    print_json(actions_schema())


@schema.command(epilog=example("wf-es schema workbook > workbook.schema.json"))
def workbook() -> None:
    """Print the JSON Schema of workbooks."""
    print_json(workbook_schema())


@schema.command("workflow-test", epilog=example("wf-es schema workflow-test > test.schema.json"))
def workflow_test() -> None:
    """Print the JSON Schema of test files, for 'wf-es workflow test'."""
    print_json(suite_schema())
