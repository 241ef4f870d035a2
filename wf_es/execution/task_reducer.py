"""What an event that concerns one task changes in the state."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from immutables import Map

from wf_es.envelope import Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.context import brought, holds, inbound_again, merge, patch, publish, with_globals
from wf_es.execution.indexes import put_action, put_child, put_task
from wf_es.execution.lifecycle import DELAYED, ERROR, RUNNING, SKIPPED, WAITING
from wf_es.execution.making import assign, put
from wf_es.execution.ordering import doom, withdraw
from wf_es.execution.state import (
    EMPTY,
    Context,
    ExecutionState,
    Items,
    TaskExecution,
    has_not_begun,
    round_of,
)
from wf_es.execution.units import result_of, without_output

_replace = msgspec.structs.replace

_NONE: Map[str, int] = Map()


def _task_scheduled(state: ExecutionState, event: log.TaskScheduled, recorded: Recorded) -> None:
    number = state.counter + 1
    sources = [state.tasks[trigger.task_id] for trigger in event.triggered_by]
    inbound, rounds, revision = _handed_on(sources)
    if event.state == WAITING:
        inbound = EMPTY
    # With more than 15 keywords in one call the interpreter makes a dict of them first: that takes longer
    # than all the rest. What is particular about joins is added to these alone.
    task = TaskExecution(
        id=event.task_id,
        number=number,
        name=event.name,
        state=event.state,
        type=event.kind,
        triggered_by=tuple(event.triggered_by),
        rounds=rounds.set(event.name, event.round) if event.round else rounds,
        revision=revision,
        inbound=inbound,
        outbound=inbound,
        created_at=recorded.time,
        updated_at=recorded.time,
        started_at=recorded.time if event.state == RUNNING else None,
        event=recorded.version,
        scheduled=recorded.version,
    )
    assign(state, "counter", number)
    put(state, "latest", event.name, event.task_id)
    if event.turn != 1 or event.replaces is not None:
        task = _replace(task, turn=event.turn, replaces=event.replaces)
    if event.state != WAITING:
        put_task(state, task)
        return
    put_task(state, _replace(task, arrived=_arrived(_NONE, sources)))
    put(state, "turns", (event.name, event.turn), event.task_id)
    for source in sources:
        _arrive(state, source, task)


def _handed_on(sources: list[TaskExecution]) -> tuple[Context, Map[str, int], int]:
    """Return the context, the rounds and the revision that what led to a task hands on to it."""
    if not sources:
        return EMPTY, _NONE, 0
    first = sources[0]
    if len(sources) == 1:
        return first.outbound, first.rounds, first.revision
    rounds, revision = first.rounds, first.revision
    for source in sources[1:]:
        rounds, revision = _furthest(rounds, source.rounds), max(revision, source.revision)
    return merge(source.outbound for source in sources), rounds, revision


def _furthest(rounds: Map[str, int], others: Map[str, int]) -> Map[str, int]:
    if others is not rounds:
        for name, count in others.items():
            if count > rounds.get(name, 0):
                rounds = rounds.set(name, count)
    return rounds


def _arrived(arrived: Map[str, int], sources: Iterable[TaskExecution]) -> Map[str, int]:
    for source in sources:
        arrived = arrived.set(source.name, arrived.get(source.name, 0) + 1)
    return arrived


def _arrive(state: ExecutionState, source: TaskExecution, join: TaskExecution) -> None:
    key = (join.name, source.name, round_of(source))
    if key in state.arrivals:
        return
    pair = key[:2]
    put(state, "arrivals", key, join.turn)
    put(state, "arrived", pair, state.arrived.get(pair, 0) + 1)


def _join_triggered(state: ExecutionState, event: log.JoinTriggered, recorded: Recorded) -> None:
    join = state.tasks[event.task_id]
    source = state.tasks[event.trigger.task_id]
    if not event.late:
        join = _replace(
            join,
            state=WAITING,
            state_info=None,
            triggered_by=join.triggered_by + (event.trigger,),  # noqa: RUF005 - half the time, if it is long
            arrived=_arrived(join.arrived, [source]),
            rounds=_furthest(join.rounds, source.rounds),
            revision=max(join.revision, source.revision),
            transitions=None,
            processed=False,
            handled=False,
            superseded=False,
            finished_at=None,
            updated_at=recorded.time,
        )
        put_task(state, join)
    elif has_not_begun(join):
        late = (*join.late, event.trigger)
        put_task(state, _replace(join, late=late, arrived=_arrived(join.arrived, [source])))
    _arrive(state, source, join)


def _join_reopened(state: ExecutionState, event: log.JoinReopened, recorded: Recorded) -> None:
    supersede_runs(state, event.task_id, event.supersedes, recorded)


def _task_started(state: ExecutionState, event: log.TaskStarted, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    begins = task.state == WAITING
    goes_on = task.state == DELAYED or task.retries > 0
    inbound = brought(state, task) if begins else task.inbound
    task = _replace(
        task,
        state=RUNNING,
        state_info=None,
        inbound=inbound,
        outbound=inbound,
        begun=state.counter if begins else task.begun,
        started_at=task.started_at if goes_on else recorded.time,
        updated_at=recorded.time,
    )
    put_task(state, task)


def _task_completed(state: ExecutionState, event: log.TaskCompleted, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    if not event.keep_result:
        for action_id in task.actions.values():
            put_action(state, without_output(state.actions[action_id]))
        for child_id in task.children.values():
            put_child(state, _replace(state.children[child_id], output=None))
    result = result_of(state, task) if event.keep_result else None
    task = _replace(
        task,
        state=event.state,
        state_info=event.state_info,
        published=event.published,
        published_global=event.published_global | event.published_atomic,
        outbound=publish(task.inbound, event.published, recorded.version),
        result=result,
        keep_result=event.keep_result,
        transitions=None if event.transitions is None else tuple(event.transitions),
        processed=event.transitions is not None,
        handled=event.handled,
        timer=None,
        updated_at=recorded.time,
        finished_at=recorded.time,
        event=recorded.version,
    )
    put_task(state, task)
    _publish_globally(state, event)


def _publish_globally(
    state: ExecutionState, event: log.TaskCompleted | log.TaskContinued | log.TaskSkipped
) -> None:
    merged, replaced = event.published_global, event.published_atomic
    if merged or replaced:
        known, size = with_globals(state, merged, replaced)
        assign(state, "published_global", known)
        assign(state, "global_bytes", size)


def _transitions_taken(state: ExecutionState, event: log.TransitionsTaken, recorded: Recorded) -> None:
    task = _replace(
        state.tasks[event.task_id],
        transitions=tuple(event.transitions),
        processed=True,
        handled=event.handled,
        updated_at=recorded.time,
    )
    put_task(state, task)


def _task_rerun(state: ExecutionState, event: log.TaskRerun, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    below = ChainMap(state.published_global, state.vars, state.input)
    inbound = patch(inbound_again(state, task), event.context, recorded.version, below)
    _supersede(state, event, recorded)
    task = _replace(
        task,
        state=event.state,
        state_info=None,
        attempt=task.attempt + 1,
        retries=0,
        passed=(),
        outcome=None,
        outcome_info=None,
        timer=None,
        begun=state.counter,
        revision=recorded.version,
        inbound=inbound,
        outbound=inbound,
        input_patch=event.input or None,
        item_patches=event.item_input,
        published={},
        published_global={},
        result=None,
        keep_result=True,
        units=_kept_units(task, event.items),
        items=_items_again(task.items, event.items),
        transitions=None,
        processed=False,
        handled=False,
        superseded=False,
        started_at=recorded.time if event.state == RUNNING else task.started_at,
        finished_at=None,
        updated_at=recorded.time,
    )
    put_task(state, task)


def _kept_units(task: TaskExecution, again: list[int] | None) -> Map[int, str]:
    """Return the units of the items that do not run again: those of all others are kept."""
    if again is None:
        return Map()
    kept = task.units.mutate()
    for index in again:
        kept.pop(index, None)
    return kept.finish()


def _items_again(items: Items | None, again: list[int] | None) -> Items | None:
    """Return where the items stand when only some run again; None: the lists are evaluated anew."""
    if items is None or again is None:
        return None
    return Items(
        values=items.values,
        count=items.count,
        concurrency=items.concurrency,
        indexes=tuple(again),
        succeeded=items.count - len(again),
    )


def _supersede(
    state: ExecutionState,
    event: log.TaskRerun | log.TaskContinued | log.TaskSkipped,
    recorded: Recorded,
) -> None:
    """Let what the earlier end of a task has led to, and its work, no longer count."""
    task = state.tasks[event.task_id]
    kept = _kept_units(task, event.items) if isinstance(event, log.TaskRerun) else Map()
    for index, unit_id in task.units.items():
        if index in kept:
            continue
        if unit_id in state.children:
            withdraw(state, unit_id, recorded.version)
        else:
            action = _replace(state.actions[unit_id], superseded=True, accepted=False)
            put_action(state, action)
    supersede_runs(state, event.task_id, event.supersedes, recorded)


def supersede_runs(state: ExecutionState, task_id: str, supersedes: list[str], recorded: Recorded) -> None:
    """Let the runs that an earlier end of a task has led to no longer count."""
    gone = {task_id, *supersedes}
    for follower in supersedes:
        put_task(state, _without(state, state.tasks[follower], gone))
        for unit_id in state.tasks[follower].units.values():
            doom(state, unit_id, recorded.version)
    if any(source in gone for source, _ in state.backlog):
        assign(state, "backlog", tuple(entry for entry in state.backlog if entry[0] not in gone))


def _without(state: ExecutionState, task: TaskExecution, gone: set[str]) -> TaskExecution:
    """Return a run that no longer counts; a join that has not begun keeps what others brought."""
    if not has_not_begun(task):
        return _replace(task, superseded=True)
    triggers = (*task.triggered_by, *task.late)
    sources = (state.tasks[trigger.task_id] for trigger in triggers if trigger.task_id not in gone)
    kept = _arrived(Map(), (source for source in sources if source.name in task.arrived and holds(source)))
    return _replace(task, arrived=kept, superseded=task.state == ERROR or not kept)


def _task_continued(state: ExecutionState, event: log.TaskContinued, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    below = ChainMap(state.published_global, state.vars, state.input)
    inbound = patch(inbound_again(state, task), event.context, recorded.version, below)
    began = task.started_at or (recorded.time if event.state == ERROR else None)
    task = _replace(
        task,
        state=event.state,
        state_info=event.state_info,
        result=event.result,
        inbound=inbound,
        started_at=began,
    )
    _settle_by_hand(state, task, event, recorded)


def _task_skipped(state: ExecutionState, event: log.TaskSkipped, recorded: Recorded) -> None:
    task = state.tasks[event.task_id]
    inbound = inbound_again(state, task)
    task = _replace(task, state=SKIPPED, state_info="Task was skipped.", inbound=inbound)
    _settle_by_hand(state, task, event, recorded)


def _settle_by_hand(
    state: ExecutionState,
    task: TaskExecution,
    event: log.TaskContinued | log.TaskSkipped,
    recorded: Recorded,
) -> None:
    _supersede(state, event, recorded)
    task = _replace(
        task,
        revision=recorded.version,
        published=event.published,
        published_global={**event.published_global, **event.published_atomic},
        outbound=publish(task.inbound, event.published, recorded.version),
        transitions=None,
        processed=False,
        handled=False,
        superseded=False,
        outcome=None,
        outcome_info=None,
        timer=None,
        updated_at=recorded.time,
        finished_at=recorded.time,
        event=recorded.version,
    )
    put_task(state, task)
    _publish_globally(state, event)


HANDLERS: dict[type[Event], Callable[[ExecutionState, Any, Recorded], None]] = {
    log.TaskScheduled: _task_scheduled,
    log.JoinReopened: _join_reopened,
    log.JoinTriggered: _join_triggered,
    log.TaskStarted: _task_started,
    log.TaskCompleted: _task_completed,
    log.TransitionsTaken: _transitions_taken,
    log.TaskRerun: _task_rerun,
    log.TaskContinued: _task_continued,
    log.TaskSkipped: _task_skipped,
}
