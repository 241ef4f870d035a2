"""Tests of the rows of tasks."""

from __future__ import annotations

from typing import Any

from projections import Query, Views
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
MISTRALS_ORDER = (
    "id name type workflow_name workflow_namespace workflow_id workflow_execution_id tags state state_info"
    " project_id runtime_context result published published_global processed created_at updated_at"
    " started_at finished_at reset env items"
).split()
TAGGED = """version: '2.0'
flow:
  tasks:
    a: {{action: std.noop, tags: [{tag}]}}
    b: {{action: std.noop}}
"""


def test_a_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """Fields come in Mistral's order and tell the whole life of the task."""
    story.start(ONE)
    trigger = log.Trigger(task_id="t0", event="on-success")
    story.record(
        ONE,
        log.TaskScheduled(task_id="t0", name="first"),
        log.TaskScheduled(task_id="t", name="a", triggered_by=[trigger]),
        log.ActionScheduled(action_id="x", task_id="t", name="std.echo"),
        log.ActionCompleted(action_id="x", state="SUCCESS", output={"n": 3}),
        log.TaskCompleted(task_id="t", state="SUCCESS", published={"p": 1}, transitions=[]),
    )
    views.catch_up()

    row = views.tasks.get("t", "home")

    assert list(row) == MISTRALS_ORDER
    assert row == {
        "id": "t",
        "name": "a",
        "type": "ACTION",
        "workflow_name": "flow",
        "workflow_namespace": "",
        "workflow_id": "11111111-1111-5111-8111-111111111111",
        "workflow_execution_id": ONE,
        "tags": [],
        "state": "SUCCESS",
        "state_info": None,
        "project_id": "home",
        "runtime_context": {"triggered_by": [{"task_id": "t0", "event": "on-success"}]},
        "result": {"n": 3},
        "published": {"p": 1},
        "published_global": {},
        "processed": True,
        "created_at": "2026-11-21 08:00:03.123456",
        "updated_at": "2026-11-21 08:00:06.123456",
        "started_at": "2026-11-21 08:00:03.123456",
        "finished_at": "2026-11-21 08:00:06.123456",
        "reset": False,
        "env": None,
        "items": None,
    }


def test_routing_that_waits_is_not_processed(story: Any, views: Views) -> None:
    """A task that ended while paused is processed when its routing is done."""
    story.start(ONE)
    story.record(ONE, log.TaskScheduled(task_id="t", name="a"))
    story.record(ONE, log.TaskCompleted(task_id="t", state="SUCCESS"))
    views.catch_up()
    assert views.tasks.get("t", "home")["processed"] is False
    story.record(ONE, log.TransitionsTaken(task_id="t"))
    views.catch_up()
    assert views.tasks.get("t", "home")["processed"] is True


def test_tasks_show_the_tags_of_the_version_they_run(story: Any, views: Views) -> None:
    """Tags come from the definition as it was when the execution began."""
    story.upload("definition", TAGGED.format(tag="old"))
    story.start(ONE, definition=log.Pin(stream="definition", version=1, hash="0" * 64))
    story.upload_again("definition", TAGGED.format(tag="new"))
    for name in ("a", "b"):
        story.record(ONE, log.TaskScheduled(task_id=name, name=name))
        story.record(ONE, log.ActionScheduled(action_id=f"x-{name}", task_id=name, name="std.noop"))
        views.catch_up()
    assert views.tasks.get("a", "home")["tags"] == ["old"]
    assert views.action_executions.get("x-a", "home")["tags"] == ["old"]
    assert views.tasks.get("b", "home")["tags"] == []
    found = views.tasks.list(Query(project="home", filters={"tags": [("eq", "old")]}))
    assert [row["id"] for row in found.rows] == ["a"]
