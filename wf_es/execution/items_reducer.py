"""What an event that concerns the items of a task changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import put_task
from wf_es.execution.state import ExecutionState, Items

_replace = msgspec.structs.replace


def _items_evaluated(state: ExecutionState, event: log.ItemsEvaluated, recorded: Recorded) -> None:
    items = Items(
        values=event.values,
        count=event.count,
        concurrency=event.concurrency,
        indexes=range(event.count),
    )
    task = _replace(state.tasks[event.task_id], items=items, updated_at=recorded.time)
    put_task(state, task)


def _items_deferred(state: ExecutionState, event: log.ItemsDeferred, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    if task.items is not None:
        items = _replace(task.items, deferred=True)
        put_task(state, _replace(task, items=items, updated_at=recorded.time))


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.ItemsEvaluated: _items_evaluated,
    log.ItemsDeferred: _items_deferred,
}
