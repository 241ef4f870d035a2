"""What a task's row shows of its sub-workflow."""

from __future__ import annotations

from typing import Any

import pytest

from projections import Views
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
SCHEDULED = (
    log.TaskScheduled(task_id="t", name="a", kind="WORKFLOW"),
    log.SubWorkflowScheduled(execution_id="c", task_id="t", workflow_name="other"),
)
ENDED = log.SubWorkflowCompleted(
    execution_id="c", task_id="t", event=5, state="ERROR", state_info="no", output={"result": "no"}
)


def row(story: Any, views: Views, *events: Any) -> Any:
    """Return the task's row after these events."""
    story.start(ONE)
    story.record(ONE, *SCHEDULED, *events)
    views.catch_up()
    return views.tasks.get("t", "home")


def test_the_task_shows_its_type(story: Any, views: Views) -> None:
    """From the moment it is there."""
    found = row(story, views)

    assert (found["type"], found["state"], found["result"]) == ("WORKFLOW", "RUNNING", None)


@pytest.mark.parametrize(("alone", "state"), [(False, "PAUSED"), (True, "RUNNING")])
def test_it_stands_still_with_its_sub_workflow(alone: bool, state: str, story: Any, views: Views) -> None:
    """Unless the sub-workflow concerns it no more."""
    paused = log.SubWorkflowPaused(execution_id="c", task_id="t", event=3, alone=alone)

    assert row(story, views, paused)["state"] == state


def test_a_pause_that_is_reported_twice_is_one(story: Any, views: Views) -> None:
    """The task shows when it began to stand still."""
    first = row(story, views, log.SubWorkflowPaused(execution_id="c", task_id="t", event=3))
    story.record(ONE, log.SubWorkflowPaused(execution_id="c", task_id="t", event=5))
    views.catch_up()

    assert views.tasks.get("t", "home") == first


def test_a_task_whose_work_has_ended_stays_as_it_is(story: Any, views: Views) -> None:
    """A pause that is heard of later changes nothing."""
    paused = log.SubWorkflowPaused(execution_id="c", task_id="t", event=7)

    found = row(story, views, ENDED, log.TaskCompleted(task_id="t", state="ERROR", state_info="no"), paused)

    assert (found["state"], found["state_info"]) == ("ERROR", "no")


def test_the_output_is_the_result_until_the_sub_workflow_runs_again(story: Any, views: Views) -> None:
    """Then nothing of the earlier end is left."""
    completed = log.TaskCompleted(task_id="t", state="ERROR", state_info="no", published={"x": 1})
    found = row(story, views, ENDED, completed)
    assert (found["state"], found["result"]) == ("ERROR", {"result": "no"})

    story.record(ONE, log.SubWorkflowReopened(execution_id="c", task_id="t", event=6))
    views.catch_up()

    found = views.tasks.get("t", "home")
    assert (found["state"], found["state_info"], found["result"]) == ("RUNNING", None, None)
    assert (found["published"], found["processed"], found["finished_at"]) == ({}, False, None)
