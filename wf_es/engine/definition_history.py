"""All versions of a definition, also of one that was deleted, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from wf_es.definition import versions
from wf_es.definition.differences import Part, parts, text_difference
from wf_es.definition.versions import (
    ENVIRONMENT,
    WORKFLOW,
    Content,
    DefinitionCreated,
    DefinitionDeleted,
    DefinitionState,
)
from wf_es.engine.definition_streams import DefinitionStreams, DefinitionVersion
from wf_es.envelope import Recorded
from wf_es.errors import InvalidRequest, NotFound


class VersionDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two versions of a definition: its parts, and its text in the unified format."""

    before: DefinitionVersion
    after: DefinitionVersion
    parts: tuple[Part, ...]
    text: str

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called."""
        old, new = self.before, self.after
        return f"{old.name} version {old.version}", f"{new.name} version {new.version}"

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return not (self.parts or self.text)


class DefinitionHistory:
    """The versions of definitions, read from their streams."""

    def __init__(self, streams: DefinitionStreams) -> None:
        """Take where definitions are kept."""
        self._streams = streams

    def versions(
        self, identifier: str, *, project: str, namespace: str = "", kind: str = WORKFLOW
    ) -> list[DefinitionVersion]:
        """Return all versions of a definition, oldest first.

        A deletion takes a number, too, and is told with the version that it withdrew.

        Raises:
            NotFound: the project has never had one of this id or name.
        """
        found = self._streams.find_ever(identifier, kind=kind, project=project, namespace=namespace)
        return _listed(found, self._streams.replay(found.id))

    def version(
        self, identifier: str, number: int, *, project: str, namespace: str = "", kind: str = WORKFLOW
    ) -> DefinitionVersion:
        """Return one version of a definition.

        Raises:
            NotFound: the project has never had one of this id or name, or it has no such version.
        """
        listed = self.versions(identifier, project=project, namespace=namespace, kind=kind)
        return _numbered(listed, number, kind)

    def difference(
        self,
        identifier: str,
        before: int | None = None,
        after: int | None = None,
        *,
        project: str,
        namespace: str = "",
        kind: str = WORKFLOW,
    ) -> VersionDifference:
        """Say what differs between two versions of a definition.

        By default the last one is compared with the one before it.

        Raises:
            NotFound: the project has never had one of this id or name, or it has no such version.
            InvalidRequest: it has no version before the one to compare with.
        """
        listed = self.versions(identifier, project=project, namespace=namespace, kind=kind)
        new = listed[-1] if after is None else _numbered(listed, after, kind)
        old = _before(listed, new) if before is None else _numbered(listed, before, kind)
        found = VersionDifference(
            before=old, after=new, parts=tuple(parts(kind, new.name, old.content, new.content)), text=""
        )
        text = text_difference(_lines_of(old), _lines_of(new), found.names)
        return msgspec.structs.replace(found, text=text)


def _lines_of(version: DefinitionVersion) -> str:
    """Return a text that can be compared line by line; that of an environment has one line only."""
    text = version.content.text
    return f"{msgspec.json.format(text, indent=2)}\n" if version.kind == ENVIRONMENT else text


def _listed(found: DefinitionState, events: Sequence[Recorded]) -> list[DefinitionVersion]:
    listed: list[DefinitionVersion] = []
    state = versions.initial(found.id)
    for recorded in events:
        state = versions.evolve(state, recorded)
        if isinstance(recorded.data, DefinitionDeleted):
            listed[-1] = msgspec.structs.replace(listed[-1], withdrawn=recorded.time)
        elif state.content is not None:
            listed.append(_version(state, state.content, recorded))
    return listed


def _version(state: DefinitionState, content: Content, recorded: Recorded) -> DefinitionVersion:
    return DefinitionVersion(
        id=state.id,
        kind=state.kind,
        name=state.name,
        namespace=state.namespace,
        version=state.version,
        change="created" if isinstance(recorded.data, DefinitionCreated) else "updated",
        content=content,
        time=recorded.time,
        actor=recorded.actor,
    )


def _numbered(listed: Sequence[DefinitionVersion], number: int, kind: str) -> DefinitionVersion:
    for one in listed:
        if one.version == number:
            return one
    known = ", ".join(str(one.version) for one in listed)
    message = f"Version {number} of {kind} '{listed[0].name}' not found; there are: {known}"
    raise NotFound(message, kind="version", id=listed[0].id)


def _before(listed: Sequence[DefinitionVersion], new: DefinitionVersion) -> DefinitionVersion:
    index = [one.version for one in listed].index(new.version)
    if index == 0:
        message = f"There is no version before version {new.version} of '{new.name}' to compare it with"
        raise InvalidRequest(message, field="from")
    return listed[index - 1]
