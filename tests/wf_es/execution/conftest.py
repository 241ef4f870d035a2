"""Stories: given events, when a command, then events, for the pure core.

A :class:`Story` keeps the log of one execution in memory. Every command that
is given to it is also checked for what must hold of any decision: the events
replay to the state that the decision returned, their numbers have no gaps,
and deciding again from the same state gives the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wf_es.definition import ActionSpec, read_workflows
from wf_es.envelope import Event, Origin, Recorded
from wf_es.execution import commands
from wf_es.execution import events as log
from wf_es.execution.commands import Command, TaskResumption
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.events import Pin
from wf_es.execution.foreign import Query
from wf_es.execution.reducer import evolve, fold, initial
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution

EXECUTION_ID = "11111111-1111-4111-8111-111111111111"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

ACTIONS = {
    spec.name: spec
    for spec in (
        ActionSpec(name="std.noop", inputs={}, idempotent=True),
        ActionSpec(name="std.echo", inputs={"output": True, "delay": False}, idempotent=True),
        ActionSpec(name="std.fail", inputs={"error_data": False}, idempotent=True),
        ActionSpec(name="std.async_noop", inputs={}, is_async=True, idempotent=True),
        ActionSpec(name="std.http", inputs={"url": True, "method": False}),
    )
}


class Story:
    """One execution, told by commands; ``events`` is its log."""

    def __init__(self, text: str, actions: dict[str, ActionSpec] | None = None) -> None:
        """Read the only workflow of a text."""
        reading = read_workflows("version: '2.0'\n" + text)
        reading.raise_for_errors()
        workflow = reading.workflows[0]
        pin = Pin(stream="22222222-2222-4222-8222-222222222222", version=1, hash=workflow.hash)
        self.definition = Definition(pin=pin, workflow=workflow, actions=actions or ACTIONS)
        self.state = initial(EXECUTION_ID)
        self.events: list[Recorded] = []
        self.commands = 0
        self.questions: list[Query] = []
        self.answer: Callable[[Query], Any] = lambda question: None

    # -- commands ---------------------------------------------------------------

    def origin(self, **fields: Any) -> Origin:
        """Return an origin one second later than the one before."""
        self.commands += 1
        now = BEGINNING + timedelta(seconds=self.commands)
        return Origin(actor="ada", project="p", command=f"c{self.commands}", now=now, **fields)

    def when(self, kind: type[Command], **fields: Any) -> list[str]:
        """Give a command and return the events that followed, in short."""
        origin = fields.pop("origin", None) or self.origin()
        command = kind(execution_id=EXECUTION_ID, origin=origin, **{"seed": 7, **fields})
        decision = self.decide(command)
        assert self.decide(command).events == decision.events
        folded = self.state
        for recorded in decision.events:
            assert recorded.version == folded.version + 1
            folded = evolve(folded, recorded)
        assert folded == decision.state
        self.events += decision.events
        self.state = decision.state
        if decision.refusal is not None:
            raise decision.refusal
        return [self.short(recorded.data) for recorded in decision.events]

    def decide(self, command: Command) -> Decision:
        """Decide, with questions about other executions answered by ``answer``."""
        answers: dict[Query, Any] = {}
        while isinstance(decision := decide(command, self.state, self.definition, answers), Query):
            assert decision not in answers
            self.questions.append(decision)
            answers[decision] = self.answer(decision)
        return decision

    def start(self, **fields: Any) -> list[str]:
        """Start the execution."""
        return self.when(commands.StartWorkflow, workflow_name=self.definition.workflow.spec.name, **fields)

    def complete(self, task: str, output: Any = None, state: str = "SUCCESS", run: int = -1) -> list[str]:
        """Complete the unfinished action of a task's run (by default of its latest)."""
        actions = [action for action in self.unfinished() if self.name_of(action.task_id) == task]
        action = actions[run]
        return self.when(commands.CompleteAction, action_id=action.id, state=state, output=output)

    def end_item(self, task: str, index: int, output: Any = None, state: str = "SUCCESS") -> list[str]:
        """Complete the latest action of an item of a task."""
        unit = self.task(task).units[index]
        return self.when(commands.CompleteAction, action_id=unit, state=state, output=output)

    def fail(self, task: str, output: Any = "boom") -> list[str]:
        """Let a task's action fail."""
        return self.complete(task, output, "ERROR")

    def fire(self, task: str) -> list[str]:
        """Let the time come that a task's latest run waits for."""
        timer = self.task(task).timer
        assert timer is not None, f"{task} waits for no timer"
        return self.when(commands.FireTimer, timer_id=timer)

    def pause(self) -> list[str]:
        """Pause the execution."""
        return self.when(commands.PauseWorkflow)

    def resume(self, **fields: Any) -> list[str]:
        """Resume the execution in Mistral's way."""
        return self.when(commands.ResumeWorkflow, **fields)

    def resume_from(self, *tasks: dict[str, Any], **fields: Any) -> list[str]:
        """Resume the execution from tasks with changed data."""
        wishes = tuple(TaskResumption(**task) for task in tasks)
        return self.when(commands.ResumeFrom, tasks=wishes, **fields)

    def run_everything(self, limit: int = 1_000) -> Story:
        """Complete echo, noop and fail actions until none is left."""
        for _ in range(limit):
            actions = [action for action in self.unfinished() if not action.is_async]
            if not actions:
                return self
            action = actions[0]
            state = "ERROR" if action.name == "std.fail" else "SUCCESS"
            output = (
                action.input.get("output") if action.name == "std.echo" else action.input.get("error_data")
            )
            self.when(commands.CompleteAction, action_id=action.id, state=state, output=output)
        raise AssertionError(f"still running after {limit} completions")

    def happened(self, data: Event) -> None:
        """Add an event to the log as if it had been decided."""
        recorded = Recorded(
            stream=EXECUTION_ID,
            version=self.state.version + 1,
            time=BEGINNING,
            actor="ada",
            project="p",
            command="given",
            data=data,
        )
        self.events.append(recorded)
        self.state = evolve(self.state, recorded)

    # -- looking ----------------------------------------------------------------

    def unfinished(self) -> list[ActionExecution]:
        """Return the actions without a result, oldest first."""
        found = [self.state.actions[action_id] for action_id in self.state.unfinished]
        return sorted(found, key=lambda action: action.number)

    def task(self, name: str) -> TaskExecution:
        """Return the latest run of a task."""
        return self.state.tasks[self.state.latest[name]]

    def name_of(self, task_id: str) -> str:
        """Return the name of a task execution."""
        return self.state.tasks[task_id].name

    def tasks(self) -> dict[str, list[str]]:
        """Return the states of all runs by task name, in order."""
        runs: dict[str, list[str]] = {}
        for task in sorted(self.state.tasks.values(), key=lambda item: item.number):
            runs.setdefault(task.name, []).append(task.state)
        return runs

    def replayed(self) -> ExecutionState:
        """Return the state folded from the log."""
        return fold(EXECUTION_ID, self.events)

    def short(self, event: Event) -> str:
        """Return an event as a few words: type, task, what is special about it."""
        words = [type(event).__name__]
        if isinstance(event, log.ActionScheduled):
            item = [] if event.index is None else [f"#{event.index}"]
            return " ".join([*words, event.name, *item])
        if isinstance(event, log.TaskScheduled):
            return " ".join([*words, event.name, *([event.state] if event.state != "RUNNING" else [])])
        task_id = getattr(event, "task_id", None)
        action_id = getattr(event, "action_id", None)
        if action_id is not None:
            task_id = self._action(action_id).task_id
        if task_id is not None:
            words.append(self._task_name(task_id))
        words += [getattr(event, name) for name in ("kind", "policy") if hasattr(event, name)]
        state = getattr(event, "state", None)
        words += [state] if state is not None else []
        transitions = getattr(event, "transitions", None)
        words += [f"-> {', '.join(taken.target for taken in transitions)}"] if transitions else []
        words += ["late"] if getattr(event, "late", False) else []
        return " ".join(words)

    def _action(self, action_id: str) -> ActionExecution:
        return self.state.actions[action_id]

    def _task_name(self, task_id: str) -> str:
        return self.state.tasks[task_id].name


@pytest.fixture
def story() -> Callable[..., Story]:
    """Return a function that begins a story from a workflow text."""
    return Story
