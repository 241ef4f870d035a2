"""What a resume does again, and what it goes on waiting for."""

from __future__ import annotations

from collections.abc import Set

from wf_es.execution.choosing import actions_again
from wf_es.execution.requirements.choice import Choice
from wf_es.execution.requirements.report import Outstanding, Repeat
from wf_es.execution.state import ExecutionState
from wf_es.execution.timing import TIMEOUT


def repeats(state: ExecutionState, chosen: list[Choice]) -> list[Repeat]:
    """Return the actions that will be called once more."""
    return [
        Repeat(task=task.name, action=action.name, id=action.id, state=action.state)
        for task, wish in chosen
        if wish.action == "rerun"
        for action in actions_again(state, task, wish)
    ]


def outstanding(state: ExecutionState, resumed: Set[str]) -> list[Outstanding]:
    """Return what the tasks that are not resumed still wait for: results and times."""
    actions = (
        state.actions[action_id] for action_id in sorted(state.unfinished, key=state.unfinished.__getitem__)
    )
    found = [
        Outstanding(
            task=state.tasks[action.task_id].name,
            action=action.name,
            id=action.id,
            is_async=action.is_async,
        )
        for action in actions
        if action.task_id not in resumed
    ]
    timers = sorted(state.timers.values(), key=lambda timer: timer.due)
    return found + [
        Outstanding(
            task=state.tasks[timer.task_id].name,
            action=timer.kind,
            id=timer.id,
            is_async=True,
            due=timer.due.isoformat(" ", "seconds")[:19],
        )
        for timer in timers
        if timer.kind != TIMEOUT and timer.task_id not in resumed
    ]
