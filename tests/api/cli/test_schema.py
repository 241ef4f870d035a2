"""``wf-es schema``: what it prints is the schema of the language."""

from __future__ import annotations

import json

from tests.api.cli.conftest import Type
from wf_es.definition.schema import workflow_schema


def test_prints_the_schema_of_workflows(offline: Type) -> None:
    """Standard output is the schema and nothing else, so it can be sent to a file."""
    result = offline("schema", "workflow")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == workflow_schema()


def test_says_for_what_it_is_good(offline: Type) -> None:
    """The help shows the line that an editor needs."""
    result = offline("schema", "workflow", "--help")

    assert result.exit_code == 0
    assert "$schema=workflow.schema.json" in result.stdout
