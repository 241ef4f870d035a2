"""Answers to what expressions ask about other executions.

``tasks()`` and ``executions()`` see all that the project has in the log. They
are answered from the streams themselves, not from a view, so they need no
view to have caught up: an execution that is named is read alone; without a
name every start in the log is looked at, which costs in proportion to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from wf_es.engine.definitions import Definitions
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, NotFound
from wf_es.execution.events import WorkflowStarted
from wf_es.execution.foreign import Query
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.ports import EventStore

_PAGE = 1_000
"""Events read from the log at a time."""

_STARTED = str(WorkflowStarted.__struct_config__.tag)


class ForeignAnswers:
    """Answers questions of one project's executions about the others."""

    def __init__(
        self, store: EventStore, state: Callable[[str], ExecutionState], definitions: Definitions
    ) -> None:
        """Take the log, the way to an execution's state, and what executions run."""
        self._store = store
        self._state = state
        self._definitions = definitions

    def answer(self, query: Query, project: str) -> JSON:
        """Return what ``query`` asks for, as plain data, oldest first.

        Raises:
            EvaluationError: there is no such question.
        """
        arguments = dict(query.arguments)
        if query.function == "executions":
            return [self._execution(state) for state in self._executions(arguments, project)]
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
            self._task(state, task)
            for state in chosen
            for task in sorted(state.tasks.values(), key=lambda task: task.number)
            if wanted.get("state") in (None, task.state)
            and not (wanted.get("flat") and task.type == "WORKFLOW")
        ]

    def _with_descendants(self, chosen: list[ExecutionState], project: str) -> list[ExecutionState]:
        everything = list(self._known(None, project))
        family = list(chosen)
        for parent in family:
            family.extend(child for child in everything if child.task_execution_id in parent.tasks)
        return family

    def _known(self, execution_id: JSON, project: str) -> Iterator[ExecutionState]:
        for stream in self._started() if execution_id is None else [str(execution_id)]:
            try:
                state = self._state(stream)
            except NotFound:
                continue
            if state.project == project:
                yield state

    def _started(self) -> Iterator[str]:
        position = 0
        while page := self._store.read(position, _PAGE):
            yield from (sealed.stream for sealed in page if sealed.topic == _STARTED)
            position = page[-1].position

    def _execution(self, state: ExecutionState) -> JSON:
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

    def _task(self, state: ExecutionState, task: TaskExecution) -> JSON:
        return {
            "id": task.id,
            "name": task.name,
            "spec": self._source(state, task.name),
            "state": task.state,
            "state_info": task.state_info,
            "result": task.result,
            "published": task.published,
            "type": task.type,
            "workflow_execution_id": state.id,
            "created_at": _text(task.created_at),
            "updated_at": _text(task.updated_at),
        }

    def _source(self, state: ExecutionState, task_name: str) -> JSON:
        if state.definition is None:
            return {}
        spec = self._definitions.pinned(state.definition).workflow.spec.tasks.get(task_name)
        return spec.source if spec is not None else {}


def _text(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""


def _moment(given: JSON) -> str | None:
    """Return a time as texts of times are compared here, whether a T stands in it or not."""
    return None if given is None else str(given).replace("T", " ")[:19]
