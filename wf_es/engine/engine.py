"""The engine: one object through which everything that happens goes.

It is passive. A command is decided on in the caller's thread and committed by
the writer; nothing here waits, schedules or runs an action. It holds caches
but no truth, so any process can serve any execution, and a killed process
loses nothing that was acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from uuid import uuid4

import msgspec

from wf_es.definition.model import ActionSpec
from wf_es.engine.corridor import Corridor, Job
from wf_es.engine.definition_answers import DefinitionAnswers
from wf_es.engine.definitions import Definitions
from wf_es.engine.directory import Directory
from wf_es.engine.executions import Receipt, check_id, decided, evolve_all, job_for
from wf_es.engine.families import Families
from wf_es.engine.foreign import foreign_answers
from wf_es.engine.forks import ForkReceipt, ForkReport, Forks
from wf_es.engine.histories import Histories
from wf_es.engine.imports import Imports
from wf_es.engine.moments import Moment, Moments
from wf_es.engine.quarantine import Quarantine
from wf_es.engine.streams import Streams
from wf_es.engine.writer import Writer
from wf_es.envelope import Origin, Recorded
from wf_es.errors import StoreUnavailable, WfEsError
from wf_es.execution.blame import Chronicle
from wf_es.execution.commands import Command, ResumeFrom
from wf_es.execution.decision import Decision, not_found
from wf_es.execution.ids import seed_of
from wf_es.execution.moment import At
from wf_es.execution.reducer import initial
from wf_es.execution.requirements import Requirements
from wf_es.execution.state import ExecutionState
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.ports import Clock, Codec, EventStore, Listener

DEFAULT_PROJECT = "<default-project>"
"""Where everything belongs while nobody has to log in, as in Mistral."""

_EXECUTIONS = 1_000
"""Executions kept in memory."""


class Engine:
    """Decides on commands and keeps what follows from them."""

    def __init__(
        self,
        store: EventStore,
        codec: Codec,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Take the store (closed by :meth:`close`), its codec, the time, the known actions, the limits."""
        self.limits = limits
        self._store = store
        self._codec = codec
        self._clock = clock
        self._writer = Writer(store)
        self.quarantine = Quarantine(self._fork_at)
        self._streams = Streams(store, codec, initial, evolve_all, _EXECUTIONS, self.quarantine)
        self._moments = Moments(store, self._streams)
        self._corridor = Corridor(self._streams, self._writer)
        self._directory = Directory(store, codec)
        self._writer.listen(self._directory)
        self.definitions = Definitions(store, codec, self._writer, actions, limits, self.quarantine)
        self.imports = Imports(store, self._streams, self._corridor, self.definitions)
        self._foreign = foreign_answers(store, self.state, self.definitions)
        self._answers = DefinitionAnswers(self.definitions, self._foreign.answer)
        self.histories = Histories(self._streams, self.state)
        self._families = Families(
            self.standing, self._directory.execution_of, self.definitions, self._answers.answer
        )
        self._forks = Forks(
            store,
            self._streams,
            self._moments,
            self._corridor,
            self.state,
            (self._decided, self._families.check),
        )

    def submit(self, command: Command) -> Future[Receipt]:
        """Decide on a command in this thread; the future resolves when it is committed.

        A refusal is raised by the future. Its callbacks run in the thread that
        commits, so they must be quick and must not wait for the engine.
        """
        try:
            job = self._job(command)
        except WfEsError as refusal:
            refused: Future[Receipt] = Future()
            refused.set_exception(refusal)
            return refused
        return self._corridor.submit(job)

    def execute(self, command: Command, timeout: float | None = None) -> Receipt:
        """Decide on a command and wait, at most ``timeout`` seconds, until it is committed.

        Raises:
            RequestError: the command cannot be carried out.
            ConflictError: it collides with what is recorded.
            WorldError: it could not be committed, or not in time (then it still may be).
        """
        try:
            return self._corridor.execute(self._job(command), timeout)
        except FutureTimeout as error:
            message = (
                f"Not committed within {timeout} s; it may still be: look at the state before repeating it"
            )
            raise StoreUnavailable(message) from error

    def consider(self, command: Command, state: ExecutionState | None = None) -> ExecutionState:
        """Decide on a command without recording anything; return what would be the state after it.

        Args:
            command: what is asked.
            state: the state to decide on, such as an earlier answer of this;
                by default nothing has happened yet.

        Raises:
            RequestError: the command cannot be carried out.
            ConflictError: it collides with what has happened.
        """
        found = initial(command.execution_id) if state is None else state
        return self._decided(command, found).state

    def fork(self, source: str, request: ResumeFrom, at: At | None = None) -> Future[ForkReceipt]:
        """Let a copy of an execution as of a moment go on by itself; the original is not touched.

        Args:
            source: the execution to be forked.
            request: the id of the fork, and from which tasks it goes on; without
                tasks it goes on where it stands.
            at: an event number or a time of the original; by default now. An
                event number means that event with all that was decided with it.

        Raises:
            NotFound: there is no such execution, or it had no such task.
            InvalidRequest: ``at`` is no moment of it, or the id is not a UUID.
            CorruptHistory: its history is damaged, and ``at`` names no moment before that.
            RequirementsMissing: with the report that says what is missing.
            AlreadyExists: the id for the fork is taken (raised by the future).
        """
        check_id(request.execution_id)
        return self._forks.make(source, request, at)

    def consider_fork(self, source: str, request: ResumeFrom, at: At | None = None) -> ForkReport:
        """Say what a fork would need, run and repeat; changes nothing. Arguments as for :meth:`fork`.

        Raises:
            NotFound: there is no such execution, or it had no such task.
            InvalidRequest: ``at`` is no moment of it.
        """
        return self._forks.consider(source, request, at)

    def state(self, execution_id: str) -> ExecutionState:
        """Return an execution as it stands in the store.

        Raises:
            NotFound: there is none of this id, or it was deleted.
            CorruptHistory: its history cannot be read.
        """
        state = self.standing(execution_id)
        if state.version == 0 or state.deleted:
            raise not_found(execution_id)
        return state

    def standing(self, execution_id: str) -> ExecutionState:
        """Return an execution as it stands in the store, also one that was deleted or never began.

        Raises:
            NotFound: the id is that of something else.
            CorruptHistory: its history cannot be read.
        """
        with self._streams.using([execution_id]) as (stream,):
            self._streams.catch_up(stream)
            return stream.committed.state

    def moment(self, execution_id: str, at: At) -> Moment:
        """Return an execution as it was right after one of its events, or at a time.

        Args:
            execution_id: which one.
            at: an event number, or a time (RFC 3339): the last event before the
                first one that was recorded later.

        Raises:
            NotFound: there is none of this id, or it was deleted.
            InvalidRequest: the moment cannot be read, has not come yet, or is before the start.
            CorruptHistory: its history cannot be read.
        """
        return self._moments.at(self.state(execution_id), at)

    def state_by(self, execution_id: str, position: int | None) -> ExecutionState | None:
        """Return an execution as it was when the log had reached a position; without one, as it stands.

        So a sub-workflow is seen at the moment of the execution that it belongs
        to. None: it had not begun by then, or it has been deleted since.

        Raises:
            NotFound: the id is that of something else.
            CorruptHistory: its history cannot be read.
        """
        present = self.standing(execution_id)
        if present.deleted or not present.version:
            return None
        return present if position is None else self._moments.by_position(present, position)

    def position_of(self, state: ExecutionState, number: int) -> int:
        """Return where in the log an event is that an execution has had.

        Raises:
            CorruptHistory: its history cannot be read.
        """
        return self._moments.position(state, number)

    def requirements(self, command: ResumeFrom, at: At | None = None) -> Requirements:
        """Say what a resume would need, run and repeat; changes nothing.

        Args:
            command: the resume.
            at: the moment of the execution that is asked about; by default now.

        Raises:
            NotFound: there is no such execution, or no such task in it or below it.
            InvalidRequest: a path leads nowhere or to several executions, or
                ``at`` is no moment of the execution.
        """
        if at is None:
            return self._families.requirements(command, self.state(command.execution_id))
        moment = self.moment(command.execution_id, at)

        def standing(execution_id: str) -> ExecutionState:
            return self.state_by(execution_id, moment.position) or initial(execution_id)

        return self._families.requirements(command, moment.state, standing)

    def history(self, execution_id: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Return an execution's events with a number above ``after``, oldest first; only ``limit`` are read.

        Raises:
            NotFound: there is none of this id, or it was deleted.
            CorruptHistory: its history cannot be read.
        """
        self.state(execution_id)
        return self._streams.replay(execution_id, max(after, 0), limit)

    def chronicle(self, execution_id: str, at: At | None = None) -> Chronicle:
        """Return an execution's events, ready to be asked who wrote what, up to a moment or up to now.

        Raises:
            NotFound: there is none of this id, or it was deleted.
            InvalidRequest: ``at`` is no moment of it.
            CorruptHistory: its history cannot be read.
        """
        state = self.state(execution_id) if at is None else self.moment(execution_id, at).state
        return Chronicle(execution_id, self._streams.replay(execution_id, limit=state.version))

    def execution_of(self, identifier: str) -> str:
        """Return the id of the execution that a task or action belongs to.

        Raises:
            NotFound: the log up to its head knows no such task or action.
        """
        return self._directory.execution_of(identifier)

    def origin(
        self, actor: str, project: str = DEFAULT_PROJECT, key: str | None = None, reason: str | None = None
    ) -> Origin:
        """Return the origin of a new request: a new command id, and the time now."""
        return Origin(
            actor=actor, project=project, command=str(uuid4()), now=self._clock.now(), key=key, reason=reason
        )

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` of each commit of this process, in order of position.

        It gets the position of the last event of a commit and all its events
        (of executions and definitions); their positions follow each other
        without a gap.
        """
        self._writer.listen(listener)

    def unfinished(self) -> Iterable[str]:
        """Return the executions with business that must be found again at start."""
        return self._store.unfinished()

    def hold(self, name: str) -> bool:
        """Hold a name as long as this process lives; False if another process has it."""
        return self._store.hold(name)

    def is_held(self, name: str) -> bool:
        """Return whether a living process that uses the same store holds a name."""
        return self._store.is_held(name)

    def log(self) -> tuple[EventStore, Codec]:
        """Return the store and what reads it, for those who examine what is stored; not to be written to."""
        return self._store, self._codec

    def head(self) -> int:
        """Return the position of the last event in the log."""
        return self._store.head()

    def close(self) -> None:
        """Commit what was submitted, refuse what comes after, and close the store."""
        self._writer.close()
        self._corridor.close()
        self.definitions.close()
        self._store.close()

    def _decided(self, command: Command, state: ExecutionState) -> Decision:
        return decided(_seeded(command), state, self.definitions, self._answers.answer)

    def _fork_at(self, stream: str) -> int:
        """Return the last event that a damaged execution can be forked at; 0 for anything else."""
        try:
            return self._forks.last_sound(stream)
        except WfEsError:
            return 0

    def _job(self, command: Command) -> Job[ExecutionState, Receipt]:
        if isinstance(command, ResumeFrom):
            together = self._families.job(command)
            if together is not None:
                return together
        return job_for(_seeded(command), self.definitions, self._answers.answer)


def _seeded(command: Command) -> Command:
    """Give a command without a seed one that can be worked out again."""
    if command.seed:
        return command
    return msgspec.structs.replace(command, seed=seed_of(command.origin, command.execution_id))
