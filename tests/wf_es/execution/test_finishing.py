"""What policies make of the end of an attempt: wait-after, fail-on, retry, timeout."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import CompletionConflict
from wf_es.execution import commands
from wf_es.execution.state import actions_of

RETRIED = (
    "w: {tasks: {a: {action: std.async_noop, retry: {count: 2, delay: 3}, on-error: b},"
    " b: {action: std.noop}}}"
)


def started(story: Any, text: str, **fields: Any) -> Any:
    """Return an execution that has begun."""
    told = story(text)
    told.start(**fields)
    return told


def task(policies: str) -> str:
    """Return a workflow of a task with these policies, and others behind it."""
    return (
        "w: {vars: {v: 1}, tasks: {a: {action: std.async_noop, %s, publish: {r: <%% task().result %%>},"
        " publish-on-error: {r: failed}, on-error: bad, on-success: good},"
        " bad: {action: std.noop}, good: {action: std.noop}}}" % policies
    )


# --- wait-after ---------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "next_one"), [("SUCCESS", "good"), ("ERROR", "bad")])
def test_wait_after_remembers_how_the_work_ended(story: Any, outcome: str, next_one: str) -> None:
    """The task is DELAYED, then ends with the remembered state, and only then others follow."""
    told = started(story, task("wait-after: 4"))
    assert told.complete("a", "x", outcome)[1:] == ["TaskDelayed a wait-after", "TimerSet a wait-after"]
    assert told.task("a").state == "DELAYED"
    events = told.fire("a")
    assert events[:3] == [
        "TimerFired a wait-after",
        f"TaskCompleted a {outcome} -> {next_one}",
        f"TaskScheduled {next_one}",
    ]
    assert told.task("a").state_info == ("x" if outcome == "ERROR" else None)


def test_wait_after_is_over_while_paused(story: Any) -> None:
    """The end is recorded, what follows waits for the resume."""
    told = started(story, task("wait-after: 4"))
    told.complete("a", 1)
    told.pause()
    assert told.fire("a") == ["TimerFired a wait-after", "TaskCompleted a SUCCESS"]
    assert told.resume()[1] == "TransitionsTaken a -> good"


def test_wait_after_holds_once_in_the_run_of_a_task(story: Any) -> None:
    """A retried attempt is not waited after again."""
    told = started(story, task("wait-after: 4, retry: {count: 1, delay: 1}"))
    told.fail("a")
    assert told.fire("a") == ["TimerFired a wait-after", "RetryScheduled a", "TimerSet a retry"]
    told.fire("a")
    assert told.fail("a")[1] == "TaskCompleted a ERROR -> bad"


# --- fail-on ------------------------------------------------------------------------


def test_fail_on_turns_a_success_into_an_error(story: Any) -> None:
    """What the task publishes is what it publishes on success."""
    told = started(story, task("fail-on: <% task().result = 4 %>"))
    assert told.complete("a", 4)[1] == "TaskCompleted a ERROR -> bad"
    assert told.task("a").state_info == "Failed by 'fail-on' policy"
    assert told.task("a").published == {"r": 4}


def test_fail_on_lets_other_successes_pass(story: Any) -> None:
    """If it does not hold, the task succeeds."""
    told = started(story, task("fail-on: <% task().result = 4 %>"))
    assert told.complete("a", 5)[1] == "TaskCompleted a SUCCESS -> good"


def test_fail_on_sees_what_the_task_published(story: Any) -> None:
    """The policies behind the work see the task's own variables."""
    told = started(story, task("fail-on: <% $.r > 4 %>"))
    assert told.complete("a", 5)[1] == "TaskCompleted a ERROR -> bad"


def test_fail_on_leads_to_a_retry(story: Any) -> None:
    """An error by fail-on is an error like any other."""
    told = started(story, task("fail-on: <% task().result != done %>, retry: {count: 5, delay: 1}"))
    assert told.complete("a", "busy")[1:] == ["RetryScheduled a", "TimerSet a retry"]
    assert told.task("a").state_info == "Failed by 'fail-on' policy"
    told.fire("a")
    assert told.complete("a", "done")[1] == "TaskCompleted a SUCCESS -> good"
    assert told.task("a").state_info is None


@pytest.mark.parametrize(
    ("output", "state"), [("false", "ERROR"), ([0], "ERROR"), ("", "SUCCESS"), (0, "SUCCESS")]
)
def test_fail_on_may_be_any_value(story: Any, output: Any, state: str) -> None:
    """It counts as true or false, as the value of a guard does."""
    told = started(story, task("fail-on: <% task().result %>"))
    told.complete("a", output)
    assert told.task("a").state == state


@pytest.mark.parametrize(
    ("policies", "output", "words"),
    [
        ("fail-on: <% $.nowhere %>", 1, "'fail-on' cannot be evaluated"),
        ("wait-after: <% task().result %>", [1], "'wait-after' must be a number of seconds"),
        ("retry: {count: <% 1.5 %>, delay: 0, continue-on: <% true %>}", 1, "'retry.count' must be a whole"),
        ("retry: {count: 1, delay: <% x %>, continue-on: <% true %>}", 1, "'retry.delay' must be a number"),
        ("retry: {count: 1, delay: 0, continue-on: <% $.nowhere %>}", 1, "'retry.continue-on' cannot be"),
    ],
)
def test_what_is_no_value_fails_by_force(story: Any, policies: str, output: Any, words: str) -> None:
    """Task and execution end in ERROR that no on-error handles."""
    told = started(story, task(policies))
    told.complete("a", output)
    assert told.tasks() == {"a": ["ERROR"]}
    assert told.state.state == "ERROR"
    assert words in told.state.state_info


# --- retry --------------------------------------------------------------------------


def test_retry_counts_the_attempts_after_the_first(story: Any) -> None:
    """Two retries are three runs; earlier results are not accepted any more."""
    told = started(story, RETRIED)
    begun = told.task("a").started_at
    for number in (1, 2):
        assert told.fail("a", number)[1:] == ["RetryScheduled a", "TimerSet a retry"]
        assert (told.task("a").state, told.task("a").retries) == ("DELAYED", number)
        assert told.task("a").state_info == str(number)
        assert told.fire("a")[1:] == ["TaskStarted a", "ActionScheduled std.async_noop"]
    assert told.fail("a", 3)[1] == "TaskCompleted a ERROR -> b"
    actions = actions_of(told.state, told.task("a"))
    assert [(action.attempt, action.accepted) for action in actions] == [(1, False), (2, False), (3, True)]
    assert told.task("a").started_at == begun


def test_a_retry_that_succeeds_ends_in_success(story: Any) -> None:
    """The result is that of the last attempt."""
    told = started(story, RETRIED)
    told.fail("a", {"try": 1})
    told.fire("a")
    told.complete("a", {"try": 2})
    assert told.state.state == "SUCCESS"
    assert told.task("a").result == {"try": 2}


def test_a_repeated_report_of_an_earlier_attempt_is_harmless(story: Any) -> None:
    """The same value again is no event, another one is a conflict."""
    told = started(story, RETRIED)
    told.fail("a", 1)
    told.fire("a")
    first = actions_of(told.state, told.task("a"))[0]
    again = {"action_id": first.id, "state": "ERROR"}
    assert told.when(commands.CompleteAction, output=1, **again) == []
    with pytest.raises(CompletionConflict, match="already completed"):
        told.when(commands.CompleteAction, output=2, **again)


def test_no_delay_begins_at_once(story: Any) -> None:
    """There is no timer in between."""
    told = started(story, "w: {tasks: {a: {action: std.async_noop, retry: {count: 1, delay: 0}}}}")
    assert told.fail("a")[1:] == ["RetryScheduled a", "TaskStarted a", "ActionScheduled std.async_noop"]


def test_a_task_is_tried_again_also_while_paused(story: Any) -> None:
    """A pause holds what follows a task and not the task itself."""
    told = started(story, "w: {tasks: {a: {action: std.async_noop, retry: {count: 1, delay: 0}}}}")
    told.pause()
    assert told.fail("a")[1:] == ["RetryScheduled a", "TaskStarted a", "ActionScheduled std.async_noop"]


@pytest.mark.parametrize(
    ("clauses", "outcome", "output", "goes_on"),
    [
        ("", "SUCCESS", 1, False),
        ("", "ERROR", 1, True),
        ("", "CANCELLED", None, False),
        ("continue-on: <% task().result < 3 %>", "SUCCESS", 1, True),
        ("continue-on: <% task().result < 3 %>", "SUCCESS", 3, False),
        ("continue-on: <% task().result < 3 %>", "ERROR", 1, True),
        ("continue-on: <% task().result < 3 %>", "ERROR", 3, False),
        ("continue-on: <% $.r < 3 %>", "SUCCESS", 1, True),
        ("break-on: <% task().result = stop %>", "ERROR", "stop", False),
        ("break-on: <% task().result = stop %>", "ERROR", "go", True),
        ("break-on: <% task().result = stop %>", "SUCCESS", "go", False),
        ("break-on: <% $.v %>", "ERROR", 1, False),
        ("break-on: <% $.get(nowhere) %>", "ERROR", 1, True),
    ],
)
def test_what_stops_a_retry(story: Any, clauses: str, outcome: str, output: Any, goes_on: bool) -> None:
    """Mistral's rules: what continue-on and break-on say about each outcome."""
    told = started(story, task(f"retry: {{count: 9, delay: 1, {clauses}}}"))
    told.complete("a", output, outcome)
    assert ("RetryScheduled" in [type(event.data).__name__ for event in told.events]) is goes_on


def test_exhausted_continue_on_keeps_the_last_state(story: Any) -> None:
    """A success that was to continue is a success when no retry is left."""
    told = started(story, task("retry: {count: 1, delay: 0, continue-on: <% true %>}"))
    told.complete("a", 1)
    assert told.complete("a", 2)[1] == "TaskCompleted a SUCCESS -> good"
    assert told.task("a").published == {"r": 2}


def test_what_only_the_last_attempt_can_publish_does_not_fail_the_others(story: Any) -> None:
    """Publishing is evaluated when the task ends, or when a policy reads it."""
    text = (
        "w: {tasks: {a: {action: std.async_noop, publish: {r: <% task().result.r %>},"
        " retry: {count: 3, delay: 0, continue-on: <% task().result.get(r) = null %>}}}}"
    )
    told = started(story, text)
    told.complete("a", {})
    told.complete("a", {"r": 5})
    assert told.task("a").published == {"r": 5}


def test_a_rerun_counts_retries_from_the_beginning(story: Any) -> None:
    """Three attempts more, and the failure names only those of the rerun."""
    told = started(story, "w: {tasks: {a: {action: std.async_noop, retry: {count: 1, delay: 0}}}}")
    told.fail("a", "one")
    told.fail("a", "two")
    assert told.state.state == "ERROR"
    assert [
        f"idx={number}]: {text}" in told.state.state_info for number, text in ((0, "one"), (1, "two"))
    ] == [
        True,
        True,
    ]
    told.when(commands.RerunTask, task_id=told.task("a").id)
    assert told.task("a").retries == 0
    told.fail("a", "three")
    told.fail("a", "four")
    assert [word in told.state.state_info for word in ("one", "two", "idx=0]: three", "idx=1]: four")] == [
        False,
        False,
        True,
        True,
    ]


def test_after_the_end_of_the_execution_nothing_is_tried_again(story: Any) -> None:
    """A result that comes after a stop is recorded as it is."""
    told = started(story, task("wait-after: 1, fail-on: <% true %>, retry: {count: 9, delay: 1}"))
    told.when(commands.StopWorkflow, state="CANCELLED")
    assert told.complete("a", 1) == ["ActionCompleted a SUCCESS", "TaskCompleted a SUCCESS"]


def test_a_retry_that_is_due_after_a_cancellation_starts_nothing(story: Any) -> None:
    """The task is held: effects must not begin in a cancelled execution."""
    told = started(story, RETRIED)
    told.fail("a")
    told.when(commands.StopWorkflow, state="CANCELLED")
    assert told.fire("a") == ["TimerFired a retry", "TaskHeld a retry"]
    assert told.unfinished() == []


def test_a_superseded_task_is_not_tried_again(story: Any) -> None:
    """Its end is recorded, and that is all."""
    told = started(
        story, "w: {tasks: {z: {on-success: a}, a: {action: std.async_noop, retry: {count: 3, delay: 1}}}}"
    )
    told.complete("z")
    old = told.unfinished()[0]
    told.resume_from({"task": "z"}, allow_succeeded=True)
    report = {"action_id": old.id, "state": "ERROR", "output": "late"}
    assert told.when(commands.CompleteAction, **report) == [
        "ActionCompleted a ERROR",
        "TaskCompleted a ERROR",
    ]


def test_a_superseded_attempt_still_times_out(story: Any) -> None:
    """Nothing else might ever end it, and the execution could not end before."""
    told = started(
        story,
        "w: {tasks: {z: {on-success: a}, a: {action: std.async_noop, timeout: 9, on-error: b},"
        " b: {action: std.noop}}}",
    )
    told.complete("z")
    old = told.task("a")
    told.resume_from({"task": "z"}, allow_succeeded=True)
    told.complete("z")
    told.complete("a")
    assert told.state.state == "RUNNING"
    assert told.when(commands.FireTimer, timer_id=old.timer)[1:] == [
        "TaskTimedOut a",
        "TaskCompleted a ERROR",
        "WorkflowCompleted SUCCESS",
    ]


@pytest.mark.parametrize(
    "policy", ["fail-on: <% $.x < 0.5 %>", "retry: {count: 1, delay: 1, continue-on: <% $.x < 0.5 %>}"]
)
def test_policies_see_the_very_values_that_are_published(story: Any, policy: str) -> None:
    """Also where an expression gives another value each time: it is evaluated once."""
    ends = set()
    for number in range(20):
        told = started(
            story,
            f"w: {{tasks: {{a: {{action: std.async_noop, publish: {{x: <% random() %>}}, {policy}}}}}}}",
        )
        action = told.unfinished()[0].id
        told.when(commands.CompleteAction, action_id=action, state="SUCCESS", seed=number)
        task = told.task("a")
        ends.add(task.state)
        assert (task.published.get("x", 0) < 0.5) == (task.state != "SUCCESS")
    assert len(ends) == 2


def test_a_task_that_fail_on_fails_publishes_as_a_success(story: Any) -> None:
    """It sees itself as that while it publishes, whether a policy reads what is published or not."""
    for condition in ("<% true %>", "<% $.seen[0] = SUCCESS %>"):
        told = started(
            story,
            "w: {tasks: {a: {action: std.async_noop, publish: {seen: '<% [task().state,"
            f" task().state_info] %>'}}, fail-on: '{condition}'}}}}}}",
        )
        told.complete("a")
        task = told.task("a")
        assert (task.state, task.state_info) == ("ERROR", "Failed by 'fail-on' policy")
        assert task.published == {"seen": ["SUCCESS", None]}


# --- timeout ------------------------------------------------------------------------


def test_a_timeout_fails_the_attempt_and_can_be_handled(story: Any) -> None:
    """The action's late report is refused and recorded once."""
    told = started(story, task("timeout: 1"))
    assert told.fire("a")[:3] == ["TimerFired a timeout", "TaskTimedOut a", "TaskCompleted a ERROR -> bad"]
    assert told.task("a").state_info == "Task timed out [timeout(s)=1]."
    action = actions_of(told.state, told.task("a"))[0]
    with pytest.raises(CompletionConflict, match="superseded"):
        told.when(commands.CompleteAction, action_id=action.id, state="SUCCESS", output=1)
    assert type(told.events[-1].data).__name__ == "CompletionRefused"
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_each_attempt_has_a_timeout_of_its_own(story: Any) -> None:
    """The timer of the first attempt is not that of the second."""
    told = started(story, task("timeout: 1.5, retry: {count: 1, delay: 1}"))
    first = told.task("a").timer
    assert told.fire("a") == [
        "TimerFired a timeout",
        "TaskTimedOut a",
        "RetryScheduled a",
        "TimerSet a retry",
    ]
    assert told.task("a").state_info == "Task timed out [timeout(s)=1.5]."
    assert told.fire("a")[1:] == ["TaskStarted a", "TimerSet a timeout", "ActionScheduled std.async_noop"]
    assert told.when(commands.FireTimer, timer_id=first) == []
    assert told.complete("a", 2)[1] == "TaskCompleted a SUCCESS -> good"
    assert not told.state.timers


def test_a_timeout_comes_also_while_paused(story: Any) -> None:
    """What follows it waits for the resume."""
    told = started(story, task("timeout: 1"))
    told.pause()
    assert told.fire("a") == ["TimerFired a timeout", "TaskTimedOut a", "TaskCompleted a ERROR"]
    assert told.resume()[1] == "TransitionsTaken a -> bad"


def test_a_task_that_has_ended_does_not_time_out(story: Any) -> None:
    """The timer vanishes with the attempt."""
    told = started(story, task("timeout: 1"))
    timer = told.task("a").timer
    told.complete("a", 1)
    assert not told.state.timers
    assert told.when(commands.FireTimer, timer_id=timer) == []


def test_waiting_after_the_work_does_not_time_out(story: Any) -> None:
    """The timeout belongs to the work."""
    told = started(story, task("timeout: 1, wait-after: 5"))
    told.complete("a", 1)
    assert [timer.kind for timer in told.state.timers.values()] == ["wait-after"]
