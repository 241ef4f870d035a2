"""Tests of what policies leave in the rows of tasks and actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from projections import Views
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
DUE = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)


def test_a_retry_shows_its_number_and_when_it_is_due(story: Any, views: Views) -> None:
    """The runtime context has Mistral's key and the timer; the failed action is not accepted."""
    story.start(ONE)
    story.record(
        ONE,
        log.TaskScheduled(task_id="t", name="a"),
        log.ActionScheduled(action_id="x", task_id="t", name="std.fail"),
        log.ActionCompleted(action_id="x", state="ERROR", output="no disk"),
        log.RetryScheduled(task_id="t", attempt=2, state_info="no disk"),
        log.TimerSet(timer_id="m", task_id="t", kind="retry", due=DUE),
    )
    views.catch_up()
    row = views.tasks.get("t", "home")
    assert (row["state"], row["state_info"], row["result"]) == ("DELAYED", "no disk", None)
    assert row["runtime_context"] == {
        "retry_task_policy": {"retry_no": 1},
        "timer": {"kind": "retry", "due": "2026-12-24 18:30:00.000000"},
    }
    assert views.action_executions.get("x", "home")["accepted"] is False


def test_waits_show_as_in_mistral(story: Any, views: Views) -> None:
    """What was waited for stays in the runtime context, the timer does not."""
    story.start(ONE)
    story.record(
        ONE,
        log.TaskScheduled(task_id="t", name="a"),
        log.TaskDelayed(task_id="t", policy="wait-before"),
        log.TimerSet(timer_id="m", task_id="t", kind="wait-before", due=DUE),
        log.TimerFired(timer_id="m", task_id="t"),
        log.TaskStarted(task_id="t"),
    )
    views.catch_up()
    row = views.tasks.get("t", "home")
    assert row["state"] == "RUNNING"
    assert row["runtime_context"] == {"wait_before_policy": {"skip": True}}
    assert row["started_at"] == row["created_at"]
