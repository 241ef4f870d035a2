"""Judge a decision: it is made as it was, or otherwise, or nobody can tell.

A difference is only told if nothing else can explain it. What a file
does not hold (a secret, an action that is not installed, the seed of a request
that spanned several executions) is varied: a place that varies with it proves
nothing. What has to be assumed is tried both ways: one that fits is enough, and
both must differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from wf_es.envelope import Recorded
from wf_es.execution.commands import Command, CompleteTask, ResumeFrom
from wf_es.execution.events import WorkflowResumed
from wf_es.execution.ids import seed_for
from wf_es.execution.reducer import evolve
from wf_es.execution.state import ExecutionState
from wf_es.exports.attempts import Attempt, attempt
from wf_es.exports.lookups import Lookups
from wf_es.exports.places import TYPE, Place, Plain, is_same, places, plain, value_at
from wf_es.exports.rebuilding import commands_for, may_begin
from wf_es.exports.standins import MASK, StandIns
from wf_es.exports.tracing import NotRebuiltError, Trace, trace_at

_RANDOM = "it draws random values that cannot be drawn again"
_MASKED = "it may depend on secrets, which were left out"
_LIMITED = "a limit that it met may be another one here"
_LIMIT = "WF_ES_LIMIT_"
_NOT_RUN = ("Failed to run task", "Failed to instantiate action")
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


class UnlikeError(Exception):
    """The decision is made otherwise."""

    def __init__(self, unlike: Unlike) -> None:
        """Keep what is otherwise."""
        super().__init__(unlike.event)
        self.unlike = unlike


_Variant = tuple[str, list[Plain]]
"""What would be decided if something were otherwise, after what that is."""


class _Try(NamedTuple):
    """A candidate, by its number, that was decided on with an assumption or its opposite."""

    number: int
    opposite: bool
    made: Attempt


class Judge:
    """Says of one decision after another whether it is still made as it was."""

    def __init__(self, lookups: Lookups, stand_ins: StandIns) -> None:
        """Take where to look, and what may stand in place of secrets."""
        self._lookups = lookups
        self._stand_ins = stand_ins

    def decided(self, trace: Trace) -> tuple[int, str]:
        """Return how many events a decision has, and what keeps it from being judged ("": it is as it was).

        Of several that are as they were the longest one counts: what comes after it must be another one.

        Raises:
            NotRebuiltError: Its command cannot be told, or needs what is not in the file.
            UnlikeError: It is made otherwise now.

        """
        furthest, reach, length = list[_Try](), 0, 0
        for tried in self._tries(trace):
            matching = tried.made.matching(trace.events)
            if _is_whole(trace, tried.made, matching):
                length = max(length, matching)
            if length == len(trace.events):
                return length, ""
            if matching > reach:
                furthest, reach = [], matching
            if matching == reach:
                furthest.append(tried)
        if length and (length >= reach or self._goes_on(trace, length)):
            return length, ""
        if not furthest:
            raise NotRebuiltError("the log does not tell by which command it was made")
        return self._judged(trace, [one for one in furthest if one.made.refusal is None] or furthest)

    def _goes_on(self, trace: Trace, length: int) -> bool:
        """Whether what comes after so many events of a request is a decision as it was, too."""
        state = trace.state
        for one in trace.events[:length]:
            state = evolve(state, one)
        try:
            return not self.decided(trace_at(state, trace.events, length))[1]
        except (NotRebuiltError, UnlikeError):
            return False

    def _tries(self, trace: Trace) -> Iterator[_Try]:
        for number, command in enumerate(commands_for(trace)):
            made = attempt(command, trace, self._lookups)
            yield _Try(number, False, made)
            if made.assumed:
                yield _Try(number, True, attempt(command, trace, self._lookups, opposite=True))

    def _judged(self, trace: Trace, tries: list[_Try]) -> tuple[int, str]:
        """Return the length of a decision that differs, and what may explain that.

        Raises:
            UnlikeError: Nothing does.

        """
        found = [self._explained(trace, tried) for tried in tries]
        unlike = [one for one in found if isinstance(one, Unlike)]
        if len(unlike) == len(found):
            raise UnlikeError(max(unlike, key=lambda one: (one.event, one.place.path != (TYPE,))))
        doubt, made = next(
            (one, tried.made) for one, tried in zip(found, tries, strict=True) if isinstance(one, str)
        )
        if doubt == _RANDOM:
            length = self._with_another_seed(trace, made.command)
            if length:
                return length, ""
        return len(trace.events), made.assumed[0] if unlike and made.assumed else doubt

    def _explained(self, trace: Trace, tried: _Try) -> Unlike | str:
        """Return the first place that nothing explains, or what explains the first one."""
        made = tried.made
        end = _end(trace, made, made.matching(trace.events))
        recorded, now = [plain(one) for one in trace.events[:end]], made.plain(trace.events)
        known, more = list[_Variant](), self._variants(trace, tried)
        first = ""
        for place in places(recorded, now):
            doubt = self._unknown(trace, made, place) or _explanation(known, more, now, place)
            if doubt is None:
                return _unlike(trace, made, place, end)
            first = first or doubt
        return first

    def _variants(self, trace: Trace, tried: _Try) -> Iterator[_Variant]:
        """Yield what would be decided if what the file does not hold were otherwise, and what that is."""
        command = tried.made.command
        other_seed = msgspec.structs.replace(command, seed=command.seed ^ 1)
        yield _RANDOM, self._plain(other_seed, trace, tried.opposite)
        for other in self._stand_ins.traces(trace):
            commands = commands_for(other)
            if tried.number < len(commands):
                yield _MASKED, self._plain(commands[tried.number], other, tried.opposite)

    def _plain(self, command: Command, trace: Trace, opposite: bool) -> list[Plain]:
        return attempt(command, trace, self._lookups, opposite).plain(trace.events)

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
        is_masked = isinstance(place.one, str) and MASK in place.one and self._stand_ins.concern(trace)
        if is_masked or self._is_about_a_secret(trace, place):
            return _MASKED
        there = [
            events[place.offset].data for events in (trace.events, made.events) if place.offset < len(events)
        ]
        is_checked = isinstance(made.command, ResumeFrom | CompleteTask) and (
            made.refusal is not None or any(isinstance(data, WorkflowResumed) for data in there)
        )
        is_not_run = any(words in str(place.one) for words in _NOT_RUN)
        if made.assumed and (is_checked or is_not_run):
            return made.assumed[0]
        texts = [made.refusal or "", *map(repr, there)]
        return _LIMITED if any(_LIMIT in text for text in texts) else None

    def _is_about_a_secret(self, trace: Trace, place: Place) -> bool:
        """Whether another event is decided than one that a secret was left out of."""
        return place.path == (TYPE,) and self._stand_ins.is_masked(trace.first.version + place.offset)


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


def _explanation(
    known: list[_Variant], more: Iterator[_Variant], now: list[Plain], place: Place
) -> str | None:
    """Return why a place proves nothing; further variants are only made if those known say nothing."""
    for why, variant in known:
        if _varies(variant, now, place):
            return why
    for why, variant in more:
        known.append((why, variant))
        if _varies(variant, now, place):
            return why
    return None


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
