"""Joins: where branches meet, and what happens when one cannot come.

A join runs once per *turn*. The first trigger of a turn creates its task
execution in WAITING; each further one is recorded with it. It begins when
enough of its inbound tasks have triggered it, with their contexts merged in
the order of arrival, and fails when that can no longer happen. Whatever
arrives after it has begun or failed is recorded as late and starts nothing.

Which turn a trigger belongs to follows from where it comes from: a task on a
cycle opens a new turn each time round, so its n-th *round* that reaches the
join belongs to turn n; several triggers from one round belong together. Tasks
on no cycle have a single round.

A rerun is a correction, not a new turn. When a trigger descends from a rerun
that the join has not seen, a join that had failed waits again, and one that
had begun runs once more, with what the other branches had brought, except for
branches that are running again themselves.

An inbound task can still come as long as something is alive from which it can
be reached without passing through the join itself.
"""

from __future__ import annotations

from wf_es.execution.decision import Draft
from wf_es.execution.events import JoinTriggered, TaskScheduled, Trigger
from wf_es.execution.lifecycle import WAITING
from wf_es.execution.scheduling import begin_task, next_round
from wf_es.execution.state import TaskExecution


def arrive(draft: Draft, name: str, trigger: Trigger, cause: int | None) -> None:
    """Record that a transition reached the join, and begin it if that was enough."""
    source = draft.state.tasks[trigger.task_id]
    turn = _turn(draft, name, source)
    task_id = draft.state.turns.get((name, turn))
    if task_id is None:
        task_id = _open(draft, name, turn, [trigger], cause)
        draft.doubtful.append(task_id)
        return
    join = draft.state.tasks[task_id]
    corrects = source.revision > join.revision
    if join.state == WAITING or (corrects and join.started_at is None):
        triggered = draft.emit(JoinTriggered(task_id=task_id, trigger=trigger), cause)
        begin_if_complete(draft, task_id, triggered)
    elif corrects:
        kept = _kept(draft, join, source.name)
        draft.doubtful.append(_open(draft, name, turn, [*kept, trigger], cause))
    else:
        draft.emit(JoinTriggered(task_id=task_id, trigger=trigger, late=True), cause)


def _turn(draft: Draft, name: str, source: TaskExecution) -> int:
    state = draft.state
    known = state.arrivals.get((name, source.name, source.rounds.get(source.name, 1)))
    return known if known is not None else 1 + state.arrived.get((name, source.name), 0)


def _open(draft: Draft, name: str, turn: int, triggers: list[Trigger], cause: int | None) -> str:
    task_id = draft.next_id()
    scheduled = draft.emit(
        TaskScheduled(
            task_id=task_id,
            name=name,
            state=WAITING,
            triggered_by=triggers,
            turn=turn,
            round=next_round(draft, name, triggers),
        ),
        cause,
    )
    begin_if_complete(draft, task_id, scheduled)
    return task_id


def _kept(draft: Draft, join: TaskExecution, rerun: str) -> list[Trigger]:
    state = draft.state
    return [
        trigger
        for trigger in join.triggered_by
        if (source := state.tasks[trigger.task_id].name) != rerun and not _may_come(draft, join.name, source)
    ]


def begin_if_complete(draft: Draft, task_id: str, cause: int | None) -> None:
    """Begin a waiting join if enough of its inbound tasks have triggered it."""
    join = draft.state.tasks[task_id]
    if len(join.arrived) >= draft.definition.workflow.graph.required(join.name):
        begin_task(draft, task_id, cause)


def missing(draft: Draft, join: TaskExecution) -> list[str]:
    """Return the inbound tasks without which a waiting join cannot begin.

    The list is empty as long as enough of them can still come.
    """
    graph = draft.definition.workflow.graph
    absent = [name for name in graph.inbound[join.name] if name not in join.arrived]
    lost = [name for name in absent if not _may_come(draft, join.name, name)]
    enough = len(join.arrived) + len(absent) - len(lost) >= graph.required(join.name)
    return [] if enough else lost


def _may_come(draft: Draft, join: str, source: str) -> bool:
    live = draft.state.live
    return any(live.get(name, 0) > 0 for name in draft.definition.workflow.graph.feeders(join, source))


def doubt(draft: Draft, task: TaskExecution, taken: set[str]) -> None:
    """Note the waiting joins that a completed task may have made impossible.

    Only transitions that were not taken can do that, so a task that took all
    of its transitions costs nothing here.
    """
    graph = draft.definition.workflow.graph
    lost = [name for name in graph.outbound.get(task.name, ()) if name not in taken]
    if not lost or not draft.state.waiting:
        return
    for task_id in draft.state.waiting:
        name = draft.state.tasks[task_id].name
        if any(name == target or graph.reaches(target, name) for target in lost):
            draft.doubtful.append(task_id)
