"""What an export holds: an execution with its sub-workflows, and the definitions that they run.

As a file it is JSON lines: a header, the definitions, each event with the text
that is stored, after each decision what the execution had become, and at the
end a digest over all that. Events carry the digest of their predecessor as in the
log, so a history can be checked event by event.

Where secrets were left out, an event's text is not the stored one: its
``digest`` is still that of the original, and ``masked`` says so.
"""

from __future__ import annotations

import msgspec

FORMAT = 1
"""The version of the form in which exports are written."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", forbid_unknown_fields=True):
    """One line of an export; subclasses give ``tag``."""


class Header(Line, frozen=True, kw_only=True, tag="header"):
    """The first line: the form, which execution, when, and whether secrets are there."""

    wf_es_export: int = FORMAT
    execution: str
    executions: tuple[str, ...]
    made_at: str
    secrets: bool


class DefinitionLine(Line, frozen=True, kw_only=True, omit_defaults=True, tag="definition"):
    """One version of a definition that an event has pinned: by stream, version and hash."""

    stream: str
    version: int
    hash: str
    kind: str
    name: str
    namespace: str = ""
    project: str = ""
    checksum: str = ""
    scope: str = "private"
    tags: tuple[str, ...] = ()
    description: str = ""
    text: str


class EventLine(Line, frozen=True, kw_only=True, omit_defaults=True, tag="event"):
    """One event: ``event`` is its text, ``digest`` the SHA-256 of the text that is stored.

    ``position`` is its place in the log that it comes from: the order between executions.
    """

    stream: str
    version: int
    topic: str
    digest: str
    position: int = 0
    masked: bool = False
    event: msgspec.Raw


class StateLine(Line, frozen=True, kw_only=True, tag="state"):
    """What a decision, whose last event is ``after``, has made of what it touched.

    ``marks`` has, by subject, its state and a digest of all that belongs to it.
    """

    stream: str
    after: int
    marks: dict[str, str]


class EndLine(Line, frozen=True, kw_only=True, tag="end"):
    """The last line: how many lines stand before it, and the SHA-256 of all their bytes."""

    lines: int
    digest: str


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of an export: its events, and what it was after each decision."""

    stream: str
    events: tuple[EventLine, ...]
    states: tuple[StateLine, ...]

    @property
    def head(self) -> str:
        """The digest of the last event as it was stored."""
        return self.events[-1].digest

    @property
    def masked(self) -> bool:
        """Whether a secret was left out of an event."""
        return any(event.masked for event in self.events)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A whole export; the first history is that of the execution that was asked for."""

    header: Header
    definitions: tuple[DefinitionLine, ...]
    histories: tuple[History, ...]
