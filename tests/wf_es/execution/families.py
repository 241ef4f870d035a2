"""Families: an execution and its sub-workflows in a simulated world, for stories about both sides."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.conftest import ACTIONS
from wf_es.definition import read_workflows
from wf_es.envelope import Recorded
from wf_es.execution import commands
from wf_es.execution.commands import Command, TaskResumption
from wf_es.execution.reducer import fold
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.simulation import Library, Post, Step, World


class Family:
    """Executions told by the names of their workflows; what crosses is delivered at once if ``prompt``."""

    def __init__(self, text: str, *, prompt: bool = True, limits: Limits = DEFAULT_LIMITS) -> None:
        """Read the workflows of a text; the first one is where everything begins."""
        reading = read_workflows("version: '2.0'\n" + text)
        reading.raise_for_errors()
        self.library = Library(reading.workflows, ACTIONS, limits=limits)
        self.main = reading.workflows[0].name
        self.post = Post()
        self.prompt = prompt
        self.steps: list[Step] = []
        self.world = World(self.library, observe=self._observe)

    def _observe(self, step: Step) -> None:
        self.steps.append(step)
        self.post.note(step)
        log = self.world.logs.get(step.after.id, [])
        assert fold(step.after.id, log) == step.after

    def start(self, **fields: Any) -> ExecutionState:
        """Start the first workflow."""
        step = self.world.start(self.main, **fields)
        assert step.refusal is None
        return self._after(step).after

    def give(self, name: str, kind: type[Command], **fields: Any) -> Step:
        """Give the latest execution of a workflow a command; raise its refusal."""
        step = self.world.give(kind, self.of(name).id, **fields)
        if step.refusal is not None:
            raise step.refusal
        return self._after(step)

    def resume(self, *tasks: dict[str, Any], name: str = "", **fields: Any) -> list[str]:
        """Resume the latest execution of a workflow (by default the first one) from tasks.

        Returns what happened, in short: the workflow, the event, the task.
        """
        wishes = tuple(TaskResumption(**task) for task in tasks)
        steps = self.world.resume(self.of(name or self.main).id, tasks=wishes, **fields)
        told = [self.short(step.after, recorded) for step in steps for recorded in step.events]
        if self.prompt:
            self.deliver()
        return told

    def short(self, state: ExecutionState, recorded: Recorded) -> str:
        """Return an event in short: the workflow, the event, the task."""
        task_id = getattr(recorded.data, "task_id", None)
        words = [state.workflow_name, type(recorded.data).__name__]
        return " ".join([*words, state.tasks[task_id].name] if task_id else words)

    def complete(
        self, name: str, task: str, output: Any = None, state: str = "SUCCESS", run: int = -1
    ) -> Step:
        """Complete the unfinished action of a task (by default in the latest execution of a workflow)."""
        execution = self.all_of(name)[run]
        action = self.actions(execution, task)[0]
        step = self.world.give(
            commands.CompleteAction, execution.id, action_id=action.id, state=state, output=output
        )
        assert step.refusal is None
        return self._after(step)

    def fail(self, name: str, task: str, output: Any = "boom") -> Step:
        """Let the action of a task fail."""
        return self.complete(name, task, output, "ERROR")

    def deliver(self) -> None:
        """Deliver everything that is on its way."""
        self.post.deliver_all(self.world)

    def crash(self) -> None:
        """Lose what is in memory, and find it again."""
        self.world.forget()
        self.post.recover(self.world)

    def _after(self, step: Step) -> Step:
        if self.prompt:
            self.deliver()
        return step

    # -- looking ----------------------------------------------------------------

    def all_of(self, name: str) -> list[ExecutionState]:
        """Return the executions of a workflow, the oldest first."""
        return [state for state in self.world.states.values() if state.workflow_name == name]

    def of(self, name: str) -> ExecutionState:
        """Return the latest execution of a workflow."""
        return self.all_of(name)[-1]

    def task(self, name: str, task: str) -> TaskExecution:
        """Return the latest run of a task in the latest execution of a workflow."""
        state = self.of(name)
        return state.tasks[state.latest[task]]

    def actions(self, execution: ExecutionState, task: str) -> list[ActionExecution]:
        """Return the unfinished actions of a task."""
        found = (execution.actions[action_id] for action_id in execution.unfinished)
        return [action for action in found if execution.tasks[action.task_id].name == task]

    def states(self) -> dict[str, str]:
        """Return the states of the executions by workflow, several of one joined by a blank."""
        return {
            name: " ".join(state.state for state in self.all_of(name))
            for name in dict.fromkeys(state.workflow_name for state in self.world.states.values())
        }
