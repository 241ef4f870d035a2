"""Decide an execution's history again: from each decision the command, from the command the events.

Folding events shows whether they still mean the same. Whether they would
still *happen* shows only when the commands that led to them are given again:
to another release, or with an edited definition. Each decision is made in the
state that the recorded events before it lead to, so one difference does not
bring about others.

A difference is only told if nothing else can explain it. What a file
does not hold (a secret, an action that is not installed, the seed of a request
that spanned several executions) is varied: a place that varies with it proves
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from wf_es.envelope import Recorded
from wf_es.errors import WfEsError
from wf_es.execution.commands import Command, ResumeFrom
from wf_es.execution.events import ExecutionForked
from wf_es.execution.ids import seed_for
from wf_es.execution.reducer import evolve, initial
from wf_es.execution.state import ExecutionState
from wf_es.exports.attempts import Attempt, attempt
from wf_es.exports.document import History
from wf_es.exports.lookups import Lookups
from wf_es.exports.places import Place, Plain, is_same, places, plain, value_at
from wf_es.exports.reading import sealed_of
from wf_es.exports.rebuilding import commands_for, may_begin
from wf_es.exports.standins import MASK, StandIns
from wf_es.exports.tracing import NotRebuiltError, Trace, trace_at
from wf_es.ports import Codec

_COPIED = "a copy: its values may name what the original was called"
_RANDOM = "it draws random values that cannot be drawn again"
_MASKED = "it may depend on secrets, which were left out"
_LIMITED = "a limit that it met may be another one here"
_LIMIT = "WF_ES_LIMIT_"
_REQUESTED = 40
"""How many decisions of one request are tried to find the seed of one of them."""


class Unlike(NamedTuple):
    """What is decided otherwise: the number of the event, and the place in it.

    ``recorded`` and ``decided`` name the events there, None where there is
    none; with a ``refusal`` nothing is decided at all.
    """

    event: int
    place: Place
    recorded: str | None
    decided: str | None
    refusal: str | None


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


class _UnlikeError(Exception):
    """The decision is made otherwise."""

    def __init__(self, unlike: Unlike) -> None:
        super().__init__(unlike.event)
        self.unlike = unlike


def redecide(history: History, codec: Codec, lookups: Lookups) -> Redecided:
    """Decide a history again, up to the first decision that is made otherwise."""
    events = _opened(history, codec)
    lookups.note(events)
    copied = max((one.version for one in events if isinstance(one.data, ExecutionForked)), default=0)
    judge = _Judge(lookups, StandIns(history, codec, lookups.literals))
    found, state, index = Redecided(), initial(history.stream), 0
    while index < len(events):
        trace = trace_at(state, events, index)
        try:
            length, doubt = judge.decided(trace)
        except NotRebuiltError as error:
            length, doubt = len(trace.events), error.why
        except _UnlikeError as error:
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


class _Judge:
    """Says of one decision after another whether it is still made as it was."""

    def __init__(self, lookups: Lookups, stand_ins: StandIns) -> None:
        self._lookups = lookups
        self._stand_ins = stand_ins

    def decided(self, trace: Trace) -> tuple[int, str]:
        """Return how many events a decision has, and what keeps it from being judged ("": it is as it was).

        Raises:
            NotRebuiltError: Its command cannot be told, or needs what is not in the file.
            _UnlikeError: It is made otherwise now.

        """
        best: tuple[int, Attempt] | None = None
        reach = -1
        for number, command in enumerate(self._commands(trace)):
            made = attempt(command, trace, self._lookups)
            matching = made.matching(trace.events)
            if _is_whole(trace, made, matching):
                return matching, ""
            if matching > reach:
                best, reach = (number, made), matching
        if best is None:
            raise NotRebuiltError("the log does not tell by which command it was made")
        return self._judged(trace, *best)

    def _judged(self, trace: Trace, number: int, made: Attempt) -> tuple[int, str]:
        """Return the length of a decision that differs, and what may explain that.

        Raises:
            _UnlikeError: Nothing does.

        """
        end = _end(trace, made, made.matching(trace.events))
        recorded, now = [plain(one) for one in trace.events[:end]], made.plain(trace.events)
        variants = list(self._variants(trace, number, made))
        doubts = []
        for place in places(recorded, now):
            doubt = next((why for why, variant in variants if _varies(variant, now, place)), None)
            doubt = doubt or self._unknown(trace, made, place)
            if doubt is None:
                raise _UnlikeError(_unlike(trace, made, place, end))
            doubts.append(doubt)
        if doubts[0] == _RANDOM:
            length = self._with_another_seed(trace, made.command)
            if length:
                return length, ""
        return len(trace.events), doubts[0]

    def _variants(self, trace: Trace, number: int, made: Attempt) -> Iterator[tuple[str, list[Plain]]]:
        """Yield what would be decided if what the file does not hold were otherwise, and what that is."""
        other_seed = msgspec.structs.replace(made.command, seed=made.command.seed ^ 1)
        yield _RANDOM, self._plain(other_seed, trace)
        if made.assumed:
            opposite = attempt(made.command, trace, self._lookups, opposite=True)
            yield made.assumed[0], opposite.plain(trace.events)
        for other in self._stand_ins.traces(trace):
            commands = self._commands(other)
            if number < len(commands):
                yield _MASKED, self._plain(commands[number], other)

    def _commands(self, trace: Trace) -> list[Command]:
        try:
            evaluated = self._lookups.evaluated(trace.first)
        except WfEsError:  # it is told when the decision is made
            evaluated = frozenset()
        return commands_for(trace, evaluated)

    def _plain(self, command: Command, trace: Trace) -> list[Plain]:
        return attempt(command, trace, self._lookups).plain(trace.events)

    def _with_another_seed(self, trace: Trace, command: Command) -> int:
        """Return the length of a decision that was one of several on one request, 0 if it is none."""
        for given in range(_REQUESTED):
            seed = seed_for(command.origin.command, command.execution_id, str(given))
            made = attempt(msgspec.structs.replace(command, seed=seed), trace, self._lookups)
            matching = made.matching(trace.events)
            if _is_whole(trace, made, matching):
                return matching
        return 0

    def _unknown(self, trace: Trace, made: Attempt, place: Place) -> str | None:
        """Return why a difference proves nothing although it is always the same."""
        if isinstance(place.one, str) and MASK in place.one and self._stand_ins.concern(trace):
            return _MASKED
        is_check = made.refusal is not None or place.path == ("forced",)
        if made.assumed and is_check and isinstance(made.command, ResumeFrom):
            return made.assumed[0]
        there = [
            *trace.events[place.offset : place.offset + 1],
            *made.events[place.offset : place.offset + 1],
        ]
        texts = [made.refusal or "", *(repr(one.data) for one in there)]
        return _LIMITED if any(_LIMIT in text for text in texts) else None


def _is_whole(trace: Trace, made: Attempt, matching: int) -> bool:
    """Whether all that is decided is as it was, and what comes then belongs to another decision."""
    if not matching or matching < len(made.events):
        return False
    return matching == len(trace.events) or may_begin(trace, matching, made.state)


def _end(trace: Trace, made: Attempt, matching: int) -> int:
    """Return how many events a decision had, as far as one can tell from what it has now."""
    for count in (matching, len(made.events)):
        if 0 < count < len(trace.events) and may_begin(trace, count, made.state):
            return count
    return len(trace.events)


def _varies(variant: list[Plain], now: list[Plain], place: Place) -> bool:
    offset, path = place.offset, place.path
    return not is_same(value_at(variant, offset, path), value_at(now, offset, path))


def _unlike(trace: Trace, made: Attempt, place: Place, end: int) -> Unlike:
    offset, state = place.offset, trace.state
    for one in trace.events[: min(offset + 1, end)]:
        state = evolve(state, one)
    return Unlike(
        event=trace.first.version + offset,
        place=place,
        recorded=_named(trace.events[offset], state) if offset < end else None,
        decided=_named(made.events[offset], made.state) if offset < len(made.events) else None,
        refusal=made.refusal,
    )


def _named(recorded: Recorded, state: ExecutionState) -> str:
    """Return an event's type with what it is about: ``TaskScheduled of task 'b'``."""
    data, about = recorded.data, ""
    task = state.tasks.get(getattr(data, "task_id", None) or "")
    action = state.actions.get(getattr(data, "action_id", ""))
    if task is not None:
        about = f" of task '{task.name}'"
    elif action is not None:
        about = f" of action '{action.name}'"
    return f"{type(data).__name__}{about}"
