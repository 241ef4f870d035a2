"""A small engine that keeps its events in a list, for tests of runners.

It implements what runners use of the real one and no more: commands about
actions become events, listeners hear of each commit from a writer thread of
its own, and an outage can be switched on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest

from wf_es.envelope import Event, Origin, Recorded
from wf_es.errors import (
    CompletionConflict,
    CorruptHistory,
    IllegalState,
    NotFound,
    StoreUnavailable,
    WfEsError,
)
from wf_es.execution.commands import Command, CompleteAction, DelegateAction, StartAction
from wf_es.execution.events import ActionCompleted, ActionDelegated, ActionScheduled, ActionStarted
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.limits import DEFAULT_LIMITS
from wf_es.ports import Listener
from wf_es.runners.callback import Callbacks

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Receipt:
    """What a command led to."""

    events: tuple[Recorded, ...]


class ListEngine:
    """Actions of a few executions, in memory."""

    def __init__(self) -> None:
        """Start empty and in good health."""
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._states: dict[str, ExecutionState] = {}
        self._listeners: list[Listener] = []
        self._commits: SimpleQueue[tuple[tuple[Recorded, ...], Future[Receipt]] | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()
        self.limits = DEFAULT_LIMITS
        self.log: list[Recorded] = []
        self.corrupt: set[str] = set()
        self.alive: set[str] = set()
        self.taken: set[str] = set()
        self.outages = 0
        self.lost_answers = 0

    # --- what runners use ---

    def hold(self, name: str) -> bool:
        """Hold a name, unless a test has said that somebody else does."""
        return name not in self.taken

    def is_held(self, name: str) -> bool:
        """Say whether a runner is alive."""
        return name in self.alive

    def submit(self, command: Command) -> Future[Receipt]:
        """Decide and queue for the commit."""
        future: Future[Receipt] = Future()
        with self._lock:
            try:
                self._fail_if_away()
                bodies = self._decide(command)
            except WfEsError as error:
                future.set_exception(error)
                return future
            events = tuple(self._record(command.execution_id, command.origin, body) for body in bodies)
            if self.lost_answers:
                self.lost_answers -= 1
                future.set_exception(StoreUnavailable())
                self._commits.put((events, Future()))
            else:
                self._commits.put((events, future))
        return future

    def execute(self, command: Command, timeout: float | None = None) -> Receipt:
        """Submit and wait."""
        return self.submit(command).result(timeout)

    def state(self, execution_id: str) -> ExecutionState:
        """Return the execution."""
        with self._lock:
            self._fail_if_away()
            if execution_id in self.corrupt:
                raise CorruptHistory()
            if execution_id not in self._states:
                raise NotFound()
            return self._states[execution_id]

    def history(self, execution_id: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Return its events."""
        with self._lock:
            self._fail_if_away()
            return [recorded for recorded in self.log if recorded.stream == execution_id]

    def listen(self, listener: Listener) -> None:
        """Tell it of each commit."""
        self._listeners.append(listener)

    def unfinished(self) -> Iterable[str]:
        """Return all executions: a superset is allowed."""
        with self._lock:
            self._fail_if_away()
            return [*self.corrupt, "deleted", *self._states]

    def head(self) -> int:
        """Return the number of events."""
        return len(self.log)

    def origin(self, actor: str, project: str, key: str | None = None, reason: str | None = None) -> Origin:
        """Return an origin."""
        return Origin(
            actor=actor, project=project, command=f"c{len(self.log)}", now=NOW, key=key, reason=reason
        )

    # --- what tests use ---

    def schedule(self, name: str, *, execution: str = "e", **fields: Any) -> str:
        """Schedule an action as the core would, and return its id."""
        with self._lock:
            number = len(self.log)
            event = ActionScheduled(action_id=f"a{number}", task_id="t", name=name, **fields)
            recorded = self._record(execution, self.origin("ada", "p"), event)
            self._commits.put(((recorded,), Future()))
        return event.action_id

    def change(self, action_id: str, **fields: Any) -> None:
        """Set fields of an action, as if an earlier process had."""
        with self._lock:
            for execution, state in self._states.items():
                if action_id in state.actions:
                    changed = msgspec.structs.replace(state.actions[action_id], **fields)
                    self._put(execution, changed)

    def cancel(self, execution: str = "e") -> None:
        """Cancel the execution."""
        with self._lock:
            self._states[execution] = msgspec.structs.replace(self._states[execution], state="CANCELLED")

    def bodies(self, action_id: str) -> list[Event]:
        """Return what the log says of an action after it was scheduled."""
        with self._lock:
            about = [
                recorded.data for recorded in self.log if getattr(recorded.data, "action_id", "") == action_id
            ]
        return [body for body in about if not isinstance(body, ActionScheduled)]

    def wait(self, action_id: str, kind: type[Event] = ActionCompleted, seconds: float = 5) -> Any:
        """Wait until the log has an event of this kind about the action, and return it."""
        with self._changed:
            found: list[Event] = []

            def is_there() -> bool:
                found[:] = [body for body in self.bodies(action_id) if isinstance(body, kind)]
                return bool(found)

            assert self._changed.wait_for(is_there, seconds), f"no {kind.__name__} for {action_id}"
            return found[0]

    def tell(self, events: Sequence[Recorded]) -> None:
        """Tell the listeners of events."""
        for listener in self._listeners:
            listener(events[-1].version if events else 0, events)

    def close(self) -> None:
        """End the writer."""
        self._commits.put(None)
        self._writer.join()

    # --- inside ---

    def _fail_if_away(self) -> None:
        if self.outages:
            self.outages -= 1
            raise StoreUnavailable()

    def _decide(self, command: Command) -> list[Event]:
        action = self._states[command.execution_id].actions[command.action_id]  # type: ignore[attr-defined]
        match command:
            case StartAction():
                if action.state != "RUNNING":
                    raise IllegalState("it has ended")
                return [] if action.started else [ActionStarted(action_id=action.id, runner=command.runner)]
            case DelegateAction():
                return [] if action.delegated else [ActionDelegated(action_id=action.id)]
            case CompleteAction():
                return self._decide_end(action, command)
        raise AssertionError(command)

    def _decide_end(self, action: ActionExecution, command: CompleteAction) -> list[Event]:
        if action.state != "RUNNING":
            if (action.state, action.output) == (command.state, command.output):
                return []
            raise CompletionConflict()
        events: list[Event] = []
        if command.started_by is not None:
            events.append(ActionStarted(action_id=action.id, runner=command.started_by))
        return [*events, ActionCompleted(action_id=action.id, state=command.state, output=command.output)]

    def _record(self, execution: str, origin: Origin, body: Event) -> Recorded:
        recorded = Recorded(
            stream=execution,
            version=len(self.log) + 1,
            time=NOW,
            actor=origin.actor,
            project=origin.project,
            command=origin.command,
            data=body,
        )
        self._put(execution, self._evolved(execution, body))
        self.log.append(recorded)
        self._changed.notify_all()
        return recorded

    def _evolved(self, execution: str, body: Any) -> ActionExecution:
        if isinstance(body, ActionScheduled):
            return ActionExecution(
                id=body.action_id,
                task_id="t",
                name=body.name,
                number=1,
                attempt=1,
                state="RUNNING",
                input=body.input,
                is_async=body.is_async,
                idempotent=body.idempotent,
                safe_rerun=body.safe_rerun,
                created_at=NOW,
                updated_at=NOW,
                event=1,
            )
        action = self._states[execution].actions[body.action_id]
        match body:
            case ActionStarted():
                return msgspec.structs.replace(action, started=True)
            case ActionDelegated():
                return msgspec.structs.replace(action, delegated=True)
        return msgspec.structs.replace(action, state=body.state, output=body.output)

    def _put(self, execution: str, action: ActionExecution) -> None:
        state = self._states.get(execution) or _new_execution(execution)
        unfinished = state.unfinished
        if action.state == "RUNNING":
            unfinished = unfinished.set(action.id, 1)
        elif action.id in unfinished:
            unfinished = unfinished.delete(action.id)
        self._states[execution] = msgspec.structs.replace(
            state, actions=state.actions.set(action.id, action), unfinished=unfinished
        )

    def _write(self) -> None:
        while (item := self._commits.get()) is not None:
            events, future = item
            future.set_result(Receipt(events))
            self.tell(events)


def _new_execution(execution: str) -> ExecutionState:
    task = TaskExecution(
        id="t", number=1, name="task", state="RUNNING", created_at=NOW, updated_at=NOW, event=1
    )
    empty = ExecutionState(id=execution, project="p", workflow_name="flow", state="RUNNING")
    return msgspec.structs.replace(empty, tasks=empty.tasks.set("t", task))


@pytest.fixture
def engine() -> Iterator[ListEngine]:
    """An empty engine."""
    engine = ListEngine()
    yield engine
    engine.close()


@pytest.fixture
def callbacks() -> Callbacks:
    """Callback URLs under a fixed key."""
    return Callbacks("http://server", b"k" * 32)
