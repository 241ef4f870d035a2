"""Units of work: some items at a time, and what a pause means for them."""

from __future__ import annotations

from typing import Any

from wf_es.execution import commands

TWO_AT_A_TIME = "w: {tasks: {a: {with-items: 'x in [1, 2, 3, 4]', concurrency: 2, action: std.async_noop}}}"


def begun(told: Any, text: str) -> Any:
    """Return an execution whose items have begun."""
    execution = told(text)
    execution.start()
    return execution


def running(told: Any) -> list[int]:
    """Return the items that are running, in the order in which they began."""
    return [action.index for action in told.unfinished()]


def test_concurrency_begins_the_next_item_as_one_ends(story: Any) -> None:
    """Never more than two run at once, in the order of the items."""
    told = begun(story, TWO_AT_A_TIME)
    assert running(told) == [0, 1]
    told.end_item("a", 1)
    assert running(told) == [0, 2]
    told.end_item("a", 0, "boom", "ERROR")
    assert running(told) == [2, 3]
    told.end_item("a", 3)
    told.end_item("a", 2)
    assert told.task("a").state == "ERROR"
    assert told.task("a").items.succeeded == 3


def test_while_paused_the_items_of_a_task_go_on(story: Any) -> None:
    """A pause holds what follows a task and not the task itself."""
    told = begun(story, TWO_AT_A_TIME)
    told.pause()
    assert told.end_item("a", 0, 1) == ["ActionCompleted a SUCCESS", "ActionScheduled std.async_noop #2"]
    assert running(told) == [1, 2]
    for index in (1, 2, 3):
        told.end_item("a", index)
    assert (told.state.state, told.task("a").state) == ("PAUSED", "SUCCESS")
    told.resume()
    assert told.state.state == "SUCCESS"


def test_while_paused_no_further_sub_workflow_begins(story: Any) -> None:
    """It would not have heard of the pause; the rest begins after the resume."""
    told = begun(
        story, "w: {tasks: {a: {with-items: 'x in [1, 2]', concurrency: 1, workflow: sub x=<% $.x %>}}}"
    )
    told.pause()
    (child,) = told.state.children.values()
    report = {"event": 9, "is_own": False, "order": child.ordered, "state": "SUCCESS", "output": {}}
    told.when(commands.ReportSubWorkflow, sub_execution_id=child.id, **report)
    assert len(told.state.children) == 1
    told.resume()
    assert len(told.state.children) == 2


def test_all_items_may_end_while_paused(story: Any) -> None:
    """The task ends, and routing waits for the resume."""
    told = begun(story, "w: {tasks: {a: {with-items: 'x in [1, 2]', action: std.async_noop, on-success: b},"
                        " b: {action: std.async_noop}}}")  # fmt: skip
    told.pause()
    told.end_item("a", 0, 1)
    assert told.end_item("a", 1, 2)[-1] == "TaskCompleted a SUCCESS"
    assert told.resume()[-1] == "ActionScheduled std.async_noop"
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["RUNNING"]}


def test_the_task_stands_while_one_of_its_items_is_paused(story: Any) -> None:
    """It goes on with the last paused item, and so does the execution."""
    told = begun(story, TWO_AT_A_TIME)
    units = told.task("a").units
    for index in (0, 1):
        told.when(commands.PauseAction, action_id=units[index])
    assert (told.task("a").state, told.state.state) == ("PAUSED", "PAUSED")
    told.when(commands.ResumeAction, action_id=units[0])
    assert (told.task("a").state, told.state.state) == ("PAUSED", "PAUSED")
    told.end_item("a", 0)
    told.when(commands.ResumeAction, action_id=units[1])
    assert (told.task("a").state, told.state.state) == ("RUNNING", "RUNNING")
    assert running(told) == [1, 2]


def test_a_paused_item_holds_further_ones_back_also_when_the_execution_goes_on(story: Any) -> None:
    """Somebody resumes the execution; the task follows when its item does."""
    told = begun(story, TWO_AT_A_TIME)
    units = told.task("a").units
    told.when(commands.PauseAction, action_id=units[0])
    told.resume()
    told.end_item("a", 1)
    assert running(told) == [0]
    told.when(commands.ResumeAction, action_id=units[0])
    assert running(told) == [0, 2]


def test_the_end_of_a_paused_item_lets_the_task_go_on(story: Any) -> None:
    """A paused item may be completed without having been resumed."""
    told = begun(story, TWO_AT_A_TIME)
    told.when(commands.PauseAction, action_id=told.task("a").units[0])
    told.end_item("a", 0)
    assert (told.task("a").state, told.state.state) == ("RUNNING", "PAUSED")
    told.resume()
    assert running(told) == [1, 2]
