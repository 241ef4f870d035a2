"""What must hold for any workflow, any order of completions and any command.

Workflows are generated from a seeded random number generator, so a failure is
repeated with the seed that its message names. All of it runs in memory on the
pure core: no threads, no clock, no store.
"""

from __future__ import annotations

import os
from collections import Counter
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
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.reducer import evolve, fold, initial
from wf_es.execution.state import ExecutionState

SEEDS = int(os.environ.get("PROPERTY_SEEDS", "1500"))
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
        lines.append(f"      publish: {{v{number}: {number}{count}{clash}{'' if simple else extra(random)}}}")
        if not simple and random.random() < 0.05:
            lines.append("      target: <% $.elsewhere %>")
        if not simple and random.random() < 0.1:
            lines.append("      keep-result: false")
        if number and random.random() < 0.4:
            join = "all" if simple else random.choice(["all", "one", "2"])
            lines.append(f"      join: {join}")
        for clause in ("on-success", "on-error", "on-complete"):
            targets = followers(random, number, size, simple)
            if targets and random.random() < 0.6:
                lines.append(f"      {clause}: [{', '.join(targets)}]")
    return "\n".join(lines) + "\n"


def extra(random: Random) -> str:
    """Return, now and then, one more variable to publish, whose expression may fail."""
    return random.choice([", w: <% $.nowhere %>", ", w: <% $.get(given) %>"]) if random.random() < 0.1 else ""


def followers(random: Random, number: int, size: int, simple: bool) -> list[str]:
    """Return random targets: later tasks, now and then an earlier one or a command."""
    targets = [f"t{target}" for target in range(number + 1, size) if random.random() < 0.35]
    if not simple and number and random.random() < 0.1:
        targets.append(f"{{t{random.randint(1, number)}: '<% $.n < 4 %>'}}")
    if not simple and random.random() < 0.1:
        targets.insert(random.randint(0, len(targets)), random.choice(["fail", "succeed", "pause", "noop"]))
    return targets


def is_simple(definition: Definition) -> bool:
    """Whether every task runs at most once: a task that several transitions lead to is a join."""
    graph, tasks = definition.workflow.graph, definition.workflow.spec.tasks
    targets = Counter(
        (name, item.target)
        for name, task in tasks.items()
        for clause in (task.on_success, task.on_complete)
        if clause is not None
        for item in clause.next
    )
    return all(
        task.join is not None or (len(graph.inbound[name]) < 2 and max(_of(targets, name), default=0) < 2)
        for name, task in tasks.items()
    )


def _of(targets: Counter[tuple[str, str]], name: str) -> list[int]:
    return [count for (_, target), count in targets.items() if target == name]


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
        key = f"k{self.count}" if self.count % 3 == 0 else None
        origin = Origin(actor="ada", project="p", command=str(self.count), now=now, key=key)
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
        self.repeat(command, decision)
        return decision.refusal is None

    def repeat(self, command: commands.Command, decision: Decision) -> None:
        """Ask once more for what was just done: nothing happens, and a refusal stays one."""
        harmless = isinstance(command, commands.StartWorkflow | commands.CompleteAction)
        if self.state.deleted or not decision.events or not (harmless or command.origin.key):
            return
        again = self.decide(command, self.state)
        assert again.events == ()
        assert (again.refusal is None) is (decision.refusal is None)

    def decide(self, command: commands.Command, state: ExecutionState) -> Decision:
        """Decide; these workflows ask nothing about other executions."""
        decision = decide(command, state, self.definition)
        assert isinstance(decision, Decision)
        return decision

    def check(self) -> None:
        """Check what holds in every reachable state."""
        if len(self.events) > 300 and self.count % 20:
            return
        self.check_indexes()
        if self.state.state == "RUNNING":
            self.check_running()
        self.check_triggers()

    def check_indexes(self) -> None:
        """The state's indexes hold what a look at every task and action finds."""
        state, tasks = self.state, self.state.tasks.values()
        incomplete = [task for task in tasks if task.state not in COMPLETED]
        settled = [task for task in tasks if task.state in COMPLETED and not task.superseded]
        assert state.incomplete == len(incomplete)
        assert dict(state.live.items()) == Counter(task.name for task in incomplete if not task.superseded)
        for name, found in (
            ("waiting", [task for task in incomplete if task.state == "WAITING"]),
            ("idle", [task for task in incomplete if task.state == "IDLE"]),
            ("unprocessed", [task for task in settled if not task.processed]),
            ("failed", [task for task in settled if task.state == "ERROR" and not task.handled]),
            ("cancelled", [task for task in settled if task.state == "CANCELLED"]),
        ):
            assert dict(getattr(state, name).items()) == {task.id: task.number for task in found}, name
        for action in state.actions.values():
            is_open = action.state in ("RUNNING", "PAUSED") and not action.superseded
            assert (action.id in state.unfinished) is is_open
            assert not is_open or state.tasks[action.task_id].state not in COMPLETED

    def check_running(self) -> None:
        """Nothing is forgotten: whatever has not ended waits for an action or for a branch."""
        state = self.state
        assert state.unfinished, "a running execution that waits for nothing must have ended"
        assert (len(state.unprocessed), len(state.idle), len(state.backlog)) == (0, 0, 0)
        at_work = [state.actions[action_id].task_id for action_id in state.unfinished]
        assert len(at_work) == len(set(at_work)), "a task runs two actions"
        assert {*at_work, *state.waiting} == {
            task.id for task in state.tasks.values() if task.state not in COMPLETED
        }

    def check_triggers(self) -> None:
        """Without reruns no trigger starts a task twice."""
        if any(isinstance(event.data, TaskRerun | TaskSkipped | TaskContinued) for event in self.events):
            return
        triggers = [
            (event.data.name, trigger.task_id, trigger.event)
            for event in self.events
            if isinstance(event.data, TaskScheduled) and event.data.state == "RUNNING"
            for trigger in event.data.triggered_by
        ]
        assert len(triggers) == len(set(triggers)), "a task started twice for one trigger"

    def complete_one(self, random: Random, failing: float = 0.2) -> None:
        """Complete a random unfinished action with a random outcome."""
        action_id = random.choice(sorted(self.state.unfinished))
        outcome = "ERROR" if random.random() < failing else "SUCCESS"
        if failing and random.random() < 0.03:
            outcome = "CANCELLED"
        self.give(commands.CompleteAction, action_id=action_id, state=outcome, output=1)

    def complete_by_name(self, random: Random, failing: set[str]) -> None:
        """Complete a random unfinished action; whether it fails depends on its task's name alone."""
        action_id = random.choice(sorted(self.state.unfinished))
        name = self.state.tasks[self.state.actions[action_id].task_id].name
        outcome = "ERROR" if name in failing else "SUCCESS"
        self.give(commands.CompleteAction, action_id=action_id, state=outcome, output=name)

    def rerun_any(self, random: Random) -> None:
        """Resume from a random task that has run and still counts."""
        ended = [task for task in self.state.tasks.values() if task.state in COMPLETED and task.actions]
        counting = sorted(task.id for task in ended if not task.superseded)
        if counting:
            wish = commands.TaskResumption(task=random.choice(counting))
            self.give(commands.ResumeFrom, tasks=(wish,), allow_succeeded=True, force=True)

    def result(self) -> Any:
        """Return how it ended and what counts: the state, the runs, the output of a success."""
        tasks = sorted(
            (task.name, task.state, sorted(task.published.items()))
            for task in self.state.tasks.values()
            if not task.superseded
        )
        output = self.state.output if self.state.state == "SUCCESS" else None
        return self.state.state, tasks, output

    def complete_stale(self, random: Random) -> None:
        """Report again for a random action, whatever has become of it."""
        if self.state.actions:
            action_id = random.choice(sorted(self.state.actions))
            outcome = random.choice(["SUCCESS", "ERROR"])
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
    """Start, complete and disturb at random; then let it end."""
    run.give(commands.StartWorkflow, workflow_name="w")
    for _ in range(40):
        disturb(run, random)
        if run.state.unfinished:
            run.complete_one(random)
    for turn in range(2_000):
        if run.state.state == "PAUSED":
            run.give(commands.ResumeWorkflow)
        elif turn >= 300 and not run.state.is_completed:
            run.give(commands.StopWorkflow, state="CANCELLED")
        elif run.state.unfinished:
            run.complete_one(random, failing=0)
        else:
            break
    assert run.state.state in COMPLETED, run.state.state
    assert run.give(commands.DeleteExecution)
    assert not run.give(commands.ResumeWorkflow)
    assert run.state == fold(EXECUTION_ID, run.events)


def disturb(run: Run, random: Random) -> None:
    """Give, now and then, a command that is not a completion."""
    chance = random.random()
    failed = sorted(task.id for task in run.state.tasks.values() if task.state == "ERROR")
    if chance < 0.05:
        run.give(commands.PauseWorkflow)
    elif chance < 0.15:
        run.give(commands.ResumeWorkflow)
    elif failed and chance < 0.23:
        run.give(commands.RerunTask, task_id=random.choice(failed))
    elif failed and chance < 0.28:
        run.give(commands.SkipTask, task_id=random.choice(failed))
    elif run.state.tasks and chance < 0.38:
        resume(run, random)
    elif chance < 0.41:
        run.give(commands.StopWorkflow, state=random.choice(["SUCCESS", "ERROR", "CANCELLED"]))
    elif chance < 0.45:
        run.complete_stale(random)
    elif run.state.unfinished and chance < 0.49:
        kind = random.choice([commands.PauseAction, commands.ResumeAction, commands.StartAction])
        run.give(kind, action_id=random.choice(sorted(run.state.unfinished)))


def resume(run: Run, random: Random) -> None:
    """Resume from one to three tasks, whatever their states, with patches."""
    count = min(random.randint(1, 3), len(run.state.tasks))
    wishes = tuple(wish(task_id, random) for task_id in random.sample(sorted(run.state.tasks), count))
    run.give(
        commands.ResumeFrom,
        tasks=wishes,
        force=random.random() < 0.5,
        allow_succeeded=random.random() < 0.7,
    )


def wish(task_id: str, random: Random) -> commands.TaskResumption:
    """Return what to do about a task: again or done, with changed data or not."""
    context: dict[str, Any] = random.choice(
        [{}, {"nowhere": 1}, {"elsewhere": "e"}, {"n": 0}, {"n": None, "v0": None}]
    )
    if random.random() < 0.6:
        return commands.TaskResumption(task=task_id, context=context)
    published = random.choice([{}, {"n": 1, "nowhere": 2, "elsewhere": "e"}])
    return commands.TaskResumption(task=task_id, action="continue", context=context, published=published)


@pytest.mark.parametrize("block", range(10))
def test_order_of_independent_completions_does_not_matter(block: Any) -> None:
    """Without partial joins, commands and clashes any order ends in the same outcome."""
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        definition = read(workflow(Random(seed), simple=True))
        if definition is None or not is_simple(definition):
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
        run.complete_by_name(random, failing)
    return run.result()


@pytest.mark.parametrize("block", range(10))
def test_reruns_are_corrections(block: Any) -> None:
    """However often finished tasks are run again on the way, what counts in the end is the same."""
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        definition = read(workflow(Random(seed), simple=True))
        if definition is None or not is_simple(definition):
            continue
        straight = outcome(definition, seed, 0)
        corrected = outcome_with_reruns(definition, seed)
        assert corrected == straight, f"seed {seed} with\n{definition.workflow.text}"


def outcome_with_reruns(definition: Definition, seed: int) -> Any:
    """Run to the end, running up to five tasks again at random moments."""
    random = Random(seed)
    failing = {name for name in definition.workflow.spec.tasks if Random(f"{seed}{name}").random() < 0.2}
    run = Run(definition)
    run.give(commands.StartWorkflow, workflow_name="w")
    reruns = 5
    for _ in range(500):
        if run.state.unfinished:
            run.complete_by_name(random, failing)
        if reruns and random.random() < 0.3:
            reruns -= 1
            run.rerun_any(random)
    while run.state.unfinished:
        run.complete_by_name(random, failing)
    return run.result()
