"""Rows from states: what the comparison with the views does not reach."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.rest import rows
from wf_es.definition.versions import Content, DefinitionState
from wf_es.execution.state import ActionExecution

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ({}, {}),
        ({"safe_rerun": True, "index": 3, "target": "t"}, {"safe_rerun": True, "index": 3, "target": "t"}),
    ],
)
def test_params_of_an_action(given: dict[str, object], params: dict[str, object]) -> None:
    """Only what is set is shown."""
    action = ActionExecution(
        id="a",
        task_id="t",
        name="std.noop",
        number=1,
        attempt=1,
        state="RUNNING",
        input={},
        created_at=NOW,
        updated_at=NOW,
        event=1,
        **given,  # type: ignore[arg-type]
    )
    assert rows.params_of(action) == params


def test_a_definition_that_no_view_knows_yet() -> None:
    """Name, text and checksum are known without the views; input and interface are left out."""
    content = Content(text="version: '2.0'", hash="h", checksum="c", tags=("x",))
    row = rows.definition_row(DefinitionState(id="w", name="n", project="p", content=content))
    assert (row["name"], row["checksum"], row["tags"]) == ("n", "c", ["x"])
    assert "interface" not in row


def test_an_environment_that_no_view_knows_yet() -> None:
    """Its text is that of its variables."""
    content = Content(text='{"a":[1]}', hash="h", checksum="c", description="d")
    state = DefinitionState(id="e", kind="environment", name="n", project="p", content=content)
    row = rows.definition_row(state)
    assert (row["variables"], row["description"]) == ({"a": [1]}, "d")
