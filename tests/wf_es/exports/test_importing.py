"""An import brings everything or nothing, runs nothing by itself, and goes on when it is activated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

import wf_es
from projections.exporting import without_secrets
from tests.wf_es.exports.conftest import waits
from wf_es.actions import Catalogue
from wf_es.errors import AlreadyExists, IllegalState, InvalidRequest, NotAllowed, NotFound
from wf_es.execution.events import ExecutionActivated, ExecutionImported
from wf_es.exports import Document, gather, import_export, read_export, write_export

ME = "tester"


@pytest.fixture
def other() -> Iterator[wf_es.Workflows]:
    """A store that knows nothing."""
    with wf_es.open("memory://") as opened:
        yield opened


def brought(workflows: wf_es.Workflows, execution: str, mask: Any = None) -> Document:
    """Export and read what was written."""
    _, codec = workflows.engine.log()
    return read_export(write_export(gather(workflows.engine, execution, "2026-11-21", mask)), codec)


def take_in(workflows: wf_es.Workflows, document: Document) -> bool:
    """Import; say whether anything was new."""
    return import_export(workflows.engine, document, workflows.engine.origin(ME)).is_new


def activate(workflows: wf_es.Workflows, execution: str) -> None:
    """Let it run."""
    workflows.engine.imports.activate(execution, workflows.engine.origin(ME))


def ends(workflows: wf_es.Workflows, execution: str) -> str:
    """Complete what it waits for and return the state in which it ends."""
    workflows.task_complete(execution, "wait", result="done")
    return workflows.wait(execution, 10).state


def test_the_whole_history_is_there(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """All events as they were, then one that says where they come from."""
    assert take_in(other, brought(workflows, execution))
    original, events = workflows.events(execution), other.events(execution)
    assert events[:-1] == original
    assert isinstance(events[-1].data, ExecutionImported)
    assert (events[-1].actor, events[-1].data.events) == (ME, len(original))
    state = other.execution(execution)
    assert (state.frozen, state.state) == (True, "RUNNING")
    child = next(iter(state.children))
    assert other.execution(child).frozen
    assert other.final_context(execution) == workflows.final_context(execution)


def test_what_is_frozen_refuses_and_says_why(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """Nothing is recorded."""
    take_in(other, brought(workflows, execution))
    before = len(other.events(execution))
    attempts: list[Callable[[], object]] = [
        lambda: other.task_complete(execution, "wait", result="done"),
        lambda: other.pause(execution),
        lambda: other.resume(execution),
        lambda: other.stop(execution),
        lambda: other.rerun(execution, "call"),
    ]
    for attempt in attempts:
        with pytest.raises(IllegalState, match="imported and is frozen.*wf-es execution activate"):
            attempt()
    assert len(other.events(execution)) == before


def test_it_goes_on_when_it_is_activated(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """With the definitions that it has pinned, which this store does not have."""
    take_in(other, brought(workflows, execution))
    activate(other, execution)
    assert ends(other, execution) == "SUCCESS"
    assert other.execution(execution).output == {"greeting": "dear ann"}
    assert workflows.execution(execution).state == "RUNNING"
    with pytest.raises(NotFound):
        other.start("outer", {"who": "x", "password": ""})


def test_definitions_of_the_same_name_do_not_meet(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """What this store calls so stays what it is, and the import runs what it had pinned."""
    other.create_workflows("version: '2.0'\nouter:\n  tasks:\n    t: {action: std.fail}\n")
    take_in(other, brought(workflows, execution))
    activate(other, execution)
    assert ends(other, execution) == "SUCCESS"
    own = other.start("outer")
    assert other.wait(own, 10).state == "ERROR"


def test_importing_again_changes_nothing(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """Nor does importing where it was exported, or after it has gone on."""
    document = brought(workflows, execution)
    assert not take_in(workflows, document)
    assert take_in(other, document)
    head = other.engine.head()
    assert not take_in(other, document)
    assert other.engine.head() == head
    activate(other, execution)
    ends(other, execution)
    assert not take_in(other, document)
    assert not take_in(other, brought(workflows, execution))


def test_an_id_that_is_taken_is_a_conflict(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """By another execution, a longer history, or a file without secrets; nothing is changed."""
    early = brought(workflows, execution)
    other.create_workflows("version: '2.0'\nouter:\n  tasks:\n    t: {action: std.async_noop}\n")
    other.start("outer", id=execution)
    with pytest.raises(AlreadyExists, match="is taken"):
        take_in(other, early)
    assert not any(isinstance(event.data, ExecutionImported) for event in other.events(execution))
    with wf_es.open("memory://") as third:
        take_in(third, early)
        workflows.pause(execution)
        with pytest.raises(AlreadyExists):
            take_in(third, brought(workflows, execution))
        with pytest.raises(AlreadyExists):
            take_in(third, brought(workflows, execution, without_secrets))


def test_a_family_comes_whole_or_not_at_all(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """If the id of a sub-workflow is taken, nothing of the parent is there."""
    child = next(iter(workflows.execution(execution).children))
    other.create_workflows("version: '2.0'\nw:\n  tasks:\n    t: {action: std.noop}\n")
    other.start("w", id=child)
    with pytest.raises(AlreadyExists):
        take_in(other, brought(workflows, execution))
    with pytest.raises(NotFound):
        other.execution(execution)


def test_without_its_secrets_it_stays_frozen(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """It can be looked at, but not run with three stars in place of a password."""
    take_in(other, brought(workflows, execution, without_secrets))
    assert other.execution(execution).input["password"] == "***"
    with pytest.raises(NotAllowed, match="--include-secrets"):
        activate(other, execution)
    assert other.execution(execution).frozen


def test_executions_stay_in_the_order_in_which_things_happened(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """So a moment of one is a moment of the others, and a fork takes them as they were then."""

    def told(opened: wf_es.Workflows) -> list[tuple[str, int]]:
        store, _ = opened.engine.log()
        family = {execution, *opened.execution(execution).children}
        rows = [(row.stream, row.version) for row in store.read(0, 1000) if row.stream in family]
        return [row for row in rows if row[1] <= len(workflows.events(row[0]))]

    take_in(other, brought(workflows, execution))
    assert told(other) == told(workflows)
    streams = [stream for stream, _ in told(workflows)]
    assert streams != sorted(streams, key=streams.index)
    activate(other, execution)
    (child,) = workflows.execution(execution).children
    ended = next(
        event.version
        for event in workflows.events(execution)
        if type(event.data).__name__ == "SubWorkflowCompleted"
    )
    forked = other.fork(execution, at=ended)
    (copy,) = forked.children
    assert other.execution(copy).state == workflows.execution(child).state == "SUCCESS"


def test_an_activation_is_repeated_harmlessly(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """One event in each execution; what is no execution cannot be activated."""
    take_in(other, brought(workflows, execution))
    for _ in range(3):
        activate(other, execution)
    for stream in (execution, next(iter(other.execution(execution).children))):
        events = [event for event in other.events(stream) if isinstance(event.data, ExecutionActivated)]
        assert len(events) == 1
    activate(workflows, execution)
    assert not any(isinstance(event.data, ExecutionActivated) for event in workflows.events(execution))
    with pytest.raises(NotFound):
        activate(other, "11111111-1111-4111-8111-111111111111")


def test_what_is_of_another_project_is_refused(
    workflows: wf_es.Workflows, other: wf_es.Workflows, execution: str
) -> None:
    """A file cannot bring events into a project that its sender has nothing to do with."""
    origin = msgspec.structs.replace(other.engine.origin(ME), project="theirs")
    with pytest.raises(InvalidRequest, match="another project"):
        import_export(other.engine, brought(workflows, execution), origin)


OPEN = """
version: '2.0'
busy:
  tasks:
    call: {action: counting, on-success: wait}
    list: {action: counting, with-items: "i in <% list(1, 2, 3) %>"}
    later: {action: counting, wait-before: 1}
    child: {workflow: below}
    wait: {action: std.async_noop}
below:
  tasks:
    deep: {action: counting}
"""


def test_nothing_is_called_before_it_is_activated(tmp_path: Any) -> None:
    """Not at the import, not by timers, not after a restart; then everything is, once."""
    calls: list[str] = []

    def counting() -> str:
        calls.append("call")
        return "called"

    catalogue = Catalogue.standard(plugins=()).with_actions(counting)
    with wf_es.open("memory://", catalogue=catalogue, threads=0) as first:
        first.create_workflows(OPEN)
        execution = first.start("busy")
        deadline = time.monotonic() + 10
        while not first.execution(execution).children or not all(
            first.engine.standing(child).unfinished for child in first.execution(execution).children
        ):
            assert time.monotonic() < deadline
            first.wait(execution, 0.01)
        document = brought(first, execution)
    url = f"sqlite:///{tmp_path / 'log.sqlite'}"
    with wf_es.open(url, catalogue=catalogue) as second:
        take_in(second, document)
        second.wait(execution, 1.5)
    with wf_es.open(url, catalogue=catalogue) as second:
        second.wait(execution, 0.5)
        assert calls == []
        assert second.execution(execution).version == len(document.histories[0].events) + 1
        activate(second, execution)
        waits(second, execution)
        deadline = time.monotonic() + 10
        while len(calls) < 6 and time.monotonic() < deadline:
            second.wait(execution, 0.05)
        assert len(calls) == 6
        second.task_complete(execution, "wait")
        assert second.wait(execution, 10).state == "SUCCESS"
    assert len(calls) == 6
