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
from typing import NamedTuple

import msgspec

from wf_es.definition import ActionSpec, AdHocAction, Workflow
from wf_es.envelope import Event, Recorded
from wf_es.errors import NotFound, WfEsError
from wf_es.execution.bounds import refuse_too_large
from wf_es.execution.commands import Command
from wf_es.execution.events import Pin
from wf_es.execution.foreign import Answer, Needs, Query
from wf_es.execution.ids import nth_id
from wf_es.execution.reducer import evolve
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.limits import DEFAULT_LIMITS, Limits


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution runs: a pinned workflow and the actions there are, and within which limits."""

    pin: Pin
    workflow: Workflow
    actions: Mapping[str, ActionSpec]
    limits: Limits = DEFAULT_LIMITS


class StoredAction(msgspec.Struct, frozen=True, kw_only=True):
    """What a task runs that calls an ad-hoc action: one version of it."""

    pin: Pin
    action: AdHocAction


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The events that follow from a command, and the state after them.

    With ``refusal`` the events are recorded (they tell of the attempt) and
    then the error is raised to the caller.
    """

    events: tuple[Recorded, ...]
    state: ExecutionState
    refusal: WfEsError | None = None


class WorkDone(NamedTuple):
    """The work of a task is done in ``outcome``, by event number ``cause``."""

    task_id: str
    outcome: str
    info: str | None
    cause: int | None


class Recording:
    """Events in the making: ``state`` includes all of them that were emitted so far."""

    def __init__(
        self, command: Command, state: ExecutionState, limits: Limits, answers: Mapping[Query, Answer]
    ) -> None:
        """Begin with the state that the command found, and what others have answered."""
        self._answers = answers
        self._limits = limits
        self.command = command
        self.state = state
        self.refusal: WfEsError | None = None
        self._events: list[Recorded] = []

    @cached_property
    def random(self) -> Random:
        """Return the source of random numbers, the same ones each time it is decided."""
        return Random(self.command.seed)  # noqa: S311  (reproducible on purpose, not for secrets)

    def emit(self, data: Event, cause: int | None = None) -> int:
        """Add an event that event number ``cause`` brought about; return its number.

        Raises:
            InvalidRequest: What a request has brought along is too large.

        """
        recorded = self._record(data, cause)
        self.state = evolve(self.state, recorded)
        refuse_too_large(self.state, data, self._limits)
        self._events.append(recorded)
        return recorded.version

    @property
    def emitted(self) -> int:
        """How many events there are so far."""
        return len(self._events)

    def next_id(self, ahead: int = 0) -> str:
        """Return the id of the task, action or timer that comes next, after ``ahead`` others."""
        return nth_id(self.state.id, self.state.counter + 1 + ahead)

    def ask(self, question: Query) -> Answer:
        """Return the answer to a question about what lies outside of this execution.

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
            cause=origin.cause if cause is None else str(cause),
            key=None if self._events or self.refusal is not None else origin.key,
            reason=None if self._events else origin.reason,
            data=data,
        )


class Draft(Recording):
    """A decision about a workflow in the making.

    ``finished`` is work that turned out to be done; what follows it is taken
    up when the command itself has been carried out. ``doubtful`` are waiting
    joins that may have become impossible; ``failures`` counts, by name, the
    joins that were scheduled and failed in this decision. ``begun`` are the
    tasks whose work began in it.
    """

    def __init__(
        self,
        command: Command,
        state: ExecutionState,
        definition: Definition,
        answers: Mapping[Query, Answer],
    ) -> None:
        """Begin with the state that the command found, and what others have answered."""
        super().__init__(command, state, definition.limits, answers)
        self.definition = definition
        self.finished: deque[WorkDone] = deque()
        self.doubtful: deque[str] = deque()
        self.failures: Counter[str] = Counter()
        self.begun: set[str] = set()
        self._counter = state.counter

    def preview(self, data: Event) -> ExecutionState:
        """Return the state that an event would lead to, without emitting it."""
        return evolve(self.state, self._record(data, None))

    def is_new(self, task: TaskExecution) -> bool:
        """Return whether a task was scheduled in this very decision."""
        return task.number > self._counter


def not_found(execution_id: str) -> NotFound:
    """Return the refusal for an unknown execution, in Mistral's words."""
    message = f"WorkflowExecution not found [id={execution_id}]"
    return NotFound(message, kind="WorkflowExecution", id=execution_id)
