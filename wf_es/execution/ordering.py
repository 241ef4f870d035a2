"""Orders: what an execution wants of its sub-workflows.

Whenever an execution comes to stand still, goes on or is stopped, its
sub-workflows are to do the same. Which of them have to be told is worked out
here, as a part of folding the event: all that are open, but those that are
known to be in the wanted state already and that no earlier order is on its way
to. So a pause that began in a sub-workflow is no order to that one, and if it
is resumed there meanwhile, nobody interferes.
"""

from __future__ import annotations

import msgspec

from wf_es.execution.indexes import put_child
from wf_es.execution.lifecycle import CANCELLED, COMPLETED
from wf_es.execution.making import keys
from wf_es.execution.state import ExecutionState

_replace = msgspec.structs.replace


def demand(state: ExecutionState, wanted: str, event: int) -> None:
    """Note that event number ``event`` wants all open sub-workflows in a state."""
    for child_id in keys(state, "open"):
        child = state.children[child_id]
        complies = child.state == wanted and child.order >= child.ordered
        is_doomed = child.superseded or state.tasks[child.task_id].superseded
        if not complies and not is_doomed:
            put_child(state, _replace(child, ordered=event, demand=wanted))


def withdraw(state: ExecutionState, child_id: str, event: int) -> None:
    """Let a sub-workflow count no more; if it is open, event number ``event`` ends it."""
    child = state.children[child_id]
    if child.superseded:
        return
    child = _replace(child, superseded=True, accepted=False)
    if child.state not in COMPLETED:
        child = _replace(child, ordered=event, demand=CANCELLED)
    put_child(state, child)


def doom(state: ExecutionState, unit_id: str, event: int) -> None:
    """Let event number ``event`` end a unit of a run that counts no more, if it is an open sub-workflow."""
    if unit_id in state.open:
        child = state.children[unit_id]
        put_child(state, _replace(child, ordered=event, demand=CANCELLED))
