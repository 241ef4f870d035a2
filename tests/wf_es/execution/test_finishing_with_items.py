"""What policies make of the end of an attempt that has an action for each item."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import CompletionConflict
from wf_es.execution import commands
from wf_es.execution.state import actions_of


def started(story: Any, text: str) -> Any:
    """Return an execution that has begun."""
    told = story(text)
    told.start()
    return told


def items(policies: str) -> str:
    """Return a workflow of a task with three items and these policies."""
    return (
        "w: {tasks: {a: {with-items: 'i in [1, 2, 3]', action: std.async_noop, %s, on-error: b},"
        " b: {action: std.noop}}}" % policies
    )


def test_a_retry_runs_the_whole_set_again(story: Any) -> None:
    """Also the items that had succeeded; the result is that of the last attempt."""
    told = started(story, items("retry: {count: 1, delay: 1}"))
    for outcome in ("SUCCESS", "ERROR", "SUCCESS"):
        told.complete("a", "first", outcome, run=0)
    assert told.task("a").state == "DELAYED"
    told.fire("a")
    assert [action.index for action in told.unfinished()] == [0, 1, 2]
    for number in range(3):
        told.complete("a", number, run=0)
    assert told.task("a").result == [0, 1, 2]
    accepted = [action.accepted for action in actions_of(told.state, told.task("a"))]
    assert accepted == [False] * 3 + [True] * 3


def test_a_timeout_ends_what_has_not_ended_of_the_items(story: Any) -> None:
    """Items that have ended keep their results, those that have not begun never begin."""
    told = started(story, items("timeout: 1, concurrency: 2"))
    told.complete("a", "one", run=0)
    late = told.unfinished()
    told.fire("a")
    told.run_everything()
    assert (told.task("a").state, told.task("a").result, told.state.state) == ("ERROR", ["one"], "SUCCESS")
    assert len(actions_of(told.state, told.task("a"))) == 3
    for action in late:
        with pytest.raises(CompletionConflict, match="superseded"):
            told.when(commands.CompleteAction, action_id=action.id, state="SUCCESS")


def test_items_that_end_while_the_task_waits_do_not_end_it(story: Any) -> None:
    """A cancelled item ends the work at once; what ends later is recorded, and the wait goes on."""
    told = started(story, items("wait-after: 9"))
    told.complete("a", None, "CANCELLED", run=0)
    assert told.complete("a", 2, run=0) == ["ActionCompleted a SUCCESS"]
    assert told.task("a").state == "DELAYED"
    assert told.fire("a")[1] == "TaskCompleted a CANCELLED"


def test_an_empty_list_that_is_to_go_on_does_not_go_round_in_one_decision(story: Any) -> None:
    """An attempt that ends as soon as it begins is tried again by a timer, however short the delay."""
    told = started(
        story,
        "w: {tasks: {a: {with-items: 'i in []', action: std.noop,"
        " retry: {count: 1000000, delay: 0, continue-on: <% true %>}}}}",
    )
    assert told.task("a").retries == 1
    assert [timer.seconds for timer in told.state.timers.values()] == [0]
    assert told.fire("a")[-2:] == ["RetryScheduled a", "TimerSet a retry"]
