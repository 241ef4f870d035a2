"""Continue what one decision left to the next: items of long lists that wait to begin.

A decision begins only so many items, so other executions get their turn, and
says in the log that others wait. One thread hears of it after the commit and
asks for the next decision, one execution after the other. What an earlier
process left behind is found in the states, by one process at a time; asking
twice does no harm.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

from wf_es.envelope import Recorded
from wf_es.errors import ConflictError, NotFound, RequestError, WfEsError
from wf_es.execution.commands import ContinueItems
from wf_es.execution.copying import news
from wf_es.execution.events import ExecutionActivated, ItemsDeferred
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.reporting import is_passing, retry_delay

CONTINUATION = "continuation"
"""The name that is held by whoever looks for what was left behind."""

_LOOK_AGAIN_SECONDS = 0.5
"""How often to look whether another process is gone that may have left something."""

_ALL = ""
"""In place of a task: whatever waits in the execution."""

_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    """A task whose items wait to begin."""

    execution_id: str
    task_id: str


class Continuation:
    """Asks for the decisions that continue earlier ones; start it once, stop it once."""

    def __init__(self, engine: EngineDoor, name: str = "continuation") -> None:
        """Prepare; nothing is asked for before :meth:`start`. ``name`` is the thread's."""
        self._engine = engine
        self._name = name
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._is_recovered = False
        self._failures = 0
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Take what waits from now on, and what was left behind."""
        self._engine.listen(self._on_commit)
        self._thread.start()

    def stop(self) -> None:
        """Ask for nothing more; what still waits is found at the next start."""
        self._stopping.set()
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        """Note what waits; called by the engine after each commit."""
        for recorded in news(events):
            if isinstance(recorded.data, ItemsDeferred):
                self._queue.put(_Waiting(recorded.stream, recorded.data.task_id))
            elif isinstance(recorded.data, ExecutionActivated):
                self._queue.put(_Waiting(recorded.stream, _ALL))

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._recover()
                waiting = self._queue.get(timeout=None if self._is_recovered else _LOOK_AGAIN_SECONDS)
            except Empty:
                continue
            if waiting is not None and waiting.task_id == _ALL:
                self._look_at(waiting.execution_id)
            elif waiting is not None:
                self._continue(waiting)

    def _continue(self, waiting: _Waiting) -> None:
        """Ask for one decision; on an outage of the store ask again until it is back."""
        while not self._stopping.is_set():
            try:
                self._ask(waiting)
            except (RequestError, ConflictError) as error:
                _log.info("items of task %s do not continue: %s", waiting.task_id, error)
            except WfEsError as error:
                if is_passing(error):
                    self._wait(f"items of task {waiting.task_id} cannot continue", error)
                    continue
                _log.error("items of task %s cannot continue: %s", waiting.task_id, error)
            except Exception:  # noqa: BLE001 - one execution must not end the thread
                _log.exception("items of task %s cannot continue", waiting.task_id)
            self._failures = 0
            return

    def _ask(self, waiting: _Waiting) -> None:
        project = self._engine.state(waiting.execution_id).project
        self._engine.execute(
            ContinueItems(
                execution_id=waiting.execution_id,
                origin=self._engine.origin(self._name, project),
                task_id=waiting.task_id,
            )
        )

    def _recover(self) -> None:
        """Queue what an earlier process left behind, as soon as no other process does this."""
        if self._is_recovered:
            return
        try:
            if self._engine.hold(CONTINUATION):
                for execution_id in list(self._engine.unfinished()):
                    self._look_at(execution_id)
                self._is_recovered = True
        except WfEsError as error:
            self._wait("what was left behind cannot be read yet", error)

    def _look_at(self, execution_id: str) -> None:
        try:
            deferred = self._engine.state(execution_id).deferred
        except NotFound:
            return
        except WfEsError as error:
            if is_passing(error):
                raise
            _log.error("execution %s cannot be read and is left alone: %s", execution_id, error)
        except Exception:  # noqa: BLE001 - whatever one stream does, the others go on
            _log.exception("execution %s cannot be folded and is left alone", execution_id)
        else:
            for task_id in deferred:
                self._queue.put(_Waiting(execution_id, task_id))

    def _wait(self, what: str, error: WfEsError) -> None:
        delay = retry_delay(self._failures)
        self._failures += 1
        _log.warning("%s; again in %.1f s: %s", what, delay, error)
        self._stopping.wait(delay)
