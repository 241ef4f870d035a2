"""Reading histories: pages of the events that are wanted, and why one of them happened.

A page costs about what it reads, and it reads no more than a fixed number of
events: a page that finds little says where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import msgspec

from wf_es.engine.streams import Streams
from wf_es.envelope import Recorded
from wf_es.errors import NotFound
from wf_es.execution.causes import Link, chain_of_causes
from wf_es.execution.selection import EVERYTHING, Selection, selector
from wf_es.execution.state import ExecutionState

_CHUNK = 500
"""Events read at once while some are searched for."""

_MOST = 10_000
"""Events that one page reads at most."""


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events that are wanted, oldest first; ``after`` is the number to go on after, None if none is left."""

    events: tuple[Recorded, ...]
    after: int | None


class Histories:
    """What happened in executions, read from the log."""

    def __init__(
        self, streams: Streams[ExecutionState], state: Callable[[str], ExecutionState], most: int = _MOST
    ) -> None:
        """Take the log, how executions stand, and how many events one page reads at most."""
        self._streams = streams
        self._state = state
        self._most = most

    def page(
        self, execution_id: str, selection: Selection = EVERYTHING, *, after: int = 0, limit: int
    ) -> EventPage:
        """Return the first ``limit`` events with a number above ``after`` that are wanted.

        There may be fewer although ``after`` says that more may follow: one page
        reads only so many events.

        Raises:
            NotFound: There is no such execution, or no such task in it.
            InvalidRequest: The selection names what cannot be.
            CorruptHistory: Its history cannot be read.
        """
        state = self._state(execution_id)
        is_wanted = selector(state, selection)
        first, last = selection.numbers
        after, end = max(after, first - 1), state.version if last is None else min(last, state.version)
        give_up = after + (limit if selection == EVERYTHING else self._most)
        found: list[Recorded] = []
        while after < min(end, give_up) and len(found) < limit:
            size = min(_CHUNK if selection != EVERYTHING else limit, end - after, give_up - after)
            for recorded in self._streams.replay(execution_id, after, size):
                after = recorded.version
                if is_wanted(recorded):
                    found.append(recorded)
                if len(found) == limit:
                    break
        return EventPage(events=tuple(found), after=after if after < end else None)

    def causes(self, execution_id: str, number: int, limit: int) -> list[Link]:
        """Return an event and what it followed from, at most ``limit`` links back.

        The last of them is where it all began, unless there are as many as asked for.

        Raises:
            NotFound: There is no such execution, or no such event in it.
            CorruptHistory: A history cannot be read.
        """
        state = self._state(execution_id)
        links = list(islice(self._chain(execution_id, number, state.project), limit))
        if not links:
            message = f"Event not found [id={execution_id}/{number}]; the last one is {state.version}"
            raise NotFound(message, kind="Event", id=number)
        return links

    def _chain(self, execution_id: str, number: int, project: str) -> Iterator[Link]:
        def history(stream: str, after: int, limit: int) -> Sequence[Recorded] | None:
            try:
                is_visible = self._state(stream).project == project
            except NotFound:
                return None
            return self._streams.replay(stream, after, limit) if is_visible else None

        return chain_of_causes(execution_id, number, history)
