"""Decide an execution's history again: from each decision the command, from the command the events.

Folding events shows whether they still mean the same. Whether they would
still *happen* shows only when the commands that led to them are given again:
to another release, or with an edited definition. Each decision is made in the
state that the recorded events before it lead to, so one difference does not
bring about others.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from wf_es.envelope import Recorded
from wf_es.execution.events import ExecutionForked
from wf_es.execution.reducer import evolve, initial
from wf_es.exports.document import History
from wf_es.exports.judging import Judge, Unlike, UnlikeError
from wf_es.exports.lookups import Lookups
from wf_es.exports.reading import sealed_of
from wf_es.exports.standins import StandIns
from wf_es.exports.tracing import NotRebuiltError, trace_at
from wf_es.ports import Codec

_COPIED = "a copy: its values may name what the original was called"


class Folded(NamedTuple):
    """A decision that was not made again: the event that it begins with, and why."""

    kind: str
    why: str


class Redecided(msgspec.Struct, kw_only=True):
    """What became of the decisions of one execution, up to the first that is made otherwise."""

    decided: int = 0
    folded: list[Folded] = []
    unlike: Unlike | None = None

    @property
    def decisions(self) -> int:
        """How many decisions were looked at."""
        return self.decided + len(self.folded) + (self.unlike is not None)


def redecide(history: History, codec: Codec, lookups: Lookups) -> Redecided:
    """Decide a history again, up to the first decision that is made otherwise."""
    events = _opened(history, codec)
    lookups.note(events)
    copied = max((one.version for one in events if isinstance(one.data, ExecutionForked)), default=0)
    judge = Judge(lookups, StandIns(history, codec, lookups.literals))
    found, state, index = Redecided(), initial(history.stream), 0
    while index < len(events):
        trace = trace_at(state, events, index)
        try:
            length, doubt = judge.decided(trace)
        except NotRebuiltError as error:
            length, doubt = len(trace.events), error.why
        except UnlikeError as error:
            if trace.first.version >= copied:
                found.unlike = error.unlike
                return found
            length, doubt = len(trace.events), _COPIED
        if doubt:
            found.folded.append(Folded(type(trace.first.data).__name__, doubt))
        else:
            found.decided += 1
        for recorded in events[index : index + length]:
            state = evolve(state, recorded)
        index += length
    return found


def _opened(history: History, codec: Codec) -> list[Recorded]:
    """Return the events before the first that cannot be read or folded, which the states tell.

    Of the request that it belongs to there are none.
    """
    events, state = list[Recorded](), initial(history.stream)
    for line in history.events:
        try:
            recorded = codec.open(sealed_of(line))
            state = evolve(state, recorded)
        except Exception:  # noqa: BLE001 - whatever it is, it is told elsewhere
            request = events[-1].command if events else ""
            return [one for one in events if one.command != request]
        events.append(recorded)
    return events
