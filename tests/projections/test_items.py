"""What rows tell of the items of tasks."""

from __future__ import annotations

from typing import Any

from projections import Views
from projections.queries import Query
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"


def begin(story: Any, concurrency: int = 0) -> None:
    """Begin a task with three items; the first two of them have begun."""
    story.start(ONE)
    story.record(
        ONE,
        log.TaskScheduled(task_id="t", name="a"),
        log.ItemsEvaluated(task_id="t", values={"x": [1, 2, 3]}, count=3, concurrency=concurrency),
        log.ActionScheduled(action_id="x", task_id="t", name="std.echo", index=0),
        log.ActionScheduled(action_id="y", task_id="t", name="std.echo", index=1),
    )


def ended(action_id: str, output: Any, state: str = "SUCCESS") -> log.ActionCompleted:
    """The end of an item."""
    return log.ActionCompleted(action_id=action_id, state=state, output=output)


def counted(**fields: int) -> dict[str, int]:
    """What a row counts, with nothing where nothing is said."""
    names = ("count", "concurrency", "running", "paused", "succeeded", "failed", "cancelled")
    return {**dict.fromkeys(names, 0), "count": 3, **fields}


def test_a_row_counts_its_items(story: Any, views: Views) -> None:
    """How many there are, run, and have ended how."""
    begin(story)
    story.record(ONE, ended("x", "no", "ERROR"))
    views.catch_up()
    row = views.tasks.get("t", "home")
    assert row["items"] == counted(running=1, failed=1)
    assert row["runtime_context"] == {"with_items": {"capacity": None, "count": 3}}
    assert row["result"] is None


def test_capacity_is_what_may_still_run_at_once(story: Any, views: Views) -> None:
    """As in Mistral's runtime context, beside the concurrency itself."""
    begin(story, concurrency=2)
    views.catch_up()
    row = views.tasks.get("t", "home")
    assert row["runtime_context"] == {"with_items": {"capacity": 0, "count": 3}, "concurrency": 2}
    story.record(ONE, ended("x", 1))
    views.catch_up()
    assert views.tasks.get("t", "home")["runtime_context"]["with_items"] == {"capacity": 1, "count": 3}


def test_the_result_is_a_list_in_the_order_of_the_items(story: Any, views: Views) -> None:
    """Put together at the end of the task, also when its items ended in other batches."""
    begin(story)
    story.record(ONE, log.ActionScheduled(action_id="z", task_id="t", name="std.echo", index=2))
    story.record(ONE, ended("z", {"third": "é"}))
    views.catch_up()
    story.record(ONE, ended("y", None, "ERROR"))
    story.record(ONE, ended("x", 1), log.TaskCompleted(task_id="t", state="ERROR", transitions=[]))
    views.catch_up()
    assert views.tasks.get("t", "home")["result"] == [1, None, {"third": "é"}]


def test_actions_are_listed_in_the_order_of_their_items(story: Any, views: Views) -> None:
    """They begin at the same moment, and their ids say nothing about their order."""
    story.start(ONE)
    scheduled = [
        log.ActionScheduled(action_id=action, task_id="t", name="std.echo", index=index)
        for index, action in enumerate("zbya")
    ]
    begun = log.TaskScheduled(task_id="t", name="a")
    story.record(ONE, begun, log.ItemsEvaluated(task_id="t", values={"x": [1, 2, 3, 4]}, count=4), *scheduled)
    views.catch_up()
    page = views.action_executions.list(Query(project="home"))
    assert [row["id"] for row in page.rows] == ["z", "b", "y", "a"]


def test_what_comes_after_the_end_of_the_task_does_not_count(story: Any, views: Views) -> None:
    """A cancelled item ended the task; the other one ends later."""
    begin(story)
    story.record(ONE, ended("x", None, "CANCELLED"))
    story.record(ONE, log.TaskCompleted(task_id="t", state="CANCELLED", transitions=[]), ended("y", 2))
    views.catch_up()
    assert views.tasks.get("t", "home")["result"] == [None]
    late = views.action_executions.get("y", "home")
    assert (late["state"], late["accepted"], late["output"]) == ("SUCCESS", False, {"result": 2})
