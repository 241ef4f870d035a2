"""Forks in an engine: copied from the log as of a moment, all in one append, and the original untouched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from tests.wf_es.engine.counters import WAIT, DisturbedStore
from wf_es.engine import DEFAULT_PROJECT, Engine, ForkReceipt
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound, RequirementsMissing, StoreUnavailable
from wf_es.execution.commands import (
    CompleteAction,
    DeleteExecution,
    ResumeFrom,
    RunAction,
    StartWorkflow,
    TaskResumption,
)
from wf_es.execution.crossing import outstanding_orders
from wf_es.execution.moment import At
from wf_es.execution.state import ExecutionState
from wf_es.ports import Batch
from wf_es.store import standard_codec

TEXT = """
version: '2.0'
main:
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: [b, c]}
    b: {action: std.echo output=<% $.x %>}
    c: {workflow: below}
below:
  tasks:
    t: {action: std.async_noop}
"""


@pytest.fixture(autouse=True)
def definitions(engine: Engine) -> None:
    """The workflows that every test runs."""
    engine.definitions.create(TEXT, origin=engine.origin("ann"))


def request(engine: Engine, *tasks: TaskResumption, key: str | None = None, **fields: Any) -> ResumeFrom:
    """Return what is asked for, with an id for the fork."""
    fork_id = fields.pop("fork_id", None) or str(uuid4())
    origin = engine.origin("bea", fields.pop("project", DEFAULT_PROJECT), key=key, reason="to see")
    return ResumeFrom(execution_id=fork_id, origin=origin, tasks=tasks, **fields)


def started(engine: Engine) -> str:
    """Start the workflow and let its first task end; return the execution's id."""
    command = StartWorkflow(
        execution_id=str(uuid4()), origin=engine.origin("ann", key="k-1"), workflow_name="main"
    )
    state = engine.execute(command, WAIT).state
    assert state is not None
    (action_id,) = state.unfinished
    end = CompleteAction(
        execution_id=state.id, origin=engine.origin("cal"), action_id=action_id, state="SUCCESS", output=1
    )
    engine.execute(end, WAIT)
    return state.id


def with_child(engine: Engine) -> str:
    """Start the workflow, as far as the sub-workflow's action; return the execution's id."""
    execution_id = started(engine)
    for command in outstanding_orders(engine.state(execution_id), engine.origin("courier")):
        engine.execute(command, WAIT)
    return execution_id


def forked(engine: Engine, source: str, *tasks: TaskResumption, at: At | None = None) -> ForkReceipt:
    """Fork an execution and wait for the commit."""
    return engine.fork(source, request(engine, *tasks), at).result(WAIT)


def texts(store: DisturbedStore, stream: str) -> list[bytes]:
    """Return a stream as it is stored."""
    return [sealed.body for sealed in store.load(stream)]


def test_the_original_is_not_touched(engine: Engine, store: DisturbedStore) -> None:
    """Not a byte of it, nor of its sub-workflows."""
    source = with_child(engine)
    (child,) = engine.state(source).children
    before = texts(store, source), texts(store, child)
    made = forked(engine, source)

    assert (texts(store, source), texts(store, child)) == before
    assert made.state.forked_from is not None
    assert made.state.forked_from.execution_id == source


def test_everything_is_appended_at_once(engine: Engine, store: DisturbedStore) -> None:
    """One append holds the fork and its sub-workflows, and the receipt names its end."""
    source = with_child(engine)
    store.appends.clear()
    made = forked(engine, source)

    ((*streams,),) = store.appends
    assert {*streams} == {made.state.id, *made.state.children}
    assert made.position == engine.head()


def test_a_process_that_ends_in_the_middle_leaves_nothing(engine: Engine, store: DisturbedStore) -> None:
    """Neither the fork nor a part of its family."""
    source = with_child(engine)
    head = engine.head()

    def fail(batches: Sequence[Batch]) -> None:
        raise StoreUnavailable(f"gone amid {len(batches)} streams")

    store.before = fail
    asked = request(engine)
    with pytest.raises(StoreUnavailable):
        engine.fork(source, asked).result(WAIT)

    store.before = lambda _: None
    assert engine.head() == head
    with pytest.raises(NotFound):
        engine.state(asked.execution_id)
    assert engine.fork(source, asked).result(WAIT).state.id == asked.execution_id


def test_the_copy_has_a_chain_of_its_own(engine: Engine, store: DisturbedStore) -> None:
    """It begins with its own name, holds, and ends at the text of the original that it names."""
    source = started(engine)
    made = forked(engine, source, at=3).state
    codec, stored = standard_codec(), store.load(made.id)

    previous = codec.genesis(made.id)
    for sealed in stored:
        assert codec.previous(sealed) == previous
        previous = sealed.digest
    event: Any = codec.open(stored[3]).data
    assert event.source_digest == store.load(source)[2].digest


def test_the_history_says_who_did_what_and_when(engine: Engine) -> None:
    """The past is told as it was; from the fork on it is whoever forked."""
    source = started(engine)
    original = engine.history(source)
    made = forked(engine, source).state
    history = engine.history(made.id)

    def told(events: Any) -> list[Any]:
        return [(event.version, event.time, event.actor, event.key) for event in events]

    assert told(history[: len(original)]) == told(original)
    assert [event.actor for event in history[len(original) :]] == ["bea"]
    assert history[len(original)].reason == "to see"


def test_a_moment_is_a_number_or_a_time(engine: Engine) -> None:
    """A number means that event with all that was decided with it."""
    source = started(engine)
    history = engine.history(source)
    made = [forked(engine, source, at=at).state.forked_from for at in (1, "2", history[2].time, 5, None)]

    assert [lineage.event for lineage in made if lineage] == [3, 3, 3, len(history), len(history)]
    with pytest.raises(InvalidRequest, match="has not happened yet"):
        forked(engine, source, at=99)
    with pytest.raises(InvalidRequest, match="event number"):
        forked(engine, source, at="yesterday")


def test_a_sub_workflow_is_copied_as_of_the_moment(engine: Engine) -> None:
    """At the parent's last event it had not begun; by now it has."""
    source = with_child(engine)
    last = engine.state(source).version

    def children(made: ExecutionState) -> list[bool]:
        return [engine.standing(child).version > 0 for child in made.children]

    assert children(forked(engine, source, at=last).state) == [False]
    assert children(forked(engine, source).state) == [True]


def test_asking_what_a_fork_would_do_changes_nothing(engine: Engine) -> None:
    """It tells what is repeated, below as well, and by which event it would begin."""
    source = with_child(engine)
    head = engine.head()
    answer = engine.consider_fork(source, request(engine))

    assert engine.head() == head
    assert answer.event == engine.state(source).version
    assert [(item.task, item.action) for item in answer.report.repeats] == [
        ("b", "std.echo"),
        ("c/t", "std.async_noop"),
    ]
    assert answer.report.resumable
    assert answer.report.outstanding == []


def test_a_fork_tells_what_it_repeats(engine: Engine) -> None:
    """With the fork's own ids, for whoever must know them."""
    source = with_child(engine)
    made = forked(engine, source)

    assert made.report is not None
    below = [engine.state(child) for child in made.state.children]
    known = {**made.state.actions, **below[0].actions}
    assert [item.id in known for item in made.report.repeats] == [True, True]


def test_what_is_missing_is_refused_and_nothing_recorded(engine: Engine) -> None:
    """With the report."""
    source = started(engine)
    head = engine.head()
    unpublished = TaskResumption(task="a", action="continue")
    with pytest.raises(RequirementsMissing) as refused:
        forked(engine, source, unpublished, at=3)

    assert [item.variable for item in refused.value.report.missing] == ["x"]
    assert engine.head() == head


def test_the_same_request_again_makes_no_second_fork(engine: Engine) -> None:
    """The id decides; what it stands for is answered as it stands."""
    source = started(engine)
    asked = request(engine, key="k-1")
    made = engine.fork(source, asked).result(WAIT)
    head = engine.head()
    again = engine.fork(source, asked).result(WAIT)

    assert (again.state, again.report, engine.head()) == (made.state, None, head)


def test_an_id_that_is_taken_is_refused(engine: Engine) -> None:
    """Also that of a fork of something else."""
    one, other = started(engine), started(engine)
    taken = forked(engine, one).state.id
    for fork_id in (one, taken):
        with pytest.raises(AlreadyExists):
            engine.fork(other, request(engine, fork_id=fork_id)).result(WAIT)
    with pytest.raises(InvalidRequest, match="UUID"):
        engine.fork(one, request(engine, fork_id="my-fork"))


def test_what_is_no_execution_here_cannot_be_forked(engine: Engine) -> None:
    """Nothing of that id, something deleted, another project's, or an action that ran by itself."""
    source = started(engine)
    run = RunAction(execution_id=str(uuid4()), origin=engine.origin("ann"), name="std.noop")
    engine.execute(run, WAIT)
    with pytest.raises(NotFound):
        engine.fork(source, request(engine, project="other"))
    gone = DeleteExecution(execution_id=source, origin=engine.origin("ann"), force=True)
    engine.execute(gone, WAIT)
    for nothing in (str(uuid4()), source, run.execution_id):
        with pytest.raises(NotFound):
            engine.fork(nothing, request(engine))


def test_a_fork_outlives_its_original(engine: Engine) -> None:
    """It has its whole past itself."""
    source = with_child(engine)
    made = forked(engine, source).state
    gone = DeleteExecution(execution_id=source, origin=engine.origin("ann"), force=True)
    engine.execute(gone, WAIT)

    assert engine.state(made.id) == made
    assert [event.version for event in engine.history(made.id)] == list(range(1, made.version + 1))


def test_another_process_sees_the_fork_as_it_was_decided(engine: Engine, other: Engine) -> None:
    """Folded from the log it is the same, and it is known as unfinished."""
    source = with_child(engine)
    made = forked(engine, source).state

    assert other.state(made.id) == made
    assert {made.id, *made.children} <= set(other.unfinished())


def test_what_was_copied_has_a_past_in_common(engine: Engine, store: DisturbedStore) -> None:
    """The copies of a family stand in the log as their originals did: a fork can be forked at any event."""
    source = with_child(engine)
    (child,) = engine.state(source).children
    fork = forked(engine, source).state
    (copy,) = fork.children

    def order(parent: str, below: str) -> list[str]:
        log = [event for event in store.read(0, 1_000) if event.stream in (parent, below)]
        return ["above" if event.stream == parent else "below" for event in log]

    before = order(source, child)
    assert order(fork.id, copy)[: len(before)] == before
