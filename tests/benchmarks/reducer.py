"""What one completion costs in the core, in small executions and in large ones.

    python tests/benchmarks/reducer.py [--size 10000] [--fan 1000] [--rounds 3] [SHAPE ...]

Deciding and folding must cost what changes, not what exists. Each shape is
run at a small and at a large size, in memory, without a store; the table shows
microseconds for one completion (decide and evolve, all events that follow) and
the ratio, which should stay at 1.2 or below. Small and large executions run
side by side, so that whatever else the machine does concerns both, and the
round in which they differ least counts.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from wf_es.definition import ActionSpec, read_workflows
from wf_es.envelope import Origin
from wf_es.execution.commands import CompleteAction, ContinueItems, StartWorkflow
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.events import Pin
from wf_es.execution.ids import nth_id
from wf_es.execution.reducer import initial
from wf_es.execution.state import ExecutionState

EXECUTION_ID = "11111111-1111-4111-8111-111111111111"
ORIGIN = Origin(actor="benchmark", project="p", command="c", now=datetime(2026, 1, 1, tzinfo=UTC))
ACTION = ActionSpec(name="std.async_noop", inputs={}, is_async=True, idempotent=True)
SMALL = 10
"""Tasks or items of the small executions."""


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


def items(size: int) -> str:
    """Return one task that runs an action for each item of a list."""
    return _items(size, "")


def some_items(size: int) -> str:
    """Return such a task that runs two items at a time."""
    return _items(size, "      concurrency: 2\n")


def _items(size: int, more: str) -> str:
    return f"""version: '2.0'
w:
  tasks:
    begin: {{action: std.async_noop, on-success: a}}
    a:
      with-items: i in <% range(0, {size}) %>
{more}      action: std.async_noop
"""


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


SHAPES = (chain, loop, fan, handled_fan, rescued_fan, items, some_items)
FANS = (fan, handled_fan, rescued_fan)


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

    def since(self, number: int) -> list[str]:
        """Return the actions that were scheduled after number ``number`` of the execution, oldest first."""
        ids = (nth_id(EXECUTION_ID, later) for later in range(number + 1, self.state.counter + 1))
        return [identifier for identifier in ids if identifier in self.state.unfinished]

    def begin_all(self) -> None:
        """Begin the items that were left to further decisions."""
        while self.state.deferred:
            for task_id in self.state.deferred:
                self._give(ContinueItems(execution_id=EXECUTION_ID, origin=ORIGIN, task_id=task_id))

    def _give(self, command: CompleteAction | ContinueItems | StartWorkflow) -> None:
        decision = decide(command, self.state, self.definition)
        assert isinstance(decision, Decision)
        self.state = decision.state


def in_order(text: str, size: int) -> list[float]:
    """Return the seconds of each completion, always of the oldest action, of ``size`` tasks or items."""
    execution = Execution(text)
    execution.complete(execution.unfinished()[0])
    execution.begin_all()
    taken: list[float] = []
    waiting = deque(execution.unfinished())
    while waiting and len(taken) < size:
        known = execution.state.counter
        taken.append(execution.complete(waiting.popleft()))
        if execution.state.counter > known:
            waiting.extend(execution.since(known))
    return taken


def typical(taken: list[float]) -> float:
    """Return what one completion takes: a quick one of many, and its share of the last.

    The last one pays for what all have brought: a join merges, a list of
    results is made. Quick ones, because something else may run meanwhile.
    """
    return sorted(taken[:-1])[len(taken) // 4] + taken[-1] / len(taken)


def compare(text: Callable[[int], str], small: int, large: int, rounds: int) -> tuple[float, float]:
    """Return seconds per completion, small and large, of the round in which they differ least."""
    found = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        before = _repeated(text(small), small, large)
        many = typical(in_order(text(large), large))
        few = min(before, _repeated(text(small), small, large))
        gc.enable()
        found.append((few, many))
    return min(found, key=lambda pair: pair[1] / pair[0])


def _repeated(text: str, size: int, like: int) -> float:
    """Measure small executions until they have had a fair share of the completions of a large one."""
    return typical_of([in_order(text, size) for _ in range(max(1, like // size // 10))])


def typical_of(runs: list[list[float]]) -> float:
    """Return what one completion takes in executions of the same size."""
    last = sorted(run[-1] for run in runs)[len(runs) // 4]
    taken = [seconds for run in runs for seconds in run[:-1]]
    return sorted(taken)[len(taken) // 4] + last / len(runs[0])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="tasks in the large chain and loop, items")
    parser.add_argument("--fan", type=int, default=1_000, help="branches in the large fan")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="only these (default: all)")
    given = parser.parse_args()
    sizes = {shape: given.fan if shape in FANS else given.size for shape in SHAPES}
    print(f"{'shape':<14}{'small':>16}{'large':>18}{'ratio':>8}")
    for shape, large in sizes.items():
        if given.shapes and shape.__name__ not in given.shapes:
            continue
        few, many = compare(shape, SMALL, large, given.rounds)
        figures = f"{few * 1e6:8.1f} us /{SMALL:>4}{many * 1e6:9.1f} us /{large:>6}"
        print(f"{shape.__name__:<14}{figures}{many / few:>7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
