"""Take executions in that come from another store, and let them run when somebody says so.

An import is one transaction over all executions of a family: they are there
with all their events, frozen, or not at all. Definitions that they have pinned
and that this store does not have as they were are kept beside its own, where only
those who have pinned them look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import msgspec

from wf_es.definition.versions import Content, Subject
from wf_es.engine.corridor import Change, Corridor, Job, Outcome
from wf_es.engine.definitions import Definitions
from wf_es.engine.executions import decided, evolve
from wf_es.engine.streams import Streams
from wf_es.envelope import Origin, Recorded
from wf_es.errors import AlreadyExists, InvalidRequest
from wf_es.execution.commands import ActivateExecution
from wf_es.execution.crossing import is_unfinished
from wf_es.execution.decision import not_found
from wf_es.execution.events import ExecutionImported, Pin
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.reducer import initial
from wf_es.execution.state import ExecutionState
from wf_es.ports import EventStore

States = dict[str, ExecutionState]


class ForeignHistory(msgspec.Struct, frozen=True, kw_only=True):
    """An execution of another store: its events, their positions, and the digest of the last one there."""

    stream: str
    events: tuple[Recorded, ...]
    positions: tuple[int, ...]
    digest: str
    masked: bool = False


class ForeignDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a definition of another store that something there has pinned."""

    pin: Pin
    kind: str
    name: str
    namespace: str
    content: Content


class ImportReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log stands after an import, and whether anything was new."""

    position: int
    is_new: bool


class Imports:
    """The way into a store for executions that began elsewhere."""

    def __init__(
        self,
        store: EventStore,
        streams: Streams[ExecutionState],
        corridor: Corridor[ExecutionState],
        definitions: Definitions,
    ) -> None:
        """Take where executions are kept and decided on."""
        self._store = store
        self._streams = streams
        self._corridor = corridor
        self._definitions = definitions

    def take_in(
        self,
        histories: Sequence[ForeignHistory],
        definitions: Sequence[ForeignDefinition],
        origin: Origin,
        exported_at: str,
    ) -> ImportReceipt:
        """Import a family of executions, frozen, or nothing of it.

        Importing the same again changes nothing.

        Raises:
            AlreadyExists: one of the ids is taken by something else.
            InvalidRequest: the events are of another project, or cannot be replayed.
        """
        states = {history.stream: _folded(history, origin) for history in histories}
        same = {history.stream: self._is_here(history) for history in histories}
        if not all(same.values()):
            self._keep(definitions, origin)

        def decide(found: States) -> Outcome[ExecutionState]:
            taken = [stream for stream, state in found.items() if state.version]
            if taken and all(same[stream] for stream in found):
                return Outcome()
            if taken:
                text = f"The execution id {taken[0]} is taken by an execution with another history"
                raise AlreadyExists(f"{text}; import the file into another store", id=taken[0])
            changes = (_import(history, states, origin, exported_at) for history in histories)
            return Outcome(changes=tuple(changes), order=_order(histories))

        def receipt(position: int, outcome: Outcome[ExecutionState], _: States) -> ImportReceipt:
            return ImportReceipt(position=position, is_new=bool(outcome.changes))

        return self._corridor.execute(Job(list(states), decide, receipt))

    def activate(self, execution_id: str, origin: Origin) -> int:
        """Let an imported execution run, with all its sub-workflows; return the position of the log.

        Raises:
            NotFound: there is no such execution.
            NotAllowed: secrets were left out when it was exported.
        """
        family = self._frozen_family(execution_id, origin)

        def answer(_query: Query, _project: str) -> Answer:
            raise InvalidRequest("Nothing is asked when an execution is activated")

        def decide(found: States) -> Outcome[ExecutionState]:
            changes = []
            for stream in family:
                command = ActivateExecution(execution_id=stream, origin=origin)
                decision = decided(command, found[stream], self._definitions, answer)
                if decision.events:
                    changes.append(
                        Change(
                            stream=stream,
                            events=decision.events,
                            state=decision.state,
                            unfinished=is_unfinished(decision.state),
                        )
                    )
            return Outcome(changes=tuple(changes))

        def receipt(position: int, _outcome: Outcome[ExecutionState], _: States) -> int:
            return position

        return self._corridor.execute(Job(family, decide, receipt))

    def _frozen_family(self, execution_id: str, origin: Origin) -> list[str]:
        """Return an execution and all sub-workflows below it that are here and frozen."""
        found, todo = [execution_id], [execution_id]
        while todo:
            state = self._state(todo.pop())
            if state.id == execution_id and (not state.version or state.project != origin.project):
                raise not_found(execution_id)
            below = [child for child in state.children if self._state(child).frozen]
            found += below
            todo += below
        return found

    def _state(self, stream_id: str) -> ExecutionState:
        with self._streams.using([stream_id]) as (stream,):
            self._streams.catch_up(stream)
            return stream.committed.state

    def _is_here(self, history: ForeignHistory) -> bool:
        """Whether an execution is here with these events: the original of the export, or imported before."""
        number = len(history.events)
        stored = self._store.load(history.stream, number - 1, 2)
        if stored and stored[0].version == number and stored[0].digest == history.digest:
            return True
        imported = [event.data for event in self._streams.replay(history.stream, number, 1)]
        return any(
            isinstance(data, ExecutionImported)
            and (data.digest, data.masked) == (history.digest, history.masked)
            for data in imported
        )

    def _keep(self, definitions: Sequence[ForeignDefinition], origin: Origin) -> None:
        """Keep the definitions that are not here in the versions that were pinned."""
        for one in definitions:
            subject = Subject(project=origin.project, kind=one.kind, namespace=one.namespace, name=one.name)
            self._definitions.keep(one.pin, subject, one.content, origin)


def _folded(history: ForeignHistory, origin: Origin) -> ExecutionState:
    state = initial(history.stream)
    for recorded in history.events:
        if recorded.project != origin.project:
            raise InvalidRequest(f"Execution {history.stream} is of another project than {origin.project}")
        try:
            state = evolve(state, recorded)
        except Exception as error:
            text = f"Event {recorded.version} of execution {history.stream} cannot be replayed: {error!r}"
            raise InvalidRequest(text) from error
    if state.definition is None:
        raise InvalidRequest(f"{history.stream} is no execution of a workflow")
    return state


def _order(histories: Sequence[ForeignHistory]) -> tuple[str, ...]:
    """Return the stream of each event as they followed each other where they come from.

    What was when, between executions, is told by the order of the log.
    """
    placed = [(position, history.stream) for history in histories for position in history.positions]
    ordered = [stream for _, stream in sorted(placed, key=itemgetter(0))]
    return (*ordered, *(history.stream for history in histories))


def _import(
    history: ForeignHistory, states: Mapping[str, ExecutionState], origin: Origin, exported_at: str
) -> Change[ExecutionState]:
    state = states[history.stream]
    imported = Recorded(
        stream=history.stream,
        version=state.version + 1,
        time=origin.now,
        actor=origin.actor,
        project=origin.project,
        command=origin.command,
        reason=origin.reason,
        data=ExecutionImported(
            events=len(history.events), digest=history.digest, exported_at=exported_at, masked=history.masked
        ),
    )
    events = (*history.events, imported)
    return Change(stream=history.stream, events=events, state=evolve(state, imported), unfinished=False)
