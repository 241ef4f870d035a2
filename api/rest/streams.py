"""Server-sent events: one execution's history as it grows.

The engine tells the :class:`Announcer` after each commit; it wakes those who
follow that stream and does nothing else, so a commit never waits for a
reader. What is sent is always read from the log, in order, after the last
number that the reader has seen: a lost wake-up costs a moment, never an event.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec

from wf_es.envelope import JSON, Recorded
from wf_es.errors import NotFound

HEARTBEAT_SECONDS = 15.0
"""How often a silent stream sends a comment, so that nobody takes it for dead."""
LOOK_SECONDS = 1.0
"""How often a stream looks by itself: other processes write to the log too."""
PAGE = 200
"""How many events are read at once."""

Read = Callable[[int, int], Awaitable[list[dict[str, JSON]]]]
"""Gives up to so many represented events after a number."""


class Announcer:
    """Wakes the followers of a stream when events are committed to it."""

    def __init__(self) -> None:
        """Begin with no followers."""
        self._lock = threading.Lock()
        self._followers: dict[str, set[Follower]] = {}
        self._closed = False

    def __call__(self, position: int, events: Sequence[Recorded]) -> None:
        """Take notice of committed events; called by the engine."""
        with self._lock:
            streams = {event.stream for event in events}
            woken = [follower for stream in streams for follower in self._followers.get(stream, ())]
        for follower in woken:
            follower.wake()

    def follow(self, stream: str) -> Follower:
        """Return a follower of a stream; it must be released in the end."""
        follower = Follower(asyncio.get_running_loop())
        with self._lock:
            self._followers.setdefault(stream, set()).add(follower)
            follower.is_over = self._closed
        return follower

    def release(self, stream: str, follower: Follower) -> None:
        """Forget a follower."""
        with self._lock:
            rest = self._followers.get(stream, set())
            rest.discard(follower)
            if not rest:
                self._followers.pop(stream, None)

    def close(self) -> None:
        """End all streams: the server stops."""
        with self._lock:
            self._closed = True
            everybody = [follower for group in self._followers.values() for follower in group]
        for follower in everybody:
            follower.is_over = True
            follower.wake()


class Follower:
    """One reader of a stream, woken from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Belong to the event loop of the reader."""
        self.is_over = False
        self._loop = loop
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Tell the reader that there is something to look at."""
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:
            # The loop is closed: the reader is gone, and so is its interest.
            return

    async def news(self, seconds: float) -> None:
        """Wait to be woken, but no longer than so many seconds."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return
        self._news.clear()


async def server_sent(
    announcer: Announcer, stream: str, after: int, read: Read, *, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """Yield a stream's events after a number, and go on as new ones come."""
    loop = asyncio.get_running_loop()
    follower = announcer.follow(stream)
    try:
        yield b"retry: 1000\n\n"
        silent_since = loop.time()
        while not follower.is_over:
            try:
                events = await read(after, PAGE)
            except NotFound:
                # The execution was deleted meanwhile; there is nothing to follow.
                return
            for event in events:
                after = int(event["number"])
                silent_since = loop.time()
                yield framed(event)
            if not events:
                await follower.news(LOOK_SECONDS)
                if loop.time() - silent_since >= heartbeat:
                    silent_since = loop.time()
                    yield b": still here\n\n"
    finally:
        announcer.release(stream, follower)


def framed(event: dict[str, JSON]) -> bytes:
    """Return one event in the format of an event stream."""
    head = f"id: {event['number']}\nevent: {event['type']}\ndata: "
    return head.encode() + msgspec.json.encode(event) + b"\n\n"
