"""What crosses between executions in a simulated world, delivered when its holder says so.

The order between two executions is kept, as everywhere; between different ones
the holder chooses. A crash forgets what is on its way, and what is found again
afterwards follows from the states, as it does at the start of an engine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from wf_es.envelope import Origin, Recorded
from wf_es.execution.commands import Command
from wf_es.execution.copying import news
from wf_es.execution.crossing import (
    CROSSING,
    confirmation,
    crossings,
    is_unfinished,
    open_children,
    outstanding_orders,
    outstanding_report,
    refusal,
)
from wf_es.execution.reducer import initial
from wf_es.execution.state import ExecutionState
from wf_es.simulation.world import Step, World


class Post:
    """Events that others have not heard of yet, by the execution that they come from."""

    def __init__(self) -> None:
        """Begin with nothing on its way; give :meth:`note` to a world as its observer."""
        self.waiting: dict[str, deque[Recorded]] = {}

    def note(self, step: Step) -> None:
        """Take what others must hear of from one step of the world."""
        for recorded in news(step.events):
            if type(recorded.data) in CROSSING:
                self.waiting.setdefault(recorded.stream, deque()).append(recorded)

    def deliver(self, world: World, source: str) -> list[Step]:
        """Deliver what the oldest waiting event of an execution means; return what was done."""
        events = self.waiting[source]
        recorded = events.popleft()
        if not events:
            del self.waiting[source]
        state = world.states[source]
        origin = _origin(world, state, recorded.actor, recorded.command)
        steps = _carry_out(world, crossings(recorded, state, origin))
        return [*steps, *_confirm(world, source, origin, recorded)]

    def deliver_again(self, world: World, recorded: Recorded) -> list[Step]:
        """Deliver what an event means that may have been delivered long ago; return what was done."""
        state = world.states[recorded.stream]
        return _carry_out(world, crossings(recorded, state, _origin(world, state)))

    def deliver_all(self, world: World, limit: int = 10_000) -> None:
        """Deliver until nothing is on its way, the executions in turn.

        Raises:
            RuntimeError: It does not come to an end.

        """
        for _ in range(limit):
            if not self.waiting:
                return
            self.deliver(world, next(iter(self.waiting)))
        raise RuntimeError(f"still crossing after {limit} deliveries, from {list(self.waiting)[:3]}")

    def recover(self, world: World) -> None:
        """Forget what is on its way and find it again, as an engine does at its start."""
        self.waiting.clear()
        chosen = [state.id for state in world.states.values() if is_unfinished(state)]
        for execution_id in chosen:
            children = open_children(world.states[execution_id])
            for source in (execution_id, *(child.id for child in children)):
                state = world.states.get(source) or initial(source)
                _carry_out(world, outstanding_report(state, _origin(world, state)))
        for execution_id in chosen:
            state = world.states[execution_id]
            origin = _origin(world, state)
            _carry_out(world, outstanding_orders(state, origin))
            _confirm(world, execution_id, origin)


def _carry_out(world: World, commands: Iterable[Command]) -> list[Step]:
    steps = []
    for command in commands:
        steps.append(world.carry_out(command))
        refused = steps[-1].refusal
        reply = None if refused is None else refusal(command, refused)
        if reply is not None:
            steps.append(world.carry_out(reply))
    return steps


def _confirm(world: World, execution_id: str, origin: Origin, recorded: Recorded | None = None) -> list[Step]:
    command = confirmation(world.states[execution_id], origin, recorded)
    return [] if command is None else [world.carry_out(command)]


def _origin(world: World, state: ExecutionState, actor: str = "post", command: str = "recovery") -> Origin:
    return Origin(actor=actor, project=state.project, command=command, now=world.now)
