"""A replay is the same as long as the code is, and names the first thing that is not."""

from __future__ import annotations

import random

import msgspec
import pytest

import wf_es
from projections.exporting import without_secrets
from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from wf_es.envelope import Recorded
from wf_es.execution import reducer
from wf_es.execution.state import ExecutionState
from wf_es.exports import Document, EventLine, Header, gather, read_export, replay, write_export
from wf_es.exports.gathering import history_of
from wf_es.exports.portrait import EXECUTION
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
    histories = []
    for stream, events in run.world.logs.items():
        lines, digest = [], CODEC.genesis(stream)
        for recorded in events:
            sealed = CODEC.seal(recorded, digest)
            digest = sealed.digest
            raw = msgspec.Raw(sealed.body)
            lines.append(
                EventLine(stream=stream, version=sealed.version, topic=sealed.topic, digest=digest, event=raw)
            )
        if lines:
            histories.append(history_of(stream, lines, CODEC))
    streams = tuple(history.stream for history in histories)
    header = Header(execution=streams[0], executions=streams, made_at="now", secrets=True)
    document = Document(header=header, definitions=(), histories=tuple(histories))
    assert replay(read_export(write_export(document), CODEC), CODEC).differences == (), f"seed {seed}"
