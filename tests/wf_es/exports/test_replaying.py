"""A replay is the same as long as the code is, and names the first thing that is not."""

from __future__ import annotations

import random

import msgspec
import pytest

import wf_es
from projections.exporting import without_secrets
from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from tests.properties.exported import exported
from tests.wf_es.exports.worlds import ACTIONS, Story
from wf_es.envelope import Recorded
from wf_es.execution import completing, reducer
from wf_es.execution.events import WorkflowPaused
from wf_es.execution.state import ExecutionState
from wf_es.exports import edited_definitions, gather, read_export, replay, write_export
from wf_es.exports.portrait import EXECUTION
from wf_es.exports.replaying import FoldedOnly, ReplayDifference
from wf_es.store import standard_codec

CODEC = standard_codec()


def test_a_replay_leads_to_the_same(workflows: wf_es.Workflows, execution: str) -> None:
    """With secrets or without, and through the file."""
    for mask in (None, without_secrets):
        text = write_export(gather(workflows.engine, execution, "now", mask))
        found = replay(read_export(text, CODEC), CODEC)
        assert (found.executions, found.differences) == (2, ())
        assert found.events > found.decisions > 2


def test_another_fold_is_found(
    workflows: wf_es.Workflows, execution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first event after which a task is not as it was is named, with the task."""
    document = gather(workflows.engine, execution, "now")
    evolve = reducer.evolve

    def forgetful(state: ExecutionState, recorded: Recorded) -> ExecutionState:
        after = evolve(state, recorded)
        tasks = {one.id: one for one in after.tasks.values() if one.name == "call" and one.state == "SUCCESS"}
        for task in tasks.values():
            other = msgspec.structs.replace(task, state="ERROR")
            after = msgspec.structs.replace(after, tasks=after.tasks.set(task.id, other))
        return after

    monkeypatch.setattr("wf_es.exports.replaying.evolve", forgetful)
    (difference,) = replay(document, CODEC).differences
    types = [type(event.data).__name__ for event in workflows.events(execution)]
    assert difference.execution == execution
    assert difference.event > types.index("TaskCompleted")
    assert difference.subject.startswith("task 'call'")
    assert difference.text == "is ERROR, but it was SUCCESS"


MARKS = {
    "another state": ("ERROR 0", "is RUNNING, but it was ERROR"),
    "other contents": ("RUNNING 0", "is RUNNING as it was, but what belongs to it"),
}


@pytest.mark.parametrize(("mark", "words"), MARKS.values(), ids=MARKS)
def test_a_state_that_was_another_is_found(
    workflows: wf_es.Workflows, execution: str, mark: str, words: str
) -> None:
    """At the decision where it was."""
    document = gather(workflows.engine, execution, "now")
    first = document.histories[0]
    for number, line in enumerate(first.states[:-1]):
        other = msgspec.structs.replace(line, marks={**line.marks, EXECUTION: mark})
        states = (*first.states[:number], other, *first.states[number + 1 :])
        history = msgspec.structs.replace(first, states=states)
        changed = msgspec.structs.replace(document, histories=(history, *document.histories[1:]))
        (difference,) = replay(changed, CODEC).differences
        assert (difference.event, difference.subject) == (line.after, EXECUTION)
        assert difference.text.startswith(words)


def test_an_event_that_this_release_does_not_know_is_found(
    workflows: wf_es.Workflows, execution: str
) -> None:
    """A replay does not fail on it, it says so."""
    document = gather(workflows.engine, execution, "now")
    first = document.histories[0]
    strange = msgspec.structs.replace(first.events[2], topic="TaskDreamt@1")
    history = msgspec.structs.replace(first, events=(*first.events[:2], strange, *first.events[3:]))
    (difference,) = replay(msgspec.structs.replace(document, histories=(history,)), CODEC).differences
    assert (difference.event, difference.subject) == (3, "event")
    assert "unknown topic TaskDreamt@1" in difference.text


@pytest.mark.parametrize("seed", range(25))
def test_any_execution_replays_to_the_same(seed: int) -> None:
    """Whatever the workflow and whatever was done to it; repeat with this seed."""
    library = generator.library(random.Random(seed))
    with chunked(seed):
        run = Run(library, random.Random(seed))
        run.live()
        document = read_export(write_export(exported(run.world, CODEC)), CODEC)
        found = replay(document, CODEC, generator.ACTIONS)
    assert found.differences == (), f"seed {seed}"
    assert found.decided == found.decisions, f"seed {seed}: {found.folded}"


TEXT = """
w:
  tasks:
    a: {action: work, publish: {x: <% task().result %>}, on-success: [b: <% $.x > 3 %>, c: <% $.x <= 3 %>]}
    b: {action: work}
    c: {action: work}
"""


def otherwise(*replaced: tuple[str, str]) -> ReplayDifference:
    """Return the difference that an edited definition makes to an execution that has gone to ``b``."""
    told = Story(TEXT)
    told.complete(output=5)
    told.complete()
    text = TEXT
    for old, new in replaced:
        text = text.replace(old, new)
    edited = edited_definitions({"w.yaml": f"version: '2.0'\n{text}"})
    found = replay(told.document(), CODEC, ACTIONS, edited)
    assert (found.decisions, found.executions) == (found.decided + 1, 1)
    (difference,) = found.differences
    return difference


def test_what_is_decided_otherwise_is_told_with_both_values() -> None:
    """The first event that would be another one, the field, what was there and what would be."""
    found = otherwise(("> 3", "> 7"), ("<= 3", "<= 7"))
    assert (found.event, found.subject, found.field) == (
        5,
        "TaskCompleted of task 'a'",
        "transitions[0].target",
    )
    assert (found.recorded, found.decided) == ("b", "c")
    assert found.text == 'transitions[0].target is "c", but it was "b"'


WORDS: dict[str, tuple[tuple[str, str], str]] = {
    "one more that starts": (
        ("on-success: [b: <% $.x > 3 %>, c", "on-success: [c"),
        "is decided, too; it was not recorded",
    ),
    "another kind": (("b: {action: work}", "b: {workflow: w}"), 'kind is "WORKFLOW", but it was "ACTION"'),
    "a delay": (
        ("b: {action: work}", "b: {action: work, wait-before: 5}"),
        "is not decided any more; instead: TaskDelayed of task 'b'",
    ),
    "a failure": (
        ("a: {action: work", "z: {action: work"),
        'name is "z", but it was "a"',
    ),
    "an input that is required": (
        ("w:\n", "w:\n  input: [y]\n"),
        "is not decided any more: there is a refusal: Invalid input",
    ),
    "a long value": (
        ("b: {action: work}", f"b: {{action: work input='{'x' * 300}'}}"),
        f'input.input is "{"x" * 199}..., but it was not there',
    ),
}


@pytest.mark.parametrize(("replaced", "words"), WORDS.values(), ids=WORDS)
def test_differences_are_put_into_words(replaced: tuple[str, str], words: str) -> None:
    """So that an author sees what would have happened instead."""
    assert otherwise(replaced).text.startswith(words)


def test_more_and_less_events_are_put_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a release would end a task twice, or take no notice of its end."""
    told = Story(TEXT)
    told.complete(output=5)
    document = told.document()
    ended = completing.complete_task

    def nothing(*_: object) -> None:
        return

    monkeypatch.setattr("wf_es.execution.finishing.complete_task", nothing)
    (difference,) = replay(document, CODEC, ACTIONS).differences
    assert (difference.event, difference.text) == (5, "is not decided any more")
    assert (difference.field, difference.recorded, difference.decided) == ("type", "TaskCompleted", None)

    def twice(*args: object) -> None:
        ended(*args)  # type: ignore[arg-type]
        args[0].emit(WorkflowPaused())  # type: ignore[attr-defined]

    monkeypatch.setattr("wf_es.execution.finishing.complete_task", twice)
    (difference,) = replay(document, CODEC, ACTIONS).differences
    assert (difference.event, difference.subject) == (8, "WorkflowPaused")
    assert difference.text == "is decided, too; it was not recorded"


def test_what_is_only_folded_is_counted_by_kind_and_reason() -> None:
    """Here the file has no definitions."""
    told = Story(TEXT)
    told.complete(output=5)
    document = msgspec.structs.replace(told.document(), definitions=())
    found = replay(document, CODEC)
    why = "the file does not have its definition"
    assert (found.decided, found.decisions) == (0, 2)
    assert found.folded == (
        FoldedOnly(kind="ActionCompleted", why=why, count=1),
        FoldedOnly(kind="WorkflowStarted", why=why, count=1),
    )
