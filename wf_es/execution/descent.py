"""What a task has led to: the runs that it triggered, directly or not.

When a task is run again, skipped or declared done, its earlier end no longer
holds, and neither does what followed from it. Only such a command asks, and it
may look at every run of the execution; a completion never does.
"""

from __future__ import annotations

from collections import defaultdict

from wf_es.execution.state import ExecutionState


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
