"""The corridor that every change walks through: load, decide, append, or again.

It holds no rule: what a change means is decided by the function that the
caller brings along. What it guarantees:

* Decisions on one stream are made one at a time, in the caller's thread, on
  the newest state, whether that is committed yet or not.
* A future resolves only when everything that the decision stands on is
  committed. That also goes for a refusal and for a decision that changes
  nothing: both may rest on events that are still pending, or have been
  overtaken by another process, so they wait for the pending ones, or look at
  the head of the stream once more, before they count.
* When another process was faster, the decision is made again from the top.
  After a few losses the stream is kept exclusive from loading to commit, so
  that nobody in this process adds to the contention; after many losses the
  caller is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from itertools import groupby
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import msgspec

from wf_es.engine.streams import Head, Stream, Streams
from wf_es.engine.writer import Write, Writer
from wf_es.envelope import Recorded
from wf_es.errors import (
    ConflictError,
    DefinitionError,
    RequestError,
    StoreUnavailable,
    VersionConflict,
    WfEsError,
)
from wf_es.ports import Batch

S = TypeVar("S")
R = TypeVar("R")

_SHARED_ATTEMPTS = 3
_ATTEMPTS = 20
_EXCLUSIVE_SECONDS = 5.0
"""How long an exclusive attempt keeps its stream at most, should the disk hang."""


class Change(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What a decision means for one stream: its new events and the state after them.

    ``unfinished``: see :class:`~wf_es.ports.Batch`.
    """

    stream: str
    events: tuple[Recorded, ...]
    state: S
    unfinished: bool | None = None


class Outcome(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """A decision: changes of streams (none = nothing to do), perhaps with a refusal.

    With ``refusal`` the changes are recorded and the caller gets the error.
    One change is stored after the other, unless ``order`` has the stream of
    each event in another order.
    """

    changes: tuple[Change[S], ...] = ()
    refusal: WfEsError | None = None
    order: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Recorded, ...]:
        """All events, in the order in which they are stored."""
        if not self.order:
            return tuple(event for change in self.changes for event in change.events)
        waiting = {change.stream: iter(change.events) for change in self.changes}
        return tuple(next(waiting[stream]) for stream in self.order)


class Job(Generic[S, R]):
    """Something to be decided on one or several streams.

    ``decide`` gets the states of the streams by id. ``receipt`` makes the
    caller's answer of the position up to which the log explains it, the
    outcome, and the states after it. ``is_waited_for`` says that the deciding
    thread will do nothing but wait, so it can commit as well.
    """

    def __init__(
        self,
        streams: Sequence[str],
        decide: Callable[[dict[str, S]], Outcome[S]],
        receipt: Callable[[int, Outcome[S], dict[str, S]], R],
    ) -> None:
        """Take the streams and the two functions."""
        self.streams = sorted(set(streams))
        self.decide = decide
        self.receipt = receipt
        self.future: Future[R] = Future()
        self.losses = 0
        self.is_waited_for = False


class Corridor(Generic[S]):
    """Runs jobs on streams of one kind."""

    def __init__(self, streams: Streams[S], writer: Writer) -> None:
        """Take the streams to work on, and the writer that commits."""
        self._streams = streams
        self._writer = writer
        self._again = _Again(self._run)

    def submit(self, job: Job[S, R]) -> Future[R]:
        """Decide in this thread; the future resolves when the outcome is final."""
        self._run(job)
        return job.future

    def execute(self, job: Job[S, R], timeout: float | None = None) -> R:
        """Decide in this thread and wait, at most ``timeout`` seconds, for the outcome.

        Without a timeout this thread also commits, if it need not wait for another.
        """
        if timeout is not None:
            return self.submit(job).result(timeout)
        job.is_waited_for = True
        try:
            self._run(job)
        finally:
            self._writer.help()
        return job.future.result()

    def close(self) -> None:
        """Give up what would have been decided again; call it after the writer's."""
        self._again.close()

    def _run(self, job: Job[S, R]) -> None:
        try:
            with self._streams.deciding(job.streams) as streams:
                settled = self._attempt(job, streams)
                if settled is not None and job.losses >= _SHARED_ATTEMPTS:
                    with suppress(FutureTimeout, WfEsError):
                        settled.result(_EXCLUSIVE_SECONDS)
        except Exception as error:  # noqa: BLE001 - a failure belongs to this job alone, whatever it is
            job.future.set_exception(error)

    def _attempt(self, job: Job[S, R], streams: list[Stream[S]]) -> Future[int] | None:
        """Decide until the decision holds; return the commit it waits for, if any.

        1. Read the streams that are not known, or are behind.
        2. Decide on the newest states.
        3. Events: hand them to the writer, unless a head has moved meanwhile.
        4. No events: make sure that nothing newer is stored, wait for what is
           pending, and answer.
        """
        while True:
            for stream in streams:
                if stream.behind:
                    self._streams.catch_up(stream)
            bases = [stream.newest for stream in streams]
            states = {stream.id: base.state for stream, base in zip(streams, bases, strict=True)}
            outcome = _decide(job, states)
            if outcome.changes:
                settled = self._hand_over(job, outcome, streams, bases)
                if settled is not None:
                    return settled
            elif self._is_final(streams, bases):
                _Answer(job, outcome, states, streams, self._again.put).wait()
                return None

    def _is_final(self, streams: Sequence[Stream[S]], bases: Sequence[Head[S]]) -> bool:
        """Say whether a decision without events still stands on the newest there is."""
        for stream in streams:
            if stream.last is None:
                self._streams.catch_up(stream)
        return all(stream.newest is base for stream, base in zip(streams, bases, strict=True))

    def _hand_over(
        self, job: Job[S, R], outcome: Outcome[S], streams: Sequence[Stream[S]], bases: Sequence[Head[S]]
    ) -> Future[int] | None:
        """Give the events to the writer; None if a head has moved since it was decided on."""
        found = {stream.id: (stream, base) for stream, base in zip(streams, bases, strict=True)}
        changed = [found[change.stream][0] for change in outcome.changes]
        before = [found[change.stream][1] for change in outcome.changes]
        batches, heads = [], []
        for change, base in zip(outcome.changes, before, strict=True):
            head, sealed = self._streams.seal(base, change.events, change.state)
            batches.append(Batch(stream=change.stream, events=sealed, unfinished=change.unfinished))
            heads.append(head)
        write = Write(_in_order(batches, outcome.order), outcome.events)
        epochs = self._streams.extend(changed, before, heads, write.settled)
        if epochs is None:
            return None
        write.is_current = lambda: all(
            stream.epoch == epoch for stream, epoch in zip(changed, epochs, strict=True)
        )

        def settle(settled: Future[int]) -> None:
            error = settled.exception()
            if error is None:
                self._streams.committed(changed, heads, settled.result())
                states = {head.id: head.state for head in (*bases, *heads)}
                _finish(job, outcome, states, settled.result())
            else:
                self._streams.dropped(changed, epochs)
                self._lost(job, error)

        write.settled.add_done_callback(settle)
        self._writer.put(write, will_help=job.is_waited_for)
        return write.settled

    def _lost(self, job: Job[S, R], error: BaseException) -> None:
        """Decide again after a conflict, within reason; any other failure is the caller's."""
        job.losses += 1
        if isinstance(error, VersionConflict) and job.losses < _ATTEMPTS:
            self._again.put(job)
        else:
            job.future.set_exception(error)


def _in_order(batches: Sequence[Batch], order: Sequence[str]) -> tuple[Batch, ...]:
    """Return the batches, cut where another stream comes in between."""
    if not order:
        return tuple(batches)
    waiting = {batch.stream: (iter(batch.events), batch.unfinished) for batch in batches}
    cut = []
    for stream, run in groupby(order):
        events, unfinished = waiting[stream]
        together = tuple(next(events) for _ in run)
        cut.append(Batch(stream=stream, events=together, unfinished=unfinished))
    return tuple(cut)


def _decide(job: Job[S, R], states: dict[str, S]) -> Outcome[S]:
    """Return the outcome; a refusal is an outcome too, as it may have to wait."""
    try:
        return job.decide(states)
    except (RequestError, ConflictError, DefinitionError) as refusal:
        return Outcome(refusal=refusal)


def _finish(job: Job[S, R], outcome: Outcome[S], states: dict[str, S], position: int) -> None:
    if outcome.refusal is not None:
        job.future.set_exception(outcome.refusal)
    else:
        job.future.set_result(job.receipt(position, outcome, states))


class _Answer(Generic[S, R]):
    """An outcome without events that is final once all that is pending is committed."""

    def __init__(
        self,
        job: Job[S, R],
        outcome: Outcome[S],
        states: dict[str, S],
        streams: Sequence[Stream[S]],
        again: Callable[[Job[S, R]], None],
    ) -> None:
        self._job = job
        self._outcome = outcome
        self._states = states
        self._again = again
        self._position = max((stream.position for stream in streams), default=0)
        self._pending = [last for stream in streams if (last := stream.last) is not None]

    def wait(self) -> None:
        """Answer now, or when the next pending commit is settled."""
        if not self._pending:
            _finish(self._job, self._outcome, self._states, self._position)
        else:
            self._pending.pop().add_done_callback(self._settled)

    def _settled(self, settled: Future[int]) -> None:
        if settled.exception() is not None:
            self._again(self._job)
        else:
            self._position = max(self._position, settled.result())
            self.wait()


class _Again:
    """A thread of its own for decisions that must be made again.

    The caller's thread may have gone on with something else, and the writer's
    has no time to wait for an expression.
    """

    def __init__(self, run: Callable[[Job[Any, Any]], None]) -> None:
        self._run = run
        self._queue: SimpleQueue[Job[Any, Any] | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, job: Job[Any, Any]) -> None:
        """Have a job decided again; after ``close`` it fails at once."""
        job.is_waited_for = False
        with self._gate:
            closed = self._closed
            if not closed:
                self._queue.put(job)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="wf_es-again", daemon=True)
                    self._thread.start()
        if closed:
            job.future.set_exception(
                StoreUnavailable("The engine was closed before this could be decided again")
            )

    def close(self) -> None:
        """Finish what waits (its writes fail at once), then stop."""
        with self._gate:
            self._closed = True
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            self._run(job)
