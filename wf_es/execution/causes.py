"""Why something happened: the chain of causes from an event back to the request that began it.

Most events carry their cause: the event that brought them about, in the same
execution or in another one. What comes from outside carries none, but often
answers something: a completion answers the scheduling of its action, a timer
that fires answers its setting. Such an *occasion* continues the chain, and so
does the first event of the same request, so that it ends where somebody
really asked for something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from wf_es.envelope import Recorded
from wf_es.execution import events as log

History = Callable[[str, int, int], Sequence[Recorded] | None]
"""Gives so many events of an execution after a number, or fewer at its end; None if it cannot be seen."""

_PART = 250
"""Events that are read at once: much of a long history is of no interest."""

CAUSE, OCCASION, REQUEST = "cause", "occasion", "request"
"""How an event follows from an earlier one: brought about by it, in answer to it, or asked with it."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a chain of causes, followed by the one that it follows from.

    ``follows`` says how: ``cause``, ``occasion`` or ``request``; it is None for
    the event in which a request from outside began. ``origin`` is the
    ``"<execution>/<number>"`` of the event that it follows from. That event may
    be out of sight, because its execution was deleted or is another project's;
    then the chain ends before it.
    """

    recorded: Recorded
    follows: str | None = None
    origin: str | None = None


def chain_of_causes(execution_id: str, number: int, history: History) -> Iterator[Link]:
    """Yield an event, then the one it followed from, and so on, back to a request from outside.

    Nothing is yielded if there is no such event.
    """
    read = _Reader(history)
    recorded = read.event(execution_id, number)
    while recorded is not None:
        before = _before(recorded, read)
        if before is None:
            yield Link(recorded=recorded)
            return
        (stream, number), how = before
        yield Link(recorded=recorded, follows=how, origin=f"{stream}/{number}")
        recorded = read.event(stream, number)


_KEPT = 8
"""Parts that are kept: a chain only goes back, so those read first are not needed again."""


class _Reader:
    """Reads histories part by part, as far as they are needed."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._parts: dict[tuple[str, int], Sequence[Recorded]] = {}

    def event(self, stream: str, number: int) -> Recorded | None:
        """Return one event, None if there is none to be seen."""
        part, place = divmod(number - 1, _PART)
        events = self._part(stream, part) if number > 0 else ()
        return events[place] if place < len(events) else None

    def before(self, recorded: Recorded) -> Iterator[Recorded]:
        """Yield the events before one of them, the latest first."""
        for number in range(recorded.version - 1, 0, -1):
            earlier = self.event(recorded.stream, number)
            if earlier is not None:
                yield earlier

    def _part(self, stream: str, part: int) -> Sequence[Recorded]:
        if (stream, part) not in self._parts:
            if len(self._parts) == _KEPT:
                del self._parts[next(iter(self._parts))]
            self._parts[stream, part] = self._history(stream, part * _PART, _PART) or ()
        return self._parts[stream, part]


_Place = tuple[str, int]


def _before(recorded: Recorded, read: _Reader) -> tuple[_Place, str] | None:
    """Return which event an event followed from, and how."""
    if recorded.cause is not None:
        stream, _, number = recorded.cause.rpartition("/")
        return (stream or recorded.stream, int(number)), CAUSE
    asked = _occasion(recorded, read)
    if asked is not None:
        return (recorded.stream, asked), OCCASION
    first = _request(recorded, read)
    return None if first is None else ((recorded.stream, first), REQUEST)


def _occasion(recorded: Recorded, read: _Reader) -> int | None:
    """Return the number of the event that this one answers."""
    for kinds, asked, name in _OCCASIONS:
        if isinstance(recorded.data, kinds):
            wanted = getattr(recorded.data, name)
            earlier = read.before(recorded)
            return next((one.version for one in earlier if _asks(one, asked, name, wanted)), None)
    return None


def _asks(recorded: Recorded, kind: type[Any], name: str, wanted: str) -> bool:
    data = recorded.data
    if isinstance(data, log.ExecutionForked):
        return wanted in data.actions
    return isinstance(data, kind) and getattr(data, name) == wanted


def _request(recorded: Recorded, read: _Reader) -> int | None:
    """Return the number of the first event of the same request, if this is not the first one."""
    first = None
    for one in read.before(recorded):
        if one.command != recorded.command:
            break
        first = one.version
    return first


_OCCASIONS: tuple[tuple[tuple[type[Any], ...], type[Any], str], ...] = (
    (
        (
            log.ActionStarted,
            log.ActionDelegated,
            log.ActionPaused,
            log.ActionResumed,
            log.ActionCompleted,
            log.CompletionRefused,
        ),
        log.ActionScheduled,
        "action_id",
    ),
    ((log.TimerFired,), log.TimerSet, "timer_id"),
)
"""What answers which kind of event, and the field in which both agree."""
