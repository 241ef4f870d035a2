"""Answers to what expressions ask about other executions.

``tasks()`` and ``executions()`` see the executions of one project. Where those
are kept is not known here: whoever asks the core to decide hands in how the
ids, a state and the source of a task are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, NotFound
from wf_es.execution.foreign import Query
from wf_es.execution.state import ExecutionState, TaskExecution


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """How executions are found.

    ``ids`` gives all of them, the oldest first; ``state`` raises NotFound for
    an id without an execution; ``source`` gives the specification of a task
    of an execution.
    """

    ids: Callable[[], Iterable[str]]
    state: Callable[[str], ExecutionState]
    source: Callable[[ExecutionState, str], JSON]


class Answers:
    """Answers questions of one project's executions about the others."""

    def __init__(self, archive: Archive) -> None:
        """Take the way to the executions."""
        self._archive = archive

    def answer(self, query: Query, project: str) -> JSON:
        """Return what ``query`` asks for, as plain data, oldest first.

        Raises:
            EvaluationError: there is no such question.

        """
        arguments = dict(query.arguments)
        if query.function == "executions":
            return [describe_execution(state) for state in self._executions(arguments, project)]
        if query.function == "tasks":
            return self._tasks(arguments, project)
        raise EvaluationError(f"{query.function}() cannot be asked of other executions")

    def _executions(self, wanted: Mapping[str, JSON], project: str) -> Iterator[ExecutionState]:
        since, until = _moment(wanted.get("from_time")), _moment(wanted.get("to_time"))
        for state in self._known(wanted.get("id"), project):
            fits = all(
                wanted.get(name) in (None, getattr(state, name)) for name in ("root_execution_id", "state")
            )
            created = _text(state.created_at)
            if fits and (since is None or created >= since) and (until is None or created < until):
                yield state

    def _tasks(self, wanted: Mapping[str, JSON], project: str) -> list[JSON]:
        chosen = list(self._known(wanted.get("workflow_execution_id"), project))
        if wanted.get("recursive") and wanted.get("workflow_execution_id") is not None:
            chosen = self._with_descendants(chosen, project)
        return [
            describe_task(state, task, self._archive.source(state, task.name))
            for state in chosen
            for task in sorted(state.tasks.values(), key=lambda task: task.number)
            if is_listed(state, task, wanted.get("state"), wanted.get("flat"))
        ]

    def _with_descendants(self, chosen: list[ExecutionState], project: str) -> list[ExecutionState]:
        family = list(chosen)
        for parent in family:
            for child_id in parent.children:
                family.extend(self._known(child_id, project))
        return family

    def _known(self, execution_id: JSON, project: str) -> Iterator[ExecutionState]:
        for stream in self._archive.ids() if execution_id is None else [str(execution_id)]:
            try:
                state = self._archive.state(stream)
            except NotFound:
                continue
            if state.project == project and state.direct is None:
                yield state


def is_listed(execution: ExecutionState, task: TaskExecution, state: JSON, flat: JSON) -> bool:
    """Return whether ``tasks()`` shows a task that is to have the ``state``, if one is given.

    ``flat`` leaves out the tasks that merely stand for a sub-workflow: those
    with one that is in the same state.
    """
    if state is not None and task.state != state:
        return False
    return not flat or all(execution.children[id].state != task.state for id in task.children.values())


def describe_execution(state: ExecutionState) -> JSON:
    """Return what ``executions()`` shows of an execution."""
    return {
        "id": state.id,
        "name": state.workflow_name,
        "workflow_name": state.workflow_name,
        "workflow_namespace": state.workflow_namespace,
        "description": state.description,
        "state": state.state,
        "state_info": state.state_info,
        "input": state.input,
        "output": state.output,
        "params": state.params,
        "root_execution_id": state.root_execution_id,
        "task_execution_id": state.task_execution_id,
        "created_at": _text(state.created_at),
        "updated_at": _text(state.updated_at),
    }


def describe_task(state: ExecutionState, task: TaskExecution, source: JSON) -> JSON:
    """Return what ``task()`` and ``tasks()`` show of a task with the specification ``source``."""
    return {
        "id": task.id,
        "name": task.name,
        "spec": source,
        "state": task.state,
        "state_info": task.state_info,
        "result": task.result,
        "published": task.published,
        "type": task.type,
        "workflow_execution_id": state.id,
        "created_at": _text(task.created_at),
        "updated_at": _text(task.updated_at),
    }


def _text(moment: datetime | None) -> str:
    return moment.isoformat(" ", "seconds")[:19] if moment is not None else ""


def _moment(given: JSON) -> str | None:
    """Return a time as texts of times are compared here, whether a T stands in it or not."""
    return None if given is None else str(given).replace("T", " ")[:19]
