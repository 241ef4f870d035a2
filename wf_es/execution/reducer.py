"""The reducer: one event after another becomes the state of an execution.

It holds no rule. The past cannot be refused: whatever was recorded is taken
over as it stands, and all choices (what runs next, which value is published,
whether an error counts as handled) are already in the events. Folding any
prefix of a log therefore gives the state of that moment.

The handlers stand in six files, by what an event is about: the execution
as a whole, a task, its items, its policies, an action, a sub-workflow. Each
changes a copy of the state that nobody else has seen yet (see ``making``).
"""

from __future__ import annotations

from collections.abc import Iterable

from wf_es.envelope import Recorded
from wf_es.execution import (
    action_reducer,
    items_reducer,
    policy_reducer,
    subworkflow_reducer,
    task_reducer,
    workflow_reducer,
)
from wf_es.execution.making import assign, closed, copy_of, opened, put
from wf_es.execution.state import ExecutionState

_HANDLERS = {
    **workflow_reducer.HANDLERS,
    **task_reducer.HANDLERS,
    **items_reducer.HANDLERS,
    **policy_reducer.HANDLERS,
    **action_reducer.HANDLERS,
    **subworkflow_reducer.HANDLERS,
}


def initial(execution_id: str) -> ExecutionState:
    """Return the state of an execution before anything happened to it."""
    return ExecutionState(id=execution_id)


def evolve(state: ExecutionState, recorded: Recorded) -> ExecutionState:
    """Return the state after one more event of the same execution."""
    made = copy_of(state)
    _take(made, recorded)
    return made


def evolve_all(state: ExecutionState, events: Iterable[Recorded]) -> ExecutionState:
    """Return the state after some more events, in less time than by one after the other."""
    made = opened(state)
    for recorded in events:
        _take(made, recorded)
    return closed(made)


def fold(execution_id: str, events: Iterable[Recorded]) -> ExecutionState:
    """Return the state after all the given events."""
    return evolve_all(initial(execution_id), events)


def _take(made: ExecutionState, recorded: Recorded) -> None:
    data = recorded.data
    _HANDLERS[type(data)](made, data, recorded)
    if recorded.key is not None:
        put(made, "keys", recorded.key, recorded.version)
    assign(made, "version", recorded.version)
    assign(made, "updated_at", recorded.time)
