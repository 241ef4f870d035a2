"""How far a task is with its items, as events come."""

from __future__ import annotations

from api.cli.history import Story
from api.cli.item_progress import progress


def event(kind: str, **data: object) -> dict[str, object]:
    """Return an event as the API gives it."""
    return {"number": 1, "type": f"{kind}@1", "data": data}


def begun() -> Story:
    """Return the story of a task with three items, of which two have begun."""
    story = Story()
    story.tell(event("TaskScheduled", task_id="t", name="a"))
    story.tell(event("ItemsEvaluated", task_id="t", count=3))
    for action_id in ("x", "y"):
        story.tell(event("ActionScheduled", task_id="t", action_id=action_id, name="std.noop"))
    return story


def test_words_name_what_there_is() -> None:
    """What is not there is not named."""
    assert progress({"count": 3}) == "0 of 3 done"
    assert progress({"count": 9, "succeeded": 3, "cancelled": 1, "running": 2, "paused": 1}) == (
        "4 of 9 done, 1 cancelled, 2 running, 1 paused"
    )


def test_a_display_shows_the_progress_of_a_running_task() -> None:
    """As items end; when the task has ended, its own words stand there again."""
    story = begun()
    story.tell(event("ActionCompleted", action_id="x", state="SUCCESS"))
    assert story.tasks["t"].note == "1 of 3 done, 1 running"
    story.tell(event("ActionCompleted", action_id="y", state="ERROR"))
    assert story.tasks["t"].note == "2 of 3 done, 1 failed"
    story.tell(event("TaskCompleted", task_id="t", state="ERROR", state_info="One or more"))
    assert story.tasks["t"].note == "One or more"


def test_items_that_run_again_are_counted_anew() -> None:
    """Those that are kept are done; with all of them the count begins with the next list."""
    story = begun()
    story.tell(event("TaskRerun", task_id="t", state="RUNNING", items=[1]))
    assert story.tasks["t"].note == "2 of 3 done"
    story.tell(event("ActionCompleted", action_id="y", state="ERROR"))
    assert story.tasks["t"].note == "2 of 3 done"
    story.tell(event("TaskRerun", task_id="t", state="RUNNING", items=None))
    assert story.tasks["t"].note == ""


def test_sub_workflows_are_items_as_well() -> None:
    """They are named by the execution that they are."""
    story = begun()
    story.tell(event("SubWorkflowScheduled", task_id="t", execution_id="e"))
    story.tell(event("SubWorkflowCompleted", task_id="t", execution_id="e", state="SUCCESS"))
    assert story.tasks["t"].note == "1 of 3 done, 2 running"


def test_actions_of_other_tasks_are_not_counted() -> None:
    """A task without items has no progress."""
    story = Story()
    story.tell(event("TaskScheduled", task_id="t", name="a"))
    story.tell(event("ActionScheduled", task_id="t", action_id="x"))
    story.tell(event("ActionCompleted", action_id="x", state="SUCCESS"))
    assert story.tasks["t"].note == ""
