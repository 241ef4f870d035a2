"""The streams of definitions: looked up, replayed, and changed several at once.

What all kinds of definitions have in common is here. What a change means is
decided by the functions of :mod:`wf_es.definition.versions`; which definitions
a request is about is found out by the rooms beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from wf_es.definition import versions
from wf_es.definition.versions import Content, DefinitionState, Subject
from wf_es.engine.corridor import Change, Corridor, Job, Outcome
from wf_es.engine.quarantine import Quarantine
from wf_es.engine.streams import Streams
from wf_es.engine.writer import Writer
from wf_es.envelope import Recorded
from wf_es.errors import CorruptHistory, NotFound
from wf_es.execution.events import Pin
from wf_es.ports import Codec, EventStore

_STREAMS = 1_000
"""Definition streams kept in memory."""

Decide = Callable[[DefinitionState], tuple[Recorded, ...]]
"""A decision on one definition: its state to the events that follow."""


class DefinitionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a write: its place in the log, its events, and the definitions after it."""

    position: int
    events: tuple[Recorded, ...]
    definitions: tuple[DefinitionState, ...]


class DefinitionVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a definition: what it says, who uploaded it, and when.

    ``change`` is ``created`` or ``updated``; ``withdrawn`` is when the definition
    was deleted, while this was its last version.
    """

    id: str
    kind: str
    name: str
    namespace: str
    version: int
    change: str
    content: Content
    time: datetime
    actor: str
    withdrawn: datetime | None = None


class DefinitionStreams:
    """The definitions in a store, of all kinds and projects."""

    def __init__(
        self, store: EventStore, codec: Codec, writer: Writer, quarantine: Quarantine | None = None
    ) -> None:
        """Take where definitions are kept, and where damage is noted."""
        self._streams = Streams(store, codec, versions.initial, versions.evolve_all, _STREAMS, quarantine)
        self._corridor = Corridor(self._streams, writer)

    def state(self, stream_id: str) -> DefinitionState:
        """Return a definition as it stands in the store; it need not exist."""
        with self._streams.using([stream_id]) as (stream,):
            self._streams.catch_up(stream)
            return stream.committed.state

    def find(self, identifier: str, *, kind: str, project: str, namespace: str = "") -> DefinitionState:
        """Return a definition by id, or by name within a namespace.

        Raises:
            NotFound: the project has none of this kind, id or name.
        """
        found = self._looked_up(identifier, kind, project, namespace)
        if not found.exists or found.kind != kind or not _is_visible(found, project):
            raise versions.not_found(kind, identifier, namespace)
        return found

    def find_ever(self, identifier: str, *, kind: str, project: str, namespace: str = "") -> DefinitionState:
        """Return a definition as for :meth:`find`, also one that was deleted.

        Raises:
            NotFound: the project has never had one of this kind, id or name.
        """
        found = self._looked_up(identifier, kind, project, namespace)
        if found.content is None or found.kind != kind or not _is_visible(found, project):
            raise versions.not_found(kind, identifier, namespace)
        return found

    def _looked_up(self, identifier: str, kind: str, project: str, namespace: str) -> DefinitionState:
        named = self.state(Subject(project=project, kind=kind, namespace=namespace, name=identifier).id)
        if named.exists or not _is_id(identifier):
            return named
        found = self.state(identifier)
        return named if found.content is None else found

    def find_own(self, identifier: str, *, kind: str, project: str, namespace: str = "") -> DefinitionState:
        """Return a definition that the project may change.

        Raises:
            NotFound: the project has none of this kind, id or name, or it is another's.
        """
        found = self.find(identifier, kind=kind, project=project, namespace=namespace)
        if found.project != project:
            raise versions.not_found(kind, identifier, namespace)
        return found

    def pinned(self, pin: Pin) -> DefinitionState:
        """Return the version that is pinned, whatever was uploaded since; it may be kept from another store.

        Raises:
            CorruptHistory: the store no longer has this version, or with another text.
        """
        state = versions.fold(pin.stream, self._streams.replay(pin.stream, limit=pin.version))
        if state.version == pin.version and state.content is not None and state.content.hash == pin.hash:
            return state
        kept = self.state(versions.kept_subject(pin.stream, pin.version, pin.hash).id)
        if kept.content is not None and kept.content.hash == pin.hash:
            return kept
        message = f"Version {pin.version} of definition {pin.stream} is not the one that was pinned"
        raise CorruptHistory(message, stream=pin.stream, version=pin.version)

    def version_of(self, stream_id: str, number: int | None) -> DefinitionState:
        """Return a definition as of one of its versions, or the newest one.

        Raises:
            NotFound: there is no such version, or it was deleted.
        """
        events = self._streams.replay(stream_id)
        state = versions.fold(stream_id, events if number is None else events[:number])
        if state.exists and state.content is not None and number in (None, state.version):
            return state
        if number is None:
            text = f"Workflow '{state.name}' was deleted, so it has no latest version; name one by its number"
        else:
            text = f"Workflow '{state.name}' has no version {number}; its versions are {_numbers(events)}"
        raise NotFound(text, kind="Version", id=stream_id)

    def replay(self, stream_id: str) -> list[Recorded]:
        """Return all events of a definition, oldest first."""
        return self._streams.replay(stream_id)

    def change(self, decisions: Mapping[Subject, Decide]) -> DefinitionReceipt:
        """Decide on several definitions at once: all that follows is stored, or nothing.

        The receipt has the definitions in the order of ``decisions``.

        Raises:
            RequestError: one of the decisions refuses.
            ConflictError: one of them collides with what is recorded.
        """
        by_id = {subject.id: decide for subject, decide in decisions.items()}

        def decide_all(states: dict[str, DefinitionState]) -> Outcome[DefinitionState]:
            changes = (_change(states[stream], decide(states[stream])) for stream, decide in by_id.items())
            return Outcome(changes=tuple(change for change in changes if change.events))

        def receipt(
            position: int, outcome: Outcome[DefinitionState], states: dict[str, DefinitionState]
        ) -> DefinitionReceipt:
            definitions = tuple(states[stream] for stream in by_id)
            return DefinitionReceipt(position=position, events=outcome.events, definitions=definitions)

        return self._corridor.execute(Job(list(by_id), decide_all, receipt))

    def close(self) -> None:
        """Give up what would have been decided again; call it after the writer's."""
        self._corridor.close()


def subject_of(state: DefinitionState) -> Subject:
    """Return what a definition's id is derived from."""
    return Subject(project=state.project, kind=state.kind, namespace=state.namespace, name=state.name)


def _change(state: DefinitionState, events: tuple[Recorded, ...]) -> Change[DefinitionState]:
    after = state
    for recorded in events:
        after = versions.evolve(after, recorded)
    return Change(stream=state.id, events=events, state=after)


def _is_visible(state: DefinitionState, project: str) -> bool:
    return state.project == project or (state.content is not None and state.content.scope == "public")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _numbers(events: Sequence[Recorded]) -> str:
    """Return the numbers of the versions of a definition; a deletion is none."""
    return ", ".join(
        str(recorded.version)
        for recorded in events
        if not isinstance(recorded.data, versions.DefinitionDeleted)
    )
