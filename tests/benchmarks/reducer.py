"""What one completion costs in the core, in small executions and in large ones.

    python tests/benchmarks/reducer.py [--size 10000] [--fan 1000] [--rounds 3]

Deciding and folding must cost what changes, not what exists. Each shape is
run at a small and at a large size, in memory, without a store; the table shows
microseconds for one completion (decide and evolve, all events that follow) and
the ratio, which should stay at 1.2 or below. Times are the fastest of several
rounds; in a fan they are averaged over all branches, since the last one also
pays for merging what they all brought.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from wf_es.definition import ActionSpec, read_workflows
from wf_es.envelope import Origin
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.events import Pin
from wf_es.execution.reducer import initial
from wf_es.execution.state import ExecutionState

EXECUTION_ID = "11111111-1111-4111-8111-111111111111"
ORIGIN = Origin(actor="benchmark", project="p", command="c", now=datetime(2026, 1, 1, tzinfo=UTC))
ACTION = ActionSpec(name="std.async_noop", inputs={}, is_async=True, idempotent=True)
SAMPLE = 300
"""Completions that are timed at the end of a chain."""


def chain(size: int) -> str:
    """Return a chain of tasks, each reading and publishing a variable."""
    lines = ["version: '2.0'", "w:", "  vars: {n: 0}", "  tasks:"]
    for number in range(size - 1):
        lines += [
            f"    t{number}:",
            "      action: std.async_noop",
            "      publish: {n: <% $.n + 1 %>}",
            f"      on-success: [t{number + 1}]",
        ]
    return "\n".join([*lines, f"    t{size - 1}: {{action: std.async_noop}}\n"])


def loop(size: int) -> str:
    """Return two tasks that follow each other for ever."""
    del size
    return """version: '2.0'
w:
  vars: {n: 0}
  tasks:
    begin: {action: std.async_noop, on-success: a}
    a: {action: std.async_noop, publish: {n: <% $.n + 1 %>}, on-success: [{b: <% $.n >= 0 %>}]}
    b: {action: std.async_noop, on-success: a}
"""


def fan(size: int) -> str:
    """Return branches that start together and meet in a join."""
    return _fan(size, "")


def handled_fan(size: int) -> str:
    """Return such a fan where the failure of any branch leads to one handler, and on to the join."""
    handler = "    h: {action: std.async_noop, on-success: z}\n"
    return _fan(size, "      on-error: h\n", join=str(size)) + handler


def rescued_fan(size: int) -> str:
    """Return such a fan where each branch has a handler of its own that leads elsewhere."""
    lines = [f"    h{number}: {{action: std.async_noop}}" for number in range(size)]
    return _fan(size, "      on-error: h#\n") + "\n".join(lines) + "\n"


def _fan(size: int, more: str, join: str = "all") -> str:
    lines = ["version: '2.0'", "w:", "  tasks:"]
    lines += [f"    begin: {{on-success: [{', '.join(f't{number}' for number in range(size))}]}}"]
    for number in range(size):
        lines += [
            f"    t{number}:",
            "      action: std.async_noop",
            f"      publish: {{v{number}: <% task().result %>}}",
            f"      on-success: z\n{more.replace('#', str(number))}".rstrip(),
        ]
    return "\n".join([*lines, f"    z: {{join: {join}, action: std.async_noop}}\n"])


class Execution:
    """One execution in memory, completed in the order of scheduling."""

    def __init__(self, text: str) -> None:
        """Read the workflow and start it."""
        reading = read_workflows(text)
        reading.raise_for_errors()
        workflow = reading.workflows[0]
        pin = Pin(stream=EXECUTION_ID, version=1, hash=workflow.hash)
        actions = {"std.async_noop": ACTION, "std.noop": ACTION}
        self.definition = Definition(pin=pin, workflow=workflow, actions=actions)
        self.state: ExecutionState = initial(EXECUTION_ID)
        self._give(StartWorkflow(execution_id=EXECUTION_ID, origin=ORIGIN, workflow_name="w"))

    def complete(self, action_id: str) -> float:
        """Complete an action; return how many seconds that took."""
        command = CompleteAction(
            execution_id=EXECUTION_ID, origin=ORIGIN, action_id=action_id, state="SUCCESS", output=1
        )
        begin = perf_counter()
        self._give(command)
        return perf_counter() - begin

    def unfinished(self) -> list[str]:
        """Return the actions without a result, oldest first."""
        return sorted(self.state.unfinished, key=self.state.unfinished.__getitem__)

    def _give(self, command: CompleteAction | StartWorkflow) -> None:
        decision = decide(command, self.state, self.definition)
        assert isinstance(decision, Decision)
        self.state = decision.state


def along(text: str, size: int) -> float:
    """Return the seconds of one completion near the end of ``size`` tasks, one after the other."""
    execution = Execution(text)
    taken = [execution.complete(execution.unfinished()[0]) for _ in range(size - 1)]
    return _middle(taken[-SAMPLE:])


def across(text: str, size: int) -> float:
    """Return the mean seconds of the completions of ``size`` branches and their join."""
    execution = Execution(text)
    execution.complete(execution.unfinished()[0])
    return sum(execution.complete(action_id) for action_id in execution.unfinished()) / size


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def fastest(measure: Callable[[str, int], float], text: str, size: int, rounds: int) -> float:
    """Return the best of several rounds, with the garbage collector held off."""
    found = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        found.append(measure(text, size))
        gc.enable()
    return min(found)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="tasks in the large chain and loop")
    parser.add_argument("--fan", type=int, default=1_000, help="branches in the large fan")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    shapes: list[tuple[Callable[[int], str], Callable[[str, int], float], int, int]] = [
        (chain, along, 10, given.size),
        (loop, along, 10, given.size),
        (fan, across, 10, given.fan),
        (handled_fan, across, 10, given.fan),
        (rescued_fan, across, 10, given.fan),
    ]
    print(f"{'shape':<14}{'small':>16}{'large':>18}{'ratio':>8}")
    for text, measure, small, large in shapes:
        few = fastest(measure, text(small), small, given.rounds * 20) * 1e6
        many = fastest(measure, text(large), large, given.rounds) * 1e6
        sizes = f"{few:8.1f} us /{small:>4}{many:9.1f} us /{large:>6}"
        print(f"{text.__name__:<14}{sizes}{many / few:>7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
