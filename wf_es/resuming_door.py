"""The part of the embedding door that repairs executions: ask what a resume needs, then do it.

A task is named by its name, its id, or its path into sub-workflows, such as
``outer/inner/task`` or ``outer[2]/task``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from wf_es.definitions_door import DefinitionsDoor
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.commands import Command, CompleteTask, ItemResumption, ResumeFrom, TaskResumption
from wf_es.execution.moment import At
from wf_es.execution.requirements import Requirements, find_task
from wf_es.execution.state import ExecutionState

Version = Literal["original", "latest"] | int
"""Which version of its definition an execution goes on with: the one that counts, the latest, or a number."""

Tasks = Iterable[TaskResumption] | Literal["failed"]
"""Which tasks a resume is about; ``"failed"``: all that failed, also in sub-workflows."""


class ResumingDoor(DefinitionsDoor):
    """What a program can do about executions that stand still, or did not end well."""

    def resume(  # noqa: PLR0913  (all but two by keyword; each is one part of what is asked for)
        self,
        execution: str,
        tasks: Tasks = (),
        *,
        context: dict[str, JSON] | None = None,
        env: dict[str, JSON] | None = None,
        definition: Version = "original",
        definitions: Mapping[str, Version] | None = None,
        force: bool = False,
        allow_succeeded: bool = False,
        position: int | None = None,
        reason: str | None = None,
    ) -> ExecutionState:
        """Go on: after a pause, or from the given tasks with changed data.

        Tasks of sub-workflows are decided on together with everything above
        them: all of it is recorded at once, or nothing.

        Args:
            execution: The execution.
            tasks: From which tasks, with which data; ``"failed"``: all that
                failed, where they failed. Without any, a paused one goes on.
            context: With ``"failed"``: a merge patch on what each of them sees.
            env: A merge patch on the environment.
            definition: The version of its definition that counts from then on.
            definitions: The same for sub-workflows on the way to the tasks, by
                path: ``{"outer/inner": "latest"}``. A step without an item means
                those of all items, ``"*"`` all that are not named.
            force: Overrule missing data.
            allow_succeeded: Let tasks be chosen that have succeeded.
            position: The event number that it must still be at.
            reason: Why, for the log.

        Raises:
            RequirementsMissing: data is missing, or a task is refused; ``report`` says which and why.
            NothingToResume: it runs already.
            IllegalState: there is nothing to resume like this.
            Overtaken: something has happened since ``position``.
            NotFound: there is no such task.
            InvalidRequest: a path leads nowhere, or to several executions.
        """
        command = self._resumption(execution, tasks, allow_succeeded, (definition, definitions), context)
        return self._state_after(
            msgspec.structs.replace(
                command, origin=self._origin(reason), env=env or {}, force=force, position=position
            )
        )

    def rerun(
        self,
        execution: str,
        task: str,
        *,
        context: dict[str, JSON] | None = None,
        input: dict[str, JSON] | None = None,
        items: Literal["all", "failed"] | list[int | ItemResumption] = "all",
        reason: str | None = None,
    ) -> ExecutionState:
        """Run a failed task again.

        ``context`` and ``input`` are JSON merge patches on what the task sees
        and on its action's input. ``items`` says which items of a list run
        again: all, those that have not succeeded, or these, each perhaps with
        changed input of its own.

        Raises:
            RequirementsMissing: data is missing; ``report`` says which, and who needs it.
        """
        again = TaskResumption(
            task=task, action="rerun", context=context or {}, input=input or {}, items=items
        )
        return self.resume(execution, [again], reason=reason)

    def complete_task(  # noqa: PLR0913  (all but three by keyword; each is one part of what is said)
        self,
        execution: str,
        task: str,
        state: str = "SUCCESS",
        *,
        result: JSON | msgspec.UnsetType = msgspec.UNSET,
        published: dict[str, JSON] | None = None,
        force: bool = False,
        reason: str | None = None,
    ) -> ExecutionState:
        """Say that a task is done, whatever has become of its own work.

        What it still waits for counts no more, and what follows begins. With
        a ``result`` the task publishes as it would have, and ``published`` in
        any case. Saying the same again changes nothing.

        Raises:
            RequirementsMissing: what follows lacks data (unless ``force``).
            CompletionConflict: the task has ended otherwise.
            IllegalState: it waits for others, or does not count any more.
            NotFound: the execution has no such task.
        """
        command = CompleteTask(
            execution_id=execution,
            origin=self._origin(reason),
            task_id=find_task(self.engine.state(execution), task).id,
            state=state,
            result=result,
            published=published or {},
            message=reason,
            force=force,
        )
        return self._state_after(command)

    def requirements(  # noqa: PLR0913  (all but two by keyword)
        self,
        execution: str,
        tasks: Tasks = (),
        *,
        context: dict[str, JSON] | None = None,
        definition: Version = "original",
        definitions: Mapping[str, Version] | None = None,
        allow_succeeded: bool = False,
        at: At | None = None,
    ) -> Requirements:
        """Say what a resume would need, run and repeat; changes nothing.

        With ``at`` it is told for a moment of the execution's history.
        """
        command = self._resumption(execution, tasks, allow_succeeded, (definition, definitions), context)
        return self.engine.requirements(command, at)

    def _resumption(
        self,
        execution: str,
        tasks: Tasks,
        allow_succeeded: bool,
        versions: tuple[Version, Mapping[str, Version] | None],
        context: dict[str, JSON] | None = None,
    ) -> ResumeFrom:
        failed = isinstance(tasks, str)
        if context and not failed:
            raise InvalidRequest("'context' is for 'failed'; that of a named task belongs into each.")
        return ResumeFrom(
            execution_id=execution,
            origin=self._origin(),
            tasks=() if isinstance(tasks, str) else tuple(tasks),
            failed=failed,
            context=context or {},
            allow_succeeded=allow_succeeded,
            definition=versions[0],
            definitions=dict(versions[1] or {}),
        )

    def _state_after(self, command: Command) -> ExecutionState:
        state = self.engine.execute(command).state
        return state if state is not None else self.engine.state(command.execution_id)
