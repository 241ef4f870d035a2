"""An export has all that is needed to replay an execution: its family and what it runs."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import msgspec
import pytest

import wf_es
from projections.exporting import without_secrets
from wf_es.errors import NotFound
from wf_es.execution import events as log
from wf_es.execution.events import Pin
from wf_es.exports import gather
from wf_es.exports.gathering import pins_of

PIN = Pin(stream="d", version=1, hash="h")


def test_it_has_the_family_and_the_definitions(workflows: wf_es.Workflows, execution: str) -> None:
    """The execution first; each definition that is pinned, once."""
    document = gather(workflows.engine, execution, "now")
    assert document.header.execution == document.header.executions[0] == execution
    assert len(document.histories) == 2
    assert [line.name for line in document.definitions] == ["outer", "inner", "polite"]
    assert document.header.secrets


def test_events_are_as_they_are_stored(workflows: wf_es.Workflows, execution: str) -> None:
    """Byte for byte."""
    store, _ = workflows.engine.log()
    for history in gather(workflows.engine, execution, "now").histories:
        assert [bytes(line.event) for line in history.events] == [e.body for e in store.load(history.stream)]
        assert history.head == hashlib.sha256(bytes(history.events[-1].event)).hexdigest()
        assert not history.masked


def test_there_is_a_state_after_each_decision(workflows: wf_es.Workflows, execution: str) -> None:
    """The last one is of all there is."""
    history = gather(workflows.engine, execution, "now").histories[0]
    commands = [event.command for event in workflows.events(execution)]
    changes = 1 + sum(one != other for one, other in pairwise(commands))
    assert len(history.states) == changes
    assert history.states[-1].after == len(history.events)
    assert {key.partition(" ")[0] for key in history.states[-1].marks} == {"execution", "task", "action"}


def test_secrets_are_left_out_if_asked(workflows: wf_es.Workflows, execution: str) -> None:
    """The digest stays that of the original."""
    whole = gather(workflows.engine, execution, "now").histories[0]
    masked = gather(workflows.engine, execution, "now", without_secrets).histories[0]
    assert b"hunter2" in b"".join(bytes(line.event) for line in whole.events)
    assert b"hunter2" not in msgspec.json.encode(masked)
    assert [line.digest for line in masked.events] == [line.digest for line in whole.events]
    assert [line.masked for line in masked.events] == [True] + [False] * (len(whole.events) - 1)


def test_what_is_no_execution_is_not_found(workflows: wf_es.Workflows) -> None:
    """An unknown id, a deleted one, or the id of a definition."""
    deleted = workflows.start("inner", {"name": "x"})
    workflows.wait(deleted, 10)
    workflows.delete(deleted)
    definition = workflows.engine.definitions.get("outer", project=workflows.engine.origin("a").project).id
    for identifier in ("11111111-1111-4111-8111-111111111111", deleted, definition):
        with pytest.raises(NotFound):
            gather(workflows.engine, identifier, "now")


def test_pins_are_found_wherever_they_are() -> None:
    """In the event itself or in lists of it, not in values that only look so."""
    started = log.WorkflowStarted(workflow_name="w", definition=PIN, input={"stream": "x"})
    scheduled = log.ActionScheduled(action_id="a", name="n", chain=[PIN, PIN], input={"chain": [1]})
    assert list(pins_of(started)) == [PIN]
    assert list(pins_of(scheduled)) == [PIN, PIN]
    assert list(pins_of(log.TaskStarted(task_id="t"))) == []
