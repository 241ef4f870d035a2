"""Replay an export through the code of this release, to see whether it leads to the same.

The file says what the execution was after each decision, as the release that
wrote it saw it, and the events tell with which commands they were decided on.
So a history from production becomes a test of an upgrade, or of an edited
definition: it fails at the first event after which something is not what it
was, or that would not happen any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set

import msgspec

from wf_es.definition import ActionSpec
from wf_es.envelope import JSON, Recorded
from wf_es.errors import CorruptHistory
from wf_es.execution.reducer import evolve, initial
from wf_es.execution.state import ExecutionState
from wf_es.exports.document import Document, EventLine, History, StateLine
from wf_es.exports.judging import Unlike
from wf_es.exports.lookups import Edited, Lookups
from wf_es.exports.places import ABSENT, shown
from wf_es.exports.portrait import EXECUTION, marks
from wf_es.exports.reading import sealed_of
from wf_es.exports.redeciding import Redecided, redecide
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.ports import Codec

_LONGEST = 200
"""Characters of a value that are shown."""


class ReplayDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that is not as it was: in which execution, at which event, what.

    In something that is decided otherwise, ``field`` is the place in the event
    ("type": the event as a whole), with what was ``recorded`` there and what is
    ``decided`` now. A difference of states has no ``field``.
    """

    execution: str
    event: int
    subject: str
    text: str
    field: str | None = None
    recorded: JSON = None
    decided: JSON = None


class FoldedOnly(msgspec.Struct, frozen=True, kw_only=True):
    """How many decisions that begin with a kind of event were not made again, and why."""

    kind: str
    why: str
    count: int


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What was replayed, and the first difference of each execution.

    Of the ``decisions`` that were looked at, ``decided`` were made again and are
    the same; those that could not be made again are ``folded`` only.
    """

    executions: int
    events: int
    decisions: int
    decided: int
    folded: tuple[FoldedOnly, ...]
    differences: tuple[ReplayDifference, ...]


def replay(
    document: Document,
    codec: Codec,
    actions: Mapping[str, ActionSpec] | None = None,
    edited: Edited | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Replay:
    """Fold every history of an export anew, make every decision again, and compare.

    Args:
        document: The export.
        codec: Reads its events.
        actions: Those that are installed here.
        edited: Definitions that count instead of the recorded ones.
        limits: How large things may be.

    Raises:
        InvalidRequest: Nothing in the file runs what was edited.

    """
    lookups = Lookups(document.definitions, actions or {}, edited, limits)
    results = [(history, redecide(history, codec, lookups)) for history in document.histories]
    differences = [_first(history, codec, result) for history, result in results]
    folded = Counter((one.kind, one.why) for _, result in results for one in result.folded)
    return Replay(
        executions=len(document.histories),
        events=sum(len(history.events) for history in document.histories),
        decisions=sum(result.decisions for _, result in results),
        decided=sum(result.decided for _, result in results),
        folded=tuple(
            FoldedOnly(kind=kind, why=why, count=count) for (kind, why), count in sorted(folded.items())
        ),
        differences=tuple(one for one in differences if one is not None),
    )


def _first(history: History, codec: Codec, result: Redecided) -> ReplayDifference | None:
    """Return the first difference of an execution: of what it became, or of what was decided."""
    folded = _difference(history, codec)
    decided = None if result.unlike is None else _decided_otherwise(history.stream, result.unlike)
    found = [one for one in (folded, decided) if one is not None]
    return min(found, key=lambda one: one.event, default=None)


def _decided_otherwise(stream: str, unlike: Unlike) -> ReplayDifference:
    place = unlike.place
    one, other = (None if value is ABSENT else value for value in (place.one, place.other))
    if unlike.refusal is not None:
        text = f"is not decided any more: there is {unlike.refusal}"
    elif unlike.recorded is None:
        text = "is decided, too; it was not recorded"
    elif unlike.decided is None:
        text = "is not decided any more"
    elif place.path == ("type",):
        text = f"is not decided any more; instead: {unlike.decided}"
    else:
        text = f"{shown(place.path)} is {_short(place.other)}, but it was {_short(place.one)}"
    return ReplayDifference(
        execution=stream,
        event=unlike.event,
        subject=unlike.recorded or unlike.decided or "",
        text=text,
        field=shown(place.path),
        recorded=one,
        decided=other,
    )


def _short(value: JSON) -> str:
    """Return a value as JSON, cut if it is long."""
    if value is ABSENT:
        return "not there"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


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
