"""Tests of the readable line about each event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from projections.summaries import _SUMMARIES, Names, summary
from wf_es.definition import versions
from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log

_PIN = log.Pin(stream="s", version=4, hash="h")
_NEXT = [
    log.Transition(target="b", event="on-success"),
    log.Transition(target="fail", event="e", command=True),
]
_DEFINITION: dict[str, Any] = {"text": "t", "hash": "h", "checksum": "c"}

_CHILD = "c0ffee00-0000-4000-8000-000000000000"
LINES: list[tuple[Event, str]] = [
    (log.WorkflowStarted(workflow_name="w", definition=_PIN), "workflow 'w' (version 4) started"),
    (
        log.WorkflowStarted(workflow_name="w", definition=_PIN, input={"b": 1, "a": 2}),
        "workflow 'w' (version 4) started with input a, b",
    ),
    (
        log.WorkflowStarted(workflow_name="w", definition=_PIN, parent_execution_id=_CHILD),
        "workflow 'w' (version 4) started as a sub-workflow of execution c0ffee00",
    ),
    (log.TaskScheduled(task_id="t1", name="a"), "task 'a' scheduled"),
    (
        log.TaskScheduled(
            task_id="t2", name="j", state="WAITING", triggered_by=[log.Trigger(task_id="t1", event="e")]
        ),
        "task 'j' scheduled and waits for its branches after task 'a'",
    ),
    (
        log.TaskScheduled(task_id="t2", name="j", replaces="t9"),
        "task 'j' scheduled, in place of an earlier run",
    ),
    (
        log.JoinTriggered(task_id="t2", trigger=log.Trigger(task_id="t1", event="e"), late=True),
        "task 'j' reached from task 'a', too late to count",
    ),
    (log.TaskStarted(task_id="t2"), "task 'j' started"),
    (
        log.ActionScheduled(action_id="a1", task_id="t1", name="std.http", index=3, is_async=True),
        "action std.http of task 'a' for item 3 scheduled, answers by callback",
    ),
    (
        log.JoinReopened(task_id="t2", supersedes=["t3"]),
        "task 'j' waits again: a branch was corrected after it had failed",
    ),
    (
        log.ActionScheduled(action_id="a0", name="std.http", direct=log.DirectRun()),
        "action std.http scheduled",
    ),
    (log.ActionStarted(action_id="a1", runner="r1"), "action std.http of task 'a' for item 3 started by r1"),
    (
        log.ActionDelegated(action_id="a1"),
        "action std.http of task 'a' for item 3 handed over, waiting for its callback",
    ),
    (log.ActionPaused(action_id="a1"), "action std.http of task 'a' for item 3 reported as paused"),
    (log.ActionResumed(action_id="a1"), "action std.http of task 'a' for item 3 reported as running again"),
    (
        log.ActionCompleted(action_id="a1", state="ERROR"),
        "action std.http of task 'a' for item 3 ended in ERROR",
    ),
    (
        log.CompletionRefused(action_id="a1", state="SUCCESS"),
        "action std.http of task 'a' for item 3: late SUCCESS refused, another attempt had replaced it",
    ),
    (
        log.TaskCompleted(task_id="t1", state="SUCCESS", published={"x": 1}, transitions=_NEXT),
        "task 'a' ended in SUCCESS; published x; next: b, fail",
    ),
    (
        log.TaskCompleted(task_id="t1", state="ERROR", state_info="\n no disk \n at all", handled=True),
        "task 'a' ended in ERROR (handled): no disk; what follows waits for a resume",
    ),
    (log.TransitionsTaken(task_id="t1", transitions=_NEXT), "task 'a' routed; next: b, fail"),
    (log.ItemsEvaluated(task_id="t1", values={"x": [1, 2]}, count=2), "task 'a' has 2 items of x"),
    (
        log.ItemsEvaluated(task_id="t1", values={"x": [1], "y": [2]}, count=1, concurrency=5),
        "task 'a' has 1 items of x, y, 5 at a time",
    ),
    (log.ItemsDeferred(task_id="t1"), "further items of task 'a' wait to begin"),
    (log.TaskRerun(task_id="t1", items=[3, 5]), "task 'a' runs again for 2 of its items"),
    (
        log.TaskRerun(task_id="t1", context={"x": 1}, input={"y": 1}),
        "task 'a' runs again with changed context x with changed input y",
    ),
    (
        log.TaskContinued(task_id="t1", published={"x": 1}),
        "task 'a' declared done by hand; published x",
    ),
    (
        log.TaskContinued(task_id="t1", context={"y": 2}, supersedes=["t7", "t8"]),
        "task 'a' declared done by hand with changed context y; 2 runs that it had led to no longer count",
    ),
    (log.TaskSkipped(task_id="t1"), "task 'a' skipped"),
    (
        log.TaskSkipped(task_id="t1", supersedes=["t7"]),
        "task 'a' skipped; 1 run that it had led to no longer counts",
    ),
    (
        log.TaskHeld(task_id="t1", policy="pause-before", state_info="by policy"),
        "task 'a' held until the execution goes on: by policy",
    ),
    (log.TaskDelayed(task_id="t1", policy="wait-before"), "task 'a' delayed by 'wait-before'"),
    (
        log.TaskDelayed(task_id="t1", policy="wait-after", outcome="ERROR", state_info="no disk"),
        "task 'a' delayed by 'wait-after' after ERROR: no disk",
    ),
    (
        log.RetryScheduled(task_id="t1", attempt=2, state_info="no disk"),
        "task 'a' needs attempt 2: no disk",
    ),
    (log.TaskTimedOut(task_id="t1"), "task 'a' took too long"),
    (
        log.TimerSet(timer_id="x", task_id="t1", kind="retry", due=datetime(2026, 1, 2, 3, tzinfo=UTC)),
        "task 'a' is tried again at 2026-01-02 03:00:00 UTC",
    ),
    (log.TimerFired(timer_id="x", task_id="t1"), "the time of task 'a' has come"),
    (log.TimerFired(timer_id="x", task_id="t1", kind="wait-before"), "the wait before task 'a' is over"),
    (log.TimerFired(timer_id="x", task_id="t1", kind="wait-after"), "the wait after task 'a' is over"),
    (
        log.TimerFired(timer_id="x", task_id="t1", kind="retry"),
        "the delay before the next attempt of task 'a' is over",
    ),
    (
        log.TimerFired(timer_id="x", task_id="t1", kind="timeout"),
        "the time that task 'a' may take is over",
    ),
    (
        log.TimerSet(timer_id="x", task_id="t1", kind="timeout", due=datetime(2026, 1, 2, 3, tzinfo=UTC)),
        "task 'a' times out at 2026-01-02 03:00:00 UTC unless it has ended by then",
    ),
    (log.WorkflowPaused(state_info="wait", task_id="t1"), "execution paused by task 'a': wait"),
    (
        log.WorkflowResumed(tasks=["t1"], env={"h": 1}, forced=True),
        "execution resumed from task 'a' with changed environment h, missing variables overruled",
    ),
    (
        log.TransitionsHeld(task_id="t1", transitions=_NEXT),
        "transitions of task 'a' held back; next: b, fail",
    ),
    (log.BacklogTaken(task_id="t1"), "held-back transitions of task 'a' taken up"),
    (
        log.SubWorkflowScheduled(execution_id=_CHILD, task_id="t1", workflow_name="ship", index=2),
        "sub-workflow 'ship' (c0ffee00) of task 'a' for item 2 scheduled",
    ),
    (
        log.SubWorkflowPaused(execution_id=_CHILD, task_id="t1", event=4),
        "sub-workflow c0ffee00 of task 'a' stands still",
    ),
    (
        log.SubWorkflowResumed(execution_id=_CHILD, task_id="t1", event=5),
        "sub-workflow c0ffee00 of task 'a' goes on",
    ),
    (
        log.SubWorkflowCompleted(
            execution_id=_CHILD, task_id="t1", event=6, state="ERROR", state_info="no way"
        ),
        "sub-workflow c0ffee00 of task 'a' ended in ERROR: no way",
    ),
    (
        log.SubWorkflowCompleted(
            execution_id=_CHILD, task_id="t1", event=0, state="ERROR", state_info="unknown"
        ),
        "sub-workflow c0ffee00 of task 'a' could not start: unknown",
    ),
    (
        log.SubWorkflowReopened(execution_id=_CHILD, task_id="t1", event=7, alone=True),
        "sub-workflow c0ffee00 of task 'a' runs again after its end; its task has gone on without it",
    ),
    (log.OrderReceived(action="PAUSED", order=3), "the parent's order to pause changed nothing"),
    (log.Delivered(event=3), "all related executions have heard of it"),
    (log.WorkflowCompleted(state="ERROR", state_info="why"), "execution ended in ERROR: why"),
    (log.ExecutionUpdated(description="d", env={}), "execution changed: description and env"),
    (
        log.DefinitionChosen(definition=log.Pin(stream="d", version=3, hash="h")),
        "version 3 of the workflow counts from here on",
    ),
    (
        log.ExecutionForked(source_execution_id="e1", source_event=5, source_digest="d", actions=["a1"]),
        "forked from execution e1 after its event 5; begun anew: 1 action",
    ),
    (log.ExecutionDeleted(), "execution deleted"),
    (
        log.ExecutionImported(events=7, digest="d", exported_at="2026-11-21"),
        "imported with 7 events, as exported at 2026-11-21; frozen",
    ),
    (log.ExecutionActivated(), "imported execution activated"),
    (versions.DefinitionCreated(kind="workflow", name="w", **_DEFINITION), "workflow 'w' created"),
    (versions.DefinitionUpdated(**_DEFINITION), "definition changed"),
    (versions.DefinitionDeleted(), "definition deleted"),
    (
        versions.DefinitionKept(kind="workflow", name="w", **_DEFINITION),
        "workflow 'w' kept for imported executions",
    ),
]

KNOWN = [
    log.TaskScheduled(task_id="t1", name="a"),
    log.TaskScheduled(task_id="t2", name="j"),
    log.ActionScheduled(action_id="a1", task_id="t1", name="std.http", index=3),
]


def recorded(data: Event) -> Recorded:
    """Put an event into an envelope."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    return Recorded(stream="s", version=1, time=time, actor="a", project="p", command="c", data=data)


def test_every_event_has_a_line() -> None:
    """No event type lacks its line, and each line below is for one of them."""
    every = {*log.EXECUTION_EVENTS, *versions.DEFINITION_EVENTS}
    assert set(_SUMMARIES) == every
    assert {type(event) for event, _ in LINES} == every


@pytest.mark.parametrize(("event", "line"), LINES, ids=lambda value: type(value).__name__)
def test_lines(event: Event, line: str) -> None:
    """Lines use the names of tasks and actions and say what matters."""
    names = Names()
    for known in KNOWN:
        names.learn(recorded(known))
    names.learn(recorded(event))
    assert summary(recorded(event), names) == line


def test_unknown_names_are_short_ids() -> None:
    """Without names a line still says which task and action is meant."""
    line = summary(recorded(log.ActionStarted(action_id="0123456789abc")))
    assert line == "action 01234567 started"


def test_timers_and_sub_workflows_are_named_as_they_were_announced() -> None:
    """An old event that does not say its timer's kind, and later events of a sub-workflow."""
    due = datetime(2026, 1, 2, tzinfo=UTC)
    names = Names()
    for known in (
        *KNOWN,
        log.TimerSet(timer_id="x", task_id="t1", kind="timeout", due=due),
        log.SubWorkflowScheduled(execution_id=_CHILD, task_id="t1", workflow_name="ship"),
    ):
        names.learn(recorded(known))

    fired = log.TimerFired(timer_id="x", task_id="t1")
    ended = log.SubWorkflowCompleted(execution_id=_CHILD, task_id="t1", event=6, state="SUCCESS")
    assert summary(recorded(fired), names) == "the time that task 'a' may take is over"
    assert summary(recorded(ended), names) == "sub-workflow 'ship' (c0ffee00) of task 'a' ended in SUCCESS"


def test_lines_are_short() -> None:
    """A long message does not make a long line."""
    line = summary(recorded(log.WorkflowCompleted(state="ERROR", state_info="x" * 5000)))
    assert line.startswith("execution ended in ERROR: xxx")
    assert line.endswith("x…")
    assert len(line) < 200

    line = summary(recorded(log.WorkflowStarted(workflow_name="w" * 5000, definition=_PIN)))
    assert len(line) == 200
    assert line.endswith("…")


@pytest.mark.parametrize("length", range(80, 130))
def test_half_a_secret_does_not_show(length: int) -> None:
    """A message is masked while it is whole, however it is cut."""
    info = f'{"x" * length} {{"password": "hunter2-hunter2-hunter2"}}'
    line = summary(recorded(log.WorkflowCompleted(state="ERROR", state_info=info)))
    assert "hunter2" not in line


def test_what_follows_a_long_message_is_seen() -> None:
    """Where a failed task led stands behind why it failed."""
    ended = log.TaskCompleted(task_id="t", state="ERROR", state_info="x" * 5000, transitions=_NEXT)
    assert summary(recorded(ended)).endswith("x…; next: b, fail")
