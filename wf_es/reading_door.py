"""The part of the embedding door that looks at executions, as they are or as they were.

``at`` is a moment of an execution's history: an event number, a time with its
offset, or either as text. A time means the last event before the first one
that was recorded later. What is read at an event number never changes.
"""

from __future__ import annotations

from wf_es.engine import Engine
from wf_es.envelope import Recorded
from wf_es.execution.inspection import FinalContext, TaskContext, execution_context, task_context
from wf_es.execution.moment import At
from wf_es.execution.requirements import find_task
from wf_es.execution.state import ExecutionState, TaskExecution


class ReadingDoor:
    """What a program can see of executions.

    Methods raise NotFound for what does not exist (at that moment), and
    InvalidRequest for an ``at`` that is no moment of the execution.
    """

    engine: Engine

    def execution(self, execution: str, *, at: At | None = None) -> ExecutionState:
        """Return an execution as it stands, or as it was at a moment of its history."""
        return self.engine.state(execution) if at is None else self.engine.moment(execution, at).state

    def tasks(self, execution: str, *, at: At | None = None) -> list[TaskExecution]:
        """Return the tasks of an execution, in the order in which they came into being."""
        return sorted(self.execution(execution, at=at).tasks.values(), key=lambda task: task.number)

    def context(self, task: str, *, execution: str | None = None, at: At | None = None) -> TaskContext:
        """Return what a task saw, added and left behind.

        ``task`` is a task's id, or its name if ``execution`` is given.
        """
        state = self.execution(execution or self.engine.execution_of(task), at=at)
        return task_context(state, find_task(state, task).id)

    def final_context(self, execution: str, *, at: At | None = None) -> FinalContext:
        """Return what the branches of an execution have left behind together, so far."""
        return execution_context(self.execution(execution, at=at))

    def events(self, execution: str, after: int = 0, *, at: At | None = None) -> list[Recorded]:
        """Return what happened in an execution after an event number, oldest first."""
        if at is None:
            return self.engine.history(execution, after=after)
        last = self.engine.moment(execution, at).number
        return self.engine.history(execution, after=after, limit=max(last - after, 0))
