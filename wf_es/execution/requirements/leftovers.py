"""What a resume leaves as it failed.

Nothing stands against such a resume: branches may be repaired one by one. But
as long as a failure is left that nobody took care of, the execution ends with
it, whatever becomes of the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set

from wf_es.execution.lifecycle import CANCELLED, ERROR
from wf_es.execution.requirements.report import LeftFailed
from wf_es.execution.state import ExecutionState, TaskExecution, has_not_begun


def left_failed(state: ExecutionState, taken_up: Set[str], will_run: Collection[str]) -> list[LeftFailed]:
    """Return the tasks whose failure stays as it is.

    A join that has failed without having begun waits again, if it is reached
    again. One that ended after the execution had is still to be routed, so its
    failure may be handled.

    Args:
        state: The execution as it stands.
        taken_up: Tasks, by id, that the resume takes up, or whose end will count no more.
        will_run: The names of the tasks that will run.

    """
    names = frozenset(will_run)
    tasks = (
        state.tasks[task_id]
        for task_id in {*state.failed, *state.cancelled} - taken_up - {*state.unprocessed}
    )
    return [
        LeftFailed(task=task.name, state=task.state)
        for task in sorted(tasks, key=lambda task: task.number)
        if not (has_not_begun(task) and task.name in names)
    ]


def left_items(state: ExecutionState, task: TaskExecution, resumed: Set[str]) -> Iterator[tuple[int, str]]:
    """Yield the items, and how they ended, whose sub-workflow failed and is not among those resumed."""
    for index, unit in sorted(task.units.items()):
        child = state.children.get(unit)
        ended = state.actions[unit].state if child is None else child.state
        if unit not in resumed and ended in (ERROR, CANCELLED):
            yield index, ended
