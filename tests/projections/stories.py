"""Logs of executions in which every kind of event happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wf_es.envelope import Event
from wf_es.execution import events as log

_ANOTHER = log.Pin(stream="11111111-1111-5111-8111-111111111111", version=3, hash="h")


def task(name: str, state: str = "RUNNING", after: tuple[str, ...] = ()) -> log.TaskScheduled:
    """A task that comes into being, with its name as its id."""
    triggers = [log.Trigger(task_id=source, event="on-success") for source in after]
    return log.TaskScheduled(task_id=name, name=name, state=state, triggered_by=triggers)


def act(task_id: str, action_id: str, **fields: Any) -> log.ActionScheduled:
    """An action of a task."""
    return log.ActionScheduled(action_id=action_id, task_id=task_id, name="std.echo", **fields)


def ended(action_id: str, state: str = "SUCCESS", output: Any = 3) -> log.ActionCompleted:
    """The end of an action."""
    return log.ActionCompleted(action_id=action_id, state=state, output=output)


def sub(task_id: str, execution_id: str, **fields: Any) -> log.SubWorkflowScheduled:
    """A sub-workflow of a task."""
    return log.SubWorkflowScheduled(
        execution_id=execution_id, task_id=task_id, workflow_name="other", **fields
    )


def timer(task_id: str, timer_id: str, kind: str) -> log.TimerSet:
    """A timer of a task."""
    due = datetime(2026, 12, 24, 18, 30, 0, 250_000, tzinfo=UTC)
    return log.TimerSet(timer_id=timer_id, task_id=task_id, kind=kind, due=due)


def done(task_id: str, state: str = "SUCCESS", **fields: Any) -> log.TaskCompleted:
    """The end of a task that was routed at once."""
    return log.TaskCompleted(task_id=task_id, state=state, transitions=fields.pop("next", []), **fields)


STORIES: dict[str, list[Event]] = {
    "success": [
        task("a"),
        act("a", "1", input={"output": 3}),
        log.ActionStarted(action_id="1", runner="r"),
        ended("1"),
        done("a", published={"x": 3}),
        task("b", after=("a",)),
        act("b", "2", index=4, safe_rerun=True, target="there"),
        log.ActionDelegated(action_id="2"),
        ended("2", output={"deep": [1, None, "é"]}),
        done("b"),
        log.WorkflowCompleted(state="SUCCESS", output={"x": 3}),
    ],
    "error-then-rerun": [
        task("a"),
        act("a", "1"),
        ended("1", "ERROR", "no disk"),
        done("a", "ERROR", state_info="no\x00disk", published={"why": 1}),
        log.WorkflowCompleted(state="ERROR", state_info="a\x00failed", output={"result": "a\x00failed"}),
        log.WorkflowResumed(env={"host": "two"}, tasks=["a"]),
        log.TaskRerun(task_id="a", context={"x": 2}),
        act("a", "2"),
        log.CompletionRefused(action_id="1", state="SUCCESS"),
        ended("2"),
        done("a"),
        log.WorkflowCompleted(state="SUCCESS", output=None),
    ],
    "rerun-while-paused": [
        task("a"),
        act("a", "1"),
        ended("1", "ERROR", None),
        done("a", "ERROR"),
        log.WorkflowPaused(),
        log.TaskRerun(task_id="a", state="IDLE"),
        log.WorkflowResumed(),
        log.TaskStarted(task_id="a"),
    ],
    "continue": [
        task("a"),
        act("a", "1"),
        ended("1", "ERROR", "boom"),
        done("a", "ERROR", state_info="boom"),
        log.TaskContinued(task_id="a", published={"x": 1}, result=[1]),
        log.TransitionsTaken(task_id="a"),
    ],
    "skip": [
        task("a"),
        act("a", "1"),
        ended("1", "ERROR", "boom"),
        done("a", "ERROR", state_info="boom"),
        log.TaskSkipped(task_id="a", published={"x": 1}),
    ],
    "result-not-kept": [task("a"), act("a", "1"), ended("1"), done("a", keep_result=False)],
    "join": [
        task("a"),
        done("a"),
        task("b"),
        done("b"),
        task("c"),
        task("j", "WAITING", after=("a",)),
        log.JoinTriggered(task_id="j", trigger=log.Trigger(task_id="b", event="on-success")),
        log.TaskStarted(task_id="j"),
        done("c"),
        log.JoinTriggered(task_id="j", trigger=log.Trigger(task_id="c", event="on-success"), late=True),
    ],
    "join-reopened": [
        task("a"),
        done("a"),
        task("b"),
        done("b", "ERROR"),
        task("j", "WAITING", after=("a",)),
        done("j", "ERROR", state_info="failed by b"),
        task("c", after=("j",)),
        log.TaskRerun(task_id="b"),
        done("b"),
        log.JoinReopened(task_id="j", supersedes=["c"]),
        log.JoinTriggered(task_id="j", trigger=log.Trigger(task_id="b", event="on-success")),
        log.TaskStarted(task_id="j"),
    ],
    "pause-and-change": [
        task("a"),
        act("a", "1", is_async=True),
        log.ActionPaused(action_id="1"),
        log.WorkflowPaused(
            state_info="by hand", task_id="a", backlog=[log.Transition(target="b", event="e")]
        ),
        log.ExecutionUpdated(description="nightly", env={"a": {"b": None, "c": 2}}),
        log.ExecutionUpdated(env={"z": 1}),
        log.ActionResumed(action_id="1"),
        log.WorkflowResumed(),
        log.BacklogTaken(task_id="a"),
        log.TransitionsHeld(transitions=[log.Transition(target="b", event="start")]),
        ended("1", "CANCELLED", None),
        log.TaskCompleted(task_id="a", state="CANCELLED"),
        log.WorkflowCompleted(state="CANCELLED", state_info="enough"),
    ],
    "imported": [
        task("a"),
        act("a", "1", is_async=True),
        log.ExecutionImported(events=3, digest="d", exported_at="2026-11-21"),
        log.ExecutionActivated(),
        ended("1"),
        done("a"),
        log.WorkflowCompleted(state="SUCCESS"),
    ],
    "waits": [
        task("a"),
        log.TaskHeld(task_id="a", policy="pause-before", state_info="by\x00policy"),
        log.WorkflowPaused(task_id="a"),
        log.WorkflowResumed(),
        log.TaskStarted(task_id="a"),
        log.TaskDelayed(task_id="a", policy="wait-before"),
        timer("a", "t1", "wait-before"),
        log.TimerFired(timer_id="t1", task_id="a"),
        log.TaskStarted(task_id="a"),
        timer("a", "t2", "timeout"),
        act("a", "1"),
        ended("1"),
        log.TaskDelayed(task_id="a", policy="wait-after", outcome="SUCCESS"),
        timer("a", "t3", "wait-after"),
        log.TimerFired(timer_id="t3", task_id="a"),
        done("a"),
    ],
    "retries": [
        task("a"),
        act("a", "1"),
        ended("1", "ERROR", "no disk"),
        log.RetryScheduled(task_id="a", attempt=2, state_info="no disk"),
        timer("a", "t1", "retry"),
        log.TimerFired(timer_id="t1", task_id="a"),
        log.TaskHeld(task_id="a", policy="retry"),
        log.TaskStarted(task_id="a"),
        timer("a", "t2", "timeout"),
        act("a", "2"),
        log.TimerFired(timer_id="t2", task_id="a"),
        log.TaskTimedOut(task_id="a"),
        log.RetryScheduled(task_id="a", attempt=3, state_info="timed out"),
        log.TaskStarted(task_id="a"),
        timer("a", "t3", "timeout"),
        act("a", "3"),
        ended("3", "ERROR", "no disk"),
        done("a", "ERROR", state_info="no disk"),
        log.TaskRerun(task_id="a"),
        act("a", "4"),
    ],
    "sub-workflow": [
        log.TaskScheduled(task_id="a", name="a", kind="WORKFLOW"),
        sub("a", "c", input={"x": 1}),
        log.SubWorkflowPaused(execution_id="c", task_id="a", event=3),
        log.WorkflowPaused(),
        log.SubWorkflowResumed(execution_id="c", task_id="a", event=4),
        log.WorkflowResumed(),
        log.SubWorkflowCompleted(
            execution_id="c", task_id="a", event=6, state="ERROR", state_info="no", output={"result": "no"}
        ),
        done("a", "ERROR", state_info="no", published={"x": 1}, published_global={"y": 2}),
        log.WorkflowCompleted(state="ERROR", state_info="no", output={"result": "no"}),
        log.SubWorkflowReopened(execution_id="c", task_id="a", event=7),
        log.WorkflowResumed(tasks=["a"]),
        log.Delivered(event=11),
        log.OrderReceived(action="PAUSED", order=7),
        log.SubWorkflowCompleted(execution_id="c", task_id="a", event=9, state="SUCCESS", output={"z": 3}),
        done("a", keep_result=False),
    ],
    "sub-workflow-replaced": [
        log.TaskScheduled(task_id="a", name="a", kind="WORKFLOW"),
        sub("a", "c"),
        log.TaskTimedOut(task_id="a"),
        done("a", "ERROR", state_info="late"),
        log.TaskRerun(task_id="a"),
        sub("a", "d"),
        log.SubWorkflowPaused(execution_id="c", task_id="a", event=3, alone=True),
        log.SubWorkflowResumed(execution_id="c", task_id="a", event=4, alone=True),
        log.SubWorkflowCompleted(
            execution_id="c", task_id="a", event=5, state="CANCELLED", output={"result": None}, alone=True
        ),
        log.SubWorkflowReopened(execution_id="c", task_id="a", event=6, alone=True),
        log.SubWorkflowCompleted(execution_id="d", task_id="a", event=5, state="SUCCESS", output=4),
        log.TaskDelayed(task_id="a", policy="wait-after", outcome="SUCCESS"),
        timer("a", "t1", "wait-after"),
        log.SubWorkflowReopened(execution_id="d", task_id="a", event=7),
        log.SubWorkflowPaused(execution_id="d", task_id="a", event=8),
    ],
    "sub-workflows-as-items": [
        log.TaskScheduled(task_id="a", name="a", kind="WORKFLOW"),
        log.ItemsEvaluated(task_id="a", values={"x": [1, 2, 3]}, count=3, concurrency=3),
        sub("a", "c", index=0),
        sub("a", "d", index=1),
        sub("a", "e", index=2),
        log.SubWorkflowPaused(execution_id="d", task_id="a", event=3),
        log.SubWorkflowPaused(execution_id="d", task_id="a", event=5),
        log.SubWorkflowCompleted(execution_id="e", task_id="a", event=4, state="SUCCESS", output={"n": "é"}),
        log.SubWorkflowResumed(execution_id="d", task_id="a", event=6),
        log.SubWorkflowCompleted(
            execution_id="d", task_id="a", event=7, state="ERROR", state_info="no", output={"result": "no"}
        ),
        log.SubWorkflowCompleted(execution_id="c", task_id="a", event=4, state="SUCCESS", output=None),
        done("a", "ERROR", state_info="One or more actions had failed."),
        log.WorkflowCompleted(state="ERROR"),
        log.SubWorkflowReopened(execution_id="d", task_id="a", event=8),
        log.WorkflowResumed(tasks=["a"]),
        log.SubWorkflowCompleted(execution_id="d", task_id="a", event=9, state="ERROR", output=[1]),
        done("a", "ERROR"),
        log.TaskRerun(task_id="a", items=[1]),
        sub("a", "f", index=1),
        log.SubWorkflowPaused(execution_id="f", task_id="a", event=3),
        log.SubWorkflowCompleted(execution_id="f", task_id="a", event=4, state="SUCCESS", output=[2]),
        done("a"),
    ],
    "globals": [
        task("a"),
        task("b"),
        done("a", published_global={"g": {"x": 1}, "v": {"new": 1}}),
        done("b", published_global={"g": {"y": 2}, "h": 0}),
    ],
    "items": [
        task("a"),
        log.ItemsEvaluated(task_id="a", values={"x": [1, 2, 3]}, count=3),
        act("a", "1", index=0, is_async=True),
        act("a", "2", index=1, is_async=True),
        log.ItemsDeferred(task_id="a"),
        act("a", "3", index=2, is_async=True),
        log.ActionPaused(action_id="2"),
        log.ActionPaused(action_id="3"),
        log.ActionResumed(action_id="3"),
        ended("3", output="third"),
        ended("2", "ERROR", {"why": None}),
        ended("1", output=[1]),
        done("a", "ERROR", state_info="One or more actions had failed."),
        log.WorkflowCompleted(state="ERROR"),
        log.WorkflowResumed(tasks=["a"]),
        log.TaskRerun(task_id="a", items=[1]),
        act("a", "4", index=1),
        ended("4", output="second"),
        done("a"),
        log.WorkflowCompleted(state="SUCCESS"),
    ],
    "items-at-a-time": [
        task("j", "WAITING"),
        log.TaskStarted(task_id="j"),
        log.ItemsEvaluated(task_id="j", values={"x": [1, 2]}, count=2, concurrency=1),
        act("j", "1", index=0),
        ended("1", "ERROR", "boom"),
        act("j", "2", index=1),
        ended("2", "CANCELLED", None),
        done("j", "CANCELLED"),
        log.TaskRerun(task_id="j"),
        log.ItemsEvaluated(task_id="j", values={"x": [1, 2, 3]}, count=3, concurrency=5),
        act("j", "3", index=0),
        act("j", "4", index=1),
        act("j", "5", index=2),
        ended("3", "CANCELLED", None),
        done("j", "CANCELLED", keep_result=False),
        ended("4"),
    ],
    "items-retried": [
        task("a"),
        log.ItemsEvaluated(task_id="a", values={"x": [1, 2]}, count=2, concurrency=2),
        act("a", "1", index=0),
        act("a", "2", index=1),
        ended("1", "ERROR", "boom"),
        ended("2"),
        log.RetryScheduled(task_id="a", attempt=2),
        log.TaskStarted(task_id="a"),
        act("a", "3", index=0),
        act("a", "4", index=1),
        ended("4", output=2),
        log.TaskTimedOut(task_id="a"),
        done("a", "ERROR"),
    ],
    "another-version": [
        task("a"),
        log.WorkflowPaused(),
        log.DefinitionChosen(definition=_ANOTHER),
        log.WorkflowResumed(),
        act("a", "1"),
    ],
    "forked": [
        task("a"),
        act("a", "1"),
        log.ActionStarted(action_id="1"),
        log.ActionDelegated(action_id="1"),
        log.ExecutionForked(
            source_execution_id="99999999-9999-4999-8999-999999999999",
            source_event=5,
            source_digest="d",
            actions=["1"],
        ),
        ended("1"),
        done("a"),
    ],
    "deleted": [task("a"), act("a", "1"), log.ExecutionDeleted(), ended("1"), done("a")],
}
