"""Stand-ins for secrets that were left out of a file.

A decision may have read a secret, and what stands in its place leads to
something else. Whether one depends on it shows when other values stand there:
a longer text, numbers, a mapping, lists, and whatever the definitions may compare
it with. What stays the same with all of them does not come from the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from wf_es.envelope import JSON, Recorded
from wf_es.execution.events import ItemsEvaluated
from wf_es.execution.reducer import evolve, initial
from wf_es.exports.document import History
from wf_es.exports.reading import sealed_of
from wf_es.exports.tracing import Trace
from wf_es.ports import Codec

MASK = "***"
"""What stands in a file in place of a secret."""

_OTHERS: tuple[JSON, ...] = ("-" * 40, {}, [], 0, 10**9, True)
_LITERAL = re.compile(r"""'([^'\n]{1,200})'|"([^"\n]{1,200})"|(?<![\w.])(\d{1,15})(?![\w.])""")
_MOST = 50


def literals(texts: Iterable[str]) -> tuple[JSON, ...]:
    """Return the texts and numbers that definitions may compare a secret with, so many of them."""
    found = (match for text in texts for match in _LITERAL.finditer(text))
    values = dict.fromkeys(int(one[3]) if one[3] else one[1] or one[2] for one in found)
    return tuple(islice(values, _MOST))


def _lists(history: History) -> Iterator[JSON]:
    """Yield lists as long as those whose items were run."""
    evaluated = (line for line in history.events if line.topic == ItemsEvaluated.__struct_config__.tag)
    counts = {msgspec.json.decode(bytes(line.event))["data"]["count"] for line in evaluated}
    yield from (["-"] * count for count in sorted(counts)[:_MOST])


class StandIns:
    """An execution as it would have become with other values in place of its secrets."""

    def __init__(self, history: History, codec: Codec, compared: Iterable[JSON] = ()) -> None:
        """Take the history, and what its secrets may be compared with; nothing is folded yet."""
        self._masked = frozenset(line.version for line in history.events if line.masked)
        self._first = min(self._masked, default=None)
        others = (*_OTHERS, *_lists(history), *compared) if self._masked else ()
        self._folds = [_Fold(history, codec, other) for other in others]

    def traces(self, trace: Trace) -> Sequence[Trace]:
        """Return the same trace with each of the other values that are possible."""
        if not self.concern(trace):
            return []
        found = (fold.trace(trace.first.version, len(trace.events)) for fold in self._folds)
        return [one for one in found if one is not None]

    def concern(self, trace: Trace) -> bool:
        """Whether a secret was left out in a trace or before it."""
        return self._first is not None and self._first <= trace.events[-1].version

    def is_masked(self, version: int) -> bool:
        """Whether a secret was left out in this very event."""
        return version in self._masked


class _Fold:
    def __init__(self, history: History, codec: Codec, other: JSON) -> None:
        self._lines = history.events
        self._codec = codec
        self._other = msgspec.json.encode(other)
        self._begin = self._state = initial(history.stream)

    def trace(self, version: int, length: int) -> Trace | None:
        """Return so many events from a number on, with the state before; None if the value does not fit."""
        if self._state.version >= version:
            self._state = self._begin
        try:
            while self._state.version < version - 1:
                self._state = evolve(self._state, self._opened(self._state.version + 1))
            return Trace(self._state, [self._opened(version + number) for number in range(length)])
        except Exception:  # noqa: BLE001 - a value does not fit there
            return None

    def _opened(self, version: int) -> Recorded:
        line = self._lines[version - 1]
        if line.masked:
            text = bytes(line.event).replace(f'"{MASK}"'.encode(), self._other)
            line = msgspec.structs.replace(line, event=msgspec.Raw(text))
        return self._codec.open(sealed_of(line))
