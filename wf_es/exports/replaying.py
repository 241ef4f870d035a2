"""Replay an export through the code of this release, to see whether it leads to the same.

The file says what the execution was after each decision, as the release that
wrote it saw it. A history from production so becomes a test of an upgrade: it
fails at the first event after which something is not what it was.
"""

from __future__ import annotations

from collections.abc import Set

import msgspec

from wf_es.envelope import Recorded
from wf_es.errors import CorruptHistory
from wf_es.execution.reducer import evolve, initial
from wf_es.execution.state import ExecutionState
from wf_es.exports.document import Document, EventLine, History, StateLine
from wf_es.exports.portrait import EXECUTION, marks
from wf_es.exports.reading import sealed_of
from wf_es.ports import Codec


class ReplayDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that is not as it was: in which execution, after which event, what."""

    execution: str
    event: int
    subject: str
    text: str


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What was replayed, and the first difference of each execution."""

    executions: int
    events: int
    decisions: int
    differences: tuple[ReplayDifference, ...]


def replay(document: Document, codec: Codec) -> Replay:
    """Fold every history of an export anew and compare after each decision."""
    differences = [found for history in document.histories if (found := _difference(history, codec))]
    return Replay(
        executions=len(document.histories),
        events=sum(len(history.events) for history in document.histories),
        decisions=sum(len(history.states) for history in document.histories),
        differences=tuple(differences),
    )


def _difference(history: History, codec: Codec) -> ReplayDifference | None:
    state, expected = initial(history.stream), {line.after: line for line in history.states}
    for line in history.events:
        try:
            state = evolve(state, _opened(line, codec))
            found = None if line.version not in expected else _compare(state, expected[line.version])
        except CorruptHistory as error:
            return _at(history, line, "event", error.message)
        except Exception as error:  # noqa: BLE001 - whatever the fold does is what is to be told
            return _at(history, line, "event", f"cannot be replayed: {type(error).__name__}: {error}")
        if found is not None:
            return _at(history, line, *found)
    return None


def _opened(line: EventLine, codec: Codec) -> Recorded:
    return codec.open(sealed_of(line))


def _compare(state: ExecutionState, line: StateLine) -> tuple[str, str] | None:
    """Return the first subject that is not as it was, the execution itself last."""
    own = marks(state, _ids(line.marks.keys()))
    for subject in sorted({*own, *line.marks}, key=lambda subject: (subject == EXECUTION, subject)):
        was, now = line.marks.get(subject), own.get(subject)
        if was != now:
            return _named(state, subject), _words(was, now)
    return None


def _ids(subjects: Set[str]) -> set[str]:
    return {subject.partition(" ")[2] for subject in subjects}


def _words(was: str | None, now: str | None) -> str:
    if was is None or now is None:
        return "was not there before" if was is None else "is not there any more"
    before, after = was.partition(" ")[0], now.partition(" ")[0]
    if before != after:
        return f"is {after}, but it was {before}"
    return f"is {after} as it was, but what belongs to it (values, context, output...) is not the same"


def _named(state: ExecutionState, subject: str) -> str:
    kind, _, identifier = subject.partition(" ")
    names = {one.id: one.name for one in (*state.tasks.values(), *state.actions.values())}
    return f"{kind} '{names[identifier]}' ({identifier})" if identifier in names else subject


def _at(history: History, line: EventLine, subject: str, text: str) -> ReplayDifference:
    return ReplayDifference(execution=history.stream, event=line.version, subject=subject, text=text)
