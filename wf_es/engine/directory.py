"""Which execution a task or an action belongs to.

Ids of tasks and actions are derived from their execution's, one way only. Who
brings just such an id (a callback, an operator) is answered from an index in
memory that every commit of this process feeds. What other processes wrote, or
what was forgotten, is looked up in the log: in the executions that are not
finished first, then everywhere.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

from wf_es.envelope import Recorded
from wf_es.errors import CorruptHistory, NotFound
from wf_es.execution.events import ActionScheduled, TaskScheduled
from wf_es.ports import Codec, EventStore, Sealed

_CAPACITY = 100_000
"""Ids kept in memory."""

_PAGE = 1_000
"""Events read from the log at a time."""


class Directory:
    """Finds executions by the ids of their tasks and actions (a listener of the engine)."""

    def __init__(self, store: EventStore, codec: Codec, capacity: int = _CAPACITY) -> None:
        """Take where to look, and how many ids to keep in memory."""
        self._store = store
        self._codec = codec
        self._capacity = capacity
        self._executions: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, position: int, events: Sequence[Recorded]) -> None:
        """Take notice of committed events."""
        with self._lock:
            for recorded in events:
                identifier = _identifier(recorded)
                if identifier is not None:
                    self._keep(identifier, recorded.stream)

    def execution_of(self, identifier: str) -> str:
        """Return the id of the execution that a task or action belongs to.

        Raises:
            NotFound: the log up to its head knows no such task or action.
            CorruptHistory: only an event that is damaged may know it.
        """
        with self._lock:
            execution_id = self._executions.get(identifier)
        if execution_id is None:
            execution_id = self._look_up(identifier)
            with self._lock:
                self._keep(identifier, execution_id)
        return execution_id

    def _keep(self, identifier: str, execution_id: str) -> None:
        self._executions[identifier] = execution_id
        self._executions.move_to_end(identifier)
        if len(self._executions) > self._capacity:
            self._executions.popitem(last=False)

    def _look_up(self, identifier: str) -> str:
        damage: CorruptHistory | None = None
        for events in (self._unfinished(), self._everything()):
            for sealed in _mentioning(identifier, events):
                try:
                    recorded = self._codec.open(sealed)
                except CorruptHistory as error:
                    damage = error
                    continue
                if _identifier(recorded) == identifier:
                    return sealed.stream
        if damage is not None:
            raise damage
        raise NotFound(f"No task or action has the id {identifier}", kind="ActionExecution", id=identifier)

    def _unfinished(self) -> Iterator[Sealed]:
        for stream in self._store.unfinished():
            yield from self._store.load(stream)

    def _everything(self) -> Iterator[Sealed]:
        position = 0
        while page := self._store.read(position, _PAGE):
            yield from page
            position = page[-1].position


def _mentioning(identifier: str, events: Iterable[Sealed]) -> Iterator[Sealed]:
    """Leave out what does not contain the id at all: reading bytes is cheap, decoding is not."""
    needle = identifier.encode("utf-8", "replace")
    return (sealed for sealed in events if needle in sealed.body)


def _identifier(recorded: Recorded) -> str | None:
    if isinstance(recorded.data, ActionScheduled):
        return recorded.data.action_id
    if isinstance(recorded.data, TaskScheduled):
        return recorded.data.task_id
    return None
