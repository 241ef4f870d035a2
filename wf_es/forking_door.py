"""The part of the embedding door that forks executions: a copy of the past goes on by itself."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import msgspec

from wf_es.engine import ForkReport
from wf_es.envelope import JSON
from wf_es.execution.moment import At
from wf_es.execution.state import ExecutionState
from wf_es.resuming_door import ResumingDoor, Tasks, Version


class ForkingDoor(ResumingDoor):
    """What a program can begin from any moment of an execution's history."""

    def fork(  # noqa: PLR0913  (all but two by keyword; each is one part of what is asked for)
        self,
        execution: str,
        tasks: Tasks = (),
        *,
        at: At | None = None,
        id: str | None = None,
        context: dict[str, JSON] | None = None,
        env: dict[str, JSON] | None = None,
        definition: Version = "original",
        definitions: Mapping[str, Version] | None = None,
        force: bool = False,
        allow_succeeded: bool = False,
        reason: str | None = None,
    ) -> ExecutionState:
        """Let a copy of an execution go on by itself; the original is not touched.

        Actions that had not ended are begun anew, with the fork's own ids.

        Args:
            execution: The execution to be forked.
            tasks: From which tasks the fork goes on, with which data; they may
                also be tasks that had not ended. ``"failed"``: all that had
                failed. Without any it goes on where it stands.
            at: A moment of the original, by default now. An event number means
                that event with all that was decided with it.
            id: A UUID of your choice for the fork, so that it can safely be
                asked for again.
            context: With ``"failed"``: a merge patch on what each of them sees.
            env: A merge patch on the environment.
            definition: The version of its definition that the fork goes on with.
            definitions: The same for sub-workflows on the way to the tasks, by
                path, as for :meth:`resume`.
            force: Overrule missing data.
            allow_succeeded: Let chosen tasks run again that had succeeded.
            reason: Why, for the log.

        Raises:
            NotFound: there is no such execution, or it had no such task.
            InvalidRequest: ``at`` is no moment of it, or ``id`` is no UUID.
            RequirementsMissing: data is missing; ``report`` says which, and who needs it.
            AlreadyExists: the id is taken.
        """
        request = self._resumption(
            str(uuid4()) if id is None else id, tasks, allow_succeeded, (definition, definitions), context
        )
        request = msgspec.structs.replace(request, origin=self._origin(reason), env=env or {}, force=force)
        return self.engine.fork(execution, request, at).result().state

    def fork_requirements(  # noqa: PLR0913  (all but two by keyword)
        self,
        execution: str,
        tasks: Tasks = (),
        *,
        at: At | None = None,
        context: dict[str, JSON] | None = None,
        definition: Version = "original",
        definitions: Mapping[str, Version] | None = None,
        allow_succeeded: bool = False,
    ) -> ForkReport:
        """Say what a fork would need, run and repeat; changes nothing. Arguments as for :meth:`fork`."""
        request = self._resumption(str(uuid4()), tasks, allow_succeeded, (definition, definitions), context)
        return self.engine.consider_fork(execution, request, at)
