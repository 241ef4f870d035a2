"""Copying events into a new stream: what happened stays as it was, under new ids.

A copy keeps each event's number, its body, and who brought it about, when, in
which request and why. The ids of tasks, actions, timers and sub-workflows are
derived from their execution's, so they become those of the new stream wherever
the engine uses them. Values of users are never touched, even if one of them is
such an id.

Whoever acts on fresh events (a runner, a courier) must not act on copies:
:func:`news` leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.execution.events import (
    EXECUTION_EVENTS,
    ActionScheduled,
    ExecutionForked,
    ExecutionImported,
    SubWorkflowScheduled,
    TaskScheduled,
    TimerSet,
)
from wf_es.execution.events.parts import Trigger
from wf_es.execution.ids import nth_id

_NAMING: Mapping[type[Event], str] = {
    TaskScheduled: "task_id",
    ActionScheduled: "action_id",
    TimerSet: "timer_id",
    SubWorkflowScheduled: "execution_id",
}
"""The events that bring an id into being, in the order in which a stream counts them."""

_ID = frozenset(
    {
        "task_id",
        "action_id",
        "timer_id",
        "execution_id",
        "parent_execution_id",
        "root_execution_id",
        "task_execution_id",
        "replaces",
    }
)
_IDS = frozenset({"supersedes", "tasks", "actions"})
_TRIGGER = frozenset({"trigger"})
_TRIGGERS = frozenset({"triggered_by"})
HOLDING_IDS = _ID | _IDS | _TRIGGER | _TRIGGERS
"""The fields of events that hold ids."""

_FIELDS = {
    event_type: tuple(name for name in event_type.__struct_fields__ if name in HOLDING_IDS)
    for event_type in EXECUTION_EVENTS
}


def new_ids(events: Iterable[Recorded], stream: str) -> dict[str, str]:
    """Return what the ids that events bring into being are called in another stream."""
    named = (
        getattr(recorded.data, _NAMING[type(recorded.data)])
        for recorded in events
        if type(recorded.data) in _NAMING
    )
    return {identifier: nth_id(stream, number) for number, identifier in enumerate(named, 1)}


def copied(events: Iterable[Recorded], stream: str, ids: Mapping[str, str]) -> tuple[Recorded, ...]:
    """Return events as they stand in the copy, the new stream ``stream``.

    Args:
        events: All events of a stream from the first one on, or so many of them.
        stream: The id of the new stream.
        ids: What ids are called there; those that it does not have stay.

    """
    return tuple(_copy(recorded, stream, ids) for recorded in events)


def news(events: Sequence[Recorded]) -> Sequence[Recorded]:
    """Return what has only now happened: events without copies of what happened elsewhere."""
    begins = {
        recorded.stream: recorded.version
        for recorded in events
        if isinstance(recorded.data, ExecutionForked | ExecutionImported)
    }
    if not begins:
        return events
    return [recorded for recorded in events if recorded.version >= begins.get(recorded.stream, 0)]


def _copy(recorded: Recorded, stream: str, ids: Mapping[str, str]) -> Recorded:
    changes: dict[str, Any] = {}
    for name in _FIELDS[type(recorded.data)]:
        value = getattr(recorded.data, name)
        if value:
            changes[name] = _renamed(name, value, ids)
    data = msgspec.structs.replace(recorded.data, **changes) if changes else recorded.data
    return msgspec.structs.replace(recorded, stream=stream, cause=_cause(recorded.cause, ids), data=data)


def _renamed(name: str, value: Any, ids: Mapping[str, str]) -> Any:
    if name in _ID:
        return ids.get(value, value)
    if name in _IDS:
        return [ids.get(identifier, identifier) for identifier in value]
    if name in _TRIGGER:
        return _trigger(value, ids)
    return [_trigger(trigger, ids) for trigger in value]


def _trigger(trigger: Trigger, ids: Mapping[str, str]) -> Trigger:
    return Trigger(task_id=ids.get(trigger.task_id, trigger.task_id), event=trigger.event)


def _cause(cause: str | None, ids: Mapping[str, str]) -> str | None:
    stream, slash, event = (cause or "").partition("/")
    return f"{ids.get(stream, stream)}/{event}" if slash else cause
