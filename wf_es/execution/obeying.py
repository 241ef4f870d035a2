"""Sub-workflows as they see themselves: they follow the orders of their parent.

An order says in which state the parent wants its child, since one of the
parent's events. Orders may come late, twice or in another order; what is not
newer than the newest one received is ignored. An order that leaves nothing to
do is recorded all the same, so that it is known from then on.
"""

from __future__ import annotations

from wf_es.envelope import JSON
from wf_es.execution.commands import ConfirmDelivery, FollowOrder
from wf_es.execution.decision import Draft
from wf_es.execution.events import Delivered, OrderReceived, WorkflowPaused, WorkflowResumed
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING
from wf_es.execution.resuming import go_on
from wf_es.execution.settling import end_workflow
from wf_es.execution.state import ExecutionState


def follow_order(draft: Draft, command: FollowOrder) -> None:
    """Do what the parent wants, unless a newer order has come already."""
    state = draft.state
    if command.order <= state.order:
        return
    if command.demand == PAUSED and state.state == RUNNING:
        draft.emit(WorkflowPaused(order=command.order, state_info=command.message))
    elif command.demand == RUNNING and state.state == PAUSED and not _was_paused_since(state, command):
        change = change_of(state.env, command.env)
        go_on(draft, draft.emit(WorkflowResumed(order=command.order, env=change)))
    elif command.demand == CANCELLED and not state.is_completed:
        end_workflow(draft, CANCELLED, command.message, None, stopped=True, order=command.order)
    else:
        draft.emit(OrderReceived(action=command.demand, order=command.order))


def _was_paused_since(state: ExecutionState, command: FollowOrder) -> bool:
    """Whether somebody has paused this execution and the parent did not know it when it gave the order."""
    return not state.by_order and state.turned > command.known


def change_of(env: dict[str, JSON], wanted: dict[str, JSON]) -> dict[str, JSON]:
    """Return the merge patch that makes one environment of another, as far as names go."""
    change = {name: value for name, value in wanted.items() if name not in env or env[name] != value}
    return change | {name: None for name in env if name not in wanted}


def confirm_delivery(draft: Draft, command: ConfirmDelivery) -> None:
    """Record that other executions have heard of everything up to an event."""
    if command.event > draft.state.delivered:
        draft.emit(Delivered(event=command.event))
