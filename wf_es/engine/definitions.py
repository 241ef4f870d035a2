"""Definitions: uploaded, kept in every version, and handed to executions.

Each definition is a stream (see :mod:`wf_es.definition.versions`). One text may
hold several workflows; either all of them are taken or none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from wf_es.definition import Workflow, read_workflows, versions, workflow_from
from wf_es.definition.model import ActionSpec
from wf_es.definition.versions import Content, DefinitionState, Subject
from wf_es.engine.corridor import Change, Corridor, Job, Outcome
from wf_es.engine.streams import Streams
from wf_es.engine.writer import Writer
from wf_es.envelope import Origin, Recorded
from wf_es.errors import CorruptHistory, InvalidRequest
from wf_es.execution.decision import Definition
from wf_es.execution.events import Pin
from wf_es.ports import Codec, EventStore

_WORKFLOW = "workflow"
_STREAMS = 1_000
"""Definition streams kept in memory."""
_PARSED = 500
"""Pinned definitions kept in parsed form."""

_Decide = Callable[[DefinitionState, Subject, Content, Origin], tuple[Recorded, ...]]


class DefinitionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a write: its place in the log, its events, and the definitions after it."""

    position: int
    events: tuple[Recorded, ...]
    definitions: tuple[DefinitionState, ...]


class DefinitionVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a definition: what it says, who uploaded it, and when."""

    version: int
    content: Content
    time: datetime
    actor: str


class Definitions:
    """The definitions in a store."""

    def __init__(
        self, store: EventStore, codec: Codec, writer: Writer, actions: Mapping[str, ActionSpec]
    ) -> None:
        """Take where definitions are kept, and the actions that workflows may use."""
        self._streams = Streams(store, codec, versions.initial, versions.evolve, _STREAMS)
        self._corridor = Corridor(self._streams, writer)
        self._actions = actions
        self._pinned = lru_cache(maxsize=_PARSED)(self._read_pinned)

    def create(
        self, text: str, *, origin: Origin, namespace: str = "", scope: str = "private"
    ) -> DefinitionReceipt:
        """Add every workflow of a text, or none.

        Raises:
            InvalidDefinition: the text has errors; ``problems`` lists all of them.
            AlreadyExists: there is already a workflow of such a name.
        """
        return self._upload(versions.create, self._contents(text, origin, namespace, scope), origin)

    def update(
        self,
        text: str,
        *,
        origin: Origin,
        namespace: str = "",
        scope: str = "private",
        identifier: str | None = None,
    ) -> DefinitionReceipt:
        """Replace every workflow of a text, or none; running executions are not touched.

        With ``identifier`` (a name or an id) the text must hold just that workflow.

        Raises:
            InvalidDefinition: the text has errors; ``problems`` lists all of them.
            NotFound: there is no workflow of such a name.
            InvalidRequest: the text holds something else than ``identifier`` names.
        """
        contents = self._contents(text, origin, namespace, scope)
        if identifier is not None:
            found = self.get(identifier, project=origin.project, namespace=namespace)
            names = [subject.name for subject in contents]
            if names != [found.name]:
                raise InvalidRequest(
                    f"The text must define the workflow {found.name!r} and nothing else,"
                    f" but it defines {', '.join(names)}"
                )
        return self._upload(versions.update, contents, origin)

    def delete(self, identifier: str, *, origin: Origin, namespace: str = "") -> DefinitionReceipt:
        """Withdraw a definition; executions that run it are not touched.

        Raises:
            NotFound: there is no workflow of this name or id.
        """
        found = self.get(identifier, project=origin.project, namespace=namespace)
        if found.project != origin.project:
            raise versions.not_found(_WORKFLOW, identifier, namespace)
        subject = _subject(found)

        def decide(states: dict[str, DefinitionState]) -> Outcome[DefinitionState]:
            events = versions.delete(states[subject.id], subject, origin)
            return Outcome(changes=(_change(states[subject.id], events),))

        return self._corridor.execute(Job([subject.id], decide, _receipt((subject.id,))))

    def get(self, identifier: str, *, project: str, namespace: str = "") -> DefinitionState:
        """Return a definition by id, or by name within a namespace.

        Raises:
            NotFound: the project has none of this id or name.
        """
        found = self._state(Subject(project=project, namespace=namespace, name=identifier).id)
        if not found.exists and _is_id(identifier):
            found = self._state(identifier)
        if not found.exists or (found.project != project and _scope(found) != "public"):
            raise versions.not_found(_WORKFLOW, identifier, namespace)
        return found

    def versions(self, identifier: str, *, project: str, namespace: str = "") -> list[DefinitionVersion]:
        """Return all versions of a definition, oldest first.

        Raises:
            NotFound: the project has none of this id or name.
        """
        found = self.get(identifier, project=project, namespace=namespace)
        listed, state = [], versions.initial(found.id)
        for recorded in self._streams.replay(found.id):
            state = versions.evolve(state, recorded)
            if state.exists and state.content is not None:
                version = DefinitionVersion(
                    version=state.version, content=state.content, time=recorded.time, actor=recorded.actor
                )
                listed.append(version)
        return listed

    def current(self, identifier: str, *, project: str, namespace: str = "") -> Definition:
        """Return what an execution that starts now would pin, by id or name.

        Raises:
            NotFound: the project has no workflow of this id or name.
        """
        found = self.get(identifier, project=project, namespace=namespace)
        if found.content is None:
            raise versions.not_found(_WORKFLOW, identifier, namespace)
        return self._pinned(Pin(stream=found.id, version=found.version, hash=found.content.hash))

    def pinned(self, pin: Pin) -> Definition:
        """Return what an execution has pinned, whatever was uploaded since.

        Raises:
            CorruptHistory: the store no longer has this version, or with another text.
        """
        return self._pinned(pin)

    def close(self) -> None:
        """Give up what would have been decided again; call it after the writer's."""
        self._corridor.close()

    def _contents(self, text: str, origin: Origin, namespace: str, scope: str) -> dict[Subject, Content]:
        reading = read_workflows(text, actions=self._actions)
        reading.raise_for_errors()
        return {
            Subject(project=origin.project, namespace=namespace, name=workflow.spec.name): Content(
                text=workflow.text,
                hash=workflow.hash,
                checksum=workflow.checksum,
                scope=scope,
                tags=workflow.spec.tags,
                description=workflow.spec.description,
            )
            for workflow in reading.workflows
        }

    def _upload(self, decide: _Decide, contents: dict[Subject, Content], origin: Origin) -> DefinitionReceipt:
        by_id = {subject.id: (subject, content) for subject, content in contents.items()}

        def decide_all(states: dict[str, DefinitionState]) -> Outcome[DefinitionState]:
            changes = (
                _change(states[stream], decide(states[stream], subject, content, origin))
                for stream, (subject, content) in by_id.items()
            )
            return Outcome(changes=tuple(change for change in changes if change.events))

        return self._corridor.execute(Job(list(by_id), decide_all, _receipt(tuple(by_id))))

    def _state(self, stream_id: str) -> DefinitionState:
        with self._streams.using([stream_id]) as (stream,):
            self._streams.catch_up(stream)
            return stream.committed.state

    def _read_pinned(self, pin: Pin) -> Definition:
        events = self._streams.replay(pin.stream)[: pin.version]
        state = versions.fold(pin.stream, events)
        if state.version != pin.version or state.content is None or state.content.hash != pin.hash:
            message = f"Version {pin.version} of definition {pin.stream} is not the one that was pinned"
            raise CorruptHistory(message, stream=pin.stream, version=pin.version)
        return Definition(pin=pin, workflow=parsed(state), actions=self._actions)


def parsed(state: DefinitionState) -> Workflow:
    """Return the workflow that a definition holds, in parsed form.

    Raises:
        NotFound: the definition has no text.
    """
    if state.content is None:
        raise versions.not_found(_WORKFLOW, state.name, state.namespace)
    return workflow_from(state.content.text, state.name)


def _change(state: DefinitionState, events: tuple[Recorded, ...]) -> Change[DefinitionState]:
    after = state
    for recorded in events:
        after = versions.evolve(after, recorded)
    return Change(stream=state.id, events=events, state=after)


def _receipt(
    stream_ids: tuple[str, ...],
) -> Callable[[int, Outcome[DefinitionState], dict[str, DefinitionState]], DefinitionReceipt]:
    def receipt(
        position: int, outcome: Outcome[DefinitionState], states: dict[str, DefinitionState]
    ) -> DefinitionReceipt:
        definitions = tuple(states[stream_id] for stream_id in stream_ids)
        return DefinitionReceipt(position=position, events=outcome.events, definitions=definitions)

    return receipt


def _subject(state: DefinitionState) -> Subject:
    return Subject(project=state.project, kind=state.kind, namespace=state.namespace, name=state.name)


def _scope(state: DefinitionState) -> str:
    return state.content.scope if state.content is not None else ""


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
