"""The first thing that is wrong with a stream is named, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from wf_es.audit import examine, examine_pin
from wf_es.definition.stored import hash_of
from wf_es.definition.versions import DefinitionCreated, DefinitionState, DefinitionUpdated
from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.state import ExecutionState
from wf_es.ports import Sealed
from wf_es.store import standard_codec

CODEC = standard_codec()
STREAM = "aaaaaaaa-0000-5000-8000-000000000001"
PIN = log.Pin(stream="d", version=1, hash="0" * 64)
BODIES: tuple[Event, ...] = (
    log.WorkflowStarted(workflow_name="flow", definition=PIN, input={"a": 5}),
    log.TaskScheduled(task_id="t", name="a"),
    log.TaskCompleted(task_id="t", state="SUCCESS"),
    log.WorkflowCompleted(state="SUCCESS"),
)


def sealed(*bodies: Event, stream: str = STREAM) -> list[Sealed]:
    """Return events as a store has them, chained and with positions."""
    events, digest = [], CODEC.genesis(stream)
    for number, body in enumerate(bodies, 1):
        recorded = Recorded(
            stream=stream,
            version=number,
            time=datetime(2026, 11, 21, tzinfo=UTC),
            actor="ann",
            project="home",
            command="c",
            data=body,
        )
        event = msgspec.structs.replace(CODEC.seal(recorded, digest), position=10 * number)
        events.append(event)
        digest = event.digest
    return events


def test_a_sound_execution_gives_its_state() -> None:
    """All events are counted, and nothing is found."""
    seen = examine(STREAM, sealed(*BODIES), CODEC)
    assert (seen.events, seen.finding) == (4, None)
    assert isinstance(seen.state, ExecutionState)
    assert seen.state.state == "SUCCESS"


def test_a_sound_definition_gives_its_state() -> None:
    """Definitions are examined like executions."""
    created = DefinitionCreated(kind="workflow", name="w", text="x", hash=hash_of("x"), checksum="c")
    seen = examine("d", sealed(created, stream="d"), CODEC)
    assert isinstance(seen.state, DefinitionState)
    assert seen.finding is None


def test_an_empty_stream_has_nothing() -> None:
    """There is nothing to find."""
    assert examine(STREAM, [], CODEC).state is None


def _without_second(events: list[Sealed]) -> list[Sealed]:
    return [event for event in events if event.version != 2]


def _changed(index: int, **changes: object) -> Callable[[list[Sealed]], list[Sealed]]:
    def change(events: list[Sealed]) -> list[Sealed]:
        events[index] = msgspec.structs.replace(events[index], **changes)
        return events

    return change


def _foreign(events: list[Sealed]) -> list[Sealed]:
    made = sealed(*BODIES[:2], DefinitionUpdated(text="x", hash="h", checksum="c"))
    return [*events[:2], made[2]]


def _unknown_task(events: list[Sealed]) -> list[Sealed]:
    return sealed(BODIES[0], log.TaskCompleted(task_id="nobody", state="SUCCESS"))


DAMAGE = {
    "not intact": (_changed(2, intact=False), 3, "damaged"),
    "the last one not intact": (_changed(3, intact=False), 4, "damaged"),
    "missing": (_without_second, 2, "missing"),
    "another digest before": (_changed(1, digest="f" * 64), 3, "chain"),
    "no text": (_changed(1, body=b"x"), 2, "unreadable"),
    "another topic": (_changed(1, topic="TaskCompleted@1"), 2, "unreadable"),
    "an event of something else": (_foreign, 3, "unreadable"),
    "an event that cannot be folded": (_unknown_task, 2, "unreplayable"),
}


@pytest.mark.parametrize(("change", "event", "what"), DAMAGE.values(), ids=DAMAGE)
def test_the_first_difference_is_named(
    change: Callable[[list[Sealed]], list[Sealed]], event: int, what: str
) -> None:
    """Stream, event number, position and what it is; nothing after it is counted."""
    events = change(sealed(*BODIES))
    seen = examine(STREAM, events, CODEC)
    assert seen.finding is not None
    assert (seen.finding.stream, seen.finding.event, seen.finding.what) == (STREAM, event, what)
    assert seen.events == event - 1
    assert f"vent {event} of stream {STREAM}" in seen.finding.text
    assert seen.finding.position in {each.position for each in events}


def test_a_pin_is_examined() -> None:
    """The definition that an execution runs must be there, readable, and the same."""
    created = DefinitionCreated(kind="workflow", name="w", text="x", hash=hash_of("x"), checksum="c")
    updated = DefinitionUpdated(text="y", hash=hash_of("y"), checksum="c")
    events = sealed(created, updated, stream="d")
    right = log.Pin(stream="d", version=1, hash=hash_of("x"))
    assert examine_pin(right, events, CODEC) is None
    assert "is another one" in str(examine_pin(msgspec.structs.replace(right, hash="0" * 64), events, CODEC))
    assert "is gone" in str(examine_pin(msgspec.structs.replace(right, version=3), events, CODEC))
    assert "is gone" in str(examine_pin(right, [], CODEC))
    assert "cannot be read" in str(examine_pin(right, _changed(0, intact=False)(list(events)), CODEC))
    lying = DefinitionCreated(kind="workflow", name="w", text="z", hash=hash_of("x"), checksum="c")
    assert "is another one" in str(examine_pin(right, sealed(lying, stream="d"), CODEC))
