"""What this process knows of the streams it works on.

A stream is known by up to two heads: the *committed* one, which is in the
store, and the *newest* one, which further decisions build on before their
predecessors are committed. States are immutable, so heads are shared freely
and dropping one undoes it. When a commit fails, everything that was built on
it is dropped: the stream enters a new *epoch*, its newest head is the
committed one again, and it is *behind* until it has been read from the store.

The cache is bounded. A stream is only forgotten while nobody uses it and
nothing of it is pending.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Generic, TypeVar

import msgspec

from wf_es.engine.collection import uncollected
from wf_es.engine.quarantine import Quarantine
from wf_es.envelope import Recorded
from wf_es.errors import CorruptHistory, WfEsError
from wf_es.ports import Codec, EventStore, Sealed

S = TypeVar("S")


class Head(msgspec.Struct, Generic[S], frozen=True):
    """A stream up to one of its events: its number, its digest, the state after it."""

    id: str
    version: int
    digest: str
    state: S


class Sound(msgspec.Struct, Generic[S], frozen=True):
    """What is in order of a stream: the head after it, its events, and the first row that is not in order."""

    head: Head[S]
    events: list[tuple[Sealed, Recorded]]
    damaged: Sealed | None = None


class Stream(Generic[S]):
    """One stream as this process knows it.

    ``deciding`` is held while a decision is made on the stream. The other
    fields belong to :class:`Streams`, which changes them under its own lock.
    """

    __slots__ = (
        "behind",
        "committed",
        "deciding",
        "epoch",
        "id",
        "in_flight",
        "last",
        "newest",
        "position",
        "users",
    )

    def __init__(self, stream_id: str, genesis: Head[S]) -> None:
        """Begin before the first event; what the store has is not known yet."""
        self.id = stream_id
        self.deciding = threading.Lock()
        self.committed = genesis
        self.newest = genesis
        self.position = 0
        self.behind = True
        self.epoch = 0
        self.in_flight = 0
        self.last: Future[int] | None = None
        self.users = 0


class Streams(Generic[S]):
    """A bounded cache of streams of one kind, with the way to read and to extend them."""

    def __init__(
        self,
        store: EventStore,
        codec: Codec,
        initial: Callable[[str], S],
        evolve_all: Callable[[S, Sequence[Recorded]], S],
        capacity: int,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Take where events come from, how they are folded, how many to keep, and where damage is noted."""
        self._store = store
        self._codec = codec
        self._initial = initial
        self._evolve_all = evolve_all
        self._capacity = capacity
        self._quarantine = quarantine or Quarantine()
        self._streams: OrderedDict[str, Stream[S]] = OrderedDict()
        self._lock = threading.Lock()
        self._watcher: Callable[[Head[S]], None] | None = None
        self._step = 0

    def watch(self, step: int, watcher: Callable[[Head[S]], None]) -> None:
        """Tell ``watcher`` of a head now and then: one of about each ``step`` events that are in the store.

        It must be quick, and must not come back here.
        """
        self._step, self._watcher = step, watcher

    @contextmanager
    def using(self, stream_ids: Sequence[str]) -> Iterator[list[Stream[S]]]:
        """Keep the streams from being forgotten for the length of a with statement.

        Raises:
            CorruptHistory: one of them is in quarantine.
        """
        for stream_id in stream_ids:
            self._quarantine.check(stream_id)
        with self._lock:
            streams = [self._known(stream_id) for stream_id in stream_ids]
            for stream in streams:
                stream.users += 1
        try:
            yield streams
        finally:
            with self._lock:
                for stream in streams:
                    stream.users -= 1
                    self._forget_unknown(stream)
                self._forget_surplus()

    @contextmanager
    def deciding(self, stream_ids: Sequence[str]) -> Iterator[list[Stream[S]]]:
        """Be the only one to decide on these streams (in one order, so without deadlock)."""
        with self.using(sorted(stream_ids)) as streams, ExitStack() as locks:
            for stream in streams:
                locks.enter_context(stream.deciding)
            yield streams

    def catch_up(self, stream: Stream[S]) -> bool:
        """Read what the store has beyond the committed head; say whether there was more.

        Raises:
            CorruptHistory: a stored event cannot be read or breaks the chain.
            StoreUnavailable: the store cannot be read.
        """
        base = stream.committed
        sealed = self._store.load(stream.id, base.version)
        try:
            head = self._caught_up(base, sealed)
        except CorruptHistory as error:
            raise self._quarantine.put(error) from error
        with self._lock:
            stream.behind = False
            if head.version <= stream.committed.version:
                return False
            stream.committed = head
            stream.position = sealed[-1].position
            if not stream.in_flight:
                stream.newest = head
            return True

    def _caught_up(self, base: Head[S], sealed: Sequence[Sealed]) -> Head[S]:
        if self._watcher is None or len(sealed) <= self._step:
            return self._replay(base.id, base, sealed)
        with uncollected():
            for begin in range(0, len(sealed), self._step):
                base, _ = self.follow(base, sealed[begin : begin + self._step])
                self._tell(base)
        return base

    def _tell(self, head: Head[S]) -> None:
        if self._watcher is not None:
            self._watcher(head)

    def replay(self, stream_id: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Return a stream's events with a number above ``after``, as :meth:`read` does."""
        return [recorded for _, recorded in self.read(stream_id, after, limit)]

    def read(self, stream_id: str, after: int = 0, limit: int | None = None) -> list[tuple[Sealed, Recorded]]:
        """Return a stream's events with a number above ``after``, stored and decoded, their chain verified.

        With ``limit`` no more than so many are read. The event before the first
        one is loaded too: what follows must carry its digest.

        Raises:
            CorruptHistory: a stored event cannot be read or breaks the chain.
        """
        self._quarantine.check(stream_id)
        base = self.genesis(stream_id)
        wanted = limit if limit is None or after <= 0 else limit + 1
        sealed = self._store.load(stream_id, max(after - 1, 0), wanted)
        if after > 0 and sealed:
            base = Head(stream_id, sealed[0].version, sealed[0].digest, base.state)
            sealed = sealed[1:]
        try:
            return list(zip(sealed, self._opened(stream_id, base, sealed), strict=True))
        except CorruptHistory as error:
            raise self._quarantine.put(error) from error

    def sound(self, stream_id: str) -> Sound[S]:
        """Return what a stream has before the first event that is not in order, damaged or not.

        These events are intact, carry each other's digests, can be read and
        replayed. Where a digest does not fit, one of two events was changed, so
        neither is among them.
        """
        head, events = self.genesis(stream_id), list[tuple[Sealed, Recorded]]()
        previous = head
        for event in self._store.load(stream_id):
            try:
                if (
                    event.version == head.version + 1
                    and self._codec.previous(event) != head.digest
                    and events
                ):
                    return Sound(previous, events[:-1], events[-1][0])
                (recorded,) = self._opened(stream_id, head, [event])
                state = self._folded(head, [recorded])
            except WfEsError:
                return Sound(head, events, event)
            previous, head = head, Head(stream_id, event.version, event.digest, state)
            events.append((event, recorded))
        return Sound(head, events)

    def genesis(self, stream_id: str) -> Head[S]:
        """Return a stream's head before its first event."""
        return Head(stream_id, 0, self._codec.genesis(stream_id), self._initial(stream_id))

    def follow(self, base: Head[S], sealed: Sequence[Sealed]) -> tuple[Head[S], list[Recorded]]:
        """Return the head after the stored events that come next, and these, their chain verified.

        Raises:
            CorruptHistory: one cannot be read, does not follow, or cannot be replayed.
        """
        try:
            events = self._opened(base.id, base, sealed)
            state = self._folded(base, events)
        except CorruptHistory as error:
            raise self._quarantine.put(error) from error
        if not events:
            return base, events
        return Head(base.id, sealed[-1].version, sealed[-1].digest, state), events

    def seal(self, base: Head[S], events: Sequence[Recorded], state: S) -> tuple[Head[S], tuple[Sealed, ...]]:
        """Return the head after new events, and these as they will be stored.

        What counts is what is stored: if a value changes its form on the way
        (a tuple comes back as a list, a number as a key comes back as text),
        the state is folded from the events as a later reader will find them.
        """
        digest, sealed, is_exact = base.digest, [], True
        for recorded in events:
            event = self._codec.seal(recorded, digest)
            is_exact = is_exact and self._codec.open(event) == recorded
            sealed.append(event)
            digest = event.digest
        if not is_exact:
            return self._replay(base.id, base, sealed), tuple(sealed)
        return Head(base.id, sealed[-1].version, digest, state), tuple(sealed)

    def extend(
        self,
        streams: Sequence[Stream[S]],
        bases: Sequence[Head[S]],
        heads: Sequence[Head[S]],
        settled: Future[int],
    ) -> list[int] | None:
        """Make ``heads`` the newest ones, if ``bases`` still are; return the epochs."""
        with self._lock:
            if any(stream.newest is not base for stream, base in zip(streams, bases, strict=True)):
                return None
            for stream, head in zip(streams, heads, strict=True):
                stream.newest = head
                stream.in_flight += 1
                stream.last = settled
            return [stream.epoch for stream in streams]

    def committed(self, streams: Sequence[Stream[S]], heads: Sequence[Head[S]], position: int) -> None:
        """Take note that ``heads`` are in the store now, the last event at ``position``."""
        passed: list[Head[S]] = []
        with self._lock:
            for stream, head in zip(streams, heads, strict=True):
                if self._step and head.version // self._step > stream.committed.version // self._step:
                    passed.append(head)
                stream.in_flight -= 1
                if not stream.in_flight:
                    stream.last = None
                if head.version >= stream.committed.version:
                    stream.committed = head
                    stream.position = position
            self._forget_surplus()
        for head in passed:
            self._tell(head)

    def dropped(self, streams: Sequence[Stream[S]], epochs: Sequence[int]) -> None:
        """Take note that writes of these epochs failed: nothing pending of them counts."""
        with self._lock:
            for stream, epoch in zip(streams, epochs, strict=True):
                if stream.epoch == epoch:
                    stream.epoch += 1
                    stream.newest = stream.committed
                    stream.in_flight = 0
                    stream.last = None
                    stream.behind = True

    def _known(self, stream_id: str) -> Stream[S]:
        stream = self._streams.get(stream_id)
        if stream is None:
            stream = self._streams[stream_id] = Stream(stream_id, self.genesis(stream_id))
        self._streams.move_to_end(stream_id)
        return stream

    def _forget_unknown(self, stream: Stream[S]) -> None:
        """Keep no room for ids that somebody merely asked for."""
        if not (stream.users or stream.in_flight or stream.committed.version):
            self._streams.pop(stream.id, None)

    def _forget_surplus(self) -> None:
        surplus = len(self._streams) - self._capacity
        if surplus <= 0:
            return
        idle = (stream for stream in self._streams.values() if not stream.users and not stream.in_flight)
        for stream in [stream for stream, _ in zip(idle, range(surplus), strict=False)]:
            del self._streams[stream.id]

    def _replay(self, stream_id: str, base: Head[S], sealed: Sequence[Sealed]) -> Head[S]:
        state = self._folded(base, self._opened(stream_id, base, sealed))
        return Head(stream_id, sealed[-1].version, sealed[-1].digest, state) if sealed else base

    def _folded(self, base: Head[S], events: Sequence[Recorded]) -> S:
        try:
            return self._evolve_all(base.state, events)
        except WfEsError:
            raise
        except Exception:  # noqa: BLE001 - which event it was is found out by one after the other
            return self._folded_one_by_one(base, events)

    def _folded_one_by_one(self, base: Head[S], events: Sequence[Recorded]) -> S:
        state = base.state
        for recorded in events:
            try:
                state = self._evolve_all(state, [recorded])
            except Exception as error:
                raise _corrupt(base.id, recorded.version, f"cannot be replayed: {error!r}") from error
        return state

    def _opened(self, stream_id: str, base: Head[S], sealed: Sequence[Sealed]) -> list[Recorded]:
        """Decode events, each checked against the one before it."""
        version, digest, opened = base.version, base.digest, []
        for event in sealed:
            version += 1
            if event.version != version:
                raise _corrupt(stream_id, version, f"is missing; the next one is {event.version}")
            if self._codec.previous(event) != digest:
                raise _corrupt(stream_id, version, "does not carry the digest of the one before it")
            digest = event.digest
            opened.append(self._codec.open(event))
        return opened


def _corrupt(stream: str, version: int, why: str) -> CorruptHistory:
    return CorruptHistory(f"Event {version} of stream {stream} {why}", stream=stream, version=version)
