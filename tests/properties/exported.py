"""A simulated world as an export, as a store would give it."""

from __future__ import annotations

import msgspec

from wf_es.exports import DefinitionLine, Document, EventLine, Header
from wf_es.exports.gathering import history_of
from wf_es.ports import Codec
from wf_es.simulation import World


def exported(world: World, codec: Codec) -> Document:
    """Return all executions of a world with what they run."""
    histories = []
    for stream, events in world.logs.items():
        lines, digest = [], codec.genesis(stream)
        for recorded in events:
            sealed = codec.seal(recorded, digest)
            digest = sealed.digest
            raw = msgspec.Raw(sealed.body)
            lines.append(
                EventLine(stream=stream, version=sealed.version, topic=sealed.topic, digest=digest, event=raw)
            )
        if lines:
            histories.append(history_of(stream, lines, codec))
    streams = tuple(history.stream for history in histories)
    header = Header(execution=streams[0], executions=streams, made_at="now", secrets=True)
    return Document(header=header, definitions=definitions_of(world), histories=tuple(histories))


def definitions_of(world: World) -> tuple[DefinitionLine, ...]:
    """Return the workflows of a world."""
    return tuple(
        DefinitionLine(
            stream=definition.pin.stream,
            version=definition.pin.version,
            hash=definition.pin.hash,
            kind="workflow",
            name=name,
            text=definition.workflow.text,
        )
        for name in world.library.workflows
        for definition in (
            world.library.definition(
                name,
            ),
        )
    )
