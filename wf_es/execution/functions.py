"""The functions of the expression languages that ask about the execution.

``task``, ``tasks``, ``execution``, ``executions``, ``env`` and ``global`` give
what they give in Mistral, as plain data. ``uuid``, ``now`` and the random
ones draw from the command, so a decision that is made again is the same.

Whatever concerns *other* executions is not in this state: see ``foreign``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution.answering import describe_task, is_listed
from wf_es.execution.decision import Draft, Recording
from wf_es.execution.foreign import query
from wf_es.execution.state import ExecutionState, TaskExecution


def functions(
    draft: Draft, state: ExecutionState, task: TaskExecution | None
) -> Mapping[str, Callable[..., JSON]]:
    """Return the context functions by name, for one evaluation in a workflow."""
    return _OfWorkflow(draft, state, task)


def general_functions(draft: Recording, state: ExecutionState) -> Mapping[str, Callable[..., JSON]]:
    """Return the functions that need no workflow."""
    return _General(draft, state)


_GENERAL = {
    "executions": "executions",
    "env": "env",
    "uuid": "uuid",
    "now": "now",
    "random": "random",
    "randomInt": "random_int",
}
"""The functions' names, and their methods'."""

_OF_WORKFLOW = {"task": "task", "tasks": "tasks", "execution": "execution", **_GENERAL, "global": "global_"}
"""The same in the scope of a workflow."""


class _General(Mapping[str, Callable[..., JSON]]):
    __slots__ = ("_recording", "_state")

    methods = _GENERAL

    def __init__(self, draft: Recording, state: ExecutionState) -> None:
        self._recording = draft
        self._state = state

    def __getitem__(self, name: str) -> Callable[..., JSON]:
        function: Callable[..., JSON] = getattr(self, self.methods[name])
        return function

    def __iter__(self) -> Iterator[str]:
        return iter(self.methods)

    def __len__(self) -> int:
        return len(self.methods)

    def executions(
        self,
        id: str | None = None,
        root_execution_id: str | None = None,
        state: str | None = None,
        from_time: str | None = None,
        to_time: str | None = None,
    ) -> JSON:
        return self._recording.ask(
            query(
                "executions",
                id=id,
                root_execution_id=root_execution_id,
                state=state,
                from_time=from_time,
                to_time=to_time,
            )
        )

    def env(self) -> JSON:
        return self._state.env

    def uuid(self) -> JSON:
        return str(UUID(int=self._recording.random.getrandbits(128), version=4))

    def now(self) -> JSON:
        return self._recording.command.origin.now.isoformat()

    def random(self) -> JSON:
        return self._recording.random.random()

    def random_int(self, low: int, high: int) -> JSON:
        return self._recording.random.randint(low, high)


class _OfWorkflow(_General):
    __slots__ = ("_draft", "_task")

    methods = _OF_WORKFLOW

    def __init__(self, draft: Draft, state: ExecutionState, task: TaskExecution | None) -> None:
        super().__init__(draft, state)
        self._draft = draft
        self._task = task

    def task(self, name: str | None = None, task_name: str | None = None) -> JSON:
        name = task_name if name is None else name
        if name is None:
            return None if self._task is None else self._describe(self._task)
        task_id = self._state.latest.get(name)
        if task_id is None:
            return None
        if self._task is not None and task_id == self._task.id:
            return self._describe(self._task)
        return self._describe(self._state.tasks[task_id])

    def tasks(
        self,
        workflow_execution_id: str | None = None,
        recursive: bool = False,
        state: str | None = None,
        flat: bool = False,
    ) -> JSON:
        def others(execution_id: str | None) -> JSON:
            wanted = {"recursive": recursive, "state": state, "flat": flat}
            return self._draft.ask(query("tasks", workflow_execution_id=execution_id, **wanted))

        if workflow_execution_id != self._state.id:
            return others(workflow_execution_id)
        found = sorted(self._state.tasks.values(), key=lambda task: task.number)
        shown = [self._describe(task) for task in found if is_listed(self._state, task, state, flat)]
        if recursive:
            for child_id in self._state.children:
                shown.extend(others(child_id))
        return shown

    def execution(self) -> JSON:
        state = self._state
        return {
            "id": state.id,
            "name": state.workflow_name,
            "spec": self._draft.definition.workflow.spec.specification,
            "input": state.input,
            "params": state.params,
            "created_at": _text(state.created_at or self._draft.command.origin.now),
            "updated_at": _text(state.updated_at or self._draft.command.origin.now),
            "root_execution_id": state.root_execution_id,
        }

    def global_(self, name: str | None = None, var_name: str | None = None) -> JSON:
        name = var_name if name is None else name
        published = self._state.published_global
        if name is None:
            raise EvaluationError("global() needs the name of a variable")
        return published[name] if name in published else self._state.vars.get(name)

    def _describe(self, task: TaskExecution) -> JSON:
        spec = self._draft.definition.workflow.spec
        return describe_task(self._state, task, spec.task_specification(task.name))


def _text(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")[:19]
