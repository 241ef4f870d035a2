"""Executions with their sub-workflows over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

THREE = """
version: '2.0'
top:
  tasks:
    a: {workflow: mid, on-error: z}
    z: {action: std.noop}
mid:
  tasks:
    b: {workflow: leaf}
leaf:
  input: [{password: s3cret}]
  tasks:
    c: {action: std.async_noop}
"""


@pytest.fixture
def tree(api: Any) -> dict[str, Any]:
    """Return the ids of three executions, one below the other."""
    api.upload(THREE)
    top = api.start("top")
    api.action(child_of(api, child_of(api, top, "a")["id"], "b")["id"], "c")
    mid = child_of(api, top, "a")
    return {"top": top, "mid": mid["id"], "leaf": child_of(api, mid["id"], "b")["id"]}


def child_of(api: Any, execution_id: str, task: str) -> Any:
    """Return the execution that a task has started."""
    while True:
        found = api.get(f"/v2/tasks/{api.task(execution_id, task)['id']}/workflow_executions")["executions"]
        if found:
            return found[0]


def names(found: Any) -> list[str]:
    """Return the workflows of listed executions."""
    return [row["workflow_name"] for row in found["executions"]]


def test_children_know_where_they_belong(api: Any, tree: dict[str, Any]) -> None:
    """The task, the root, and the description are Mistral's; roots are found by a null."""
    leaf = api.get(f"/v2/executions/{tree['leaf']}")
    task = api.task(tree["mid"], "b")

    assert (leaf["task_execution_id"], leaf["root_execution_id"]) == (task["id"], tree["top"])
    assert (leaf["description"], task["type"]) == ("sub-workflow execution", "WORKFLOW")
    assert names(api.get("/v2/executions?nulls=root_execution_id")) == ["top"]
    assert names(api.get(f"/v2/executions?root_execution_id={tree['top']}")) == ["mid", "leaf"]


def test_all_below_an_execution_are_listed(api: Any, tree: dict[str, Any]) -> None:
    """With itself, those nearer to it first, as deep as is asked for."""
    path = f"/v2/executions/{tree['top']}/executions"

    assert names(api.get(path)) == ["top", "mid", "leaf"]
    assert names(api.get(f"{path}?max_depth=1")) == ["top", "mid"]
    assert names(api.get(f"{path}?max_depth=0")) == ["top"]
    assert names(api.get(f"{path}?errors_only=true")) == ["top"]
    assert "output" not in api.get(path)["executions"][0]
    assert "output" in api.get(f"{path}?include_output=true")["executions"][0]
    assert "s3cret" not in str(api.get(path))


def test_all_below_a_task_are_listed(api: Any, tree: dict[str, Any]) -> None:
    """Those that it has started, and what is below them."""
    path = f"/v2/tasks/{api.task(tree['top'], 'a')['id']}/executions"

    assert names(api.get(path)) == ["mid", "leaf"]
    assert names(api.get(f"{path}?max_depth=0")) == ["mid"]
    assert names(api.get(f"{path}?max_depth=1")) == ["mid", "leaf"]


def test_a_report_shows_the_whole_tree(api: Any, tree: dict[str, Any]) -> None:
    """Tasks with their actions and sub-workflows, and how many tasks stand how."""
    found = api.get(f"/v2/executions/{tree['top']}/report")

    (task,) = found["root_workflow_execution"]["task_executions"]
    (mid,) = task["workflow_executions"]
    (below,) = mid["task_executions"]
    (leaf,) = below["workflow_executions"]
    (action,) = leaf["task_executions"][0]["action_executions"]
    assert (mid["name"], leaf["id"], action["name"]) == ("mid", tree["leaf"], "std.async_noop")
    assert ("retry_count" in task, action["accepted"], action["state"]) == (False, False, "RUNNING")
    assert len(task["created_at"]) == len("2026-01-01 00:00:00")
    assert found["statistics"]["total_tasks_count"] == found["statistics"]["running_tasks_count"] == 3
    assert found["statistics"]["estimated_time"] == -1


def test_a_report_of_errors_leaves_the_rest_out(api: Any, tree: dict[str, Any]) -> None:
    """And a depth limits it, as it limits the list."""
    action = api.action(tree["leaf"], "c")
    api.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "ERROR", "output": "no disk"})
    api.wait(tree["top"], "SUCCESS")
    path = f"/v2/executions/{tree['top']}/report"

    found = api.get(f"{path}?errors_only=true")
    assert [task["name"] for task in found["root_workflow_execution"]["task_executions"]] == ["a"]
    assert found["statistics"]["error_tasks_count"] == found["statistics"]["total_tasks_count"] == 3
    assert api.get(f"{path}?max_depth=0")["statistics"]["total_tasks_count"] == 2
    assert set(api.get(f"{path}?statistics_only=true")) == {"statistics"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/executions/11111111-1111-4111-8111-111111111111/executions", 404),
        ("/v2/executions/11111111-1111-4111-8111-111111111111/report", 404),
        ("/v2/tasks/11111111-1111-4111-8111-111111111111/executions", 404),
        ("/v2/tasks/11111111-1111-4111-8111-111111111111/workflow_executions", 404),
        ("/v2/executions/{top}/executions?max_depth=x", 400),
        ("/v2/executions/{top}/report?colour=red", 400),
    ],
)
def test_what_is_not_there_or_makes_no_sense(api: Any, path: str, status: int) -> None:
    """Unknown ids are 404, unknown or wrong parameters 400."""
    api.get(path.format(top=api.start()), expect=status)


def test_a_deleted_tree_is_gone(api: Any, tree: dict[str, Any]) -> None:
    """All of it, also its tasks and actions."""
    api.call("DELETE", f"/v2/executions/{tree['top']}?force=true", 204)

    while api.get("/v2/executions")["executions"]:
        pass
    assert api.get("/v2/tasks")["tasks"] == []
