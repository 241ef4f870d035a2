"""What holds in every state that can be reached, and after every step to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from wf_es.definition import Graph
from wf_es.envelope import Recorded
from wf_es.execution.events import (
    ActionScheduled,
    SubWorkflowReopened,
    SubWorkflowScheduled,
    TaskContinued,
    TaskRerun,
    TaskScheduled,
    TaskSkipped,
    TimerFired,
)
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.reducer import evolve
from wf_es.execution.state import ActionExecution, ExecutionState, SubExecution
from wf_es.simulation import Step

_CORRECTIONS = (TaskRerun, TaskSkipped, TaskContinued, SubWorkflowReopened)


def check_step(step: Step) -> None:
    """The events lead from the state before to the one after, and their numbers have no gap."""
    state = step.before
    for recorded in step.events:
        assert recorded.version == state.version + 1, "an event number is missing or taken"
        state = evolve(state, recorded)
        if isinstance(recorded.data, ActionScheduled | SubWorkflowScheduled):
            check_concurrency(state, recorded.data)
    assert state == step.after, "the events do not lead to the state that was decided"


def check_state(state: ExecutionState) -> None:
    """The indexes agree with the tasks and actions, and nothing is forgotten."""
    check_indexes(state)
    if state.state == "RUNNING":
        check_running(state)


def check_indexes(state: ExecutionState) -> None:
    """The state's indexes hold what a look at every task and action finds."""
    tasks = state.tasks.values()
    incomplete = [task for task in tasks if task.state not in COMPLETED]
    settled = [task for task in tasks if task.state in COMPLETED and not task.superseded]
    assert state.incomplete == len(incomplete)
    assert dict(state.live.items()) == Counter(task.name for task in incomplete if not task.superseded)
    for name, found in (
        ("waiting", [task for task in incomplete if task.state == "WAITING"]),
        ("idle", [task for task in incomplete if task.state == "IDLE"]),
        ("deferred", [task for task in incomplete if task.items is not None and task.items.deferred]),
        ("unprocessed", [task for task in settled if not task.processed]),
        ("failed", [task for task in settled if task.state == "ERROR" and not task.handled]),
        ("cancelled", [task for task in settled if task.state == "CANCELLED"]),
    ):
        assert dict(getattr(state, name).items()) == {task.id: task.number for task in found}, name
    for timer in state.timers.values():
        task = state.tasks[timer.task_id]
        assert (task.timer, task.state in COMPLETED) == (timer.id, False), "nobody waits for a timer"
    assert len(state.timers) == sum(task.timer is not None for task in tasks)
    for action in state.actions.values():
        is_open = action.state in ("RUNNING", "PAUSED") and not action.superseded
        assert (action.id in state.unfinished) is is_open
        assert not is_open or is_awaited(state, action) or is_left_alone(state, action), action.id


def is_awaited(state: ExecutionState, action: ActionExecution) -> bool:
    """Whether the action's task has not ended."""
    return state.tasks[action.task_id].state not in COMPLETED


def is_left_alone(state: ExecutionState, action: ActionExecution) -> bool:
    """Whether an action goes on after the end of its task: another item was cancelled."""
    items = state.tasks[action.task_id].items
    return items is not None and items.cancelled > 0


def check_running(state: ExecutionState) -> None:
    """Nothing is forgotten: whatever has not ended waits for an action or for a branch."""
    assert (len(state.unprocessed), len(state.idle), len(state.backlog)) == (0, 0, 0)
    actions = [state.actions[action_id] for action_id in state.unfinished]
    at_work = Counter(action.task_id for action in actions if is_awaited(state, action))
    timed = {timer.task_id for timer in state.timers.values()}
    children = [state.children[child_id] for child_id in state.open]
    at_work.update(child.task_id for child in children if is_child_awaited(state, child))
    assert at_work or state.deferred or timed, "a running execution that waits for nothing must have ended"
    assert all(running == 1 or state.tasks[task_id].items for task_id, running in at_work.items())
    waiting_for = {*at_work, *state.waiting, *state.deferred, *timed}
    assert waiting_for == {task.id for task in state.tasks.values() if task.state not in COMPLETED}


def check_concurrency(state: ExecutionState, begun: ActionScheduled | SubWorkflowScheduled) -> None:
    """An item begins only if fewer run than may; one that somebody runs again does not ask."""
    items = state.tasks[begun.task_id].items if begun.task_id else None
    if items is not None and items.concurrency:
        assert items.running <= items.concurrency, f"{items.running} items run, {items.concurrency} may"


def is_child_awaited(state: ExecutionState, child: SubExecution) -> bool:
    """Whether the task of a sub-workflow has not ended and waits for it."""
    return not child.superseded and not child.alone and state.tasks[child.task_id].state not in COMPLETED


def check_log(log: Sequence[Recorded]) -> None:
    """Each timer has its effect once, and so has each trigger."""
    fired = Counter(event.data.timer_id for event in log if isinstance(event.data, TimerFired))
    assert all(count == 1 for count in fired.values()), "a timer fired twice"
    check_triggers(log)


def check_triggers(log: Sequence[Recorded]) -> None:
    """Without reruns no trigger starts a task twice."""
    if any(isinstance(event.data, _CORRECTIONS) for event in log):
        return
    triggers = [
        (event.data.name, trigger.task_id, trigger.event)
        for event in log
        if isinstance(event.data, TaskScheduled) and event.data.state == "RUNNING"
        for trigger in event.data.triggered_by
    ]
    assert len(triggers) == len(set(triggers)), "a task started twice for one trigger"


def check_joins(state: ExecutionState, graph: Graph) -> None:
    """A join waits only as long as enough of its branches can still come."""
    if state.state != "RUNNING":
        return
    for task_id in state.waiting:
        join = state.tasks[task_id]
        missing = [name for name in graph.inbound[join.name] if name not in join.arrived]
        coming = [name for name in missing if _may_come(state, graph, join.name, name)]
        assert len(join.arrived) + len(coming) >= graph.required(join.name), f"{join.name} waits in vain"


def _may_come(state: ExecutionState, graph: Graph, join: str, name: str) -> bool:
    """Whether a task is alive, or leads from one that is, on a way that does not pass the join."""
    seen, found = {join}, [name]
    while found:
        here = found.pop()
        if here in state.live:
            return True
        if here not in seen:
            seen.add(here)
            found += graph.inbound.get(here, ())
    return False


def check_family(states: Mapping[str, ExecutionState]) -> None:
    """When nothing is on its way, parents know how their sub-workflows stand, and these obey."""
    for parent in states.values():
        assert not parent.orders, "an order was never received"
        for child in parent.children.values():
            own = states.get(child.id)
            if own is None:
                assert (child.state, child.event) == ("ERROR", 0), "a sub-workflow never began"
            elif not own.deleted:
                assert own.state == child.state, f"the parent thinks {child.state}, the child is {own.state}"
                assert own.parent_execution_id == parent.id
                check_obedience(parent, child, own)


def check_obedience(parent: ExecutionState, child: SubExecution, own: ExecutionState) -> None:
    """A sub-workflow ends with what it was begun for, and stands still with its parent.

    One that was begun anew by itself is left alone, and so are all while
    somebody has let one of them go on.
    """
    if own.reopened or own.is_completed:
        return
    assert not child.superseded, "a superseded sub-workflow goes on"
    assert not (parent.stopped and parent.is_completed), "a sub-workflow goes on after a stop"
    if parent.state == "PAUSED":
        others = [one.state for one in parent.children.values() if not one.superseded]
        was_let_go = own.turned > 1 and not own.by_order
        assert own.state == "PAUSED" or was_let_go or "PAUSED" in others or parent.paused, (
            "a sub-workflow does not stand still"
        )
