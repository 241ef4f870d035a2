"""Whatever comes of a decision that is made once more is told, never raised."""

from __future__ import annotations

import msgspec
import pytest

from tests.wf_es.exports.worlds import ACTIONS, Story
from wf_es.execution import commands
from wf_es.execution.events import ActionCompleted
from wf_es.exports.attempts import Attempt, attempt
from wf_es.exports.lookups import Edited, Lookups, edited_definitions
from wf_es.exports.rebuilding import commands_for
from wf_es.exports.tracing import NotRebuiltError, Trace

TEXT = "w: {tasks: {a: {action: work, publish: {x: <% task().result %>}, on-success: b}, b: {action: work}}}"
ASKING = "w: {vars: {n: <% len(executions()) %>}, tasks: {a: {action: work}}}"


def story() -> Story:
    """Return an execution whose first task has ended."""
    told = Story(TEXT)
    told.complete(output=5)
    return told


def tried(told: Story, trace: Trace, edited: Edited | None = None) -> Attempt:
    """Make the decision of a trace once more."""
    lookups = Lookups(told.document().definitions, ACTIONS, edited)
    return attempt(commands_for(trace)[0], trace, lookups)


def test_the_same_command_decides_the_same() -> None:
    """All events match, and the state is the one after them."""
    told = story()
    trace = told.traces()[-1]
    made = tried(told, trace)
    assert made.matching(trace.events) == len(trace.events) == len(made.events)
    assert made.refusal is None
    assert made.state == told.world.states[told.id]


def test_it_matches_up_to_the_first_difference() -> None:
    """In a body or a cause; a list is no tuple of its length."""
    told = story()
    trace = told.traces()[-1]
    made = tried(told, trace)
    for number, recorded in enumerate(trace.events):
        other = msgspec.structs.replace(recorded, cause="99")
        events = [*trace.events[:number], other, *trace.events[number + 1 :]]
        assert made.matching(events) == number
    assert made.matching(trace.events[:2]) == 2


def test_a_refusal_is_told() -> None:
    """In place of events."""
    told = story()
    trace = told.traces()[0]
    command = commands.RerunTask(execution_id=told.id, origin=trace.origin, task_id="x")
    made = attempt(command, told.traces()[-1], Lookups(told.document().definitions, ACTIONS))
    assert made.refusal == "a refusal: Task execution not found [id=x]"
    assert made.plain([]) == [{"type": made.refusal}]


def test_a_task_that_a_definition_lacks_is_named() -> None:
    """An edited definition may be one that the execution cannot go on with."""
    told = story()
    edited = edited_definitions({"f": "version: '2.0'\nw: {tasks: {b: {action: work}}}"})
    made = tried(told, told.traces()[-1], edited)
    assert made.refusal == "a failure: the definition has no task 'a', which has run"


def test_a_definition_that_cannot_be_read_any_more_is_told() -> None:
    """As a refusal."""
    told = story()
    (line,) = told.document().definitions
    made = attempt(
        commands_for(told.traces()[0])[0],
        told.traces()[0],
        Lookups([msgspec.structs.replace(line, text="version: '2.0'\nw: 5")], ACTIONS),
    )
    assert made.refusal is not None
    assert made.refusal.startswith("a refusal: ")


def test_what_is_nowhere_in_the_file_is_not_made_up() -> None:
    """A question about all executions, or the definition itself."""
    told = Story(ASKING)
    with pytest.raises(NotRebuiltError, match=r"executions\(\)"):
        tried(told, told.traces()[0])
    trace = story().traces()[0]
    with pytest.raises(NotRebuiltError, match="definition"):
        attempt(commands_for(trace)[0], trace, Lookups([], ACTIONS))
    first = story().traces()[1]
    nothing = Trace(msgspec.structs.replace(first.state, definition=None), first.events)
    with pytest.raises(NotRebuiltError, match="before the start"):
        tried(story(), nothing)


def test_what_was_reported_to_an_ad_hoc_action_is_taken_as_given() -> None:
    """Its digest cannot be worked out from what was made of it."""
    told = story()
    trace = told.traces()[-1]
    made = tried(told, trace)

    def reported(recorded: object, digest: str) -> object:
        data = msgspec.structs.replace(recorded.data, reported=digest)  # type: ignore[attr-defined]
        return msgspec.structs.replace(recorded, data=data)  # type: ignore[type-var]

    assert isinstance(trace.first.data, ActionCompleted)
    ours = msgspec.structs.replace(made, events=(reported(made.events[0], "ours"), *made.events[1:]))
    theirs = [reported(trace.first, "theirs"), *trace.events[1:]]
    assert ours.matching(theirs) == len(theirs)  # type: ignore[arg-type]
    assert ours.matching(trace.events) == 0
