"""Following an execution from outside until nothing more happens by itself.

The log alone is looked at, because views may be a moment behind it. The
server's event stream is used while it lasts; where it breaks off or cannot be
had, the log is asked for again and again instead. Nothing is shown twice and
nothing is left out, because events are numbered.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from api.cli.client import Client, Row
from wf_es.errors import StoreUnavailable, WorldError

POLL_SECONDS = 0.5
"""How long to wait before the log is asked again, without a stream."""
RESTART_SECONDS = 20.0
"""How long a server may be away (being started again) before we give up."""

_SETTLED_BY = {"WorkflowCompleted": True, "WorkflowPaused": True, "WorkflowResumed": False}
"""What an event says about whether nothing more happens by itself."""


def follow(client: Client, execution_id: str, timeout: float | None = None) -> Iterator[Row]:
    """Yield the events of an execution until it has ended or is paused.

    1. What the log holds beyond the last event seen is read.
    2. If the last word was an end or a pause, and nothing came after it, it is over.
    3. Otherwise the stream is listened to, up to an event that may be the end.
    4. Without a stream the log is asked twice a second.

    Raises:
        WorldError: the execution has not settled within ``timeout`` seconds.
        NotFound: there is no such execution.

    """
    deadline = None if timeout is None else time.monotonic() + timeout
    number = 0
    settled = False
    streams = True
    while True:
        news = _events(client, execution_id, number)
        for event in news:
            number, settled = event["number"], _is_settled(event, settled)
            yield event
        if settled:
            return
        _check(deadline, execution_id)
        if not streams:
            time.sleep(POLL_SECONDS)
            continue
        try:
            for event in _until_settled(client, execution_id, number, deadline):
                number, settled = event["number"], _is_settled(event, settled)
                yield event
        except StoreUnavailable:
            streams = False


def _is_settled(event: Row, before: bool) -> bool:
    """Return whether nothing more happens by itself after this event."""
    return _SETTLED_BY.get(event["type"].partition("@")[0], before)


def _events(client: Client, execution_id: str, after: int) -> list[Row]:
    """Read the log, waiting for a server that was there before and is away.

    The first question (nothing seen yet) is not repeated: whoever names a
    wrong server wants to know at once.
    """
    give_up = time.monotonic() + (RESTART_SECONDS if after else 0.0)
    while True:
        try:
            return client.events(execution_id, after)
        except StoreUnavailable:
            if time.monotonic() >= give_up:
                raise
            time.sleep(POLL_SECONDS)


def _until_settled(client: Client, execution_id: str, after: int, deadline: float | None) -> Iterator[Row]:
    """Yield streamed events up to one that may be the last, or till the deadline."""
    for event in client.stream(execution_id, after, _left(deadline)):
        if event is not None:
            yield event
            if _is_settled(event, False):
                return
        if _left(deadline) == 0:
            return


def _left(deadline: float | None) -> float | None:
    """Return the seconds left, None without a deadline."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _check(deadline: float | None, execution_id: str) -> None:
    """Raise once the time is over."""
    if _left(deadline) == 0:
        raise WorldError(
            f"execution {execution_id} is still under way and goes on without us; "
            f"'wf-es execution watch {execution_id}' follows it again"
        )
