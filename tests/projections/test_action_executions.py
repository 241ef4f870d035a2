"""Tests of the rows of actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from projections import Views
from projections.verification import verify
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
MISTRALS_ORDER = (
    "id workflow_name workflow_namespace task_name task_execution_id workflow_execution_id state state_info"
    " tags name description project_id accepted input output created_at updated_at params"
).split()


def begin(story: Any, **fields: Any) -> None:
    """Record an execution up to its first action."""
    story.start(ONE)
    story.record(ONE, log.TaskScheduled(task_id="t", name="a"))
    story.record(ONE, log.ActionScheduled(action_id="x", task_id="t", name="std.echo", **fields))


def test_a_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """Fields come in Mistral's order; a running action has no output."""
    begin(story, input={"output": 3}, index=0, safe_rerun=True, target="there")
    views.catch_up()

    row = views.action_executions.get("x", "home")

    assert list(row) == MISTRALS_ORDER
    assert row == {
        "id": "x",
        "workflow_name": "flow",
        "workflow_namespace": "",
        "task_name": "a",
        "task_execution_id": "t",
        "workflow_execution_id": ONE,
        "state": "RUNNING",
        "state_info": None,
        "tags": [],
        "name": "std.echo",
        "description": "",
        "project_id": "home",
        "accepted": False,
        "input": {"output": 3},
        "output": None,
        "created_at": "2026-11-21 08:00:03.123456",
        "updated_at": "2026-11-21 08:00:03.123456",
        "params": {"safe_rerun": True, "index": 0, "target": "there"},
    }


@pytest.mark.parametrize(
    ("state", "output"),
    [("SUCCESS", None), ("SUCCESS", [1, {"a": "é"}]), ("ERROR", "no"), ("CANCELLED", 1)],
)
def test_outputs_are_wrapped_as_in_mistral(state: str, output: Any, story: Any, views: Views) -> None:
    """Whatever the output is, it stands under ``result``; a cancelled action gives its task no result."""
    begin(story)
    views.catch_up()
    story.record(ONE, log.ActionCompleted(action_id="x", state=state, output=output))
    views.catch_up()
    row = views.action_executions.get("x", "home")
    assert (row["state"], row["output"], row["accepted"]) == (state, {"result": output}, True)
    assert views.tasks.get("t", "home")["result"] == (output if state != "CANCELLED" else None)


def test_a_rerun_takes_the_place_of_earlier_attempts(story: Any, views: Views) -> None:
    """Actions of earlier attempts stay, but no longer count."""
    begin(story)
    story.record(ONE, log.ActionCompleted(action_id="x", state="ERROR", output="no"))
    views.catch_up()
    story.record(ONE, log.TaskRerun(task_id="t"))
    story.record(ONE, log.ActionScheduled(action_id="y", task_id="t", name="std.echo"))
    story.record(ONE, log.ActionCompleted(action_id="y", state="SUCCESS", output=1))
    views.catch_up()
    accepted = {name: views.action_executions.get(name, "home")["accepted"] for name in ("x", "y")}
    assert accepted == {"x": False, "y": True}
    assert views.tasks.get("t", "home")["reset"] is True


def run_by_itself(story: Any, *bodies: Any) -> None:
    """Record an action that runs outside of any workflow, and what follows."""
    direct = log.DirectRun(namespace="n", description="why", env={"a": 1})
    story.record(ONE, log.ActionScheduled(action_id="x", name="std.echo", target="t", direct=direct), *bodies)


def test_an_action_by_itself_has_a_row_and_no_execution(story: Any, views: Views) -> None:
    """It is listed with the others, with null where a workflow and a task would be."""
    run_by_itself(story, log.ActionStarted(action_id="x"), log.ActionPaused(action_id="x"))
    views.catch_up()

    row = views.action_executions.get("x", "home")

    named = ("workflow_name", "workflow_namespace", "task_name", "task_execution_id", "state", "description")
    assert [row[name] for name in named] == [None, "n", None, None, "PAUSED", "why"]
    assert (row["params"], row["tags"], row["project_id"]) == ({"target": "t", "env": {"a": 1}}, [], "home")
    assert views.executions.find(ONE, None) is None
    assert views.find_action("x", "home") == ONE
    assert verify(story.state(ONE), views) == []


def test_the_end_of_an_action_by_itself(story: Any, views: Views) -> None:
    """The views fold each event in a batch of its own just as well."""
    run_by_itself(story)
    views.catch_up()
    story.record(
        ONE, log.TimerSet(timer_id="i", task_id="x", kind="timeout", due=datetime(2027, 1, 1, tzinfo=UTC))
    )
    views.catch_up()
    story.record(ONE, log.ActionCompleted(action_id="x", state="SUCCESS", output=[1]))
    views.catch_up()

    row = views.action_executions.get("x", "home")

    assert (row["state"], row["output"], row["accepted"]) == ("SUCCESS", {"result": [1]}, True)
    assert verify(story.state(ONE), views) == []
    assert views.quarantined() == []


@pytest.mark.parametrize("batches", [1, 2])
def test_a_deleted_action_by_itself_is_gone(story: Any, views: Views, batches: int) -> None:
    """Whether its end is folded with its beginning or later."""
    run_by_itself(story, log.ActionCompleted(action_id="x", state="SUCCESS"))
    if batches == 2:
        views.catch_up()
    story.record(ONE, log.ExecutionDeleted())
    views.catch_up()

    assert views.action_executions.find("x", "home") is None
    assert verify(story.state(ONE), views) == []
