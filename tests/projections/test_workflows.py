"""Tests of the rows of workflow definitions."""

from __future__ import annotations

from typing import Any

from projections import Views
from wf_es.execution import events as happened

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
        "input": 'x, y="5", z="None"',
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


def test_a_task_shows_the_tags_of_the_version_it_runs(story: Any, views: Views) -> None:
    """Every version's tags are kept, also when a later one has others."""
    text = TEXT.replace("{action: std.noop}", "{action: std.noop, tags: [first]}")
    story.upload("definition", text)
    story.upload_again("definition", text.replace("first", "second"))
    for number in (1, 2):
        pin = happened.Pin(stream="definition", version=number, hash="0" * 64)
        story.start(f"e{number}", definition=pin)
        story.record(f"e{number}", happened.TaskScheduled(task_id=f"t{number}", name="a", state="RUNNING"))
    views.catch_up()

    assert [views.tasks.get(f"t{number}", None)["tags"] for number in (1, 2)] == [["first"], ["second"]]
