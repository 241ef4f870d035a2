"""What an event that comes from a task's policies changes in the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from immutables import Map

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.indexes import is_unfinished, put_action, put_task
from wf_es.execution.lifecycle import COMPLETED, DELAYED, IDLE, SUCCESS
from wf_es.execution.making import assign, drop, put
from wf_es.execution.ordering import withdraw
from wf_es.execution.state import ExecutionState, Items, SubExecution, TaskExecution, Timer
from wf_es.execution.units import unit_of

_replace = msgspec.structs.replace


def _change_task(state: ExecutionState, task_id: str, recorded: Recorded, /, **fields: Any) -> None:
    put_task(state, _replace(state.tasks[task_id], updated_at=recorded.time, **fields))


def _passed(task: TaskExecution, policy: str) -> tuple[str, ...]:
    return task.passed if policy in task.passed else (*task.passed, policy)


def _task_held(state: ExecutionState, event: log.TaskHeld, recorded: Recorded) -> None:
    passed = _passed(state.tasks[event.task_id], event.policy)
    _change_task(
        state,
        event.task_id,
        recorded,
        state=IDLE,
        state_info=event.state_info,
        passed=passed,
        timer=None,
    )


def _task_delayed(state: ExecutionState, event: log.TaskDelayed, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    passed = _passed(task, event.policy)
    _change_task(
        state,
        event.task_id,
        recorded,
        state=DELAYED,
        state_info=event.state_info,
        passed=passed,
        items=None if task.items is None else _replace(task.items, deferred=False),
        outcome=event.outcome,
        outcome_info=None if event.outcome == SUCCESS else event.state_info,
        timer=None,
    )


def _retry_scheduled(state: ExecutionState, event: log.RetryScheduled, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    _close_units(state, task, recorded, is_all=True)
    task = _replace(
        task,
        state=DELAYED,
        state_info=event.state_info,
        attempt=event.attempt,
        retries=task.retries + 1,
        outcome=None,
        outcome_info=None,
        result=None,
        units=Map(),
        items=None if task.items is None else _all_again(task.items),
        timer=None,
        updated_at=recorded.time,
    )
    put_task(state, task)


def _all_again(items: Items) -> Items:
    return Items(
        values=items.values,
        count=items.count,
        concurrency=items.concurrency,
        indexes=range(items.count),
    )


def _task_timed_out(state: ExecutionState, event: log.TaskTimedOut, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    _close_units(state, task, recorded, is_all=False)
    put_task(state, _replace(task, timer=None, updated_at=recorded.time))


def _close_units(state: ExecutionState, task: TaskExecution, recorded: Recorded, *, is_all: bool) -> None:
    """Let what has not ended count no more and, if asked, withdraw what the rest has given."""
    for unit_id in task.units.values():
        unit = unit_of(state, unit_id)
        if isinstance(unit, SubExecution):
            if is_all or unit.state not in COMPLETED:
                withdraw(state, unit_id, recorded.version)
        elif is_unfinished(unit):
            put_action(state, _replace(unit, superseded=True))
        elif is_all and unit.accepted:
            put_action(state, _replace(unit, accepted=False))


def _timer_set(state: ExecutionState, event: log.TimerSet, recorded: Recorded) -> None:
    timer = Timer(
        id=event.timer_id,
        task_id=event.task_id,
        kind=event.kind,
        due=event.due,
        seconds=(event.due - recorded.time).total_seconds(),
    )
    if event.task_id in state.tasks:
        _change_task(state, event.task_id, recorded, timer=timer.id)
    put(state, "timers", timer.id, timer)
    assign(state, "counter", state.counter + 1)


def _timer_fired(state: ExecutionState, event: log.TimerFired, recorded: Recorded) -> None:
    if event.task_id in state.tasks:
        _change_task(state, event.task_id, recorded, timer=None)
    else:
        drop(state, "timers", event.timer_id)


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.TaskHeld: _task_held,
    log.TaskDelayed: _task_delayed,
    log.RetryScheduled: _retry_scheduled,
    log.TaskTimedOut: _task_timed_out,
    log.TimerSet: _timer_set,
    log.TimerFired: _timer_fired,
}
