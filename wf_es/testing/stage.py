"""The world in which a case is played: sub-workflows may be given instead of run.

A sub-workflow for which a result is given does not begin. Its parent hears of
its end as it would from the real one, and if the parent wants it to end
before, it does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from wf_es.execution.commands import Command, FollowOrder, ReportSubWorkflow, StartWorkflow
from wf_es.execution.failure import text_of
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR
from wf_es.execution.reducer import initial
from wf_es.simulation import Library, Step, World
from wf_es.testing.giving import End


class Stage(World):
    """A simulated world that asks who is to stand in for a sub-workflow."""

    def __init__(
        self,
        library: Library,
        stands_in: Callable[[StartWorkflow], bool],
        observe: Callable[[Step], None],
        *,
        seed: int,
        beginning: datetime | None,
    ) -> None:
        """Begin with no execution; ``stands_in`` says whether a sub-workflow is not to begin."""
        super().__init__(library, seed=seed, beginning=beginning, observe=observe)
        self._stands_in = stands_in
        self._parents: dict[str, str] = {}

    def carry_out(self, command: Command) -> Step:
        """Carry a command out, unless it is for a sub-workflow that is given."""
        if isinstance(command, StartWorkflow) and command.parent is not None:
            is_known = command.execution_id in self._parents or command.execution_id in self.states
            if not is_known and self._stands_in(command):
                self._parents[command.execution_id] = command.parent.execution_id
        if command.execution_id not in self._parents:
            return super().carry_out(command)
        if isinstance(command, FollowOrder) and command.demand == CANCELLED:
            self.end(command.execution_id, End(state=CANCELLED))
        nobody = initial(command.execution_id)
        return Step(command=command, before=nobody, events=(), after=nobody)

    def end(self, execution_id: str, end: End) -> None:
        """Let the parent of a given sub-workflow hear that it has ended; once."""
        parent_id = self._parents[execution_id]
        child = self.states[parent_id].children[execution_id]
        if child.state not in COMPLETED:
            self.give(
                ReportSubWorkflow,
                parent_id,
                sub_execution_id=child.id,
                event=child.event + 1,
                order=child.ordered,
                is_own=True,
                state=end.state,
                state_info=text_of(end.output) if end.state == ERROR else None,
                output=end.output,
            )
