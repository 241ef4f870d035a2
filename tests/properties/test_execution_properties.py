"""What must hold for any workflow, any order of completions and any command.

Workflows are generated from a seeded random number generator, so a failure is
repeated with the seed that its message names. All of it runs in memory on the
pure core: no threads, no clock, no store.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from wf_es.definition import ActionSpec, read_workflows
from wf_es.envelope import Origin
from wf_es.errors import ConflictError, RequestError
from wf_es.execution import commands
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.events import Pin, TaskContinued, TaskRerun, TaskScheduled, TaskSkipped
from wf_es.execution.reducer import evolve, fold, initial
from wf_es.execution.state import ExecutionState

SEEDS = int(os.environ.get("PROPERTY_SEEDS", "300"))
EXECUTION_ID = "11111111-1111-4111-8111-111111111111"
ACTIONS = {"std.async_noop": ActionSpec(name="std.async_noop", inputs={}, is_async=True, idempotent=True)}


def workflow(random: Random, simple: bool = False) -> str:
    """Return a random workflow; ``simple`` leaves out partial joins, commands and clashes."""
    size = random.randint(2, 7)
    lines = ["version: '2.0'", "w:", "  vars: {n: 0}", "  tasks:"]
    for number in range(size):
        lines.append(f"    t{number}:")
        lines.append("      action: std.async_noop")
        clash = "" if simple or random.random() < 0.7 else f", clash: {number}"
        count = "" if simple else ", n: <% $.n + 1 %>"
        lines.append(f"      publish: {{v{number}: {number}{count}{clash}}}")
        if number and random.random() < 0.4:
            join = "all" if simple else random.choice(["all", "one", "2"])
            lines.append(f"      join: {join}")
        for clause in ("on-success", "on-error", "on-complete"):
            targets = followers(random, number, size, simple)
            if targets and random.random() < 0.6:
                lines.append(f"      {clause}: [{', '.join(targets)}]")
    return "\n".join(lines) + "\n"


def followers(random: Random, number: int, size: int, simple: bool) -> list[str]:
    """Return random targets: later tasks, now and then an earlier one or a command."""
    targets = [f"t{target}" for target in range(number + 1, size) if random.random() < 0.35]
    if not simple and number and random.random() < 0.1:
        targets.append(f"{{t{random.randint(1, number)}: '<% $.n < 4 %>'}}")
    if not simple and random.random() < 0.1:
        targets.append(random.choice(["fail", "succeed", "pause", "noop"]))
    return targets


def read(text: str) -> Definition | None:
    """Return the definition, or None if the random text is refused (a join nobody leads to...)."""
    reading = read_workflows(text)
    if reading.errors:
        return None
    found = reading.workflows[0]
    pin = Pin(stream=EXECUTION_ID, version=1, hash=found.hash)
    return Definition(pin=pin, workflow=found, actions=ACTIONS)


class Run:
    """One execution under random commands; checks what must always hold."""

    def __init__(self, definition: Definition) -> None:
        """Begin before the start."""
        self.definition = definition
        self.state = initial(EXECUTION_ID)
        self.events: list[Any] = []
        self.count = 0

    def give(self, kind: type[commands.Command], **fields: Any) -> bool:
        """Give a command; return whether it was carried out."""
        self.count += 1
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.count)
        origin = Origin(actor="ada", project="p", command=str(self.count), now=now)
        command = kind(execution_id=EXECUTION_ID, origin=origin, **fields)
        try:
            decision = self.decide(command, self.state)
        except (RequestError, ConflictError):
            return False
        state = self.state
        for recorded in decision.events:
            assert recorded.version == state.version + 1
            state = evolve(state, recorded)
        assert state == decision.state
        self.events += decision.events
        self.state = state
        self.check()
        if isinstance(command, commands.StartWorkflow | commands.CompleteAction):
            assert self.decide(command, state).events == ()
        return decision.refusal is None

    def decide(self, command: commands.Command, state: ExecutionState) -> Decision:
        """Decide; these workflows ask nothing about other executions."""
        decision = decide(command, state, self.definition)
        assert isinstance(decision, Decision)
        return decision

    def check(self) -> None:
        """Check what holds in every reachable state."""
        state = self.state
        if len(self.events) > 300 and self.count % 20:
            return
        completed = {"SUCCESS", "ERROR", "CANCELLED", "SKIPPED"}
        incomplete = [task for task in state.tasks.values() if task.state not in completed]
        assert state.incomplete == len(incomplete)
        for name in {task.name for task in state.tasks.values()}:
            assert state.live.get(name, 0) == sum(task.name == name for task in incomplete)
        assert set(state.waiting) == {task.id for task in incomplete if task.state == "WAITING"}
        if state.state == "RUNNING":
            assert state.unfinished, "a running execution that waits for nothing must have ended"
        triggers = [
            (event.data.name, trigger.task_id, trigger.event, state.tasks[trigger.task_id].revision)
            for event in self.events
            if isinstance(event.data, TaskScheduled) and event.data.state == "RUNNING"
            for trigger in event.data.triggered_by
        ]
        if not any(isinstance(event.data, TaskRerun | TaskSkipped | TaskContinued) for event in self.events):
            assert len(triggers) == len(set(triggers)), "a task started twice for one trigger"

    def complete_one(self, random: Random, failing: float = 0.2) -> None:
        """Complete a random unfinished action with a random outcome."""
        action_id = random.choice(sorted(self.state.unfinished))
        outcome = "ERROR" if random.random() < failing else "SUCCESS"
        self.give(commands.CompleteAction, action_id=action_id, state=outcome, output=1)


@pytest.mark.parametrize("block", range(10))
def test_any_workflow_under_any_commands(block: Any) -> None:
    """Every command refuses or yields events that replay; nothing hangs; repeats are harmless."""
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        random = Random(seed)
        definition = read(workflow(random))
        if definition is None:
            continue
        run = Run(definition)
        try:
            drive(run, random)
        except Exception as error:
            text = definition.workflow.text
            raise AssertionError(f"seed {seed} (repeat: Random({seed})) with\n{text}") from error


def drive(run: Run, random: Random) -> None:
    """Start, complete, pause, resume, rerun, skip and continue at random; then let it end."""
    run.give(commands.StartWorkflow, workflow_name="w")
    for _ in range(40):
        disturb(run, random)
        if run.state.unfinished:
            run.complete_one(random)
    run.give(commands.ResumeWorkflow)
    for turn in range(2_000):
        if not run.state.unfinished:
            break
        if turn == 300:
            run.give(commands.StopWorkflow, state="CANCELLED")
        run.complete_one(random, failing=0)
        if run.state.state == "PAUSED":
            run.give(commands.ResumeWorkflow)
    assert run.state.state in ("SUCCESS", "ERROR", "CANCELLED"), run.state.state
    assert run.state == fold(EXECUTION_ID, run.events)


def disturb(run: Run, random: Random) -> None:
    """Give, now and then, a command that is not a completion."""
    chance = random.random()
    failed = sorted(task.id for task in run.state.tasks.values() if task.state == "ERROR")
    if chance < 0.05:
        run.give(commands.PauseWorkflow)
    elif chance < 0.15:
        run.give(commands.ResumeWorkflow)
    elif failed and chance < 0.25:
        run.give(commands.RerunTask, task_id=random.choice(failed))
    elif failed and chance < 0.3:
        run.give(commands.SkipTask, task_id=random.choice(failed))
    elif failed and chance < 0.35:
        wish = commands.TaskResumption(
            task=random.choice(failed), action=random.choice(["rerun", "continue"])
        )
        run.give(commands.ResumeFrom, tasks=(wish,), force=random.random() < 0.5)
    elif chance < 0.36:
        run.give(commands.StopWorkflow, state=random.choice(["SUCCESS", "ERROR", "CANCELLED"]))


@pytest.mark.parametrize("block", range(10))
def test_order_of_independent_completions_does_not_matter(block: Any) -> None:
    """Without partial joins, commands and clashes any order ends in the same outcome."""
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        definition = read(workflow(Random(seed), simple=True))
        if definition is None:
            continue
        outcomes = [outcome(definition, seed, order) for order in range(3)]
        assert outcomes[0] == outcomes[1] == outcomes[2], f"seed {seed} with\n{definition.workflow.text}"


def outcome(definition: Definition, seed: int, order: int) -> Any:
    """Run to the end in one order; whether a task fails depends on its name alone."""
    random = Random(seed * 10 + order)
    failing = {name for name in definition.workflow.spec.tasks if Random(f"{seed}{name}").random() < 0.2}
    run = Run(definition)
    run.give(commands.StartWorkflow, workflow_name="w")
    for _ in range(500):
        if not run.state.unfinished:
            break
        action_id = random.choice(sorted(run.state.unfinished))
        name = run.state.tasks[run.state.actions[action_id].task_id].name
        outcome = "ERROR" if name in failing else "SUCCESS"
        run.give(commands.CompleteAction, action_id=action_id, state=outcome, output=name)
    tasks = sorted(
        (task.name, task.state, sorted(task.published.items())) for task in run.state.tasks.values()
    )
    output = run.state.output if run.state.state == "SUCCESS" else None
    return run.state.state, tasks, output
