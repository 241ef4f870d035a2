"""The engine: commands in, receipts out, and what it promises around that."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest

from tests.wf_es.engine.chains import TEXT, complete, scheduled, start
from tests.wf_es.engine.counters import WAIT, DisturbedStore
from wf_es.engine import DEFAULT_PROJECT, Engine
from wf_es.envelope import Recorded
from wf_es.errors import (
    AlreadyExists,
    CompletionConflict,
    InvalidInput,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
)
from wf_es.execution.commands import (
    Command,
    DeleteExecution,
    PauseWorkflow,
    StartWorkflow,
    StopWorkflow,
)
from wf_es.ports import Batch


@pytest.fixture(autouse=True)
def chain(engine: Engine) -> None:
    """The workflow that every test runs."""
    engine.definitions.create(TEXT, origin=engine.origin("ann"))


def test_an_execution_from_start_to_end(engine: Engine) -> None:
    """Each receipt has the position of its last event, and the log is their sum."""
    begun = start(engine)
    execution_id = begun.events[0].stream
    first = engine.execute(complete(engine, begun), WAIT)
    second = engine.execute(complete(engine, first), WAIT)

    assert second.state is not None
    assert second.state.state == "SUCCESS"
    assert engine.state(execution_id) == second.state
    assert engine.history(execution_id) == [*begun.events, *first.events, *second.events]
    assert [receipt.position for receipt in (begun, first, second)] == [
        1 + receipt.events[-1].version for receipt in (begun, first, second)
    ]
    assert engine.head() == second.position


def test_history_is_given_in_parts(engine: Engine) -> None:
    """After an event number, and not more than asked for."""
    execution_id = start(engine).events[0].stream

    assert [event.version for event in engine.history(execution_id, after=1)] == [2, 3]
    assert [event.version for event in engine.history(execution_id, limit=2)] == [1, 2]
    assert engine.history(execution_id, after=3) == []


def test_a_start_can_be_repeated(engine: Engine) -> None:
    """The same id gives the same execution, and nothing happens twice."""
    execution_id = str(uuid4())
    first = start(engine, execution_id)
    again = start(engine, execution_id)

    assert (again.events, again.position, again.state) == ((), first.position, first.state)


def test_a_definition_is_pinned(engine: Engine) -> None:
    """A running execution keeps what it started with, also in a process that never saw it start."""
    begun = start(engine)
    engine.definitions.update(
        TEXT.replace("on-success: second", "on-success: fail"), origin=engine.origin("ann")
    )

    after = engine.execute(complete(engine, begun), WAIT)

    assert after.state is not None
    assert after.state.state == "RUNNING"
    assert scheduled(after)


COMMANDS: dict[str, type[Command]] = {"pause": PauseWorkflow, "delete": DeleteExecution}


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=COMMANDS)
def test_an_unknown_execution_is_not_found(engine: Engine, kind: type[Command]) -> None:
    """In Mistral's words."""
    command = kind(execution_id="nothing", origin=engine.origin("ann"))

    with pytest.raises(NotFound, match=r"WorkflowExecution not found \[id=nothing\]"):
        engine.execute(command, WAIT)
    for read in (engine.state, engine.history):
        with pytest.raises(NotFound, match=r"WorkflowExecution not found \[id=nothing\]"):
            read("nothing")


def test_another_projects_execution_is_not_found(engine: Engine) -> None:
    """With the same words as for an unknown one; and its id cannot be started again."""
    execution_id = start(engine).events[0].stream

    with pytest.raises(NotFound, match=f"WorkflowExecution not found .id={execution_id}."):
        engine.execute(PauseWorkflow(execution_id=execution_id, origin=engine.origin("eve", "q")), WAIT)
    with pytest.raises(AlreadyExists):
        start(engine, execution_id, project="q")


def test_a_deleted_execution_is_not_found_and_its_id_stays_taken(engine: Engine) -> None:
    """Nothing can be asked of it any more."""
    execution_id = start(engine).events[0].stream
    engine.execute(DeleteExecution(execution_id=execution_id, origin=engine.origin("ann"), force=True), WAIT)

    for read in (engine.state, engine.history):
        with pytest.raises(NotFound):
            read(execution_id)
    with pytest.raises(NotFound):
        engine.execute(PauseWorkflow(execution_id=execution_id, origin=engine.origin("ann")), WAIT)
    with pytest.raises(AlreadyExists, match="is taken"):
        start(engine, execution_id)
    assert list(engine.unfinished()) == []


def test_an_unknown_workflow_cannot_be_started(engine: Engine) -> None:
    """In Mistral's words."""
    command = StartWorkflow(execution_id=str(uuid4()), origin=engine.origin("ann"), workflow_name="nothing")

    with pytest.raises(NotFound, match=r"Workflow not found \[workflow_identifier=nothing, namespace=\]"):
        engine.execute(command, WAIT)


def test_a_workflow_can_be_started_by_id(engine: Engine) -> None:
    """Its name is what the execution shows."""
    workflow = engine.definitions.get("chain", project=DEFAULT_PROJECT)
    command = StartWorkflow(execution_id=str(uuid4()), origin=engine.origin("ann"), workflow_name=workflow.id)

    state = engine.execute(command, WAIT).state

    assert state is not None
    assert state.workflow_name == "chain"


@pytest.mark.parametrize("execution_id", ["", "../x", "my-execution", "\ud800", "x" * 10_000])
def test_an_execution_needs_a_uuid(engine: Engine, execution_id: str) -> None:
    """Ids of tasks are derived from it."""
    with pytest.raises((InvalidRequest, NotFound)):
        start(engine, execution_id or " ")


def test_the_id_of_a_definition_is_no_execution(engine: Engine) -> None:
    """Streams of both kinds share one space of ids."""
    workflow = engine.definitions.get("chain", project=DEFAULT_PROJECT)

    with pytest.raises(NotFound):
        engine.state(workflow.id)
    with pytest.raises(NotFound):
        start(engine, workflow.id)


def test_a_refusal_comes_through_the_future(engine: Engine) -> None:
    """Submitting never raises by itself."""
    command = StartWorkflow(
        execution_id=str(uuid4()), origin=engine.origin("ann"), workflow_name="chain", input={"zz": 1}
    )

    future = engine.submit(command)

    assert isinstance(future.exception(WAIT), InvalidInput)


def test_a_completion_is_accepted_once(engine: Engine) -> None:
    """The same again changes nothing, another value is a conflict."""
    begun = start(engine)
    first = engine.execute(complete(engine, begun, output=1), WAIT)

    again = engine.execute(complete(engine, begun, output=1), WAIT)
    assert (again.events, again.position) == ((), first.position)
    with pytest.raises(CompletionConflict):
        engine.execute(complete(engine, begun, output=2), WAIT)


def test_what_is_unfinished_is_found_again(engine: Engine) -> None:
    """Running executions are, and ended ones with an action still under way; others are not."""
    running, ended, stopped = start(engine), start(engine), start(engine)
    ended = engine.execute(complete(engine, ended), WAIT)
    engine.execute(complete(engine, ended), WAIT)
    engine.execute(
        StopWorkflow(execution_id=stopped.events[0].stream, origin=engine.origin("ann"), state="CANCELLED"),
        WAIT,
    )

    expected = {running.events[0].stream, stopped.events[0].stream}
    assert set(engine.unfinished()) == expected

    engine.execute(complete(engine, stopped), WAIT)
    assert set(engine.unfinished()) == {running.events[0].stream}


def test_each_request_draws_its_own_ids(engine: Engine) -> None:
    """uuid() differs from request to request without anybody giving seeds."""
    task = "  tasks:\n    a:\n      action: std.async_noop\n"
    text = f"version: '2.0'\nw:\n  output:\n    id: <% uuid() %>\n{task}"
    engine.definitions.create(text, origin=engine.origin("ann"))
    outputs = []
    for _ in range(2):
        command = StartWorkflow(execution_id=str(uuid4()), origin=engine.origin("ann"), workflow_name="w")
        state = engine.execute(complete(engine, engine.execute(command, WAIT)), WAIT).state
        assert state is not None
        outputs.append(state.output["id"])

    assert len(set(outputs)) == 2


def test_origins_name_requests_and_times(engine: Engine) -> None:
    """Each is a request of its own, later than the one before."""
    first = engine.origin("ann", key="k", reason="r")
    second = engine.origin("ann")

    assert first.command != second.command
    assert first.now < second.now
    assert (first.actor, first.project, first.key, first.reason) == ("ann", DEFAULT_PROJECT, "k", "r")


def test_listeners_hear_of_executions_and_definitions(engine: Engine) -> None:
    """In order of position, without a gap."""
    heard: list[tuple[int, int]] = []

    def listener(position: int, events: Sequence[Recorded]) -> None:
        heard.append((position, len(events)))

    engine.listen(listener)
    begun = start(engine)
    engine.execute(complete(engine, begun), WAIT)
    engine.definitions.delete("chain", origin=engine.origin("ann"))

    lengths = [length for _, length in heard]
    assert [position for position, _ in heard] == [1 + sum(lengths[: n + 1]) for n in range(len(lengths))]
    assert heard[-1][0] == engine.head()


def test_a_slow_commit_is_told_as_uncertain(engine: Engine, store: DisturbedStore) -> None:
    """The caller may have its time limit; the commit happens nevertheless."""
    begun = start(engine)
    store.gate.clear()

    with pytest.raises(StoreUnavailable, match="it may still be"):
        engine.execute(complete(engine, begun), 0.01)

    store.gate.set()
    assert engine.execute(complete(engine, begun), WAIT).events == ()


def test_a_store_that_is_away_changes_nothing(engine: Engine, store: DisturbedStore) -> None:
    """When it is back the same command succeeds."""

    def fail(_: Sequence[Batch]) -> None:
        raise StoreUnavailable("disk full")

    begun = start(engine)
    store.before = fail
    with pytest.raises(StoreUnavailable):
        engine.execute(complete(engine, begun), WAIT)
    assert engine.state(begun.events[0].stream) == begun.state

    store.before = lambda _: None
    assert engine.execute(complete(engine, begun), WAIT).events


def test_a_closed_engine_refuses_and_has_closed_its_store(engine: Engine, store: DisturbedStore) -> None:
    """Nobody is left waiting."""
    begun = start(engine)
    engine.close()

    assert store.is_closed
    with pytest.raises(StoreUnavailable, match="closed"):
        engine.execute(complete(engine, begun), WAIT)
