"""What a task waits for before its work, and what the values of policies mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from wf_es.execution import commands
from wf_es.execution.state import actions_of

PAUSED = "w: {tasks: {a: {on-success: b}, b: {action: std.async_noop, pause-before: true, wait-before: 2}}}"


def started(story: Any, text: str, **fields: Any) -> Any:
    """Return an execution that has begun."""
    told = story(text)
    told.start(**fields)
    return told


def test_pause_before_holds_the_task_and_pauses_the_execution(story: Any) -> None:
    """The task is IDLE before its action is made; a resume lets it go on."""
    told = started(story, PAUSED)
    assert told.complete("a")[-3:] == ["TaskScheduled b", "TaskHeld b pause-before", "WorkflowPaused b"]
    assert (told.state.state, told.task("b").state) == ("PAUSED", "IDLE")
    assert told.task("b").state_info == "Set by 'pause-before' policy"
    assert told.unfinished() == []
    assert told.resume() == [
        "WorkflowResumed",
        "TaskStarted b",
        "TaskDelayed b wait-before",
        "TimerSet b wait-before",
    ]
    assert told.task("b").state_info == "Delayed by 'wait-before' policy [delay=2]"
    told.fire("b")
    assert told.task("b").state_info is None


def test_a_pause_before_holds_nobody_but_its_task(story: Any) -> None:
    """What was to begin beside it begins, and may be held itself; one resume lets all of them go on."""
    told = started(
        story,
        "w: {tasks: {a: {action: std.noop, pause-before: true}, b: {action: std.noop, on-success: c},"
        " c: {action: std.noop}, d: {action: std.noop, pause-before: true}}}",
    )
    told.run_everything()
    assert told.tasks() == {"a": ["IDLE"], "b": ["SUCCESS"], "d": ["IDLE"]}
    told.resume()
    assert told.tasks() == {"a": ["RUNNING"], "b": ["SUCCESS"], "c": ["RUNNING"], "d": ["RUNNING"]}


def test_a_sub_workflow_does_not_begin_beside_a_pause_before(story: Any) -> None:
    """A pause is one for sub-workflows, too."""
    told = started(
        story,
        "w: {tasks: {a: {action: std.noop, pause-before: true}, b: {workflow: sub}, c: {action: std.noop}}}",
    )
    assert told.tasks() == {"a": ["IDLE"], "c": ["RUNNING"]}
    told.resume()
    assert told.tasks() == {"a": ["RUNNING"], "b": ["RUNNING"], "c": ["RUNNING"]}


@pytest.mark.parametrize(
    ("rest", "state", "tasks"),
    [
        ("[held, fail, b]", "ERROR", {"held"}),
        ("[held, noop, b]", "PAUSED", {"held", "b"}),
        ("[held, pause, b]", "PAUSED", {"held"}),
        ("[held, j, b]", "PAUSED", {"held", "b", "j"}),
    ],
)
def test_what_stands_behind_a_task_that_is_held(story: Any, rest: str, state: str, tasks: set[str]) -> None:
    """Commands count as ever; a join that has all it needs begins with the resume."""
    text = "w: {tasks: {a: {on-success: %s}, held: {pause-before: true}, b: {action: std.noop}%s}}"
    told = started(story, text % (rest, ", j: {join: all}" if "j" in rest else ""))
    told.complete("a")
    assert (told.state.state, told.tasks().keys() - {"a"}) == (state, tasks)


def test_wait_before_delays_the_work(story: Any) -> None:
    """The task is DELAYED until its timer fires; its due time counts from the command."""
    told = started(story, "w: {tasks: {a: {action: std.async_noop, wait-before: 2.5}}}")
    task = told.task("a")
    assert (task.state, told.state.state, told.unfinished()) == ("DELAYED", "RUNNING", [])
    (timer,) = told.state.timers.values()
    assert (timer.kind, timer.seconds, timer.task_id) == ("wait-before", 2.5, task.id)
    assert timer.due == told.events[-1].time + timedelta(seconds=2.5)
    assert told.fire("a") == ["TimerFired a wait-before", "TaskStarted a", "ActionScheduled std.async_noop"]
    assert told.task("a").started_at == task.started_at
    assert not told.state.timers


@pytest.mark.parametrize("policy", ["pause-before: false", "wait-before: 0", "timeout: 0", "wait-after: 0"])
def test_nothing_and_false_switch_a_policy_off(story: Any, policy: str) -> None:
    """Zero seconds and false are as if the policy was not there."""
    told = started(story, "w: {tasks: {a: {action: std.noop, %s}}}" % policy)
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert not any(type(event.data).__name__.startswith("Timer") for event in told.events)


def test_each_policy_may_be_an_expression(story: Any) -> None:
    """The values see what the task's input sees."""
    text = (
        "w: {input: [p, s], tasks: {a: {action: std.async_noop,"
        " pause-before: <% $.p %>, wait-before: <% $.s + 1 %>, timeout: '{{ _.s * 3 }}'}}}"
    )
    told = started(story, text, input={"p": True, "s": 2})
    told.resume()
    assert [timer.seconds for timer in told.state.timers.values()] == [3]
    told.fire("a")
    assert [timer.seconds for timer in told.state.timers.values()] == [6]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("pause-before: <% $.v %>", "'pause-before' must be true or false, and is 'soon'"),
        ("wait-before: <% $.v %>", "'wait-before' must be a number of seconds from 0 to 1000000000"),
        ("wait-before: <% -1 %>", "'wait-before' must be a number of seconds"),
        ("wait-before: <% true %>", "'wait-before' must be a number of seconds"),
        ("timeout: <% 1000000001 %>", "'timeout' must be a number of seconds"),
        ("timeout: <% int($.v) %>", "'timeout' cannot be evaluated"),
    ],
)
def test_what_is_no_value_of_a_policy_fails_by_force(story: Any, policy: str, words: str) -> None:
    """Task and execution end in ERROR before any work begins, with the policy's name."""
    text = "w: {vars: {v: soon}, tasks: {a: {action: std.noop, on-error: b, %s}, b: {action: std.noop}}}"
    told = started(story, text % policy)
    assert told.state.state == "ERROR"
    assert told.tasks() == {"a": ["ERROR"]}
    assert not told.state.actions
    assert words in told.state.state_info
    assert not told.state.timers


def test_waiting_is_no_reason_to_end(story: Any) -> None:
    """An execution in which only delayed tasks are left goes on waiting, and a join waits with it."""
    text = (
        "w: {tasks: {a: {action: std.noop, wait-before: 5, on-success: j},"
        " b: {action: std.noop, on-success: j}, j: {join: all, action: std.noop}}}"
    )
    told = started(story, text)
    told.run_everything()
    assert told.state.state == "RUNNING"
    assert told.tasks() == {"a": ["DELAYED"], "b": ["SUCCESS"], "j": ["WAITING"]}
    told.fire("a")
    told.run_everything()
    assert told.state.state == "SUCCESS"


def test_a_rerun_waits_and_pauses_again(story: Any) -> None:
    """What holds once in the run of a task holds again after a rerun."""
    told = started(story, PAUSED)
    told.complete("a")
    told.resume()
    told.fire("b")
    told.fail("b")
    assert told.when(commands.RerunTask, task_id=told.task("b").id) == [
        "WorkflowResumed",
        "TaskRerun b RUNNING",
        "TaskHeld b pause-before",
        "WorkflowPaused b",
    ]


def test_a_join_waits_with_what_it_was_brought(story: Any) -> None:
    """The context that branches brought is there when the wait is over."""
    text = (
        "w: {tasks: {a: {publish: {x: 1}, on-success: j}, b: {publish: {y: 2}, on-success: j},"
        " j: {join: all, wait-before: 1, action: std.echo output=<% $.x + $.y %>}}}"
    )
    told = started(story, text)
    told.run_everything()
    assert told.task("j").state == "DELAYED"
    told.fire("j")
    assert actions_of(told.state, told.task("j"))[0].input == {"output": 3}


def test_superseded_tasks_do_not_begin_any_more(story: Any) -> None:
    """A rerun upstream ends what still waits below it; its effects must not happen."""
    text = (
        "w: {tasks: {a: {action: std.async_noop, on-success: [b, c]},"
        " b: {action: std.async_noop, wait-before: 9}, c: {action: std.noop}}}"
    )
    told = started(story, text)
    told.complete("a")
    told.run_everything()
    old = told.task("b")
    told.resume_from({"task": "a"}, allow_succeeded=True)
    assert told.state.tasks[old.id].state == "CANCELLED"
    assert told.state.tasks[old.id].superseded
    assert told.when(commands.FireTimer, timer_id=old.timer) == []
    told.complete("a")
    told.run_everything()
    told.fire("b")
    told.complete("b")
    assert told.state.state == "SUCCESS"
