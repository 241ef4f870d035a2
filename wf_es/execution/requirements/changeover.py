"""Going on with another version of the definition: what of the past must still fit.

What has ended stays as it was recorded. But runs that count are known by the
names of their tasks, so these names must still mean something; what is under
way must be of the same kind; and a join must be able to meet those who have
reached it already. Whatever does not fit is told before anything is recorded:
an execution that has gone on never meets it.

Runs that the resumed tasks take the place of need not fit, once they have ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set

from wf_es.definition import TaskSpec
from wf_es.execution.commands import TaskResumption
from wf_es.execution.decision import Definition
from wf_es.execution.descent import runs_after
from wf_es.execution.lifecycle import COMPLETED, SKIPPED, SUCCESS, WAITING
from wf_es.execution.requirements.report import Refused
from wf_es.execution.reverse import is_reverse
from wf_es.execution.routing import clauses
from wf_es.execution.state import ExecutionState, TaskExecution, has_not_begun

Chosen = list[tuple[TaskExecution, TaskResumption]]
"""Runs of tasks, and what is to be done about them."""


def misfits(
    state: ExecutionState, definition: Definition, chosen: Chosen, followed: Set[str] = frozenset()
) -> list[Refused]:
    """Return the tasks of an execution that another version of its definition has no place for.

    Args:
        state: The execution as it stands.
        definition: What it is to go on with.
        chosen: From which tasks.
        followed: Tasks, by id, that run again with a sub-workflow that is resumed.

    """
    if state.definition == definition.pin:
        return _unknown(definition, [task for task, _ in chosen] + [state.tasks[one] for one in followed])
    return list(_Changeover(state, definition, chosen, followed).found())


class _Changeover:
    """An execution beside another version of its definition."""

    def __init__(
        self, state: ExecutionState, definition: Definition, chosen: Chosen, followed: Set[str]
    ) -> None:
        self._state = state
        self._definition = definition
        self._specs = definition.workflow.spec.tasks
        self._version = f"version {definition.pin.version} of the workflow"
        self._chosen = {task.id: wish for task, wish in chosen}
        again = {*self._chosen, *followed}
        self._replaced = {run for task_id in again for run in runs_after(state, task_id)} - set(self._chosen)
        self._followed = followed - self._replaced

    def found(self) -> Iterator[Refused]:
        """Yield what does not fit."""
        for task in sorted(self._state.tasks.values(), key=lambda task: task.number):
            why = self._misfit(task)
            if why is not None:
                yield Refused(task=task.name, why=why)
        yield from self._held_back()
        yield from self._unmet() if is_reverse(self._definition) else self._missed()

    def _counts(self, task: TaskExecution) -> bool:
        return not task.superseded and task.id not in self._replaced

    def _misfit(self, task: TaskExecution) -> str | None:
        """Return why a run does not fit, None if it does or need not."""
        is_live = task.state not in COMPLETED or task.id in self._followed
        if not (is_live or self._counts(task)):
            return None
        spec = self._specs.get(task.name)
        if spec is None:
            how = f"it is {task.state}" if is_live else "it has run"
            return f"{how}, and {self._version} has no such task"
        if task.id in self._chosen:
            return self._misfit_of_chosen(task, spec)
        if is_live:
            return self._misfit_of_live(task, spec)
        return self._misfit_of_join(task, spec) if has_not_begun(task) else None

    def _misfit_of_chosen(self, task: TaskExecution, spec: TaskSpec) -> str | None:
        if self._chosen[task.id].items != "all" and not spec.with_items:
            return f"items were chosen, and in {self._version} it has no list"
        return self._other_kind(task, spec)

    def _misfit_of_live(self, task: TaskExecution, spec: TaskSpec) -> str | None:
        if task.state == WAITING:
            return self._misfit_of_join(task, spec)
        if task.units and (task.items is not None) != bool(spec.with_items):
            here, there = ("a list", "one thing") if task.items is not None else ("one thing", "a list")
            return f"it is {task.state} with {here}, and in {self._version} it runs for {there}"
        return self._other_kind(task, spec)

    def _misfit_of_join(self, task: TaskExecution, spec: TaskSpec) -> str | None:
        if not task.arrived:
            return None
        if spec.join is None:
            return f"it is {task.state} as a join, and in {self._version} it is none"
        inbound = self._definition.workflow.graph.inbound[task.name]
        strangers = sorted(name for name in task.arrived if name not in inbound)
        if strangers:
            return f"'{strangers[0]}' has reached it, and in {self._version} does not lead to it"
        return None

    def _other_kind(self, task: TaskExecution, spec: TaskSpec) -> str | None:
        kind = "ACTION" if spec.workflow is None else "WORKFLOW"
        if kind == task.type:
            return None
        return f"it runs as {task.type}, and in {self._version} as {kind}"

    def _held_back(self) -> Iterator[Refused]:
        """Yield targets of transitions that wait for a resume and lead nowhere."""
        for task_id, transitions in self._state.backlog:
            if task_id is not None and (task_id in self._replaced or self._runs_again(task_id)):
                continue
            for taken in transitions:
                if not taken.command and taken.target not in self._specs:
                    yield Refused(task=taken.target, why=f"it is next, and {self._version} has no such task")

    def _missed(self) -> Iterator[Refused]:
        """Yield joins that wait for tasks which ended before they led there, and so never come."""
        graph = self._definition.workflow.graph
        for name, sources in self._missed_by_join().items():
            if graph.required(name) > len(graph.inbound[name]) - len(sources):
                why = f"it waits for '{sources[0]}', which ended before {self._version} led here"
                yield Refused(task=name, why=f"{why}; run that one again, too")

    def _missed_by_join(self) -> dict[str, list[str]]:
        missed: dict[str, list[str]] = defaultdict(list)
        for source in self._ended():
            spec = self._specs.get(source.name)
            taken = {item.target for item in source.transitions or ()}
            for name in () if spec is None else _certain(spec, source.state) - taken:
                if self._specs[name].join is not None:
                    missed[name].append(source.name)
        return missed

    def _unmet(self) -> Iterator[Refused]:
        """Yield tasks of a reverse workflow that are to run and require something else than they did."""
        if (goal := self._state.params["task_name"]) not in self._specs:
            yield Refused(task=goal, why=f"it is the one to reach, and {self._version} has no such task")
        ended = {task.name for task in self._ended() if task.state in (SUCCESS, SKIPPED)}
        running = {task.name for task in self._state.tasks.values() if self._counts(task)}
        for name, spec in self._specs.items():
            if name in running:
                continue
            met = set(self._state.met.get(name, {}))
            if strangers := sorted(met - set(spec.requires)):
                why = f"'{strangers[0]}' has released it, and {self._version} does not require that"
                yield Refused(task=name, why=why)
            elif late := sorted((ended & set(spec.requires)) - met):
                why = f"it requires '{late[0]}', which ended before {self._version} said so"
                yield Refused(task=name, why=f"{why}; run that one again, too")

    def _ended(self) -> Iterable[TaskExecution]:
        """Return the runs that have ended and been routed, count, and are not to run again."""
        return [
            task
            for task in self._state.tasks.values()
            if task.processed and self._counts(task) and not self._runs_again(task.id)
        ]

    def _runs_again(self, task_id: str) -> bool:
        return task_id in self._chosen or task_id in self._followed


def _certain(spec: TaskSpec, outcome: str) -> set[str]:
    """Return the tasks that certainly follow an outcome: no guard stands before them."""
    return {
        item.target
        for _, clause in clauses(spec, outcome)
        for item in clause.next
        if item.command is None and item.guard is None
    }


def _unknown(definition: Definition, chosen: Iterable[TaskExecution]) -> list[Refused]:
    """Refuse tasks that an earlier version had, from before the one that counts now was chosen."""
    version = f"version {definition.pin.version} of the workflow, which counts now"
    return [
        Refused(task=task.name, why=f"{version}, has no such task")
        for task in chosen
        if task.name not in definition.workflow.spec.tasks
    ]
