"""Sub-workflows that are under way: what they will need is a part of the answer about a resume above them.

A resume chooses tasks, and everything else that has not ended goes on beside
them: also sub-workflows that still run, and those that stand still with their
parent and go on with it. They fail on what they lack as any task would. Those
that have ended, or that the resume makes history of, are not looked at; and of
many only some are, so that the answer does not take longer and longer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.commands import ResumeFrom
from wf_es.execution.context import merge_patch
from wf_es.execution.lifecycle import PAUSED
from wf_es.execution.lineage import Lookup, step_name
from wf_es.execution.obeying import change_of
from wf_es.execution.requirements import Requirements, Undetermined, Use, as_one
from wf_es.execution.state import ExecutionState

Check = Callable[[ResumeFrom, ExecutionState, frozenset[str]], Requirements]
"""Says what a resume of one execution needs; with it run the tasks of resumed sub-workflows, by id."""

MOST = 100
"""How many sub-workflows are looked into for one answer."""


class UnderWay:
    """Completes reports by what sub-workflows that are under way will need."""

    def __init__(self, lookup: Lookup, check: Check, members: Collection[str]) -> None:
        """Take how executions are found and asked.

        Args:
            lookup: Gives a sub-workflow as it stands.
            check: Says what going on would need.
            members: The executions in which tasks are chosen; they are asked otherwise.

        """
        self._lookup = lookup
        self._check = check
        self._members = members
        self._looked_into = 0

    def completed(self, report: Requirements, command: ResumeFrom, state: ExecutionState) -> Requirements:
        """Return a report about an execution together with those about what is under way below it.

        Args:
            report: What the execution itself needs; its outstanding sub-workflows are looked into.
            command: The resume that is considered, as far as it concerns the execution.
            state: The execution.

        """
        report = self._without_members(report)
        reports, left = [report], Counter[str]()
        for item in report.outstanding:
            if item.id not in state.children:
                continue
            if self._looked_into >= MOST:
                left[item.task] += 1
                continue
            child = state.children[item.id]
            step = step_name(state.tasks[child.task_id], child.index)
            inner = self._lookup(child.id)
            if inner.version == 0:
                reports.append(_not_told(step, "it has not begun yet: ask again"))
            elif not (inner.is_completed or inner.deleted):
                self._looked_into += 1
                env = merge_patch(state.env, command.env)
                reports.append(self._inside(command, inner, env).below(step))
        for task, number in left.items():
            why = f"{number} more sub-workflows are under way: ask for the requirements of each"
            reports.append(_not_told(task, why))
        return as_one(reports, report.position) if len(reports) > 1 else report

    def _without_members(self, report: Requirements) -> Requirements:
        """Return a report that does not count sub-workflows as outstanding that are resumed as well."""
        outstanding = [item for item in report.outstanding if item.id not in self._members]
        return msgspec.structs.replace(report, outstanding=outstanding)

    def _inside(self, command: ResumeFrom, inner: ExecutionState, env: dict[str, JSON]) -> Requirements:
        asked = ResumeFrom(
            execution_id=inner.id,
            origin=command.origin,
            env=change_of(inner.env, env) if inner.state == PAUSED else {},
        )
        return self.completed(self._check(asked, inner, frozenset()), asked, inner)


def _not_told(step: str, why: str) -> Requirements:
    """Return a report that only says what it cannot tell."""
    use = Use(task=f"{step}/", key="workflow", expression="", line=0, column=0)
    return Requirements(
        resumable=True,
        will_run=[],
        repeats=[],
        missing=[],
        undetermined=[Undetermined(why=why, needed_by=use)],
        outstanding=[],
        refused=[],
        position=0,
    )
