"""The part of the embedding door that looks at executions, as they are or as they were.

``at`` is a moment of an execution's history: an event number, a time with its
offset, or either as text. A time means the last event before the first one
that was recorded later. What is read at an event number never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wf_es.engine import Engine
from wf_es.envelope import Recorded
from wf_es.execution.blame import FinalBlame, TaskBlame
from wf_es.execution.causes import Link
from wf_es.execution.comparison import Comparison, compare
from wf_es.execution.family_comparison import FamilyComparison, compare_families
from wf_es.execution.inspection import FinalContext, TaskContext, execution_context, task_context
from wf_es.execution.moment import At
from wf_es.execution.requirements import find_task
from wf_es.execution.selection import EVERYTHING, Selection
from wf_es.execution.state import ExecutionState, TaskExecution

_PAGE = 1_000
"""Events read from the engine at once."""


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

    def blame(self, task: str, *, execution: str | None = None, at: At | None = None) -> TaskBlame:
        """Return who wrote what a task saw and left behind, and the earlier values of it.

        ``task`` is a task's id, or its name if ``execution`` is given.
        """
        chronicle = self.engine.chronicle(execution or self.engine.execution_of(task), at)
        return chronicle.task(find_task(chronicle.state, task).id)

    def final_blame(self, execution: str, *, at: At | None = None) -> FinalBlame:
        """Return who wrote what the branches of an execution have left behind, and its earlier values."""
        return self.engine.chronicle(execution, at).execution()

    def events(
        self, execution: str, after: int = 0, *, at: At | None = None, only: Selection = EVERYTHING
    ) -> list[Recorded]:
        """Return what happened in an execution after an event number, oldest first.

        ``only`` leaves out what is not wanted: ``Selection(task="deploy")``.
        """
        last = None if at is None else self.engine.moment(execution, at).number
        if only == EVERYTHING:
            limit = None if last is None else max(last - after, 0)
            return self.engine.history(execution, after=after, limit=limit)
        found: list[Recorded] = []
        goes_on: int | None = after
        while goes_on is not None and (last is None or goes_on < last):
            page = self.engine.histories.page(execution, only, after=goes_on, limit=_PAGE)
            found += page.events
            goes_on = page.after
        return [event for event in found if last is None or event.version <= last]

    def difference(
        self, execution: str, other: str | None = None, *, start: At | None = None, end: At | None = None
    ) -> Comparison:
        """Say what differs between two moments of an execution, or between it and another one.

        ``start`` is a moment of ``execution``, ``end`` one of ``other`` if there is one;
        without them they are compared as they stand.
        """
        return compare(self.execution(execution, at=start), self.execution(other or execution, at=end))

    def family_difference(
        self, execution: str, other: str | None = None, *, start: At | None = None, end: At | None = None
    ) -> FamilyComparison:
        """Say what differs as :meth:`difference` does, and below, in the sub-workflows of both.

        ``below`` names each sub-workflow in which something differs by its path, such as
        ``outer[2]/inner``; other executions are seen at the same moment of the log.
        """
        before, find_before = self._moment_with_those_below(execution, start)
        after, find_after = self._moment_with_those_below(other or execution, end)
        return compare_families((before, after), (find_before, find_after))

    def _moment_with_those_below(
        self, execution: str, at: At | None
    ) -> tuple[ExecutionState, Callable[[str], ExecutionState | None]]:
        """Return an execution, and what gives others as they were at the same moment."""
        if at is None:
            return self.engine.state(execution), partial(self.engine.state_by, position=None)
        moment = self.engine.moment(execution, at)
        return moment.state, partial(self.engine.state_by, position=moment.position)

    def why(self, execution: str, number: int) -> list[Link]:
        """Return an event, then the one that it followed from, and so on, back to a request from outside.

        The chain also leads into other executions.
        """
        links = self.engine.histories.causes(execution, number, _PAGE)
        while len(links) % _PAGE == 0 and links[-1].origin is not None:
            stream, _, before = links[-1].origin.partition("/")
            links += self.engine.histories.causes(stream, int(before), _PAGE)
        return links
