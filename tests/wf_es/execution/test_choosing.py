"""``with-items`` once more: the whole set, or the items that have not succeeded."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import IllegalState, RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.requirements import requirements
from wf_es.execution.state import actions_of

THREE = "w: {tasks: {a: {with-items: 'x in [1, 2, 3]', action: std.async_noop}}}"


def begun(told: Any, text: str) -> Any:
    """Return an execution whose items have begun."""
    execution = told(text)
    execution.start()
    return execution


def running(told: Any) -> list[int]:
    """Return the items that are running, in the order in which they began."""
    return [action.index for action in told.unfinished()]


def failed(story: Any, text: str = THREE) -> Any:
    """Return an execution whose middle item failed."""
    told = begun(story, text)
    told.end_item("a", 0, "one")
    told.end_item("a", 1, "boom", "ERROR")
    told.end_item("a", 2, "three")
    assert told.state.state == "ERROR"
    return told


def test_rerun_with_reset_runs_the_whole_set(story: Any) -> None:
    """The list is evaluated again; no earlier result counts."""
    told = failed(story)
    events = told.when(commands.RerunTask, task_id=told.task("a").id, reset=True)
    assert events[1:3] == ["TaskRerun a RUNNING", "ItemsEvaluated a"]
    assert running(told) == [0, 1, 2]
    for index in range(3):
        told.end_item("a", index, index)
    assert (told.state.state, told.task("a").result) == ("SUCCESS", [0, 1, 2])
    assert [action.accepted for action in actions_of(told.state, told.task("a"))] == [False] * 3 + [True] * 3


def test_rerun_without_reset_runs_failed_items_only(story: Any) -> None:
    """Those that succeeded keep their results."""
    told = failed(story)
    told.when(commands.RerunTask, task_id=told.task("a").id, reset=False)
    assert running(told) == [1]
    told.end_item("a", 1, "two")
    assert (told.state.state, told.task("a").result) == ("SUCCESS", ["one", "two", "three"])
    accepted = [action.accepted for action in actions_of(told.state, told.task("a"))]
    assert accepted == [True, False, True, True]


def test_rerun_without_reset_can_fail_again(story: Any) -> None:
    """And be run again, with the failed item alone each time."""
    told = failed(story)
    for _ in range(2):
        told.when(commands.RerunTask, task_id=told.task("a").id, reset=False)
        told.end_item("a", 1, "boom", "ERROR")
        assert told.state.state == "ERROR"
    assert told.task("a").items.succeeded == 2


def test_rerun_without_reset_of_lists_that_were_none_evaluates_them(story: Any) -> None:
    """There is nothing to keep."""
    told = begun(story, "w: {tasks: {a: {with-items: 'x in <% env().xs %>', action: std.async_noop}}}")
    assert told.state.state == "ERROR"
    told.when(commands.RerunTask, task_id=told.task("a").id, reset=False, env={"xs": [1]})
    assert running(told) == [0]


def test_rerun_without_reset_is_for_items_only(story: Any) -> None:
    """In Mistral's words."""
    told = begun(story, "w: {tasks: {a: {action: std.async_noop}}}")
    told.fail("a")
    with pytest.raises(IllegalState, match="Only with-items task has the option to not reset"):
        told.when(commands.RerunTask, task_id=told.task("a").id, reset=False)


def test_rerun_while_paused_begins_with_the_resume(story: Any) -> None:
    """Only the failed item, as asked."""
    told = begun(
        story,
        "w: {tasks: {a: {with-items: 'x in [1, 2]', action: std.async_noop}, b: {action: std.async_noop}}}",
    )
    told.end_item("a", 0, "one")
    told.end_item("a", 1, "boom", "ERROR")
    told.pause()
    told.when(commands.RerunTask, task_id=told.task("a").id, reset=False)
    assert told.task("a").state == "IDLE"
    told.resume()
    assert [action.index for action in told.unfinished()] == [None, 1]


def test_an_item_of_an_earlier_attempt_cannot_be_completed(story: Any) -> None:
    """Its action was superseded by the rerun of its upstream task."""
    told = begun(
        story,
        "w: {tasks: {b: {action: std.async_noop, on-success: a},"
        " a: {with-items: 'x in [1, 2]', concurrency: 1, action: std.async_noop}}}",
    )
    told.complete("b")
    first = told.task("a").id
    told.resume_from({"task": "b"}, allow_succeeded=True)
    told.end_item("a", 0)
    assert told.state.tasks[first].state == "SUCCESS"
    assert told.unfinished()[-1].task_id != first
    told.complete("b")
    for index in range(2):
        told.end_item("a", index)
    assert told.state.state == "SUCCESS"


def test_a_changed_context_is_seen_when_the_set_runs_again(story: Any) -> None:
    """The patch changes the list itself."""
    told = begun(
        story, "w: {vars: {xs: 5}, tasks: {a: {with-items: 'x in <% $.xs %>', action: std.async_noop}}}"
    )
    told.resume_from({"task": "a", "context": {"xs": [1, 2]}})
    assert running(told) == [0, 1]


def test_what_items_see_is_not_missing(story: Any) -> None:
    """A resume that checks variables knows the item's, but not in the list itself."""
    told = begun(
        story,
        "w: {tasks: {a: {with-items: 'x in <% $.xs %>', action: std.echo output=<% $.x %>}}}",
    )
    told.resume_from({"task": "a", "context": {"xs": [1]}})
    assert running(told) == [0]


# --- as chosen with a resume ---


def test_a_resume_may_run_the_failed_items_with_changed_data(story: Any) -> None:
    """The list stays as it was evaluated; what else the items see may change."""
    told = begun(
        story,
        "w: {vars: {y: 1}, tasks: {a: {with-items: 'x in [1, 2]', action: std.http,"
        ' input: {url: "<% $.x %>-<% $.y %>"}}}}',
    )
    told.end_item("a", 0, "one")
    told.end_item("a", 1, "boom", "ERROR")
    told.resume_from({"task": "a", "items": "failed", "context": {"y": 2}})
    assert [(action.index, action.input) for action in told.unfinished()] == [(1, {"url": "2-2"})]
    told.end_item("a", 1, "two")
    assert told.task("a").result == ["one", "two"]


def test_a_resume_may_run_chosen_items(story: Any) -> None:
    """Also one that had succeeded; its earlier result counts no more."""
    told = failed(story)
    told.resume_from({"task": "a", "items": [2, 1, 1]})
    assert running(told) == [1, 2]
    for index in (1, 2):
        told.end_item("a", index, "again")
    assert told.task("a").result == ["one", "again", "again"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"items": [1, 7]}, "it has no item 7; there are 3, and the first one is 0"),
        ({"items": [0]}, "item 1 has not succeeded, so it must run again as well"),
        ({"items": [], "action": "continue"}, "items can only be chosen for a task that runs again"),
    ],
)
def test_items_that_cannot_be_chosen(story: Any, wish: dict[str, Any], words: str) -> None:
    """The report says why, and nothing happens."""
    told = failed(story)
    with pytest.raises(RequirementsMissing, match=words):
        told.resume_from({"task": "a", **wish})
    assert told.state.state == "ERROR"


def test_a_task_without_items_has_none_to_choose(story: Any) -> None:
    """Whatever is asked for."""
    told = begun(story, "w: {tasks: {a: {action: std.async_noop}}}")
    told.fail("a")
    with pytest.raises(RequirementsMissing, match="it has no items to choose from"):
        told.resume_from({"task": "a", "items": "failed"})


def test_the_report_lists_the_actions_that_are_repeated(story: Any) -> None:
    """Only those of the items that run again."""
    told = failed(story)
    command = commands.ResumeFrom(
        execution_id=told.state.id,
        origin=told.origin(),
        tasks=(commands.TaskResumption(task="a", items="failed"),),
    )
    report = requirements(told.state, told.definition, command, told.answer)
    assert [repeat.id for repeat in report.repeats] == [told.task("a").units[1]]
