"""Definitions as streams: each upload is an event, so every version is kept.

A definition (a workflow, a workbook, an ad-hoc action or an environment) is a
stream of its own. Its id is derived from project, kind,
namespace and name, so the same name always means the same stream, also after
a deletion: creating it again goes on counting. An execution pins a version of
the stream and is not touched by what is uploaded later.

Same pattern as the execution: events, state, ``evolve`` without rules, and
decisions that refuse or return events; nothing to change means no events.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from wf_es.envelope import Event, Origin, Recorded
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound

_DEFINITIONS = UUID("7d3f9a52-5c1e-5b7a-9c55-2f0b6f0f5e10")
"""The root of all definition ids; changing it would orphan every definition."""

WORKFLOW, WORKBOOK, ACTION, ENVIRONMENT = "workflow", "workbook", "action", "environment"
"""The kinds of definitions."""

SCOPES = ("private", "public")


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """How Mistral speaks of a kind: its noun, what is stored, and how it is not found."""

    noun: str
    model: str
    not_found: str


_NAMESPACED = "['name', 'namespace', 'project_id']: {name}, {namespace}, {project}"
_WORDS = {
    WORKFLOW: _Words(
        noun="Workflow",
        model=f"WorkflowDefinition {_NAMESPACED}",
        not_found="Workflow not found [workflow_identifier={name}, namespace={namespace}]",
    ),
    WORKBOOK: _Words(
        noun="Workbook",
        model=f"Workbook {_NAMESPACED}",
        not_found="Workbook not found [workbook_name={name}, namespace={namespace}]",
    ),
    ACTION: _Words(
        noun="ActionDefinition",
        model=f"Action {_NAMESPACED}",
        not_found="Action definition not found [action_name={name}, namespace={namespace}]",
    ),
    ENVIRONMENT: _Words(
        noun="Environment",
        model="Environment ['name', 'project_id']: {name}, {project}",
        not_found="Environment not found [name={name}]",
    ),
}


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What an upload says: the text, its two checksums and what was read from it.

    ``hash`` is the SHA-256 and ``checksum`` the MD5 (as Mistral shows it) of
    ``text``, both in hexadecimal.
    """

    text: str
    hash: str
    checksum: str
    scope: str = "private"
    tags: tuple[str, ...] = ()
    description: str = ""


class DefinitionCreated(Event, frozen=True, kw_only=True, tag="DefinitionCreated@1"):
    """A definition came into being under this kind, namespace and name."""

    kind: str
    name: str
    namespace: str = ""
    text: str
    hash: str
    checksum: str
    scope: str = "private"
    tags: list[str] = []
    description: str = ""


class DefinitionUpdated(Event, frozen=True, kw_only=True, tag="DefinitionUpdated@1"):
    """The definition got a new text, scope, tags or description."""

    text: str
    hash: str
    checksum: str
    scope: str = "private"
    tags: list[str] = []
    description: str = ""


class DefinitionDeleted(Event, frozen=True, kw_only=True, tag="DefinitionDeleted@1"):
    """The definition was withdrawn; executions that pinned it run on."""


class DefinitionKept(Event, frozen=True, kw_only=True, tag="DefinitionKept@1"):
    """A version of another store's definition is kept for those who have pinned it, and for nobody else."""

    kind: str
    name: str
    namespace: str = ""
    text: str
    hash: str
    checksum: str
    scope: str = "private"
    tags: list[str] = []
    description: str = ""


DEFINITION_EVENTS: tuple[type[Event], ...] = (
    DefinitionCreated,
    DefinitionUpdated,
    DefinitionDeleted,
    DefinitionKept,
)


class DefinitionState(msgspec.Struct, frozen=True, kw_only=True):
    """One definition after event number ``version`` of its stream."""

    id: str
    version: int = 0
    kind: str = ""
    name: str = ""
    namespace: str = ""
    project: str = ""
    content: Content | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted: bool = False
    kept: bool = False

    @property
    def exists(self) -> bool:
        """Whether the definition was created and not deleted since; what is merely kept was not."""
        return self.content is not None and not (self.deleted or self.kept)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Which definition is meant: the four parts its id is derived from."""

    project: str
    kind: str = "workflow"
    namespace: str = ""
    name: str

    @property
    def id(self) -> str:
        """The id of the definition's stream."""
        parts = [self.project, self.kind, self.namespace, self.name]
        return str(uuid5(_DEFINITIONS, msgspec.json.encode(parts).decode()))


def initial(definition_id: str) -> DefinitionState:
    """Return the state before anything was uploaded."""
    return DefinitionState(id=definition_id)


def create(
    state: DefinitionState, subject: Subject, content: Content, origin: Origin
) -> tuple[Recorded, ...]:
    """Decide on an upload of a new definition.

    Raises:
        AlreadyExists: there is a definition of this name.
        InvalidRequest: the scope is neither private nor public.
    """
    _check(content)
    if state.exists:
        words = _WORDS[subject.kind]
        taken = words.model.format(name=subject.name, namespace=subject.namespace, project=subject.project)
        raise AlreadyExists(
            f"Duplicate entry for {taken}; update it instead, or choose another name",
            kind=words.noun,
            id=state.id,
        )
    body = DefinitionCreated(
        kind=subject.kind,
        name=subject.name,
        namespace=subject.namespace,
        text=content.text,
        hash=content.hash,
        checksum=content.checksum,
        scope=content.scope,
        tags=list(content.tags),
        description=content.description,
    )
    return (_record(state, origin, body),)


def update(
    state: DefinitionState, subject: Subject, content: Content, origin: Origin
) -> tuple[Recorded, ...]:
    """Decide on a new text; the same content again gives no events.

    Raises:
        NotFound: there is no definition of this name.
        InvalidRequest: the scope is neither private nor public.
    """
    _check(content)
    if not state.exists:
        raise not_found(subject.kind, subject.name, subject.namespace)
    if state.content == content:
        return ()
    body = DefinitionUpdated(
        text=content.text,
        hash=content.hash,
        checksum=content.checksum,
        scope=content.scope,
        tags=list(content.tags),
        description=content.description,
    )
    return (_record(state, origin, body),)


def put(state: DefinitionState, subject: Subject, content: Content, origin: Origin) -> tuple[Recorded, ...]:
    """Decide on an upload of what may be there already or not.

    Raises:
        InvalidRequest: the scope is neither private nor public.
    """
    return (update if state.exists else create)(state, subject, content, origin)


def delete(state: DefinitionState, subject: Subject, origin: Origin) -> tuple[Recorded, ...]:
    """Decide on a deletion.

    Raises:
        NotFound: there is no definition of this name.
    """
    if not state.exists:
        raise not_found(subject.kind, subject.name, subject.namespace)
    return (_record(state, origin, DefinitionDeleted()),)


def kept_subject(stream: str, version: int, digest: str) -> Subject:
    """Return where a version of another store's definition is kept; it is told apart by its content."""
    return Subject(project="", kind="kept", namespace=f"{stream}/{version}", name=digest)


def keep(state: DefinitionState, subject: Subject, content: Content, origin: Origin) -> tuple[Recorded, ...]:
    """Decide on keeping a version of a definition for those who have pinned it.

    ``subject`` is what it is there: its kind, namespace and name.
    """
    if state.kept:
        return ()
    body = DefinitionKept(
        kind=subject.kind,
        name=subject.name,
        namespace=subject.namespace,
        text=content.text,
        hash=content.hash,
        checksum=content.checksum,
        scope=content.scope,
        tags=list(content.tags),
        description=content.description,
    )
    return (_record(state, origin, body),)


def not_found(kind: str, identifier: str, namespace: str = "") -> NotFound:
    """Return the refusal for an unknown definition, in Mistral's words."""
    words = _WORDS[kind]
    message = words.not_found.format(name=identifier, namespace=namespace)
    return NotFound(message, kind=words.noun, id=identifier, namespace=namespace)


def evolve(state: DefinitionState, recorded: Recorded) -> DefinitionState:
    """Return the state after one more event."""
    data = recorded.data
    change: dict[str, object] = {"version": recorded.version, "updated_at": recorded.time}
    if isinstance(data, DefinitionCreated | DefinitionKept):
        change |= {
            "kind": data.kind,
            "name": data.name,
            "namespace": data.namespace,
            "project": recorded.project,
            "content": _content(data),
            "created_at": recorded.time,
            "deleted": False,
            "kept": isinstance(data, DefinitionKept),
        }
    elif isinstance(data, DefinitionUpdated):
        change["content"] = _content(data)
    elif isinstance(data, DefinitionDeleted):
        change["deleted"] = True
    return msgspec.structs.replace(state, **change)


def fold(definition_id: str, events: Iterable[Recorded]) -> DefinitionState:
    """Return the state after all these events."""
    return evolve_all(initial(definition_id), events)


def evolve_all(state: DefinitionState, events: Iterable[Recorded]) -> DefinitionState:
    """Return the state after some more events."""
    for recorded in events:
        state = evolve(state, recorded)
    return state


def _content(data: DefinitionCreated | DefinitionUpdated | DefinitionKept) -> Content:
    return Content(
        text=data.text,
        hash=data.hash,
        checksum=data.checksum,
        scope=data.scope,
        tags=tuple(data.tags),
        description=data.description,
    )


def _check(content: Content) -> None:
    if content.scope not in SCOPES:
        raise InvalidRequest(
            f"Scope must be one of {', '.join(SCOPES)}, not {content.scope!r}", scope=content.scope
        )


def _record(state: DefinitionState, origin: Origin, data: Event) -> Recorded:
    return Recorded(
        stream=state.id,
        version=state.version + 1,
        time=origin.now,
        actor=origin.actor,
        project=origin.project,
        command=origin.command,
        key=origin.key,
        reason=origin.reason,
        data=data,
    )
