"""An export goes into a store: all of its executions, frozen, or nothing."""

from __future__ import annotations

from wf_es.definition.versions import Content
from wf_es.engine import Engine
from wf_es.engine.imports import ForeignDefinition, ForeignHistory, ImportReceipt
from wf_es.envelope import Origin
from wf_es.errors import CorruptHistory, InvalidRequest
from wf_es.execution.events import Pin
from wf_es.exports.document import DefinitionLine, Document, History
from wf_es.exports.reading import sealed_of
from wf_es.ports import Codec


def import_export(engine: Engine, document: Document, origin: Origin) -> ImportReceipt:
    """Import the executions of an export with what they have pinned; they are frozen.

    Importing the same again changes nothing, also where it was exported.

    Raises:
        AlreadyExists: one of the ids is taken by something else.
        InvalidRequest: an event cannot be read or replayed, or is of another project.
    """
    _, codec = engine.log()
    return engine.imports.take_in(
        [_history(history, codec) for history in document.histories],
        [_definition(line) for line in document.definitions],
        origin,
        document.header.made_at,
    )


def _history(history: History, codec: Codec) -> ForeignHistory:
    try:
        events = tuple(codec.open(sealed_of(line)) for line in history.events)
    except CorruptHistory as error:
        raise InvalidRequest(f"The export cannot be imported: {error.message}") from error
    return ForeignHistory(
        stream=history.stream,
        events=events,
        positions=tuple(line.position for line in history.events),
        digest=history.head,
        masked=history.masked,
    )


def _definition(line: DefinitionLine) -> ForeignDefinition:
    content = Content(
        text=line.text,
        hash=line.hash,
        checksum=line.checksum,
        scope=line.scope,
        tags=line.tags,
        description=line.description,
    )
    return ForeignDefinition(
        pin=Pin(stream=line.stream, version=line.version, hash=line.hash),
        kind=line.kind,
        name=line.name,
        namespace=line.namespace,
        content=content,
    )
