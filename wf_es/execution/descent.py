"""What a task has led to: the runs that it triggered, directly or not.

When a task is run again, skipped or declared done, its earlier end no longer
holds, and neither does what followed from it. Only such a command asks, and it
may look at every run of the execution; a completion never does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from wf_es.execution.decision import Draft, WorkDone
from wf_es.execution.lifecycle import CANCELLED, DELAYED, IDLE
from wf_es.execution.state import ExecutionState

_OVERTAKEN = "A task that led to this one was resumed, so its work did not begin."


def runs_after(state: ExecutionState, task_id: str) -> list[str]:
    """Return the runs that descend from a run and still count, oldest first."""
    followers: dict[str, list[str]] = defaultdict(list)
    for task in state.tasks.values():
        for trigger in (*task.triggered_by, *task.late):
            followers[trigger.task_id].append(task.id)
    found: set[str] = set()
    waiting = [task_id]
    while waiting:
        fresh = [follower for follower in followers[waiting.pop()] if follower not in found]
        found.update(fresh)
        waiting += fresh
    found.discard(task_id)
    counting = [state.tasks[follower] for follower in found if not state.tasks[follower].superseded]
    return [task.id for task in sorted(counting, key=lambda task: task.number)]


def overtaken(state: ExecutionState, task_ids: Iterable[str]) -> Iterator[tuple[str, str, str | None]]:
    """Yield the superseded runs that wait for a time or a resume: they end, since their work must not begin.

    Each comes with the outcome that it has then, and the information about it.
    """
    for task_id in task_ids:
        task = state.tasks[task_id]
        if not task.superseded or task.state not in (DELAYED, IDLE):
            continue
        if task.outcome is not None:
            yield task_id, task.outcome, task.outcome_info
        else:
            yield task_id, CANCELLED, _OVERTAKEN


def take_back(draft: Draft, task_ids: Iterable[str], cause: int) -> None:
    """Note what follows once runs count no more: those that wait end, and joins may have lost a branch."""
    for task_id, outcome, info in overtaken(draft.state, task_ids):
        draft.finished.append(WorkDone(task_id, outcome, info, cause))
    waiting = draft.state.waiting
    draft.doubtful.extend(sorted(waiting, key=waiting.__getitem__))


def is_just_forked(state: ExecutionState) -> bool:
    """Return whether nothing is under way because an execution has just been copied here."""
    return state.forked_from is not None and state.forked_from.since == state.version
