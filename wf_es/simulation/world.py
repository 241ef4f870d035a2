"""A simulated world: several executions, one clock, and nothing that moves by itself.

Whoever holds the world gives commands and moves the clock; everything that
follows is decided by the core, as in an engine. The log is the truth here,
too: :meth:`World.forget` throws all states away and folds them again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from wf_es.envelope import JSON, Origin, Recorded
from wf_es.errors import (
    ConflictError,
    DefinitionError,
    NotFound,
    RequestError,
    RequirementsMissing,
    WfEsError,
)
from wf_es.execution.answering import Answers, Archive
from wf_es.execution.commands import (
    Command,
    ContinueItems,
    FireTimer,
    ForkExecution,
    ResumeFrom,
    StartWorkflow,
)
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.families import Family, members_of
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.fork_family import Original, end_of_decision, fork
from wf_es.execution.reducer import fold, initial
from wf_es.execution.requirements import Requirements, requirements
from wf_es.execution.state import ActionExecution, ExecutionState, Timer
from wf_es.simulation.library import Library

GivenCommand = TypeVar("GivenCommand", bound=Command)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one command did to its execution.

    ``refusal`` is why it was not carried out; a refused command may still have
    left events that tell of the attempt.
    """

    command: Command
    before: ExecutionState
    events: tuple[Recorded, ...]
    after: ExecutionState
    refusal: WfEsError | None = None


class World:
    """Executions by id in ``states``, their events in ``logs``, and the time ``now``."""

    def __init__(
        self,
        library: Library,
        *,
        seed: int = 0,
        beginning: datetime | None = None,
        project: str = "p",
        observe: Callable[[Step], None] | None = None,
    ) -> None:
        """Begin with no execution.

        Args:
            library: What can be run.
            seed: Ids and random numbers follow from it.
            beginning: What the clock shows at first; by default the start of 2026.
            project: Where everything belongs.
            observe: Is told of each step.

        """
        self.library = library
        self.now = beginning or datetime(2026, 1, 1, tzinfo=UTC)
        self.states: dict[str, ExecutionState] = {}
        self.logs: dict[str, list[Recorded]] = {}
        self._positions: dict[str, list[int]] = {}
        self._recorded = 0
        self._project = project
        self._observe = observe
        self._random = Random(seed)  # noqa: S311  (reproducible on purpose, not for secrets)
        self._commands = 0
        self._deferring: dict[str, None] = {}
        self._answers = Answers(Archive(ids=lambda: self.states, state=self.state, source=self._source))

    # -- looking ----------------------------------------------------------------

    def state(self, execution_id: str) -> ExecutionState:
        """Return an execution as it stands.

        Raises:
            NotFound: There is none of this id, or it was deleted.

        """
        state = self.states.get(execution_id)
        if state is None or state.deleted:
            message = f"WorkflowExecution not found [id={execution_id}]"
            raise NotFound(message, kind="WorkflowExecution", id=execution_id)
        return state

    def unfinished(self) -> Iterator[tuple[ExecutionState, ActionExecution]]:
        """Yield the actions without a result, with their executions, the oldest first."""
        for state in self.states.values():
            numbers = state.unfinished
            for action_id in sorted(numbers, key=numbers.__getitem__):
                yield state, state.actions[action_id]

    def timers(self) -> list[tuple[ExecutionState, Timer]]:
        """Return the timers that tasks wait for, with their executions, the next one first."""
        found = [(state, timer) for state in self.states.values() for timer in state.timers.values()]
        return sorted(found, key=lambda entry: (entry[1].due, entry[1].id))

    # -- what happens -----------------------------------------------------------

    def start(self, workflow: str, **fields: Any) -> Step:
        """Start a workflow in a new execution, ``step.after.id``.

        Args:
            workflow: Its name.
            fields: More fields of the command, such as ``input`` and ``params``.

        """
        return self.give(StartWorkflow, self._random_id(), workflow_name=workflow, **fields)

    def give(self, kind: type[Command], execution_id: str, key: str | None = None, **fields: Any) -> Step:
        """Give an execution a command at the time ``now``."""
        return self.carry_out(self._command(kind, execution_id, key, **fields))

    def _command(
        self, kind: type[GivenCommand], execution_id: str, key: str | None = None, **fields: Any
    ) -> GivenCommand:
        self._commands += 1
        name = f"c{self._commands}"
        origin = Origin(actor="simulation", project=self._project, command=name, now=self.now, key=key)
        return kind(execution_id=execution_id, origin=origin, **fields)

    def _random_id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def fire(self, state: ExecutionState, timer: Timer) -> Step:
        """Let the time of a timer come: the clock shows that, or what it shows if it is late."""
        self.now = max(self.now, timer.due)
        return self.give(FireTimer, state.id, timer_id=timer.id)

    @property
    def deferring(self) -> list[str]:
        """The executions with items that a decision has deferred."""
        return list(self._deferring)

    def continue_items(self) -> list[Step]:
        """Let items begin that a decision has deferred; return what was done."""
        steps = []
        for execution_id in self.deferring:
            deferred = self.states[execution_id].deferred
            for task_id in sorted(deferred, key=deferred.__getitem__):
                steps.append(self.give(ContinueItems, execution_id, task_id=task_id))
        return [step for step in steps if step.events]

    def carry_out(self, command: Command) -> Step:
        """Decide on a command, keep what follows, and say what it was.

        One without a seed gets one from the world's.
        """
        if not command.seed:
            command = msgspec.structs.replace(command, seed=self._random.getrandbits(53))
        before = self.states.get(command.execution_id) or initial(command.execution_id)
        try:
            decision = self.decide(command, before)
        except (RequestError, ConflictError, DefinitionError) as refusal:
            decision = Decision(events=(), state=before, refusal=refusal)
        return self._done(command, before, decision)

    def fork(self, execution_id: str, at: int | None = None, **fields: Any) -> list[Step]:
        """Fork an execution as it was after an event, by default as it is, with all its sub-workflows.

        Returns what the fork did first, then what its sub-workflows did.

        Raises:
            RequirementsMissing: It cannot be made; the report says why.
            NotFound: There is no such execution.

        """
        self.state(execution_id)
        log = self.logs[execution_id]
        number = end_of_decision(log, len(log) if at is None else at)
        positions = self._positions[execution_id][:number]
        original = Original(execution_id=execution_id, events=log[:number], positions=positions)
        position = self._recorded if at is None else positions[-1]
        command = self._command(
            ForkExecution,
            self._random_id(),
            source_execution_id=execution_id,
            source_event=number,
            source_digest="",
            **fields,
        )
        made = fork(command, original, partial(self._as_of, position), self._check, self.decide)
        if not made.decisions:
            raise RequirementsMissing(made.report.sentence(), report=made.report)
        self._place(made.order)
        return [
            self._done(command, initial(decision.state.id), decision, is_placed=True)
            for decision in made.decisions
        ]

    def _as_of(self, position: int, execution_id: str) -> Original | None:
        positions = self._positions.get(execution_id, [])
        positions = positions[: bisect_right(positions, position)]
        events = self.logs.get(execution_id, [])[: len(positions)]
        return Original(execution_id=execution_id, events=events, positions=positions) if events else None

    def _place(self, streams: Iterable[str]) -> None:
        """Give the next positions of the log to events of these streams."""
        for stream in streams:
            self._recorded += 1
            self._positions.setdefault(stream, []).append(self._recorded)

    def _done(
        self, command: Command, before: ExecutionState, decision: Decision, *, is_placed: bool = False
    ) -> Step:
        """Keep what follows from a command, and say what it was."""
        if decision.events:
            self._keep(decision.state)
            self.logs.setdefault(before.id, []).extend(decision.events)
            self._place([] if is_placed else [before.id] * len(decision.events))
        step = Step(
            command=command,
            before=before,
            events=decision.events,
            after=decision.state,
            refusal=decision.refusal,
        )
        if self._observe is not None:
            self._observe(step)
        return step

    def resume(self, execution_id: str, **fields: Any) -> list[Step]:
        """Resume an execution from tasks, also of its sub-workflows; return what was done to each.

        Args:
            execution_id: The execution from which the tasks are named.
            fields: More fields of the command, such as ``tasks`` and ``env``.

        Raises:
            RequestError: It cannot be carried out; nothing happens.
            ConflictError: It collides with what is recorded; nothing happens.

        """
        command = self._command(ResumeFrom, execution_id, **fields)
        if not command.tasks and not command.failed:
            step = self.carry_out(command)
            if step.refusal is not None:
                raise step.refusal
            return [step]
        family = self._family(command)
        family.resume(command)
        before = dict(self.states)
        return [self._done(command, before[made.state.id], made) for made in family.decisions()]

    def requirements(self, execution_id: str, **fields: Any) -> Requirements:
        """Say what a resume would need; the arguments are those of :meth:`resume`."""
        command = self._command(ResumeFrom, execution_id, **fields)
        family = self._family(command)
        if not (command.tasks or command.failed):
            return family.requirements_alone(command)
        return family.requirements(command)

    def _family(self, command: ResumeFrom) -> Family:
        members = members_of(command, self.state(command.execution_id), self._standing, self._owner)
        states = {member: self._standing(member) for member in members}
        return Family(states, self.decide, self._check, self._standing)

    def _check(self, command: ResumeFrom, state: ExecutionState, followed: frozenset[str]) -> Requirements:
        return requirements(state, self._definition(command, state), command, self._answer, followed)

    def _standing(self, execution_id: str) -> ExecutionState:
        return self.states.get(execution_id) or initial(execution_id)

    def _owner(self, task_id: str) -> str | None:
        return next((state.id for state in self.states.values() if task_id in state.tasks), None)

    def decide(self, command: Command, state: ExecutionState) -> Decision:
        """Decide on a command without keeping anything; questions are answered from here.

        Raises:
            RequestError: It cannot be carried out.
            ConflictError: It collides with what is recorded.
            DefinitionError: What it has to evaluate fails.

        """
        definition = self._definition(command, state)
        answers: dict[Query, Answer] = {}
        while isinstance(decision := decide(command, state, definition, answers), Query):
            answers[decision] = self._answer(decision)
        return decision

    def _answer(self, query: Query) -> Answer:
        if self.library.answers(query):
            return self.library.answer(query)
        return self._answers.answer(query, self._project)

    def forget(self) -> None:
        """Throw all states away, as a crash does, and fold them from the logs."""
        self.states, self._deferring = {}, {}
        for execution_id, log in self.logs.items():
            self._keep(fold(execution_id, log))

    def _keep(self, state: ExecutionState) -> None:
        self.states[state.id] = state
        if state.deferred:
            self._deferring[state.id] = None
        else:
            self._deferring.pop(state.id, None)

    def _definition(self, command: Command, state: ExecutionState) -> Definition:
        if isinstance(command, StartWorkflow) and state.version == 0:
            if command.parent is not None:
                return self.library.called(command.workflow_name, command.parent.workflow_name)
            return self.library.definition(command.workflow_name)
        return self.library.definition(state.workflow_name)

    def _source(self, state: ExecutionState, task_name: str) -> JSON:
        return self.library.definition(state.workflow_name).workflow.spec.task_specification(task_name)
