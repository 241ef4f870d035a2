"""Between a request and the engine: who asks, blocking work, read-your-writes.

Resources run on one event loop and must never block it. Whatever may wait
for a lock, a disk or an expression goes through :meth:`Gateway.blocking` to a
bounded pool of threads. A command is decided there too; its commit is then
awaited without holding a thread.

Every answer to a write carries ``X-WF-Position``, the place in the log that
the write reached. The answer is held back until the views have got there, so
that a client reads what it wrote; after two seconds it is sent anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from falcon.asgi import Request, Response

from api.rest.streams import Announcer
from projections.queries import MAX_LIMIT
from projections.views import Views
from wf_es.actions import Catalogue
from wf_es.engine import DEFAULT_PROJECT, Engine
from wf_es.envelope import Origin
from wf_es.errors import InvalidRequest, NotFound
from wf_es.execution.commands import Command
from wf_es.execution.decision import Definition, not_found
from wf_es.execution.state import ExecutionState

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

PROJECT = DEFAULT_PROJECT
"""The project of every request while authentication is off, as in Mistral."""

ANONYMOUS = "anonymous"
THREADS = 16
"""How many requests may be in blocking work at once; others wait in line."""
WAIT_SECONDS = 2.0
"""How long an answer is held back for the views to reach its position."""

_LONGEST = 255


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """What resources use to reach the engine and the views.

    ``action_pool`` runs actions for the requests that wait for them; slow ones
    must not keep other requests from being served.
    """

    engine: Engine
    views: Views
    catalogue: Catalogue
    announcer: Announcer
    pool: ThreadPoolExecutor
    action_pool: ThreadPoolExecutor | None = None
    page_items: int = MAX_LIMIT

    async def blocking(
        self,
        function: Callable[Arguments, Answer],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Run a function that may block, away from the event loop."""
        call = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.pool, call)

    async def acting(
        self,
        function: Callable[Arguments, Answer],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Run an action that a request asked for, away from everybody else's requests."""
        call = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.action_pool or self.pool, call)

    def origin(self, req: Request, reason: str | None = None) -> Origin:
        """Return who asks, from the headers of the request."""
        actor = _header(req, "X-User-Id") or ANONYMOUS
        return self.engine.origin(actor, PROJECT, key=_header(req, "Idempotency-Key"), reason=reason)

    async def carry_out(self, resp: Response, command: Command) -> ExecutionState:
        """Carry a command out; return the state after it once it can be read.

        1. Decide, in a thread of the pool; a refusal is raised from here.
        2. Await the commit.
        3. Wait for the views, and name the position in the answer.
        """
        future = await self.blocking(self.engine.submit, command)
        receipt = await asyncio.wrap_future(future)
        await self.settle(resp, receipt.position)
        if receipt.state is None:
            return await self.blocking(self.stream_state, command.execution_id)
        return receipt.state

    def state(self, execution_id: str) -> ExecutionState:
        """Return an execution of the caller's project, as the log has it; may block.

        Raises:
            NotFound: there is none, or it belongs to another project.
        """
        state = self.stream_state(execution_id)
        if state.direct is not None:
            raise not_found(execution_id)
        return state

    def stream_state(self, execution_id: str) -> ExecutionState:
        """Return an execution, or an action that runs by itself, as the log has it; may block.

        Raises:
            NotFound: there is none, or it belongs to another project.
        """
        state = self.engine.state(execution_id)
        if state.project != PROJECT:
            raise not_found(execution_id)
        return state

    def definition(self, state: ExecutionState) -> Definition:
        """Return what an execution runs; may block."""
        if state.definition is None:
            raise NotFound(kind="execution", id=state.id)
        return self.engine.definitions.pinned(state.definition)

    def task_tags(self, state: ExecutionState, task_id: str) -> tuple[str, ...]:
        """Return the tags of a task, by the definition that counted when it came into being; may block.

        An action that runs outside of any workflow has no task and no tags.
        """
        task = state.tasks.get(task_id)
        if task is None:
            return ()
        while task.scheduled < state.definition_since:
            state = self.engine.moment(state.id, state.definition_since - 1).state
        return self.definition(state).workflow.spec.tasks[task.name].tags

    def execution_of_action(self, action_id: str) -> str:
        """Return the id of the execution that an action belongs to; may block.

        A report may come before any view knows the action, so it is unknown
        only after the views have caught up with the log, or, if they cannot
        in time, after the log itself has been searched.
        """
        found = self.views.execution_of_action(action_id, PROJECT)
        if found is not None:
            return found
        if not self.views.wait(self.engine.head(), WAIT_SECONDS):
            return self.stream_state(self.engine.execution_of(action_id)).id
        return self.views.find_action(action_id, PROJECT)

    def damaged(self) -> dict[str, str]:
        """Return what the engine or the views have found damaged: what they found, by stream; may block."""
        left_out = {str(one["stream"]): str(one["error"]) for one in self.views.quarantined()}
        return {**left_out, **self.engine.quarantine.found()}

    async def settle(self, resp: Response, position: int) -> None:
        """Wait until the views have reached a position of the log, but not for long."""
        resp.set_header("X-WF-Position", str(position))
        await self.blocking(self.views.wait, position, WAIT_SECONDS)


def _header(req: Request, name: str) -> str | None:
    value = req.get_header(name)
    if value is not None and (len(value) > _LONGEST or not value.isprintable()):
        raise InvalidRequest(f"The header {name} must be printable and no longer than {_LONGEST} characters.")
    return value
