"""Joins: where branches meet, and what happens when one cannot come.

A join runs once per *turn*. The first trigger of a turn creates its task
execution in WAITING; each further one is recorded with it. It begins when
enough of its inbound tasks have triggered it, with their contexts merged in
the order of arrival, and fails when that can no longer happen. Whatever
arrives after it has begun or failed is recorded as late and starts nothing.

Which turn a trigger belongs to follows from where it comes from: a cycle opens
a new turn each time round, so the n-th *round* in which a task reaches the
join belongs to turn n; several triggers from one round belong together. What
a branch on no cycle has brought holds for every turn, and so does what a
branch brought in the turn before if it has not been entered again since.

A rerun is a correction, not a new turn. It supersedes the join's run that
its task had led to; a join that had begun then runs once more, with what the
other branches had brought, except for branches that are running again
themselves, unless they turn out not to come again. A join that had failed
before it began waits again, and what had arrived late counts; what had
followed its failure is superseded.

An inbound task can still come as long as something is alive from which it can
be reached without passing through the join itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from wf_es.definition import Graph
from wf_es.execution.decision import Draft
from wf_es.execution.descent import runs_after, take_back
from wf_es.execution.events import JoinReopened, JoinTriggered, TaskScheduled, Trigger
from wf_es.execution.lifecycle import COMPLETED, RUNNING, WAITING
from wf_es.execution.scheduling import begin_task, kind_of, next_round
from wf_es.execution.state import ExecutionState, TaskExecution, has_not_begun, round_of


def arrive(draft: Draft, name: str, trigger: Trigger, cause: int | None) -> None:
    """Record that a transition reached the join, and begin it if that was enough."""
    source = draft.state.tasks[trigger.task_id]
    turn = _turn(draft, name, source)
    if (name, turn) not in draft.state.turns:
        carried = _carried(draft, name, turn, source.name)
        _open(draft, name, turn, [*carried, trigger], cause)
    else:
        _arrive_in(draft, name, turn, trigger, cause)
    if not source.rounds:
        _arrive_in_later_turns(draft, name, turn, trigger, cause)
    _doubt_other_turns(draft, name, turn)


def _arrive_in(draft: Draft, name: str, turn: int, trigger: Trigger, cause: int | None) -> None:
    source = draft.state.tasks[trigger.task_id]
    join = draft.state.tasks[draft.state.turns[name, turn]]
    if join.state == WAITING or _revives(join, source):
        triggered = _trigger(draft, join, trigger, cause)
        begin_if_complete(draft, join.id, triggered)
    elif join.superseded:
        _open(draft, name, turn, [*_kept(draft, join, source.name), trigger], cause, join.id)
    else:
        draft.emit(JoinTriggered(task_id=join.id, trigger=trigger, late=True), cause)
        _doubt_without(draft, source.name, [name])


def _trigger(draft: Draft, join: TaskExecution, trigger: Trigger, cause: int | None) -> int:
    """Record what reached a join; what followed an earlier failure of it counts no more."""
    followed = join.state != WAITING and not join.superseded and bool(join.transitions)
    if supersedes := runs_after(draft.state, join.id) if followed else []:
        cause = draft.emit(JoinReopened(task_id=join.id, supersedes=supersedes), cause)
        take_back(draft, supersedes, cause)
    triggered = draft.emit(JoinTriggered(task_id=join.id, trigger=trigger), cause)
    if join.state != WAITING:
        draft.doubtful.append(join.id)
    return triggered


def _revives(join: TaskExecution, source: TaskExecution) -> bool:
    """Whether a trigger lets a join wait again that had failed before it began."""
    corrected = join.superseded or source.revision > join.revision
    return has_not_begun(join) and corrected


def _arrive_in_later_turns(draft: Draft, name: str, turn: int, trigger: Trigger, cause: int | None) -> None:
    later = turn + 1
    while (task_id := draft.state.turns.get((name, later))) is not None:
        if draft.state.tasks[task_id].state == WAITING:
            _arrive_in(draft, name, later, trigger, cause)
        later += 1


def _doubt_other_turns(draft: Draft, name: str, turn: int) -> None:
    """Note the other waiting runs of a join: what came to this one may have been their last hope."""
    turns = draft.state.turns
    if (name, turn - 1) in turns or (name, turn + 1) in turns:
        waiting = draft.state.waiting
        others = [task_id for task_id in waiting if draft.state.tasks[task_id].name == name]
        draft.doubtful.extend(sorted(others, key=waiting.__getitem__))


def _turn(draft: Draft, name: str, source: TaskExecution) -> int:
    state = draft.state
    known = state.arrivals.get((name, source.name, round_of(source)))
    return known if known is not None else 1 + state.arrived.get((name, source.name), 0)


def _open(
    draft: Draft,
    name: str,
    turn: int,
    triggers: list[Trigger],
    cause: int | None,
    replaces: str | None = None,
) -> None:
    task_id = draft.next_id()
    scheduled = draft.emit(
        TaskScheduled(
            task_id=task_id,
            name=name,
            kind=kind_of(draft, name),
            state=WAITING,
            triggered_by=triggers,
            turn=turn,
            round=next_round(draft, name, triggers),
            replaces=replaces,
        ),
        cause,
    )
    draft.doubtful.append(task_id)
    begin_if_complete(draft, task_id, scheduled)


def _kept(draft: Draft, join: TaskExecution, but: str) -> list[Trigger]:
    """Return what others than ``but`` have brought to a join and will not bring again."""
    return [
        trigger
        for trigger in join.triggered_by
        if (source := draft.state.tasks[trigger.task_id]).name != but
        and not source.superseded
        and not _may_come(draft, join.name, source.name)
    ]


def _carried(draft: Draft, name: str, turn: int, but: str) -> list[Trigger]:
    """Return what the turn before had been brought by branches that were not entered since."""
    before = draft.state.tasks.get(draft.state.turns.get((name, turn - 1), ""))
    if before is None or not before.begun:
        return []
    return [
        trigger
        for trigger in _kept(draft, before, but)
        if not _has_run_since(draft, name, draft.state.tasks[trigger.task_id].name, before.begun)
    ]


def _has_run_since(draft: Draft, join: str, source: str, number: int) -> bool:
    state = draft.state
    feeders = draft.definition.workflow.graph.feeders(join, source)
    latest = (state.tasks[state.latest[name]] for name in feeders if name in state.latest)
    return any(task.number > number for task in latest)


def begin_if_complete(draft: Draft, task_id: str, cause: int | None) -> None:
    """Begin a waiting join if enough of its inbound tasks have triggered it."""
    join = draft.state.tasks[task_id]
    enough = len(join.arrived) >= draft.definition.workflow.graph.required(join.name)
    if enough and draft.state.state == RUNNING:
        begin_task(draft, task_id, cause)


def missing(draft: Draft, join: TaskExecution) -> list[str]:
    """Return the inbound tasks without which a waiting join cannot begin.

    The list is empty as long as enough of them can still come.
    """
    graph = draft.definition.workflow.graph
    needed = graph.required(join.name) - len(join.arrived)
    lost: list[str] = []
    for name in absent(draft, join):
        if not _may_come(draft, join.name, name):
            lost.append(name)
        elif (needed := needed - 1) <= 0:
            return []
    return lost


def regain(draft: Draft, task_id: str, lost: list[str]) -> bool:
    """Take what the run that a join replaces had been brought; return whether there was anything.

    While a branch was running again, what it had brought to the join did not
    count. If it turns out not to come again, its earlier end still holds.
    """
    join = draft.state.tasks[task_id]
    found = {
        draft.state.tasks[trigger.task_id].name: trigger
        for trigger in _brought_before(draft.state, join)
        if _holds(draft.state, trigger, join.name, lost)
    }
    cause = draft.state.version
    for trigger in found.values():
        cause = draft.emit(JoinTriggered(task_id=task_id, trigger=trigger), cause)
    if found:
        draft.doubtful.append(task_id)
        begin_if_complete(draft, task_id, cause)
    return bool(found)


def _brought_before(state: ExecutionState, join: TaskExecution) -> Iterator[Trigger]:
    """Yield what the runs before had been brought, the latest run first."""
    while join.replaces is not None:
        join = state.tasks[join.replaces]
        yield from join.triggered_by


def _holds(state: ExecutionState, trigger: Trigger, join: str, lost: list[str]) -> bool:
    """Whether a lost branch still leads to a join as it did when it brought a trigger."""
    source = state.tasks[trigger.task_id]
    if source.name not in lost or source.state not in COMPLETED or source.superseded:
        return False
    return any((item.target, item.event) == (join, trigger.event) for item in source.transitions or ())


def absent(draft: Draft, join: TaskExecution) -> list[str]:
    """Return the inbound tasks that have not triggered a join."""
    inbound = draft.definition.workflow.graph.inbound[join.name]
    return [name for name in inbound if name not in join.arrived]


def _may_come(draft: Draft, join: str, source: str) -> bool:
    """Whether anything is alive that can lead to ``source``, and so to the join."""
    live = draft.state.live
    if source in live:
        return True
    feeders = draft.definition.workflow.graph.feeders(join, source)
    if len(live) < len(feeders):
        return any(name in feeders for name in live)
    return any(name in live for name in feeders)


def doubt(draft: Draft, task: TaskExecution, taken: set[str]) -> None:
    """Note the waiting joins that a completed task has made doubtful.

    Only a transition that was not taken can do that, or one that came late to
    a join, and only to joins that it leads to, by way of inbound tasks that
    nothing else can lead to any more.
    """
    outbound = draft.definition.workflow.graph.outbound.get(task.name, ())
    _doubt_without(draft, task.name, [name for name in outbound if name not in taken])


def _doubt_without(draft: Draft, source: str, lost: list[str]) -> None:
    """Note the waiting joins that may be impossible as ``source`` leads nowhere by way of ``lost``."""
    if not lost:
        return
    waiting = draft.state.waiting
    for task_id in sorted(waiting, key=waiting.__getitem__):
        join = draft.state.tasks[task_id]
        if any(_loses(draft, join, source, target) for target in lost):
            draft.doubtful.append(task_id)


def _loses(draft: Draft, join: TaskExecution, source: str, target: str) -> bool:
    """Whether a join lacks a branch for good because ``source`` did not go on to ``target``."""
    direct = target == join.name
    entries = (source,) if direct else _entries(draft.definition.workflow.graph, join.name, target)
    return any(entry not in join.arrived and not _may_come(draft, join.name, entry) for entry in entries)


@lru_cache(maxsize=1024)
def _entries(graph: Graph, join: str, target: str) -> tuple[str, ...]:
    """Return the inbound tasks of a join that can be reached from ``target``."""
    if not graph.reaches(target, join):
        return ()
    after = graph.descendants(target)
    return tuple(name for name in graph.inbound[join] if name == target or name in after)
