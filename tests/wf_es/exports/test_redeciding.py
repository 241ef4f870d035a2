"""A decision that is made otherwise is found; what the file cannot show is no difference."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.wf_es.exports.worlds import ACTIONS, CODEC, Story, changed
from wf_es.envelope import Event
from wf_es.execution import events as log
from wf_es.execution.commands import ForkExecution
from wf_es.exports import edited_definitions
from wf_es.exports.lookups import Lookups
from wf_es.exports.places import ABSENT
from wf_es.exports.redeciding import Redecided, redecide

TEXT = """
w:
  tasks:
    a: {action: work, publish: {x: <% task().result %>}, on-success: [b: <% $.x > 3 %>, c: <% $.x <= 3 %>]}
    b: {action: work}
    c: {action: work}
"""


def story(output: int = 5) -> Story:
    """Return an execution that has gone to ``b``."""
    told = Story(TEXT)
    told.complete(output=output)
    told.complete()
    return told


def redecided(told: Story, number: int, **fields: Any) -> Redecided:
    """Decide again what is changed in one event."""
    document = told.document()
    history = changed(document.histories[0], number, lambda data: msgspec.structs.replace(data, **fields))
    return redecide(history, CODEC, Lookups(document.definitions, ACTIONS))


def number_of(told: Story, kind: type[Event], index: int = 0) -> int:
    """Return the number of an event of a type."""
    return [one.version for one in told.world.logs[told.id] if isinstance(one.data, kind)][index]


CHANGES: dict[str, tuple[type[Event], int, dict[str, Any], str]] = {
    "a task": (log.TaskScheduled, 1, {"name": "c"}, "name"),
    "what was published": (log.TaskCompleted, 0, {"published": {"x": 6}}, "published"),
    "an outcome": (log.WorkflowCompleted, 0, {"state": "ERROR"}, "state"),
    "an input": (log.ActionScheduled, 1, {"input": {"y": 1}}, "input"),
    "how it runs": (log.ActionScheduled, 0, {"is_async": False}, "is_async"),
    "vars": (log.WorkflowStarted, 0, {"vars": {"y": 1}}, "vars"),
}


@pytest.mark.parametrize(("kind", "index", "fields", "place"), CHANGES.values(), ids=CHANGES)
def test_an_event_that_was_changed_by_hand_is_found(
    kind: type[Event], index: int, fields: dict[str, Any], place: str
) -> None:
    """Although all digests fit: the event and the field are named."""
    told = story()
    number = number_of(told, kind, index)
    unlike = redecided(told, number, **fields).unlike
    assert unlike is not None
    assert (unlike.event, unlike.place.path[0]) == (number, place)


def test_what_is_given_is_no_decision() -> None:
    """Another result is another command; what follows from it is found."""
    told = story()
    number = number_of(told, log.ActionCompleted)
    found = redecided(told, number, output=6)
    assert found.unlike is not None
    assert (found.unlike.event, found.unlike.place.path) == (number + 1, ("published", "x"))
    assert (found.unlike.place.one, found.unlike.place.other) == (5, 6)


def test_a_changed_decider_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fold is the same, and every state too: only what would happen is another thing."""
    told = story()
    monkeypatch.setattr("wf_es.execution.completing.fired", lambda *_: [])
    unlike = told.redecided().unlike
    assert unlike is not None
    assert (unlike.event, unlike.recorded) == (
        number_of(told, log.TaskCompleted),
        "TaskCompleted of task 'a'",
    )
    assert unlike.place.path == ("transitions", 0)
    assert (unlike.place.one, unlike.place.other) == (
        {"target": "b", "event": "on-success"},
        ABSENT,
    )


@pytest.mark.parametrize("count", [1, 2])
def test_events_that_are_lacking_or_one_too_many_are_found(count: int) -> None:
    """Where a decision ends is told by the events that follow."""
    told = story()
    document = told.document()
    history = document.histories[0]
    events = history.events[: len(history.events) - count]
    cut = msgspec.structs.replace(history, events=events)
    found = redecide(cut, CODEC, Lookups(document.definitions, ACTIONS))
    assert found.unlike is not None
    assert (found.unlike.event, found.unlike.recorded) == (len(events) + 1, None)
    assert found.unlike.place.one is ABSENT
    last = number_of(told, log.TaskCompleted, 1)
    more = redecided(told, last, state="RUNNING")
    assert more.unlike is not None


EDITED = {
    "another way": (TEXT.replace("> 3", "> 7").replace("<= 3", "<= 7"), "TaskCompleted"),
    "another action": (TEXT.replace("b: {action: work}", "b: {action: work input=1}"), "TaskScheduled"),
    "a task that is gone": (TEXT.replace("a: {action", "z: {action"), "TaskScheduled"),
    "output": (TEXT.replace("w:\n", "w:\n  output: {y: 1}\n"), "WorkflowCompleted"),
}


@pytest.mark.parametrize(("text", "kind"), EDITED.values(), ids=EDITED)
def test_an_edited_definition_goes_another_way(text: str, kind: str) -> None:
    """The first event that would be another one is named."""
    edited = edited_definitions({"w.yaml": f"version: '2.0'\n{text}"})
    found = story().redecided(edited=edited)
    assert found.unlike is not None
    assert (found.unlike.recorded or "").startswith((kind, "ActionScheduled"))


def test_an_edit_that_changes_nothing_that_happened_is_no_difference() -> None:
    """A branch that was not taken."""
    text = TEXT.replace("c: {action: work}", "c: {action: work, timeout: 5}")
    found = story().redecided(edited=edited_definitions({"w.yaml": f"version: '2.0'\n{text}"}))
    assert (found.unlike, found.folded) == (None, [])
    assert found.decided == found.decisions == 3


def test_copies_of_a_fork_may_name_their_original() -> None:
    """What the fork has decided itself is judged like anything else."""
    told = Story(
        "w: {tasks: {a: {action: work, publish: {me: <% execution().id %>}, on-success: b},"
        " b: {action: work}}}"
    )
    told.complete()
    (step, *_) = told.world.fork(told.id)
    fork = step.after.id
    assert isinstance(step.command, ForkExecution)
    found = told.redecided(fork)
    assert found.unlike is None
    assert [one.kind for one in found.folded] == ["ActionCompleted"]
    assert found.decided == 2


def test_events_that_cannot_be_folded_end_it() -> None:
    """They are told by whoever compares the states."""
    told = story()
    document = told.document()
    (history,) = document.histories
    for number in range(1, len(history.events) + 1):
        strange = msgspec.structs.replace(history.events[number - 1], topic="TaskDreamt@1")
        events = (*history.events[: number - 1], strange, *history.events[number:])
        broken = msgspec.structs.replace(history, events=events)
        found = redecide(broken, CODEC, Lookups(document.definitions, ACTIONS))
        assert found.unlike is None
