"""The door for programs that embed the engine: ``with wf_es.open(url) as workflows``.

One object with the verbs a user thinks in. It builds the parts (store,
engine, runner), turns plain arguments into commands, waits until they are
committed, and hands out plain frozen states. There is no rule here: what a
command means is decided in the core, as it is for the server.

Actions run in threads of this process. What an earlier process left
unfinished is found in the log when the store is opened.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Self
from uuid import uuid4

from wf_es.actions import Catalogue
from wf_es.engine import DEFAULT_PROJECT, Engine, SystemClock
from wf_es.envelope import JSON, Recorded
from wf_es.errors import NotAllowed
from wf_es.execution.commands import (
    CompleteAction,
    DeleteExecution,
    PauseWorkflow,
    StartWorkflow,
    StopWorkflow,
)
from wf_es.execution.requirements import find_task
from wf_es.execution.state import ExecutionState, actions_of
from wf_es.exports_door import ExportsDoor
from wf_es.forking_door import ForkingDoor
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.ports import Clock
from wf_es.reading_door import ReadingDoor
from wf_es.runners import Alarms, Callbacks, Continuation, Courier, ThreadPoolRunner
from wf_es.store import open_store, standard_codec

_SETTLED = ("SUCCESS", "ERROR", "CANCELLED", "PAUSED")
_LOOK_AGAIN = 1.0
"""Seconds after which a wait looks at the store anyway: another process may have written."""

_NOBODY = "http://127.0.0.1:8989"
"""Callback address while none is given; an embedding program has no server of its own."""


class Workflows(ReadingDoor, ForkingDoor, ExportsDoor):
    """An open store with an engine and a runner; close it, or use it in a with statement.

    Safe for many threads. Every method that changes something returns when it
    is committed, and raises an error of :mod:`wf_es.errors` if it is refused.
    """

    def __init__(
        self, engine: Engine, runner: ThreadPoolRunner | None, *, actor: str, project: str = DEFAULT_PROJECT
    ) -> None:
        """Take a running engine; ``actor`` and ``project`` go into every event."""
        self.engine = engine
        self._runner = runner
        self._alarms = Alarms(engine) if runner is not None else None
        self._continuation = Continuation(engine)
        self._courier = Courier(engine)
        self._actor = actor
        self._project = project
        self._commits = 0
        self._committed = threading.Condition()
        engine.listen(self._on_commit)
        if self._alarms is not None:
            self._alarms.start()
        self._continuation.start()
        self._courier.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let running actions end, commit what was accepted, and close the store."""
        if self._alarms is not None:
            self._alarms.stop()
        if self._runner is not None:
            self._runner.stop()
        self._continuation.stop()
        self._courier.stop()
        self.engine.close()

    # --- commands ---

    def start(
        self,
        name: str,
        input: dict[str, JSON] | None = None,
        *,
        id: str | None = None,
        params: dict[str, JSON] | None = None,
        namespace: str = "",
        description: str = "",
    ) -> str:
        """Start a workflow and return the execution's id.

        Args:
            name: The workflow's name or id.
            input: Values for its declared input.
            id: A UUID of your choice. Starting the same id again changes
                nothing and returns it, so a start can safely be repeated.
            params: ``env`` (variables, or the name of a stored environment) and the
                like, as in Mistral.
            namespace: The workflow's namespace.
            description: Your own words about this execution.

        Raises:
            NotFound: there is no such workflow.
            InvalidInput: input is missing or was not declared.
        """
        execution_id = str(uuid4()) if id is None else id
        command = StartWorkflow(
            execution_id=execution_id,
            origin=self._origin(),
            workflow_name=name,
            workflow_namespace=namespace,
            input=input or {},
            params=params or {},
            description=description,
        )
        self.engine.execute(command)
        return execution_id

    def on_action_complete(
        self, action_id: str, state: str = "SUCCESS", output: JSON = None, *, execution: str | None = None
    ) -> ExecutionState:
        """Report the end of an action, however long it took; what follows starts at once.

        Reporting the same again changes nothing. ``execution`` saves looking
        up where the action belongs.

        Raises:
            NotFound: there is no such action.
            CompletionConflict: it has ended otherwise, or was superseded.
        """
        command = CompleteAction(
            execution_id=execution or self.engine.execution_of(action_id),
            origin=self._origin(),
            action_id=action_id,
            state=state,
            output=output,
        )
        return self._state_after(command)

    def task_complete(
        self, execution: str, task: str, state: str = "SUCCESS", result: JSON = None
    ) -> ExecutionState:
        """Report the end of a task's action, the task given by name or id.

        Raises:
            NotFound: the execution has no such task.
            NotAllowed: the task does not wait for exactly one action.
            CompletionConflict: the action has ended otherwise.
        """
        found = self.engine.state(execution)
        actions = actions_of(found, find_task(found, task))
        waiting = [action for action in actions if action.id in found.unfinished] or actions[-1:]
        if len(waiting) != 1:
            raise NotAllowed(
                f"Task '{task}' waits for {len(waiting)} actions; complete each by its own id",
                id=execution,
                actions=tuple(action.id for action in waiting),
            )
        return self.on_action_complete(waiting[0].id, state, result, execution=execution)

    def pause(self, execution: str, message: str | None = None) -> ExecutionState:
        """Start nothing new until a resume; actions that are running go on."""
        return self._state_after(
            PauseWorkflow(execution_id=execution, origin=self._origin(), message=message)
        )

    def stop(self, execution: str, state: str = "CANCELLED", message: str | None = None) -> ExecutionState:
        """End an execution now, as SUCCESS, ERROR or CANCELLED."""
        command = StopWorkflow(execution_id=execution, origin=self._origin(), state=state, message=message)
        return self._state_after(command)

    def delete(self, execution: str, *, force: bool = False) -> None:
        """Delete an execution; with ``force`` also while it is running. Its id stays taken."""
        self.engine.execute(DeleteExecution(execution_id=execution, origin=self._origin(), force=force))

    # --- waiting ---

    def wait(
        self, execution: str, timeout: float | None = None, *, until: Sequence[str] = _SETTLED
    ) -> ExecutionState:
        """Wait until an execution has ended or is paused; return it as it stands then.

        After ``timeout`` seconds it is returned as it stands, so look at its
        ``state``. Waiting costs nothing; nothing depends on anybody waiting.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            seen = self._commits
            state = self.engine.state(execution)
            left = _LOOK_AGAIN if deadline is None else min(_LOOK_AGAIN, deadline - monotonic())
            if state.state in until or left <= 0:
                return state
            with self._committed:
                self._committed.wait_for(partial(self._has_moved, seen), left)

    def _has_moved(self, seen: int) -> bool:
        return self._commits != seen

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        with self._committed:
            self._commits += 1
            self._committed.notify_all()


def open(  # noqa: PLR0913  (all by keyword; each is one part of what is opened)
    url: str = "sqlite:///wf_es.sqlite",
    *,
    catalogue: Catalogue | None = None,
    actor: str = "embedded",
    callbacks: Callbacks | None = None,
    threads: int = 16,
    clock: Clock | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Workflows:
    """Open a store, start running what is unfinished in it, and return the door to it.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or
            ``memory://``.
        catalogue: The actions there are; by default the std.* ones and those
            of installed packages. Add your own with
            ``Catalogue.standard().with_actions(...)``.
        actor: Who the events say it was.
        callbacks: Makes the URLs that std.mistral_http hands out. Your program
            must serve them and pass what arrives to ``on_action_complete``.
        threads: How many actions may run at the same time. With 0 none is run
            here, and no timer fires here: they wait for another process.
        clock: Where the time comes from, for tests.
        limits: How large things may be: definitions, contexts, results...

    Raises:
        InvalidRequest: the URL has another form.
        StoreUnavailable: the store cannot be opened.
    """
    known = Catalogue.standard() if catalogue is None else catalogue
    engine = Engine(open_store(url), standard_codec(), clock or SystemClock(), known, limits)
    runner = None
    if threads:
        urls = callbacks or Callbacks(_NOBODY, secrets.token_bytes(32))
        runner = ThreadPoolRunner(engine, known, callbacks=urls, threads=threads)
    workflows = Workflows(engine, runner, actor=actor)
    if runner is not None:
        runner.start()
    return workflows
