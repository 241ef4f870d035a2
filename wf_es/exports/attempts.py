"""Making a decision once more, and saying what came of it whatever that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wf_es.envelope import Recorded
from wf_es.errors import WfEsError
from wf_es.execution.commands import Command
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.events import ActionCompleted, DefinitionChosen, ExecutionForked, Pin, WorkflowStarted
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.state import ExecutionState
from wf_es.exports.lookups import Lookups
from wf_es.exports.places import TYPE, Plain, plain
from wf_es.exports.tracing import NotRebuiltError, Trace, is_consequence

_ENCODER = msgspec.json.Encoder(order="sorted")


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What a command means now: its events, or the words of its refusal.

    ``assumed`` is what is not in the file and had to be assumed.
    """

    command: Command
    events: tuple[Recorded, ...] = ()
    state: ExecutionState
    refusal: str | None = None
    assumed: tuple[str, ...] = ()

    def plain(self, recorded: Sequence[Recorded]) -> list[Plain]:
        """Return the events as plain data; what only the recorded ones can say is taken from them."""
        if self.refusal is not None:
            return [{TYPE: self.refusal}]
        return [plain(one) for one in _given(self.events, recorded)]

    def matching(self, recorded: Sequence[Recorded]) -> int:
        """Return how many events at the beginning are the same as the recorded ones."""
        count = 0
        for one, other in zip(_given(self.events, recorded), recorded, strict=False):
            if not _is_same(one, other):
                break
            count += 1
        return count


def attempt(command: Command, trace: Trace, lookups: Lookups, opposite: bool = False) -> Attempt:
    """Decide on a command in the state of a trace.

    Raises:
        NotRebuiltError: It needs what is not in the file.

    """
    answers = lookups.answers(trace.events, opposite)
    known: dict[Query, Answer] = {}
    state = trace.state
    try:
        definition = lookups.definition(_pin(trace))
        while isinstance(decision := decide(command, state, definition, known), Query):
            known[decision] = answers.answer(decision)
    except NotRebuiltError:
        raise
    except WfEsError as error:
        return _refused(command, state, f"a refusal: {error}", answers.assumed)
    except Exception as error:  # noqa: BLE001 - whatever deciding does now is what is to be told
        return _refused(command, state, f"a failure: {_words(error, state, definition)}", answers.assumed)
    return _made(command, decision, tuple(answers.assumed))


def _made(command: Command, decision: Decision, assumed: tuple[str, ...]) -> Attempt:
    return Attempt(command=command, events=decision.events, state=decision.state, assumed=assumed)


def _refused(command: Command, state: ExecutionState, why: str, assumed: Mapping[str, None]) -> Attempt:
    return Attempt(command=command, state=state, refusal=why, assumed=tuple(assumed))


def _words(error: Exception, state: ExecutionState, definition: Definition) -> str:
    """Return what went wrong; an edited definition may lack a task that has run."""
    names = {task.name for task in state.tasks.values()} - set(definition.workflow.spec.tasks)
    if isinstance(error, KeyError) and error.args and error.args[0] in names:
        return f"the definition has no task '{error.args[0]}', which has run"
    return f"{type(error).__name__}: {error}"


def _pin(trace: Trace) -> Pin:
    """Return which definition counted when a decision was made."""
    for recorded in trace.events:
        data = recorded.data
        if isinstance(data, WorkflowStarted | DefinitionChosen):
            return data.definition
        if isinstance(data, ExecutionForked) and data.definition is not None:
            return data.definition
        if not is_consequence(recorded):
            break
    if trace.state.definition is None:
        raise NotRebuiltError("it stands before the start of the execution")
    return trace.state.definition


def _given(events: Sequence[Recorded], recorded: Sequence[Recorded]) -> list[Recorded]:
    """Return events with what cannot be worked out again: what was reported to an ad-hoc action."""
    given = list(events)
    for index, (one, other) in enumerate(zip(events, recorded, strict=False)):
        if not (isinstance(one.data, ActionCompleted) and isinstance(other.data, ActionCompleted)):
            continue
        if None not in (one.data.reported, other.data.reported):
            data = msgspec.structs.replace(one.data, reported=other.data.reported)
            given[index] = msgspec.structs.replace(one, data=data)
    return given


def _is_same(one: Recorded, other: Recorded) -> bool:
    if type(one.data) is not type(other.data) or one.cause != other.cause:
        return False
    return _ENCODER.encode(one.data) == _ENCODER.encode(other.data)
