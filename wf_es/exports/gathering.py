"""Gather an export from a store: one consistent moment of an execution and all below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from wf_es.audit import examine
from wf_es.engine import Engine
from wf_es.envelope import JSON, Recorded
from wf_es.errors import CorruptHistory
from wf_es.execution.decision import not_found
from wf_es.execution.events import Pin
from wf_es.execution.reducer import evolve, initial
from wf_es.execution.state import ExecutionState
from wf_es.exports.document import DefinitionLine, Document, EventLine, Header, History, StateLine
from wf_es.exports.portrait import everything, marks, touched
from wf_es.exports.reading import sealed_of
from wf_es.ports import Codec, Sealed

Mask = Callable[[JSON, JSON], JSON]
"""Makes of an event's text (as plain data) one without secrets; it also gets the execution's environment."""


def gather(engine: Engine, execution_id: str, made_at: str, mask: Mask | None = None) -> Document:
    """Return an execution with its sub-workflows and the definitions that they run.

    Args:
        engine: Where it is.
        execution_id: Which one.
        made_at: When, as text.
        mask: Leaves secrets out; without it they are all there.

    Raises:
        NotFound: there is no such execution.
        CorruptHistory: a history cannot be read.
    """
    engine.state(execution_id)
    store, codec = engine.log()
    head = store.head()
    histories, pins, todo = [], dict[Pin, None](), [execution_id]
    while todo:
        stream = todo.pop(0)
        events = [event for event in store.load(stream) if event.position <= head]
        if not events:
            continue
        state = _state(stream, events, codec)
        opened = [codec.open(event) for event in events]
        pins.update(dict.fromkeys(pin for recorded in opened for pin in pins_of(recorded.data)))
        histories.append(history_of(stream, [_line(event, state, mask) for event in events], codec))
        todo += sorted(state.children, key=lambda child: state.children[child].number)
    header = Header(
        execution=execution_id,
        executions=tuple(history.stream for history in histories),
        made_at=made_at,
        secrets=mask is None,
    )
    definitions = tuple(_definition(engine, pin) for pin in pins)
    return Document(header=header, definitions=definitions, histories=tuple(histories))


def history_of(stream: str, lines: Iterable[EventLine], codec: Codec) -> History:
    """Return events with what the execution was after each decision, and at the end as a whole."""
    events, states = tuple(lines), []
    state, decision = initial(stream), list[Recorded]()
    opened = [codec.open(sealed_of(line)) for line in events]
    for recorded, following in zip(opened, [*opened[1:], None], strict=True):
        state = evolve(state, recorded)
        decision.append(recorded)
        if following is None or following.command != recorded.command:
            subjects = everything(state) if following is None else touched(decision)
            states.append(StateLine(stream=stream, after=recorded.version, marks=marks(state, subjects)))
            decision = []
    return History(stream=stream, events=events, states=tuple(states))


def pins_of(value: object) -> Iterator[Pin]:
    """Yield every definition that an event pins, wherever it stands in it."""
    if isinstance(value, Pin):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from pins_of(getattr(value, name))
    elif isinstance(value, list | tuple) and value and isinstance(value[0], msgspec.Struct):
        for item in value:
            yield from pins_of(item)


def _state(stream: str, events: list[Sealed], codec: Codec) -> ExecutionState:
    seen = examine(stream, events, codec)
    if seen.finding is not None:
        raise CorruptHistory(f"{seen.finding.text}; it cannot be exported", stream=stream)
    if not isinstance(seen.state, ExecutionState) or seen.state.definition is None:
        raise not_found(stream)
    return seen.state


def _line(sealed: Sealed, state: ExecutionState, mask: Mask | None) -> EventLine:
    body, masked = sealed.body, False
    if mask is not None:
        plain = msgspec.json.decode(body)
        hidden = mask(plain, state.env)
        if hidden != plain:
            body, masked = msgspec.json.encode(hidden), True
    return EventLine(
        stream=sealed.stream,
        version=sealed.version,
        topic=sealed.topic,
        digest=sealed.digest,
        position=sealed.position,
        masked=masked,
        event=msgspec.Raw(body),
    )


def _definition(engine: Engine, pin: Pin) -> DefinitionLine:
    found = engine.definitions.version(pin)
    if found.content is None:
        raise CorruptHistory(
            f"Version {pin.version} of definition {pin.stream} has no text", stream=pin.stream
        )
    content = found.content
    return DefinitionLine(
        stream=pin.stream,
        version=pin.version,
        hash=pin.hash,
        kind=found.kind,
        name=found.name,
        namespace=found.namespace,
        project=found.project,
        checksum=content.checksum,
        scope=content.scope,
        tags=content.tags,
        description=content.description,
        text=content.text,
    )
