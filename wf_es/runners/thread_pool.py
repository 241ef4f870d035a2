"""Run the actions of this process's executions in a pool of threads.

How an action comes to run:

1. The engine commits an ActionScheduled and tells its listeners. The runner
   notes the ids in a queue and returns; the writer is never held up.
2. A worker reads the execution's state and decides what may be done
   (:func:`~wf_es.runners.job.next_step`).
3. If the action must not be repeated, its start is committed first, and it
   is only run if this commit was ours.
4. The worker runs it. A result that counts later goes to the timetable and
   the worker is free.
5. The end is reported without waiting for the commit.

At start, what an earlier process left behind is found in the log and enters
at step 2; with several processes on one store, when nobody else does this.
A set of the ids that are on their way keeps both entrances from running the
same action.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from wf_es.actions import Catalogue, Result, failure_text, perform
from wf_es.envelope import Origin, Recorded
from wf_es.errors import ConflictError, NotFound, RequestError, WfEsError
from wf_es.execution.commands import Command, CompleteAction, DelegateAction, StartAction
from wf_es.execution.copying import news
from wf_es.execution.events import ActionScheduled, ActionStarted, ExecutionActivated, ExecutionForked
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.runners.engine_door import CallbackUrls, EngineDoor
from wf_es.runners.fair_queue import FairQueue
from wf_es.runners.job import CANCELLED_TEXT, CUT_OFF_TEXT, Job, Step, call_of, context_of, next_step
from wf_es.runners.recovery import RECOVERY, leftover_jobs, leftovers_of
from wf_es.runners.reporting import Reporter, is_passing, retry_delay
from wf_es.runners.timetable import Timetable

_LOOK_AGAIN_SECONDS = 0.5
"""How often a runner looks whether another process is gone that may have left something."""

_log = logging.getLogger(__name__)


class ThreadPoolRunner:
    """Runs scheduled actions; one per engine. Start it once, stop it once."""

    def __init__(
        self,
        engine: EngineDoor,
        catalogue: Catalogue,
        *,
        callbacks: CallbackUrls,
        threads: int = 16,
        name: str = "threads",
        handover_seconds: float = 30.0,
    ) -> None:
        """Prepare a runner; nothing runs before :meth:`start`.

        Args:
            engine: Tells what was scheduled and takes the results.
            catalogue: What to run for each name; its idle connections are
                closed at the end.
            callbacks: Makes the callback URLs that actions hand out.
            threads: How many actions may run at the same time; those that
                only wait (``Result.after``) do not count.
            name: Begins the name that the log keeps for who started an action.
            handover_seconds: How long after a crash the callback of an
                asynchronous action may still come whose hand-over was cut
                off, before the action ends in ERROR.
        """
        self._handover_seconds = handover_seconds
        self.name = f"{name}-{uuid.uuid4().hex[:8]}"
        self._engine = engine
        self._catalogue = catalogue
        self._callbacks = callbacks
        self._queue = FairQueue()
        self._changed = threading.Condition()
        self._open: set[str] = set()
        self._stopping = threading.Event()
        self._is_over = False
        self._timetable = Timetable(f"{name}-timetable")
        self._reporter = Reporter(engine, self._timetable, self._settled)
        self._workers = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        self._recovery = threading.Thread(target=self._recover, name=f"{name}-recovery", daemon=True)

    def start(self) -> None:
        """Take what is scheduled from now on, and what was left behind."""
        try:
            self._engine.hold(self.name)
        except WfEsError as error:
            _log.warning("other processes cannot see that this runner is alive: %s", error)
        self._engine.listen(self._on_commit)
        self._timetable.start()
        for thread in (*self._workers, self._recovery):
            thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Let running actions end; return whether all did within ``timeout`` seconds.

        Actions that have not begun, and waits of idempotent ones, are given
        up at once: the log has them, and the next start finds them. What is
        still running at the end is abandoned, and its result is not taken.
        Stopping again does nothing.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._stopping.set()
            self._queue.close()
        for action_id in self._timetable.drain(deadline):
            self._settled(action_id)
        with self._changed:
            all_ended = self._changed.wait_for(lambda: not self._open, max(0.0, deadline - time.monotonic()))
            self._is_over = True
            left = sorted(self._open)
            self._open.clear()
        self._timetable.close(1.0)
        for thread in (*self._workers, self._recovery):
            if all_ended and thread.ident is not None:
                thread.join(1.0)
        if left:
            _log.warning("stopped while %d actions were running, such as %s", len(left), left[0])
        self._catalogue.close()
        return all_ended

    # --- how jobs enter and leave ---

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        """Note what was scheduled; called by the engine after each commit."""
        for recorded in news(events):
            if isinstance(recorded.data, ActionScheduled):
                self._enter(Job(recorded.stream, recorded.data.action_id, recorded.actor))
            elif isinstance(recorded.data, ExecutionForked):
                for action_id in recorded.data.actions:
                    self._enter(Job(recorded.stream, action_id, recorded.actor))
            elif isinstance(recorded.data, ExecutionActivated):
                # The writer waits for us, so the state is read elsewhere.
                look = partial(self._enter_leftovers, recorded.stream)
                self._timetable.after(0.0, look, key=recorded.stream)

    def _enter_leftovers(self, execution_id: str) -> None:
        """Queue what an execution that was imported had open where it came from."""
        for job in leftovers_of(self._engine, execution_id, self.name):
            self._enter(job)

    def _enter(self, job: Job) -> None:
        """Queue the job unless its action is on its way already."""
        with self._changed:
            if self._stopping.is_set() or job.action_id in self._open:
                return
            self._open.add(job.action_id)
            self._queue.put(job)

    def _enter_again(self, job: Job) -> None:
        """Queue a job that had to wait."""
        with self._changed:
            if self._stopping.is_set():
                self._open.discard(job.action_id)
                self._changed.notify_all()
            else:
                self._queue.put(job)

    def _settled(self, action_id: str) -> None:
        with self._changed:
            self._open.discard(action_id)
            self._changed.notify_all()

    def _recover(self) -> None:
        """Queue what an earlier process left behind; wait for others and for the store if need be."""
        attempt, delay = 0, 0.0
        while not self._stopping.wait(delay):
            try:
                if self._take_over():
                    return
                delay = _LOOK_AGAIN_SECONDS
            except WfEsError as error:
                delay = retry_delay(attempt)
                attempt += 1
                _log.warning("what was left behind cannot be read yet: %s", error)
            except Exception:  # noqa: BLE001 - new work must not suffer
                _log.exception("looking for what was left behind failed")
                return

    def _take_over(self) -> bool:
        """Queue what was left behind; False if another process may leave more."""
        if not self._engine.hold(RECOVERY):
            return False
        is_all = True
        for job in leftover_jobs(self._engine, self.name):
            if job.is_elsewhere:
                is_all = False
            else:
                self._enter(job)
        return is_all

    # --- what a worker does ---

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._handle(job)
            except Exception:  # noqa: BLE001 - one action must not end the worker
                _log.exception("action %s could not be handled", job.action_id)
                self._settled(job.action_id)

    def _handle(self, job: Job) -> None:
        """Look at the job as the log stands now and do what is to be done."""
        if self._stopping.is_set():
            self._settled(job.action_id)
            return
        try:
            state = self._engine.state(job.execution_id)
            step = next_step(job, state)
            if step is Step.CLAIM:
                step = Step.RUN if self._claim(job, state) else Step.IGNORE
        except (RequestError, ConflictError) as error:
            _log.info("action %s is not run: %s", job.action_id, error)
            self._settled(job.action_id)
        except WfEsError as error:
            self._postpone(job, error)
        else:
            self._take(step, job, state)

    def _take(self, step: Step, job: Job, state: ExecutionState) -> None:
        if step is Step.IGNORE:
            self._settled(job.action_id)
        elif step is Step.AWAIT:
            job.has_waited = True
            again = partial(self._enter_again, job)
            self._later(self._handover_seconds, again, job.action_id, is_droppable=True)
        elif step is Step.CUT_OFF:
            self._complete(state, job, Result(error=CUT_OFF_TEXT))
        elif step is Step.CANCEL:
            _log.info("action %s is not run: %s", job.action_id, CANCELLED_TEXT)
            self._complete(state, job, Result(cancelled=True))
        else:
            self._run(job, state)

    def _claim(self, job: Job, state: ExecutionState) -> bool:
        """Record the start; return whether it is ours, so that we may run it."""
        if job.has_asked and state.actions[job.action_id].started:
            return self._has_started(job)
        job.has_asked = True
        command = StartAction(
            execution_id=job.execution_id,
            origin=self._origin(state),
            action_id=job.action_id,
            runner=self.name,
        )
        return _starts(self._engine.execute(command).events, job.action_id, self.name)

    def _has_started(self, job: Job) -> bool:
        """Whether an earlier request of ours, whose answer was lost, was recorded."""
        return _starts(self._engine.history(job.execution_id), job.action_id, self.name)

    def _postpone(self, job: Job, error: WfEsError) -> None:
        """Try the job again when the store may be back; give up on other errors."""
        if is_passing(error):
            delay = retry_delay(job.attempt)
            job.attempt += 1
            _log.warning("action %s cannot begin; again in %.1f s: %s", job.action_id, delay, error)
            self._later(delay, partial(self._enter_again, job), job.action_id, is_droppable=True)
        else:
            _log.error("action %s cannot be run: %s", job.action_id, error)
            self._settled(job.action_id)

    def _later(self, seconds: float, call: Callable[[], None], action_id: str, *, is_droppable: bool) -> None:
        """Put a call on the timetable; if it is too late for that, let go of the action."""
        if not self._timetable.after(seconds, call, key=action_id, is_droppable=is_droppable):
            self._settled(action_id)

    def _run(self, job: Job, state: ExecutionState) -> None:
        """Run the action and see to it that its end is reported, now or later."""
        action = state.actions[job.action_id]
        result = self._result_of(action, job, state)
        if result.delay <= 0:
            self._complete(state, job, result)
            return
        end = partial(self._complete, state, job, result)
        self._later(result.delay, end, action.id, is_droppable=action.idempotent or action.safe_rerun)

    def _result_of(self, action: ActionExecution, job: Job, state: ExecutionState) -> Result:
        name, given = call_of(action)
        try:
            runnable = self._catalogue.runnable(name)
        except NotFound as error:
            text = f"{error.message}; install what offers it, then run the task again"
            return Result(error=failure_text(name, action.id, text))
        return perform(runnable, given, context_of(job, state, self._callbacks, self._engine.limits))

    # --- what is reported ---

    def _complete(self, state: ExecutionState, job: Job, result: Result) -> None:
        """Report the end, or that another system has taken over."""
        if self._is_over:
            return
        action = state.actions[job.action_id]
        self._reporter.report(job.action_id, self._command(state, action, result))

    def _command(self, state: ExecutionState, action: ActionExecution, result: Result) -> Command:
        origin = self._origin(state)
        if result.state is None:
            return DelegateAction(execution_id=state.id, origin=origin, action_id=action.id)
        began_here = action.idempotent and not action.started and not result.cancelled
        return CompleteAction(
            execution_id=state.id,
            origin=origin,
            action_id=action.id,
            state=result.state,
            output=result.output,
            started_by=self.name if began_here else None,
        )

    def _origin(self, state: ExecutionState) -> Origin:
        return self._engine.origin(f"runner:{self.name}", state.project)


def _starts(events: Sequence[Recorded], action_id: str, runner: str) -> bool:
    """Whether one of the events is the start of this action by this runner."""
    return any(
        isinstance(recorded.data, ActionStarted)
        and recorded.data.action_id == action_id
        and recorded.data.runner == runner
        for recorded in events
    )
