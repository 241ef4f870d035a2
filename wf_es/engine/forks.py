"""Forks: an execution and its sub-workflows, copied as of a moment in one append.

What is copied is read from the log, and the past does not change, so a fork is
worked out before anything is locked. All streams of it are appended together:
a process that ends in the middle leaves no half of a fork.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

import msgspec

from wf_es.engine.corridor import Change, Corridor, Job, Outcome
from wf_es.engine.moments import Moments
from wf_es.engine.salvage import remains_of
from wf_es.engine.streams import Streams
from wf_es.envelope import Recorded
from wf_es.errors import AlreadyExists, CorruptHistory, NotAllowed, RequirementsMissing
from wf_es.execution.commands import ForkExecution, ResumeFrom
from wf_es.execution.crossing import is_unfinished
from wf_es.execution.decision import Decision, not_found
from wf_es.execution.families import Decide
from wf_es.execution.fork_family import Fork, Original, end_of_decision, fork
from wf_es.execution.moment import At
from wf_es.execution.requirements import Requirements
from wf_es.execution.state import ExecutionState
from wf_es.execution.under_way import Check
from wf_es.ports import EventStore, Sealed

_IMPORTED = "ExecutionImported@"
_MASKED = b'"masked":true'
"""What the text of an import says if secrets were left out."""


class ForkReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a fork: its place in the log, the fork as it stands, what it began and began anew.

    ``report`` is None if the fork had been made before.
    """

    position: int
    state: ExecutionState
    report: Requirements | None


class ForkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a fork would need, run and repeat; ``event`` is the last one that it would copy."""

    event: int
    report: Requirements


class Forks:
    """Makes forks from what is in the log."""

    def __init__(
        self,
        store: EventStore,
        streams: Streams[ExecutionState],
        moments: Moments,
        corridor: Corridor[ExecutionState],
        state: Callable[[str], ExecutionState],
        rules: tuple[Decide, Check],
    ) -> None:
        """Take the log, what folds it, what appends to it, how executions stand, and what decides."""
        self._store = store
        self._state = state
        self._streams = streams
        self._moments = moments
        self._corridor = corridor
        self._decide, self._check = rules

    def consider(self, source: str, request: ResumeFrom, at: At | None) -> ForkReport:
        """Say what a fork would need, run and repeat; changes nothing.

        Args:
            source: The execution to be forked.
            request: From which tasks the fork is to go on, and its id.
            at: The moment of the original; None means now.

        Raises:
            NotFound: there is no such execution, or a chosen task did not exist at that moment.
            InvalidRequest: ``at`` is no moment of it.
            CorruptHistory: its history is damaged, and no moment before that is named.
            NotAllowed: it was imported without its secrets.
            IllegalState: it was imported and frozen at that moment.
        """
        command, made = self._made(source, request, at)
        return ForkReport(event=command.source_event, report=made.report)

    def make(self, source: str, request: ResumeFrom, at: At | None) -> Future[ForkReceipt]:
        """Fork an execution; the future resolves when that is committed. For arguments see ``consider``.

        A fork that has been made before, of the same execution with the same
        id, is answered as it stands.

        Raises:
            RequirementsMissing: with the report that says what is missing.
            AlreadyExists: the id for the fork is taken.
            NotFound, InvalidRequest, CorruptHistory, NotAllowed, IllegalState: as for ``consider``.
        """
        command, made = self._made(source, request, at)
        if not made.decisions:
            raise RequirementsMissing(made.report.sentence(), report=made.report)
        return self._corridor.submit(_job(command, made))

    def last_sound(self, execution_id: str) -> int:
        """Return the last event that a damaged execution can be forked at; 0 if there is none."""
        return remains_of(self._streams, execution_id).last

    def _made(self, source: str, request: ResumeFrom, at: At | None) -> tuple[ForkExecution, Fork]:
        original, position = self._original_at(source, request, at)
        command = ForkExecution(
            **msgspec.structs.asdict(request),
            source_execution_id=source,
            source_event=len(original.events),
            source_digest=original.digest,
        )
        find = partial(self._as_of, position)
        return command, fork(command, original, find, self._check, self._decide)

    def _original_at(self, source: str, request: ResumeFrom, at: At | None) -> tuple[Original, int]:
        """Return an execution's events up to a moment, and how far the log was then.

        Of a damaged one a moment before the damage will do.
        """
        try:
            present = _seen_by(self._state(source), request)
            sealed = self._store.load(source)
            _refuse_masked(sealed)
            _, events = self._streams.follow(self._streams.genesis(source), sealed)
        except CorruptHistory as error:
            if at is None or error.details.get("stream") != source:
                raise
            left = remains_of(self._streams, source)
            _seen_by(left.state, request)
            _refuse_masked(self._store.load(source))
            original = _original(source, left.events, left.sealed, left.number(at))
            return original, original.positions[-1]
        if at is None:
            position = self._store.head()
            number = bisect_right(sealed, position, key=lambda event: event.position)
        else:
            number = end_of_decision(events, self._moments.at(present, at).number)
            position = sealed[number - 1].position
        return _original(source, events, sealed, number), position

    def _as_of(self, position: int, execution_id: str) -> Original | None:
        """Return the events of an execution up to a place in the log; None if there are none."""
        sealed = self._store.load(execution_id)
        _refuse_masked(sealed)
        sealed = sealed[: bisect_right(sealed, position, key=lambda event: event.position)]
        if not sealed:
            return None
        _, events = self._streams.follow(self._streams.genesis(execution_id), sealed)
        return _original(execution_id, events, sealed, len(sealed))


def _seen_by(source: ExecutionState, request: ResumeFrom) -> ExecutionState:
    """Return an execution that a request may fork; what others own does not exist for it."""
    if source.definition is None or source.deleted or source.project != request.origin.project:
        raise not_found(source.id)
    return source


def _refuse_masked(stored: Sequence[Sealed]) -> None:
    """Refuse to copy what was imported without its secrets, whatever else has happened to it."""
    for event in stored:
        if event.topic.startswith(_IMPORTED) and _MASKED in event.body:
            raise NotAllowed(
                f"Execution {event.stream} was exported without its secrets, and a fork of it would run with"
                " '***' in their place. Export it again with --include-secrets, and import that",
                id=event.stream,
            )


def _original(
    execution_id: str, events: Sequence[Recorded], sealed: Sequence[Sealed], number: int
) -> Original:
    """Return the first events of an execution."""
    return Original(
        execution_id=execution_id,
        events=events[:number],
        positions=[event.position for event in sealed[:number]],
        digest=sealed[number - 1].digest,
    )


def _job(command: ForkExecution, made: Fork) -> Job[ExecutionState, ForkReceipt]:
    """Return the job that appends what a fork consists of, unless that was done before."""

    def decide(states: dict[str, ExecutionState]) -> Outcome[ExecutionState]:
        standing = states[command.execution_id]
        if standing.version:
            _check_same(command, standing)
            return Outcome()
        changes = tuple(_change(decision) for decision in made.decisions)
        return Outcome(changes=changes, order=made.order)

    def receipt(
        position: int, outcome: Outcome[ExecutionState], states: dict[str, ExecutionState]
    ) -> ForkReceipt:
        report = made.report if outcome.changes else None
        return ForkReceipt(position=position, state=states[command.execution_id], report=report)

    return Job([decision.state.id for decision in made.decisions], decide, receipt)


def _change(decision: Decision) -> Change[ExecutionState]:
    events: tuple[Recorded, ...] = decision.events
    return Change(
        stream=decision.state.id,
        events=events,
        state=decision.state,
        unfinished=is_unfinished(decision.state),
    )


def _check_same(command: ForkExecution, standing: ExecutionState) -> None:
    """Refuse an id that stands for something else than this very fork."""
    lineage = standing.forked_from
    is_same = lineage is not None and lineage.execution_id == command.source_execution_id
    if standing.deleted or standing.project != command.origin.project or not is_same:
        raise AlreadyExists(f"The execution id {standing.id} is taken; choose another", id=standing.id)
