"""An action that is run by itself: the same events, and nothing around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.wf_es.execution.conftest import ACTIONS
from tests.wf_es.execution.uploads import Uploads
from wf_es.envelope import Origin, Recorded
from wf_es.errors import (
    CompletionConflict,
    EvaluationError,
    IllegalState,
    InvalidInput,
    InvalidRequest,
    NotAllowed,
    NotFound,
)
from wf_es.execution import commands
from wf_es.execution.commands import Command, RunAction
from wf_es.execution.direct import Installation, decide_directly
from wf_es.execution.events import ActionScheduled
from wf_es.execution.foreign import Query
from wf_es.execution.reducer import fold, initial
from wf_es.execution.state import ActionExecution
from wf_es.limits import DEFAULT_LIMITS

RUN = "44444444-4444-4444-8444-444444444444"


class Run:
    """One action that is run by itself; ``events`` is its log."""

    def __init__(self, uploads: str = "") -> None:
        """Begin with the actions of a text."""
        self.uploads = Uploads(uploads)
        self.state = initial(RUN)
        self.events: list[Recorded] = []

    def when(self, kind: type[Command], key: str | None = None, **fields: Any) -> list[str]:
        """Give a command and return the names of the events that followed."""
        number = len(self.events)
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
        origin = Origin(actor="ada", project="p", command=f"c{number}", now=now, key=key)
        answers: dict[Query, Any] = {}
        command = kind(execution_id=RUN, origin=origin, seed=7, **fields)
        installation = Installation(actions=ACTIONS, limits=DEFAULT_LIMITS)
        while isinstance(decision := decide_directly(command, self.state, installation, answers), Query):
            answers[decision] = self.uploads.answer(decision)
        self.events += decision.events
        self.state = decision.state
        assert fold(RUN, self.events) == self.state
        return [type(recorded.data).__name__ for recorded in decision.events]

    def begin(self, name: str, **fields: Any) -> Run:
        """Run an action."""
        assert self.when(RunAction, name=name, **fields) == ["ActionScheduled"]
        return self

    def end(self, output: Any = None, state: str = "SUCCESS") -> list[str]:
        """Report how it ended."""
        return self.when(commands.CompleteAction, action_id=self.action.id, output=output, state=state)

    @property
    def action(self) -> ActionExecution:
        """The action."""
        (only,) = self.state.actions.values()
        return only


def test_it_begins_and_ends_by_itself() -> None:
    """The stream is complete when the action is, and nothing else is in it."""
    run = Run().begin("std.http", input={"url": "u"}, description="why", namespace="n", target="t")

    assert (run.state.state, run.state.description, run.state.project) == ("RUNNING", "why", "p")
    assert (run.action.name, run.action.input, run.action.target) == ("std.http", {"url": "u"}, "t")
    assert run.when(commands.StartAction, action_id=run.action.id, runner="r") == ["ActionStarted"]
    assert run.end({"status": 200}) == ["ActionCompleted"]
    assert (run.state.state, run.action.output, run.action.accepted) == ("SUCCESS", {"status": 200}, True)
    assert run.state.is_completed
    assert not run.state.unfinished
    assert not run.state.tasks


def test_an_adhoc_action_with_all_that_belongs_to_it() -> None:
    """Input, defaults of the environment, chain and output: our deviation from Mistral."""
    run = Run(
        """
outer: {base: inner name=<% $.who %>, input: [who], output: {said: <% $ %>}}
inner: {base: std.http, base-input: {url: '<% $.name + env().end %>'}, input: [name]}
"""
    ).begin("outer", env={"end": "!", "__actions": {"std.http": {"method": "PUT"}, "outer": {"who": "Ada"}}})

    assert (run.action.name, run.action.input) == ("outer", {"who": "Ada"})
    assert (run.action.base, run.action.base_input) == ("std.http", {"url": "Ada!", "method": "PUT"})
    run.end("hello")
    assert run.action.output == {"said": "hello"}


def test_asking_again_changes_nothing() -> None:
    """Neither to run it, nor to complete it with the same value."""
    run = Run("wrap: {base: std.async_noop, output: [<% $ %>]}").begin("wrap")
    assert run.when(RunAction, name="std.echo", input={"output": 1}) == []
    run.end(5)
    assert run.end(5) == []
    with pytest.raises(CompletionConflict, match="another value"):
        run.end([5])


def test_a_request_is_remembered_by_its_key() -> None:
    """A repeated request with the same key has no second effect."""
    run = Run().begin("std.async_noop")
    assert run.when(commands.PauseAction, key="k", action_id=run.action.id) == ["ActionPaused"]
    run.when(commands.ResumeAction, action_id=run.action.id)
    assert run.when(commands.PauseAction, key="k", action_id=run.action.id) == []


def test_an_output_that_fails_ends_it_in_error() -> None:
    """The text names the action."""
    run = Run("bad: {base: std.noop, output: <% $.x %>}").begin("bad")
    run.end({"y": 1})
    assert (run.state.state, run.action.state) == ("ERROR", "ERROR")
    assert "action=bad" in run.action.output


def test_handed_over_paused_and_resumed() -> None:
    """What another system reports is recorded; the pause of the action concerns nothing else."""
    run = Run().begin("std.async_noop")
    action = {"action_id": run.action.id}
    assert run.when(commands.DelegateAction, **action) == ["ActionDelegated"]
    assert run.when(commands.PauseAction, **action) == ["ActionPaused"]
    assert run.when(commands.PauseAction, **action) == []
    assert run.action.state == "PAUSED"
    assert run.when(commands.ResumeAction, **action) == ["ActionResumed"]
    assert run.when(commands.ResumeAction, **action) == []
    assert run.end(None, "CANCELLED") == ["ActionCompleted"]
    assert (run.state.state, run.action.accepted) == ("CANCELLED", True)
    with pytest.raises(IllegalState, match="has ended in CANCELLED"):
        run.when(commands.PauseAction, **action)


REFUSED = [
    pytest.param(
        {"name": "no.such"},
        InvalidRequest,
        r"Failed to find action \[action_name=no.such\]$",
        id="unknown",
    ),
    pytest.param(
        {"name": "lost"},
        InvalidRequest,
        r"\[action_name=no.such, namespace=\], the base of action 'lost'",
        id="unknown base",
    ),
    pytest.param({"name": "std.echo", "input": {"x": 1}}, InvalidInput, "unexpected=\\['x'\\]", id="input"),
    pytest.param({"name": "blind"}, EvaluationError, "variable 'x' is not set", id="base-input"),
    pytest.param({"name": "task"}, EvaluationError, "task", id="a function of workflows"),
]


@pytest.mark.parametrize(("fields", "error", "words"), REFUSED)
def test_what_cannot_run_is_refused_at_once(fields: Any, error: type[Exception], words: str) -> None:
    """Nothing is recorded: the caller is there to hear it."""
    run = Run(
        "lost: {base: no.such}\nblind: {base: std.echo output=<% $.x %>}\n"
        "task: {base: std.echo output=<% task().id %>}"
    )
    with pytest.raises(error, match=words):
        run.when(RunAction, **fields)
    assert run.events == []


def test_it_is_deleted_when_it_has_ended() -> None:
    """Before that only by force; then nothing is known of it any more."""
    run = Run().begin("std.async_noop")
    with pytest.raises(NotAllowed, match="Only completed action execution can be deleted"):
        run.when(commands.DeleteAction, action_id=run.action.id)
    run.end(1)
    assert run.when(commands.DeleteAction, action_id=run.action.id) == ["ExecutionDeleted"]
    with pytest.raises(NotFound):
        run.end(1)


@pytest.mark.parametrize("kind", [commands.PauseWorkflow, commands.ResumeWorkflow, commands.StartAction])
def test_there_is_no_workflow(kind: type[Command]) -> None:
    """Commands for executions, and any before the run, find nothing here."""
    run = Run() if kind is commands.StartAction else Run().begin("std.async_noop")
    fields = {"action_id": "a"} if kind is commands.StartAction else {}
    with pytest.raises(NotFound, match="WorkflowExecution not found"):
        run.when(kind, **fields)


def test_the_event_says_that_it_stands_alone() -> None:
    """A reader of the log knows it from the first event on."""
    run = Run().begin("std.noop", namespace="n", env={"a": 1})
    data = run.events[0].data
    assert isinstance(data, ActionScheduled)
    assert data.direct is not None
    assert (data.task_id, data.direct.namespace, data.direct.env) == ("", "n", {"a": 1})


def test_it_ends_when_its_time_is_up() -> None:
    """A timer in the log ends it in ERROR, and what is reported later comes too late."""
    run = Run()
    happened = run.when(RunAction, name="std.async_noop", timeout=1.5)
    (timer,) = run.state.timers.values()
    assert happened == ["ActionScheduled", "TimerSet"]
    assert timer.due == run.events[0].time + timedelta(seconds=1.5)

    assert run.when(commands.FireTimer, timer_id=timer.id) == ["TimerFired", "ActionCompleted"]
    assert (run.state.state, run.action.output) == ("ERROR", "Action timed out [timeout(s)=1.5].")
    assert run.when(commands.FireTimer, timer_id=timer.id) == []
    with pytest.raises(CompletionConflict):
        run.end("late")


def test_nothing_is_timed_any_more_when_it_has_ended() -> None:
    """The timer goes with the action."""
    run = Run()
    run.when(RunAction, name="std.async_noop", timeout=60)
    (timer,) = run.state.timers.values()
    run.end("in time")
    assert not run.state.timers
    assert run.when(commands.FireTimer, timer_id=timer.id) == []
