"""What a resume does again, and what it goes on waiting for."""

from __future__ import annotations

from collections.abc import Iterator, Set

from wf_es.execution.choosing import actions_again, items_to_run
from wf_es.execution.commands import TaskResumption
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.requirements.choice import Choice
from wf_es.execution.requirements.flow import Flow
from wf_es.execution.requirements.report import Outstanding, Repeat
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.timing import TIMEOUT


def repeats(state: ExecutionState, chosen: list[Choice], flow: Flow) -> list[Repeat]:
    """Return what will be called once more: by the chosen tasks, and by what ran after them."""
    found: list[Repeat] = []
    for task, wish in chosen:
        if wish.action == "rerun":
            actions = actions_again(state, task, wish)
            found += [
                Repeat(task=task.name, action=action.name, id=action.id, state=action.state)
                for action in actions
            ]
            found += _children(state, task, wish) if not actions else []
    after = (state.tasks[task_id] for task_id in flow.beginnings.gone)
    for task in sorted(after, key=lambda task: task.number):
        begin = flow.begins.get(task.name)
        if begin is not None and begin.is_plain and not task.superseded:
            found += [*_actions(state, task), *_children(state, task)]
    return found


def _actions(state: ExecutionState, task: TaskExecution) -> Iterator[Repeat]:
    for _, unit in sorted(task.units.items()):
        action = state.actions.get(unit)
        if action is not None:
            yield Repeat(task=task.name, action=action.name, id=action.id, state=action.state)


def _children(
    state: ExecutionState, task: TaskExecution, wish: TaskResumption | None = None
) -> Iterator[Repeat]:
    """Yield the sub-workflows of a task, or only those of the items that are wished."""
    chosen = items_to_run(state, task, wish.items) if wish is not None and task.items is not None else None
    for index, unit in sorted(task.units.items()):
        child = state.children.get(unit)
        if child is not None and (chosen is None or index in chosen):
            yield Repeat(task=task.name, action=child.workflow_name, id=child.id, state=child.state)


def outstanding(
    state: ExecutionState, resumed: Set[str], followed: Set[str] = frozenset()
) -> list[Outstanding]:
    """Return what the tasks that go on still wait for: results, sub-workflows and times.

    Tasks of ``resumed`` begin anew; those of ``followed`` go on with a
    sub-workflow that does, and may wait for others as well.
    """
    return [*_results(state, resumed), *_executions(state, resumed), *_times(state, resumed | followed)]


def _results(state: ExecutionState, resumed: Set[str]) -> Iterator[Outstanding]:
    for action_id in sorted(state.unfinished, key=state.unfinished.__getitem__):
        action = state.actions[action_id]
        if action.task_id not in resumed:
            name = state.tasks[action.task_id].name
            yield Outstanding(task=name, action=action.name, id=action.id, is_async=action.is_async)


def _executions(state: ExecutionState, resumed: Set[str]) -> Iterator[Outstanding]:
    for child_id in sorted(state.open, key=state.open.__getitem__):
        child = state.children[child_id]
        task = state.tasks[child.task_id]
        waits = task.state not in COMPLETED and not child.superseded and not child.alone
        if waits and task.id not in resumed:
            yield Outstanding(task=task.name, action=child.workflow_name, id=child.id, is_async=True)


def _times(state: ExecutionState, resumed: Set[str]) -> Iterator[Outstanding]:
    for timer in sorted(state.timers.values(), key=lambda timer: timer.due):
        if timer.kind != TIMEOUT and timer.task_id not in resumed:
            yield Outstanding(
                task=state.tasks[timer.task_id].name,
                action=timer.kind,
                id=timer.id,
                is_async=True,
                due=timer.due.isoformat(" ", "seconds")[:19],
            )
