"""The tree of executions below one, read level by level."""

from __future__ import annotations

from typing import Any

import pytest

from projections import Views
from projections.trees import below_execution, below_task, report
from wf_es.errors import NotFound
from wf_es.execution import events as log

TOP = "aaaaaaaa-0000-5000-8000-000000000001"
MID = "aaaaaaaa-0000-5000-8000-000000000002"
LEAF = "aaaaaaaa-0000-5000-8000-000000000003"


@pytest.fixture
def family(story: Any, views: Views) -> Views:
    """Return views of three executions, one below the other; the lowest has failed."""
    story.start(TOP)
    story.record(
        TOP,
        log.TaskScheduled(task_id="a", name="a", kind="WORKFLOW"),
        log.SubWorkflowScheduled(execution_id=MID, task_id="a", workflow_name="flow"),
        log.TaskScheduled(task_id="b", name="b", state="WAITING"),
    )
    story.start(MID, task_execution_id="a", root_execution_id=TOP)
    story.record(
        MID,
        log.TaskScheduled(task_id="c", name="c", kind="WORKFLOW"),
        log.SubWorkflowScheduled(execution_id=LEAF, task_id="c", workflow_name="flow"),
    )
    story.start(LEAF, task_execution_id="c", root_execution_id=TOP)
    story.record(
        LEAF,
        log.TaskScheduled(task_id="d", name="d"),
        log.ActionScheduled(action_id="x", task_id="d", name="std.fail"),
        log.ActionCompleted(action_id="x", state="ERROR", output="no"),
        log.RetryScheduled(task_id="d", attempt=2),
        log.TaskCompleted(task_id="d", state="ERROR", state_info="no", transitions=[]),
        log.WorkflowCompleted(state="ERROR", state_info="no"),
    )
    views.catch_up()
    return views


def ids(rows: Any) -> list[str]:
    """Return the ids of rows."""
    return [row["id"] for row in rows]


def test_a_tree_is_read_from_the_top(family: Views) -> None:
    """As deep as is asked for."""
    assert ids(below_execution(family, TOP, "home")) == [TOP, MID, LEAF]
    assert ids(below_execution(family, TOP, "home", max_depth=1)) == [TOP, MID]
    assert ids(below_execution(family, MID, "home")) == [MID, LEAF]
    assert ids(below_task(family, "a", "home")) == [MID, LEAF]
    assert ids(below_task(family, "a", "home", max_depth=0)) == [MID]


def test_errors_are_followed_down_only_along_errors(family: Views) -> None:
    """What did not fail is left out with what is below it."""
    assert ids(below_execution(family, TOP, "home", errors_only=True)) == [TOP]
    assert ids(below_execution(family, MID, "home", errors_only=True)) == [MID, LEAF]


def test_others_see_nothing(family: Views) -> None:
    """A project sees its own executions."""
    with pytest.raises(NotFound):
        list(below_execution(family, TOP, "elsewhere"))
    with pytest.raises(NotFound):
        list(below_task(family, "a", "elsewhere"))


def test_a_report_has_all_levels(family: Views) -> None:
    """With the counts of all tasks in it."""
    found = report(family, TOP, "home")

    a, b = found["root_workflow_execution"]["task_executions"]
    leaf = a["workflow_executions"][0]["task_executions"][0]["workflow_executions"][0]
    assert (b["state"], leaf["id"], leaf["task_executions"][0]["retry_count"]) == ("WAITING", LEAF, 1)
    assert leaf["task_executions"][0]["action_executions"][0]["id"] == "x"
    assert found["statistics"] == {
        "total_tasks_count": 4,
        "running_tasks_count": 2,
        "success_tasks_count": 0,
        "error_tasks_count": 1,
        "paused_tasks_count": 0,
        "idle_tasks_count": 1,
        "estimated_time": -1,
    }
