"""Examine one stream: every event intact, in its place, readable, and replayed.

The first event that is not as it should be is named: what comes after it
stands on it, so nothing more can be said of that stream.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from wf_es.definition import versions
from wf_es.definition.stored import hash_of
from wf_es.definition.versions import DEFINITION_EVENTS, DefinitionState
from wf_es.envelope import Recorded
from wf_es.errors import CorruptHistory
from wf_es.execution import reducer
from wf_es.execution.events import EXECUTION_EVENTS, Pin
from wf_es.execution.state import ExecutionState
from wf_es.ports import Codec, Sealed

State = ExecutionState | DefinitionState
"""What the events of a stream amount to."""

_OF_EXECUTIONS = frozenset(EXECUTION_EVENTS)
_OF_DEFINITIONS = frozenset(DEFINITION_EVENTS)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: in which stream, at which event, what it is.

    ``what`` is ``damaged``, ``missing``, ``chain``, ``unreadable``,
    ``unreplayable``, ``definition``, ``fork``, ``view`` or ``anchor``. ``event`` and
    ``position`` are 0 where there is none to name.
    """

    stream: str
    event: int
    position: int
    what: str
    text: str


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a stream: how many events are in order, what they amount to, what is wrong."""

    stream: str
    events: int = 0
    state: State | None = None
    finding: Finding | None = None


def examine(stream: str, events: Sequence[Sealed], codec: Codec) -> Examination:
    """Examine a stream from its first event on; the first difference ends it."""
    state: State | None = None
    digest = codec.genesis(stream)
    for number, sealed in enumerate(events, 1):
        finding = _place(sealed, number, digest, codec)
        if finding is None:
            try:
                recorded = codec.open(sealed)
                state = _evolved(state, recorded)
            except CorruptHistory as error:
                finding = _finding(sealed, number, "unreadable", error.message)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this event does to the fold
                text = f"Event {number} of stream {stream} cannot be replayed: {type(error).__name__}"
                finding = _finding(sealed, number, "unreplayable", text)
        if finding is not None:
            return Examination(stream=stream, events=number - 1, state=state, finding=finding)
        digest = sealed.digest
    return Examination(stream=stream, events=len(events), state=state)


def examine_pin(pin: Pin, events: Sequence[Sealed], codec: Codec) -> str | None:
    """Say what is wrong with the definition that an execution has pinned; None if nothing is.

    Args:
        pin: The version, and the hash of its text.
        events: The events of the definition's stream, at least up to that version.
        codec: What opens them.

    """
    seen = examine(pin.stream, events[: pin.version], codec)
    if seen.finding is not None:
        return f"the definition it runs cannot be read: {seen.finding.text}"
    state = seen.state
    if not isinstance(state, DefinitionState) or state.version != pin.version or state.content is None:
        return f"the definition it runs is gone: version {pin.version} of stream {pin.stream}"
    if state.content.hash != pin.hash or hash_of(state.content.text) != pin.hash:
        return f"the definition it runs is another one: version {pin.version} of stream {pin.stream}"
    return None


def _place(sealed: Sealed, number: int, digest: str, codec: Codec) -> Finding | None:
    """Say whether an event is intact and the next one of its stream."""
    what = f"Event {number} of stream {sealed.stream}"
    if sealed.version != number:
        return _finding(sealed, number, "missing", f"{what} is missing; the next one is {sealed.version}")
    if not sealed.intact:
        return _finding(sealed, number, "damaged", f"{what} is damaged: its checksum does not fit")
    try:
        previous = codec.previous(sealed)
    except CorruptHistory as error:
        return _finding(sealed, number, "unreadable", error.message)
    if previous != digest:
        text = f"{what} does not carry the digest of the one before it: one of the two was changed"
        return _finding(sealed, number, "chain", text)
    return None


def _evolved(state: State | None, recorded: Recorded) -> State:
    if type(recorded.data) in _OF_EXECUTIONS and not isinstance(state, DefinitionState):
        return reducer.evolve(state or reducer.initial(recorded.stream), recorded)
    if type(recorded.data) in _OF_DEFINITIONS and not isinstance(state, ExecutionState):
        return versions.evolve(state or versions.initial(recorded.stream), recorded)
    name = type(recorded.data).__name__
    raise CorruptHistory(
        f"Event {recorded.version} of stream {recorded.stream} ({name}) does not belong there"
    )


def _finding(sealed: Sealed, number: int, what: str, text: str) -> Finding:
    return Finding(stream=sealed.stream, event=number, position=sealed.position, what=what, text=text)
