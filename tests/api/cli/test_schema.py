"""``wf-es schema``: what it prints is the schema of the language."""

from __future__ import annotations

import json

from tests.api.cli.conftest import Type
from wf_es.definition.schema import actions_schema, workbook_schema, workflow_schema
from wf_es.testing import suite_schema


def test_prints_the_schema_of_workflows(offline: Type) -> None:
    """Standard output is the schema and nothing else, so it can be sent to a file."""
    result = offline("schema", "workflow")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == workflow_schema()


def test_prints_the_schemas_of_the_other_texts(offline: Type) -> None:
    """Ad-hoc actions and workbooks are texts of their own kind."""
    assert json.loads(offline("schema", "actions").stdout) == actions_schema()
    assert json.loads(offline("schema", "workbook").stdout) == workbook_schema()


def test_prints_the_schema_of_test_files(offline: Type) -> None:
    """What 'wf-es workflow test' plays is a text of its own kind, too."""
    assert json.loads(offline("schema", "workflow-test").stdout) == suite_schema()


def test_says_for_what_it_is_good(offline: Type) -> None:
    """The help shows the line that an editor needs."""
    result = offline("schema", "workflow", "--help")

    assert result.exit_code == 0
    assert "$schema=workflow.schema.json" in result.stdout
