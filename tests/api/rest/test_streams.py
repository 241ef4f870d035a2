"""Event streams: everything in order, nothing twice, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from api.rest import streams
from api.rest.streams import Announcer, server_sent
from wf_es.envelope import JSON, Recorded
from wf_es.errors import NotFound
from wf_es.execution.events import ExecutionDeleted


def recorded(stream: str) -> Recorded:
    """Return some event of a stream."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    return Recorded(
        stream=stream, version=1, time=time, actor="a", project="p", command="c", data=ExecutionDeleted()
    )


class Log:
    """A log of numbered events that grows."""

    def __init__(self, size: int) -> None:
        """Begin with so many events."""
        self.size = size

    async def read(self, after: int, limit: int) -> list[dict[str, JSON]]:
        """Give the events after a number."""
        numbers = range(after + 1, min(self.size, after + limit) + 1)
        return [{"number": number, "type": "TaskScheduled"} for number in numbers]


async def next_ids(stream: AsyncIterator[bytes], count: int) -> list[int]:
    """Return the ids of the next events, passing over comments and settings."""
    ids: list[int] = []
    async for chunk in stream:
        if chunk.startswith(b"id: "):
            ids.append(int(chunk[4:].split(b"\n")[0]))
        if len(ids) == count:
            break
    return ids


def test_a_stream_goes_on_where_the_reader_was() -> None:
    """Old events come first, more than a page of them, then new ones as they are announced."""

    async def scenario() -> list[int]:
        log, announcer = Log(streams.PAGE + 3), Announcer()
        stream = server_sent(announcer, "e", 2, log.read)
        ids = await next_ids(stream, streams.PAGE + 1)
        waiting = asyncio.ensure_future(next_ids(stream, 1))
        await asyncio.sleep(0)
        log.size += 1
        announcer(0, [recorded("other"), recorded("e")])
        ids += await asyncio.wait_for(waiting, streams.LOOK_SECONDS / 2)
        announcer.close()
        assert [chunk async for chunk in stream] == []
        return ids

    assert asyncio.run(scenario()) == list(range(3, streams.PAGE + 5))


def test_what_other_processes_write_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any announcement the log is looked at now and then."""
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.01)

    async def scenario() -> list[int]:
        log = Log(0)
        stream = server_sent(Announcer(), "e", 0, log.read)
        waiting = asyncio.ensure_future(next_ids(stream, 1))
        await asyncio.sleep(0)
        log.size = 1
        return await waiting

    assert asyncio.run(scenario()) == [1]


def test_a_silent_stream_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments keep proxies and clients from hanging up."""
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.001)

    async def scenario() -> bytes:
        stream = server_sent(Announcer(), "e", 0, Log(0).read, heartbeat=0.01)
        chunks = [await anext(stream), await anext(stream)]
        return chunks[1]

    assert asyncio.run(scenario()) == b": still here\n\n"


def test_a_stream_ends_when_the_execution_is_deleted() -> None:
    """There is nothing to follow any more, and no error in the middle of an answer."""

    async def gone(after: int, limit: int) -> list[dict[str, JSON]]:
        raise NotFound

    async def scenario() -> list[bytes]:
        return [chunk async for chunk in server_sent(Announcer(), "e", 0, gone)]

    assert asyncio.run(scenario()) == [b"retry: 1000\n\n"]


def test_a_stream_that_begins_while_the_server_stops_is_over() -> None:
    """Nobody keeps a stopping server from ending."""

    async def scenario() -> list[bytes]:
        announcer = Announcer()
        announcer.close()
        return [chunk async for chunk in server_sent(announcer, "e", 0, Log(5).read)]

    assert asyncio.run(scenario()) == [b"retry: 1000\n\n"]


def test_the_announcer_survives_a_closed_loop() -> None:
    """A commit never fails because a reader is gone."""
    announcer = Announcer()

    async def follow() -> None:
        announcer.follow("e")

    asyncio.run(follow())
    announcer(1, [recorded("e")])
