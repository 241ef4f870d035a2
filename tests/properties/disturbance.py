"""A family of executions under random commands: completions in any order, and all that can come between.

A :class:`Run` lets a simulated world do things at random and checks after each
step what must always hold. What crosses between executions is delivered at
random moments, too. A crash throws all states away, and what was on its way;
what the logs say is all that is left then.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from random import Random
from typing import Any
from unittest.mock import patch

from tests.properties.invariants import check_family, check_joins, check_log, check_state, check_step
from wf_es.errors import ConflictError, RequestError
from wf_es.execution import commands, items
from wf_es.execution.commands import Command, TaskResumption
from wf_es.execution.crossing import CROSSING
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.state import ActionExecution, ExecutionState, Timer
from wf_es.simulation import Library, Post, Step, World

_OFTEN = 300
"""Up to so many events every state is checked, after that some are."""

_HARMLESS = commands.StartWorkflow | commands.CompleteAction | commands.FireTimer
"""What may be asked any number of times without a key."""

_PATIENCE = 300
"""So many completions may an execution take once nothing disturbs it any more."""


def chunked(seed: int) -> AbstractContextManager[object]:
    """Let, for some seeds, a decision begin few items, so that others are deferred."""
    return patch.object(items, "CHUNK", 6 if seed % 4 == 0 else items.CHUNK)


class Run:
    """A world with an execution of the workflow ``w`` and its sub-workflows, and random numbers."""

    def __init__(self, library: Library, random: Random, env: dict[str, Any] | None = None) -> None:
        """Start the workflow, in an environment or without one."""
        self.random = random
        self.post = Post()
        self.world = World(library, observe=self._check)
        self._steps = 0
        self._fired: list[tuple[str, str]] = []
        self._failing = random.choice([0.02, 0.1, 0.25])
        self.id = self.world.start("w", params=_target(library) | ({"env": env} if env else {})).after.id

    @property
    def state(self) -> ExecutionState:
        """The outermost execution as it stands."""
        return self.world.states[self.id]

    @property
    def is_waiting(self) -> bool:
        """Whether there is something that would let an execution go on."""
        states = self.world.states.values()
        return bool(self.post.waiting) or any(state.unfinished or state.timers for state in states)

    # -- what disturbs ------------------------------------------------------------

    def give(self, kind: type[Command], to: ExecutionState | None = None, **fields: Any) -> bool:
        """Give a command, to the outermost execution if to no other; return whether it was carried out."""
        key = f"k{self._steps}" if self._steps % 3 == 0 else None
        execution_id = self.id if to is None else to.id
        return self.world.give(kind, execution_id, key, **fields).refusal is None

    def disturb(self) -> None:
        """Do, now and then, something that is not what an execution waits for."""
        if self.random.random() < 0.55:
            chosen = self.random.choices(list(_DISTURBANCES), list(_DISTURBANCES.values()))[0]
            ids = list(self.world.states)
            is_outer = self.random.random() < 0.6
            chosen(self, self.state if is_outer else self.world.states[self.random.choice(ids)])

    def pause(self, state: ExecutionState) -> None:
        """Pause an execution."""
        self.give(commands.PauseWorkflow, state)

    def resume(self, state: ExecutionState) -> None:
        """Resume it in Mistral's way."""
        self.give(commands.ResumeWorkflow, state)

    def stop(self, state: ExecutionState) -> None:
        """Stop it in any state."""
        outcome = self.random.choice(["SUCCESS", "ERROR", "CANCELLED"])
        self.give(commands.StopWorkflow, state, state=outcome)

    def rerun_failed(self, state: ExecutionState) -> None:
        """Run a failed task again; without a reset only its failed items."""
        if failed := _failed(state):
            reset = self.random.random() < 0.7
            self.give(commands.RerunTask, state, task_id=self.random.choice(failed), reset=reset)

    def skip_failed(self, state: ExecutionState) -> None:
        """Skip a failed task."""
        if failed := _failed(state):
            self.give(commands.SkipTask, state, task_id=self.random.choice(failed))

    def resume_somewhere(self, state: ExecutionState) -> None:
        """Resume from one to three tasks, whatever their states, with patches."""
        count = min(self.random.randint(1, 3), len(state.tasks))
        chosen = self.random.sample(sorted(state.tasks), count)
        self.give(
            commands.ResumeFrom,
            state,
            tasks=tuple(self._wish(task_id) for task_id in chosen),
            force=self.random.random() < 0.5,
            allow_succeeded=self.random.random() < 0.7,
        )

    def resume_below(self, state: ExecutionState) -> None:
        """Resume it from tasks anywhere below it, by their ids, or from all that failed."""
        tasks = [task for member in self._below(state) for task in member.tasks.values()]
        ended = [task for task in tasks if task.state in COMPLETED and task.id not in state.tasks] or tasks
        below = sorted(task.id for task in ended)
        chosen = self.random.sample(below, min(self.random.randint(1, 2), len(below)))
        is_failed = self.random.random() < 0.3
        with suppress(RequestError, ConflictError):
            self.world.resume(
                state.id,
                tasks=() if is_failed else tuple(self._wish(task_id) for task_id in chosen),
                failed=is_failed,
                force=self.random.random() < 0.8,
                allow_succeeded=self.random.random() < 0.9,
            )

    def _below(self, state: ExecutionState) -> list[ExecutionState]:
        children = [self.world.states[child] for child in state.children if child in self.world.states]
        return [state, *(member for child in children for member in self._below(child))]

    def complete_by_hand(self, state: ExecutionState) -> None:
        """Say that a random task is done."""
        outcome = self.random.choice(["SUCCESS", "SUCCESS", "ERROR", "CANCELLED"])
        task_id = self.random.choice(sorted(state.tasks))
        self.give(commands.CompleteTask, state, task_id=task_id, state=outcome, force=True)

    def report_again(self, state: ExecutionState) -> None:
        """Report an end of a random action, whatever has become of it."""
        if state.actions:
            action = state.actions[self.random.choice(sorted(state.actions))]
            self._complete(state, action, self.random.choice(["SUCCESS", "ERROR"]), 1)

    def treat_action(self, state: ExecutionState) -> None:
        """Tell something else about a random unfinished action."""
        if state.unfinished:
            kind = self.random.choice([commands.PauseAction, commands.ResumeAction, commands.StartAction])
            self.give(kind, state, action_id=self.random.choice(sorted(state.unfinished)))

    def fire_again(self, _: ExecutionState) -> None:
        """Let the time of a timer come once more."""
        if self._fired:
            execution_id, timer_id = self.random.choice(self._fired)
            self.give(commands.FireTimer, self.world.states[execution_id], timer_id=timer_id)

    def crash(self, _: ExecutionState) -> None:
        """Lose everything but the logs; what had to cross over is found again in them."""
        before = dict(self.world.states)
        self.world.forget()
        assert self.world.states == before, "the log does not give the state that was lost"
        self.post.recover(self.world)

    def deliver_again(self, state: ExecutionState) -> None:
        """Tell others once more what they may have heard long ago."""
        log = [recorded for recorded in self.world.logs[state.id] if type(recorded.data) in CROSSING]
        if log:
            self.post.deliver_again(self.world, self.random.choice(log))

    def settle(self, _: ExecutionState) -> None:
        """Let everything arrive that is on its way; then all agree."""
        self.post.deliver_all(self.world)
        check_family(self.world.states)

    # -- what the executions wait for ---------------------------------------------

    def go_on(self, failing: set[str] | None = None) -> None:
        """Let one thing happen that an execution waits for: an action ends, a time comes, or a message.

        With ``failing`` only the actions of these tasks (``workflow.task``) fail.
        """
        timers, actions = self.world.timers(), list(self.world.unfinished())
        if self.world.deferring and self.random.random() < 0.2:
            self.world.continue_items()
            return
        if self.post.waiting and (not (timers or actions) or self.random.random() < 0.7):
            self.post.deliver(self.world, self.random.choice(list(self.post.waiting)))
        elif timers and (not actions or self.random.random() < 0.3):
            self.fire(*timers[0])
        elif actions:
            self._complete_one(*self.random.choice(actions), failing)

    def fire(self, state: ExecutionState, timer: Timer) -> None:
        """Let the time of a timer come."""
        step = self.world.fire(state, timer)
        self._fired.append((state.id, timer.id))
        assert timer.id not in step.after.timers, "a timer that has fired is waited for"

    def rerun_any(self) -> None:
        """Resume the outermost execution from a random task that has run and still counts."""
        tasks = self.state.tasks.values()
        ended = [task for task in tasks if task.state in COMPLETED and (task.actions or task.children)]
        counting = sorted(task.id for task in ended if not task.superseded)
        if counting:
            wish = TaskResumption(task=self.random.choice(counting))
            self.give(commands.ResumeFrom, tasks=(wish,), allow_succeeded=True, force=True)

    def live(self) -> None:
        """Disturb and go on for a while, then let everything end."""
        for _ in range(40):
            self.disturb()
            self.go_on()
        self.end()

    def end(self) -> None:
        """Go on without failures until nothing is left; then everything must have ended."""
        for turn in range(4_000):
            if turn >= _PATIENCE and not self.state.is_completed:
                self.give(commands.StopWorkflow, state="CANCELLED")
            elif turn >= 2 * _PATIENCE and (endless := self._endless()):
                self.give(commands.StopWorkflow, endless, state="CANCELLED")
            elif self.is_waiting:
                self.go_on(failing=set())
            elif self.world.continue_items():
                continue
            elif paused := [state for state in self.world.states.values() if state.state == "PAUSED"]:
                self.give(commands.ResumeWorkflow, paused[0])
            else:
                break
        for state in self.world.states.values():
            assert state.is_completed, f"{state.workflow_name} waits for nothing and is {state.state}"
        self.check_rest()

    def _endless(self) -> ExecutionState | None:
        """Return an execution that goes on although the outermost one has ended."""
        return next((state for state in self.world.states.values() if not state.is_completed), None)

    def check_rest(self) -> None:
        """Check what holds when nothing is on its way: a crash changes nothing, and all agree."""
        before = dict(self.world.states)
        self.crash(self.state)
        self.post.deliver_all(self.world)
        assert self.world.states == before, "a crash at rest changed something"
        check_family(before)

    def delete(self) -> None:
        """Delete the execution, and with it all others; none takes a command then."""
        assert self.give(commands.DeleteExecution)
        self.post.deliver_all(self.world)
        for state in self.world.states.values():
            assert state.deleted, f"{state.workflow_name} is left over"
            assert not self.give(commands.ResumeWorkflow, state)

    def result(self) -> Any:
        """Return how it ended and what counts: the state, the runs, the output of a success."""
        tasks = sorted(
            (task.name, task.state, sorted(task.published.items()))
            for task in self.state.tasks.values()
            if not task.superseded
        )
        output = self.state.output if self.state.state == "SUCCESS" else None
        return self.state.state, tasks, output

    # -- how ----------------------------------------------------------------------

    def _complete_one(self, state: ExecutionState, action: ActionExecution, failing: set[str] | None) -> None:
        """Complete an action with a random outcome, or with one that depends on its task alone."""
        if failing is not None:
            name = f"{state.workflow_name}.{state.tasks[action.task_id].name}"
            self._complete(state, action, "ERROR" if name in failing else "SUCCESS", name)
            return
        chance = self.random.random()
        outcome = "CANCELLED" if chance > 0.98 else "ERROR" if chance < self._failing else "SUCCESS"
        self._complete(state, action, outcome, 1)

    def _complete(self, state: ExecutionState, action: ActionExecution, outcome: str, output: Any) -> None:
        self.give(commands.CompleteAction, state, action_id=action.id, state=outcome, output=output)

    def _wish(self, task_id: str) -> TaskResumption:
        """Return what to do about a task: again or done, with changed data or not."""
        context: dict[str, Any] = self.random.choice(
            [{}, {"nowhere": 1}, {"elsewhere": "e"}, {"n": 0}, {"n": None, "v0": None}]
        )
        if self.random.random() < 0.6:
            return TaskResumption(task=task_id, context=context)
        published = self.random.choice([{}, {"n": 1, "nowhere": 2, "elsewhere": "e"}])
        return TaskResumption(task=task_id, action="continue", context=context, published=published)

    # -- what must hold -----------------------------------------------------------

    def _check(self, step: Step) -> None:
        self._steps += 1
        self.post.note(step)
        check_step(step)
        if not step.events:
            return
        if step.after.version <= _OFTEN or self._steps % 20 == 0:
            check_state(step.after)
            name = step.after.workflow_name
            check_joins(step.after, self.world.library.definition(name).workflow.graph)
            check_log(self.world.logs[step.after.id])
        self._repeat(step)

    def _repeat(self, step: Step) -> None:
        """Ask once more for what was just done: nothing happens, and a refusal stays one."""
        harmless = isinstance(step.command, _HARMLESS)
        if step.after.deleted or not (harmless or step.command.origin.key):
            return
        again = self.world.decide(step.command, step.after)
        assert again.events == (), "a repeated request did something"
        assert (again.refusal is None) is (step.refusal is None)


def _failed(state: ExecutionState) -> list[str]:
    return sorted(task.id for task in state.tasks.values() if task.state == "ERROR")


def _target(library: Library) -> dict[str, Any]:
    """Return the parameter that a reverse workflow needs: its last task is to be reached."""
    spec = library.workflows["w"].spec
    return {"task_name": list(spec.tasks)[-1]} if spec.type == "reverse" else {}


_DISTURBANCES: dict[Callable[[Run, ExecutionState], None], int] = {
    Run.pause: 5,
    Run.resume: 10,
    Run.rerun_failed: 8,
    Run.skip_failed: 5,
    Run.resume_below: 8,
    Run.complete_by_hand: 3,
    Run.resume_somewhere: 10,
    Run.stop: 3,
    Run.report_again: 4,
    Run.treat_action: 4,
    Run.crash: 3,
    Run.fire_again: 3,
    Run.deliver_again: 3,
    Run.settle: 5,
}
"""What may come between, and how often."""
