"""Tests of the rows of executions."""

from __future__ import annotations

from typing import Any

from projections import Views
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
TWO = "aaaaaaaa-0000-5000-8000-000000000002"
MISTRALS_ORDER = (
    "id workflow_id workflow_name workflow_namespace description tags params task_execution_id"
    " root_execution_id source_execution_id state state_info input output created_at updated_at"
    " project_id published_global"
).split()


OWN = ["forked_from", "forked_from_event", "definition_version", "definition_since_event", "frozen"]


def test_a_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """Fields come in Mistral's order, with the engine's own at the end."""
    story.start(ONE, input={"a": 1}, params={"env": {}}, tags=["t"], description="d", vars={"v": 1})
    story.record(ONE, log.WorkflowCompleted(state="SUCCESS", state_info=None, output={"b": 2}))
    views.catch_up()

    row = views.executions.get(ONE, "home")

    assert list(row) == [*MISTRALS_ORDER, "env", "version", "position", *OWN]
    assert row == {
        "id": ONE,
        "workflow_id": "11111111-1111-5111-8111-111111111111",
        "workflow_name": "flow",
        "workflow_namespace": "",
        "description": "d",
        "tags": ["t"],
        "params": {"env": {}},
        "task_execution_id": None,
        "root_execution_id": None,
        "source_execution_id": None,
        "state": "SUCCESS",
        "state_info": None,
        "input": {"a": 1},
        "output": {"b": 2},
        "created_at": "2026-11-21 08:00:01.123456",
        "updated_at": "2026-11-21 08:00:02.123456",
        "project_id": "home",
        "published_global": {},
        "env": {},
        "version": 2,
        "position": 2,
        "forked_from": None,
        "forked_from_event": None,
        "definition_version": 1,
        "definition_since_event": 1,
        "frozen": False,
    }


def test_a_changed_environment_shows_in_the_params(story: Any, views: Views) -> None:
    """As in Mistral, the environment is part of the params that a reader sees."""
    story.start(ONE, params={"env": {"a": 1, "b": 2}, "namespace": "n"}, env={"a": 1, "b": 2})
    story.record(ONE, log.WorkflowPaused(), log.WorkflowResumed(env={"b": None, "c": 3}))
    views.catch_up()
    row = views.executions.get(ONE, "home")
    assert row["env"] == {"a": 1, "c": 3}
    assert row["params"] == {"env": {"a": 1, "c": 3}, "namespace": "n"}


def test_global_variables_merge_in_the_order_of_the_log(story: Any, views: Views) -> None:
    """Globals of several tasks are merged key by key; a var of that name lies below."""
    story.start(ONE, vars={"g": {"from": "vars"}, "unused": 1})
    changes: list[dict[str, Any]] = [{"g": {"x": 1, "y": 1}}, {"g": {"y": 2}, "h": [1]}, {"h": [2]}]
    for number, published in enumerate(changes):
        task_id = f"task-{number}"
        story.record(ONE, log.TaskScheduled(task_id=task_id, name="a"))
        story.record(ONE, log.TaskCompleted(task_id=task_id, state="SUCCESS", published_global=published))
        views.catch_up()
    shown = views.executions.get(ONE, "home")["published_global"]
    assert shown == {"g": {"from": "vars", "x": 1, "y": 2}, "h": [2]}


def test_a_fork_shows_where_it_comes_from(story: Any, views: Views) -> None:
    """Its original, up to which event, and which version of the definition counts since when."""
    story.start(ONE)
    pin = log.Pin(stream="11111111-1111-5111-8111-111111111111", version=4, hash="h")
    story.record(
        ONE,
        log.ExecutionForked(
            source_execution_id=TWO, source_event=1, source_digest="d", actions=[], definition=pin
        ),
    )
    views.catch_up()
    row = views.executions.get(ONE, "home")

    assert {name: row[name] for name in OWN} == {
        "forked_from": TWO,
        "forked_from_event": 1,
        "definition_version": 4,
        "definition_since_event": 2,
        "frozen": False,
    }
    assert row["created_at"] == row["updated_at"] == "2026-11-21 08:00:02.123456"
