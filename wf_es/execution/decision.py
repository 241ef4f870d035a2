"""Making a decision: a draft collects events and shows the state they lead to.

Most commands mean several events, and later ones depend on what earlier ones
changed. A :class:`Draft` therefore applies each event at once, so every step of
a decision reads a state that is up to date. It is thrown away when the
decision refuses, and nothing has happened.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from functools import cached_property
from random import Random

import msgspec

from wf_es.definition import ActionSpec, Workflow
from wf_es.envelope import JSON, Event, Recorded
from wf_es.errors import WfEsError
from wf_es.execution.commands import Command
from wf_es.execution.events import Pin
from wf_es.execution.foreign import Needs, Query
from wf_es.execution.ids import nth_id
from wf_es.execution.reducer import evolve
from wf_es.execution.state import ExecutionState, TaskExecution


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution runs: a pinned workflow and the actions there are."""

    pin: Pin
    workflow: Workflow
    actions: Mapping[str, ActionSpec]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The events that follow from a command, and the state after them.

    With ``refusal`` the events are recorded (they tell of the attempt) and
    then the error is raised to the caller.
    """

    events: tuple[Recorded, ...]
    state: ExecutionState
    refusal: WfEsError | None = None


class Draft:
    """A decision in the making: ``state`` includes all events emitted so far.

    ``doubtful`` are waiting joins that may have become impossible; ``failures``
    counts, by name, the joins that were scheduled and failed in this decision.
    """

    def __init__(
        self,
        command: Command,
        state: ExecutionState,
        definition: Definition,
        answers: Mapping[Query, JSON],
    ) -> None:
        """Begin with the state that the command found, and what others have answered."""
        self._answers = answers
        self.command = command
        self.state = state
        self.definition = definition
        self.refusal: WfEsError | None = None
        self.doubtful: deque[str] = deque()
        self.failures: Counter[str] = Counter()
        self._counter = state.counter
        self._events: list[Recorded] = []

    @cached_property
    def random(self) -> Random:
        """Return the source of random numbers, the same ones each time it is decided."""
        return Random(self.command.seed)  # noqa: S311  (reproducible on purpose, not for secrets)

    def emit(self, data: Event, cause: int | None = None) -> int:
        """Add an event that event number ``cause`` brought about; return its number."""
        recorded = self._record(data, cause)
        self.state = evolve(self.state, recorded)
        self._events.append(recorded)
        return recorded.version

    def preview(self, data: Event) -> ExecutionState:
        """Return the state that an event would lead to, without emitting it."""
        return evolve(self.state, self._record(data, None))

    def is_new(self, task: TaskExecution) -> bool:
        """Return whether a task was scheduled in this very decision."""
        return task.number > self._counter

    def next_id(self) -> str:
        """Return the id of the task or action that is scheduled next."""
        return nth_id(self.state.id, self.state.counter + 1)

    def ask(self, question: Query) -> JSON:
        """Return the answer to a question about other executions.

        Raises:
            Needs: Nobody has answered it yet; the decision is to be made again.

        """
        if question not in self._answers:
            raise Needs(question)
        return self._answers[question]

    def decision(self) -> Decision:
        """Return what was decided."""
        return Decision(events=tuple(self._events), state=self.state, refusal=self.refusal)

    def _record(self, data: Event, cause: int | None) -> Recorded:
        origin = self.command.origin
        return Recorded(
            stream=self.state.id,
            version=self.state.version + 1,
            time=origin.now,
            actor=origin.actor,
            project=origin.project,
            command=origin.command,
            cause=None if cause is None else str(cause),
            key=None if self._events or self.refusal is not None else origin.key,
            reason=None if self._events else origin.reason,
            data=data,
        )
