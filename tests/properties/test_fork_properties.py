"""A fork of any execution at any event goes on to an end, and the original does not notice.

Executions are generated and disturbed as in the other properties; each is
forked at every event that it has, with all its sub-workflows, and what was
forked runs to its end. ``FORK_SEEDS`` says how many seeds are tried,
``PROPERTY_SEED`` tries one alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
import pytest

from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from tests.properties.invariants import check_family, check_indexes
from wf_es.definition import read_workflows
from wf_es.definition.text import write_text
from wf_es.envelope import Recorded
from wf_es.errors import RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.commands import Command, ForkExecution, TaskResumption
from wf_es.execution.copying import HOLDING_IDS, new_ids
from wf_es.execution.decision import Definition
from wf_es.execution.events import Pin
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState
from wf_es.simulation import Step

SEEDS = int(os.environ.get("FORK_SEEDS", "200"))
ONLY = os.environ.get("PROPERTY_SEED")
BLOCKS = 4
_PATIENCE = 300
"""So many things may happen to a fork before it is stopped: some workflows go round for ever."""
_LIMIT = 2_000
_LONGEST = 120
"""Events of an execution that is forked at each of them; of a longer one some are left out."""

blocks = pytest.mark.parametrize("block", range(BLOCKS))


def seeds(block: int) -> Iterator[int]:
    """Yield the seeds of one block, so that blocks can be tried side by side."""
    if ONLY is None:
        yield from range(block * SEEDS // BLOCKS, (block + 1) * SEEDS // BLOCKS)
    elif block == 0:
        yield int(ONLY)


def holds(name: str, block: int, check: Callable[[Run], None]) -> None:
    """Check each seed of a block; say how to repeat a failure."""
    for seed in seeds(block):
        try:
            with chunked(seed):
                run = Run(generator.library(Random(seed), simple=False), Random(seed))
                for _ in range(20):
                    run.disturb()
                    run.go_on()
                check(run)
        except Exception as error:
            again = f"PROPERTY_SEED={seed} python -m pytest {os.path.relpath(__file__)} -k {name}"
            text = generator.text(Random(seed), simple=False)
            raise AssertionError(f"seed {seed}: {error!r}\nrepeat it: {again}\n{text}") from error


class Forks:
    """The forks of a run's execution, each made and driven to its end by itself."""

    def __init__(self, run: Run) -> None:
        """Remember what there is: none of it may change."""
        self.run = run
        self.world = run.world
        self.before = {execution_id: list(log) for execution_id, log in run.world.logs.items()}

    def numbers(self) -> list[int]:
        """Return the events to fork at."""
        last = self.run.state.version
        if last <= _LONGEST:
            return list(range(1, last + 1))
        return sorted(self.run.random.sample(range(1, last + 1), _LONGEST))

    def make(self, number: int, **fields: Any) -> ExecutionState:
        """Fork at an event, and check what was copied."""
        self.forget()
        steps = self.world.fork(self.run.id, number, **fields)
        for step in steps:
            self.check_copy(step)
        return steps[0].after

    def check_copy(self, step: Step) -> None:
        """A copy tells the same story as its original, number by number, under ids of its own."""
        lineage = step.after.forked_from
        assert lineage is not None
        copies = step.events[: lineage.since - 1]
        original = self.before[lineage.execution_id][: lineage.event]
        assert [_told(recorded) for recorded in copies] == [_told(recorded) for recorded in original]
        known = {*self.before, *_ids(self.before)}
        fresh = [step.after.id, *step.after.tasks, *step.after.actions, *step.after.children]
        assert not known & set(fresh), "an id of the original is used in the fork"
        assert len(fresh) == len(set(fresh))

    def end(self, fork: ExecutionState) -> None:
        """Let a fork and its sub-workflows go on without failures until all of them have ended."""
        for turn in range(_LIMIT):
            if turn == _PATIENCE and not self.world.states[fork.id].is_completed:
                self.world.give(commands.StopWorkflow, fork.id, state="CANCELLED")
            elif not self.go_on():
                break
        for state in self.own():
            assert state.is_completed, f"{state.workflow_name} waits for nothing and is {state.state}"
            check_indexes(state)
        check_family({state.id: state for state in self.own()})

    def go_on(self) -> bool:
        """Let one thing happen that a fork waits for; False if it waits for nothing."""
        own = {state.id for state in self.own()}
        waiting = [source for source in self.run.post.waiting if source in own]
        timers = [found for found in self.world.timers() if found[0].id in own]
        actions = [found for found in self.world.unfinished() if found[0].id in own]
        paused = [state for state in self.own() if state.state == "PAUSED"]
        if waiting:
            self.run.post.deliver(self.world, waiting[0])
        elif actions:
            state, action = self.run.random.choice(actions)
            self.world.give(commands.CompleteAction, state.id, action_id=action.id, state="SUCCESS", output=1)
        elif timers:
            self.world.fire(*timers[0])
        elif not self.continue_items():
            for state in paused[:1]:
                self.world.give(commands.ResumeWorkflow, state.id)
            return bool(paused)
        return True

    def continue_items(self) -> bool:
        """Let items begin that a decision has deferred; False if there are none that may."""
        return any(
            self.world.give(commands.ContinueItems, state.id, task_id=task_id).events
            for state in self.own()
            for task_id in state.deferred
        )

    def own(self) -> list[ExecutionState]:
        """Return the fork, with its sub-workflows."""
        return [state for state in self.world.states.values() if state.id not in self.before]

    def forget(self) -> None:
        """Throw earlier forks away."""
        for state in self.own():
            del self.world.states[state.id], self.world.logs[state.id]
            self.run.post.waiting.pop(state.id, None)

    def check_originals(self) -> None:
        """Nothing has been added to what there was."""
        for execution_id, log in self.before.items():
            assert self.world.logs[execution_id] == log, "a fork has changed its original"


def _told(recorded: Recorded) -> tuple[Any, ...]:
    """Return what an event says but for ids."""
    data = msgspec.to_builtins(recorded.data)
    told = {name: value for name, value in data.items() if name not in HOLDING_IDS}
    return recorded.version, recorded.time, recorded.actor, recorded.command, recorded.key, told


def _ids(logs: dict[str, list[Recorded]]) -> set[str]:
    return {identifier for log in logs.values() for identifier in new_ids(log, str(UUID(int=1)))}


@blocks
def test_a_fork_at_every_event_runs_to_an_end(block: int) -> None:
    """Whatever had happened, what is forked ends, and the original's family stays as it was."""

    def check(run: Run) -> None:
        forks = Forks(run)
        for number in forks.numbers():
            forks.end(forks.make(number))
        forks.check_originals()

    holds("every_event", block, check)


@blocks
def test_a_fork_of_a_fork_runs_to_an_end(block: int) -> None:
    """What was copied is a past like any other, also for a family: it can be forked at every event."""

    def check(run: Run) -> None:
        original = run.id
        for number in Forks(run).numbers()[::12]:
            run.id = run.world.fork(original, number)[0].after.id
            again = Forks(run)
            for earlier in again.numbers()[::8]:
                again.end(again.make(earlier))
            again.check_originals()

    holds("of_a_fork", block, check)


@blocks
def test_a_fork_from_any_task_runs_to_an_end_or_says_what_is_missing(block: int) -> None:
    """From a task in any state, with changed data; a refusal leaves nothing behind."""

    def check(run: Run) -> None:
        forks = Forks(run)
        for number in forks.numbers()[::3]:
            forks.forget()
            names = fold(run.id, forks.before[run.id][:number]).latest
            if not names:
                continue
            wish = TaskResumption(
                task=run.random.choice(sorted(names)),
                action=run.random.choice(["rerun", "continue"]),
                context={"n": 1},
            )
            try:
                fork = forks.make(number, tasks=(wish,), allow_succeeded=True, force=True)
            except RequirementsMissing:
                assert forks.own() == [], "a refused fork has left something behind"
            else:
                forks.end(fork)
        forks.check_originals()

    holds("any_task", block, check)


@blocks
def test_another_definition_is_refused_or_goes_on_to_an_end(block: int) -> None:
    """Whatever another version looks like: what does not fit is told before, and never met later."""

    def check(run: Run) -> None:
        forks = Forks(run)
        for number in forks.numbers()[::4]:
            chosen = another_version(run)
            names = sorted(fold(run.id, forks.before[run.id][:number]).latest)
            tasks = (TaskResumption(task=run.random.choice(names)),) if names and number % 2 else ()
            fields: dict[str, Any] = {"definition": "latest", "force": True, "allow_succeeded": True}
            with going_on_with(run, chosen):
                try:
                    fork = forks.make(number, tasks=tasks, **fields)
                except RequirementsMissing:
                    assert forks.own() == [], "a refused fork has left something behind"
                else:
                    assert fork.definition == chosen.pin
                    forks.end(fork)
        forks.check_originals()

    holds("another_definition", block, check)


def another_version(run: Run, workflow_name: str = "w") -> Definition:
    """Return a workflow with something changed: a task gone, renamed, or leading elsewhere."""
    pinned = run.world.library.definition(workflow_name)
    text: dict[str, Any] = {"version": "2.0", workflow_name: deepcopy(pinned.workflow.spec.source)}
    tasks: dict[str, Any] = text[workflow_name]["tasks"]
    name = run.random.choice(list(tasks))
    change = run.random.randrange(5)
    if change == 0 and len(tasks) > 1:
        del tasks[name]
    elif change == 1:
        tasks["renamed"] = tasks.pop(name)
    elif change == 2:
        tasks[name].pop("join", None)
    elif change == 3:
        tasks[name]["on-success"] = [run.random.choice(list(tasks))]
    else:
        tasks["late"] = {"action": generator.WORK, "join": "all"}
        tasks[name]["on-complete"] = ["late"]
    reading = read_workflows(write_text(text))
    workflow = reading.workflows[0] if reading.workflows and not reading.errors else pinned.workflow
    pin = Pin(stream=pinned.pin.stream, version=2, hash=workflow.hash)
    return msgspec.structs.replace(pinned, workflow=workflow, pin=pin)


@contextmanager
def going_on_with(run: Run, chosen: Definition) -> Iterator[None]:
    """Let an execution that chooses the latest version, or has chosen it, run this one."""
    usual = run.world._definition

    def definition(command: Command, state: ExecutionState) -> Definition:
        wanted = isinstance(command, ForkExecution) and command.definition == "latest"
        return chosen if wanted or state.definition == chosen.pin else usual(command, state)

    # The run's own checks of joins know the first version only.
    with (
        patch.object(run.world, "_definition", definition),
        patch.object(run.world, "_observe", run.post.note),
    ):
        yield
