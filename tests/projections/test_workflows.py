"""Tests of the rows of workflow definitions."""

from __future__ import annotations

from typing import Any

import pytest

from projections import Query, Views
from wf_es.definition.versions import DefinitionCreated, DefinitionDeleted
from wf_es.errors import NotFound

MISTRALS_ORDER = (
    "id name namespace input interface definition checksum tags scope project_id created_at updated_at"
).split()
TEXT = """version: '2.0'
flow:
  input:
    - x
    - y: "5"
    - z: null
  output: {sum: <% $.x %>, other: 1}
  tasks:
    a: {action: std.noop}
"""


def test_a_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """Fields come in Mistral's order; input and interface are read from the text."""
    story.upload("definition", TEXT, tags=["t"], scope="public", description="d", namespace="n")
    views.catch_up()

    row = views.workflows.get("definition", "home")

    assert list(row) == [*MISTRALS_ORDER, "version", "description"]
    assert row == {
        "id": "definition",
        "name": "flow",
        "namespace": "n",
        "input": 'x, y="5", z=null',
        "interface": {"input": ["x", {"y": "5"}, {"z": None}], "output": ["sum", "other"]},
        "definition": TEXT,
        "checksum": "5",
        "tags": ["t"],
        "scope": "public",
        "project_id": "home",
        "created_at": "2026-11-21 08:00:01.123456",
        "updated_at": "2026-11-21 08:00:01.123456",
        "version": 1,
        "description": "d",
    }


def test_an_update_replaces_the_text(story: Any, views: Views) -> None:
    """The row shows the newest version and keeps the time of creation."""
    story.upload("definition", TEXT)
    views.catch_up()
    story.upload_again("definition", TEXT.replace("sum:", "total:"))
    views.catch_up()
    row = views.workflows.get("definition", "home")
    assert row["interface"]["output"] == ["total", "other"]
    assert (row["version"], row["created_at"]) == (2, "2026-11-21 08:00:01.123456")
    assert row["updated_at"] == "2026-11-21 08:00:02.123456"


@pytest.mark.parametrize("stepwise", [True, False])
def test_a_deleted_workflow_goes_and_may_come_back(stepwise: bool, story: Any, views: Views) -> None:
    """Deleting removes the row; creating it again brings it back under its id."""
    story.upload("definition", TEXT)
    if stepwise:
        views.catch_up()
    story.record("definition", DefinitionDeleted())
    if stepwise:
        views.catch_up()
        assert views.workflows.list(Query(project="home")).rows == []
    story.upload("definition", TEXT)
    views.catch_up()
    assert views.workflows.get("definition", "home")["version"] == 3
    assert views.quarantined() == []


def test_other_kinds_of_definitions_are_not_shown(story: Any, views: Views) -> None:
    """A workbook or environment is no workflow."""
    body = DefinitionCreated(kind="environment", name="e", text="{}", hash="0", checksum="0")
    story.record("environment", body)
    story.upload_again("environment", "{}")
    story.record("environment", DefinitionDeleted())
    views.catch_up()
    assert views.workflows.list(Query(project=None)).rows == []
    assert views.quarantined() == []


def test_workflows_are_found_by_name_or_id(story: Any, views: Views) -> None:
    """One's own workflow is preferred to a public one of the same name."""
    story.upload("theirs", TEXT, project="other", scope="public")
    story.upload("private", TEXT, project="other", namespace="n")
    story.upload("mine", TEXT)
    views.catch_up()
    assert views.workflow("flow", "home")["id"] == "mine"
    assert views.workflow("flow", "third")["id"] == "theirs"
    assert views.workflow("theirs", "home")["id"] == "theirs"
    for unknown, namespace in (("flow", "n"), ("private", ""), ("nope", "")):
        with pytest.raises(NotFound, match="Workflow not found"):
            views.workflow(unknown, "home", namespace)
