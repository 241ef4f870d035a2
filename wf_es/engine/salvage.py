"""What is left of a damaged history: the events before the damage, up to a moment between two decisions.

Events of one decision were recorded together. If the damaged event belonged to
the decision before it, or does not say, the last decision that is left lacks its
end and does not count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

import msgspec

from wf_es.engine.streams import Streams
from wf_es.envelope import Recorded
from wf_es.errors import InvalidRequest
from wf_es.execution.fork_family import end_of_decision
from wf_es.execution.moment import At, read_at
from wf_es.execution.state import ExecutionState
from wf_es.ports import Sealed

_REQUEST = re.compile(rb'"command":"([^"\\]+)"')
_TIME = re.compile(rb'"time":"([^"\\]+)"')


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """The events of an execution that are in order, its state after them, and the last one to go on from."""

    sealed: Sequence[Sealed]
    events: Sequence[Recorded]
    state: ExecutionState
    last: int

    def number(self, at: At) -> int:
        """Return the last event of the decision at a moment.

        Raises:
            InvalidRequest: ``at`` cannot be read, or is not before the damage.

        """
        wanted = read_at(at)
        if isinstance(wanted, datetime):
            latest = list(accumulate((event.time for event in self.events), max))
            number = bisect_right(latest, wanted)
            # After the last of them it is not known what had happened by then.
            wanted = number if number < len(latest) else self.last + 1
        if not 1 <= wanted <= self.last:
            left = (
                f"event {self.last} is the last one to go on from" if self.last else "nothing is left of it"
            )
            message = f"The history of the execution is damaged, and that is not before the damage: {left}"
            raise InvalidRequest(message, field="at", last=self.last)
        return end_of_decision(self.events, wanted)


def remains_of(streams: Streams[ExecutionState], execution_id: str) -> Remains:
    """Return what is in order of an execution's history."""
    sound = streams.sound(execution_id)
    sealed = [stored for stored, _ in sound.events]
    events = [recorded for _, recorded in sound.events]
    is_whole = sound.damaged is None or _begins_another(sound.damaged, sealed)
    last = len(events) if is_whole else _last_but_one(events)
    return Remains(sealed=sealed, events=events, state=sound.head.state, last=last)


def _begins_another(damaged: Sealed, before: Sequence[Sealed]) -> bool:
    """Whether a row that is not in order says that it was recorded for another request than those before.

    Request and time both say so: one of them alone may be what is damaged.
    """
    if not before or damaged.version != before[-1].version + 1:
        return False
    pairs = [(field.search(damaged.body), field.search(before[-1].body)) for field in (_REQUEST, _TIME)]
    return all(here and there and here[1] != there[1] for here, there in pairs)


def _last_but_one(events: Sequence[Recorded]) -> int:
    """Return the last event before the last decision; 0 if there is none."""
    number = len(events)
    while number and end_of_decision(events, number) == len(events):
        number -= 1
    return number
