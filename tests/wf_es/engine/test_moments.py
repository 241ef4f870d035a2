"""Executions as they were: at event numbers, at times, at positions of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.benchmarks.moments import SHAPES, opened, told
from tests.benchmarks.reducer import EXECUTION_ID
from tests.effort import cost
from tests.wf_es.engine.chains import TEXT, complete, start
from tests.wf_es.engine.conftest import engine_over
from tests.wf_es.engine.counters import WAIT, DisturbedStore
from wf_es.engine import Engine, Receipt
from wf_es.engine.executions import evolve_all
from wf_es.engine.moments import Moments
from wf_es.engine.streams import Streams
from wf_es.errors import CorruptHistory, InvalidRequest, NotFound
from wf_es.execution.commands import DeleteExecution
from wf_es.execution.reducer import fold, initial
from wf_es.execution.state import ExecutionState
from wf_es.ports import Sealed
from wf_es.store import SQLiteStore, standard_codec

EVENTS = 5_000
"""How long the histories are that are replayed for the time it takes."""


@pytest.fixture
def run(engine: Engine) -> Receipt:
    """A chain of two actions whose first one has ended; the receipt of that."""
    engine.definitions.create(TEXT, origin=engine.origin("ann"))
    return engine.execute(complete(engine, start(engine)), WAIT)


def present(run: Receipt) -> ExecutionState:
    """Return the state after a receipt."""
    assert run.state is not None
    return run.state


def test_the_state_after_each_event_is_that_of_a_replay(engine: Engine, run: Receipt) -> None:
    """Whatever the number, from the first event to the last."""
    execution = present(run).id
    events = engine.history(execution)

    for number in range(1, len(events) + 1):
        moment = engine.moment(execution, number)
        assert moment.state == fold(execution, events[:number])
        assert (moment.number, moment.is_final) == (number, True)


def test_a_moment_knows_its_place_in_the_log(engine: Engine, run: Receipt) -> None:
    """So that other executions can be seen at the same one."""
    execution, head = present(run).id, engine.head()

    assert engine.moment(execution, present(run).version).position == head
    assert engine.moment(execution, str(present(run).version - 1)).position == head - 1


@pytest.mark.parametrize("number", [99, 10**14])
def test_nothing_beyond_the_head_has_happened(engine: Engine, run: Receipt, number: int) -> None:
    """The message says how far it has come."""
    message = f"Event {number} has not happened yet: the last one of this execution is {present(run).version}"

    with pytest.raises(InvalidRequest, match=message):
        engine.moment(present(run).id, number)


def test_a_time_means_what_had_been_recorded_by_then(engine: Engine, run: Receipt) -> None:
    """Events of the same time come together; the future is as far as things have come."""
    execution = present(run).id
    events = engine.history(execution)
    first = [event for event in events if event.time == events[0].time]

    at_start = engine.moment(execution, events[0].time)
    between = engine.moment(execution, events[0].time + timedelta(milliseconds=500))
    later = engine.moment(execution, "2999-01-01T00:00:00Z")

    assert [at_start.number, between.number, later.number] == [len(first), len(first), len(events)]
    assert not later.is_final


def test_before_the_start_there_was_nothing(engine: Engine, run: Receipt) -> None:
    """The message says when it began."""
    begun = engine.history(present(run).id)[0].time.isoformat(timespec="microseconds")

    with pytest.raises(InvalidRequest) as caught:
        engine.moment(present(run).id, datetime(1, 1, 1, tzinfo=UTC))

    assert caught.value.message.endswith(f": its first event is of {begun}")


def test_a_clock_that_was_set_back_hides_nothing(store: DisturbedStore) -> None:
    """Nobody has seen the later event before the earlier one."""
    engine = engine_over(store)
    engine.definitions.create(TEXT, origin=engine.origin("ann"))
    begun = start(engine)
    noon = begun.events[0].time
    late = _completed_at(engine, begun, noon + timedelta(minutes=30))
    early = _completed_at(engine, late, noon - timedelta(minutes=30))

    seen = engine.moment(present(early).id, noon + timedelta(minutes=10))
    whole = engine.moment(present(early).id, noon + timedelta(minutes=30))

    assert (seen.number, whole.number) == (begun.events[-1].version, present(early).version)


def _completed_at(engine: Engine, run: Receipt, time: datetime) -> Receipt:
    command = complete(engine, run)
    origin = msgspec.structs.replace(command.origin, now=time)
    return engine.execute(msgspec.structs.replace(command, origin=origin), WAIT)


def test_another_execution_is_seen_at_the_same_position(engine: Engine, run: Receipt) -> None:
    """Not yet, in the middle, and as it stands."""
    second = start(engine)
    execution = present(second).id
    begun_at = second.position - len(second.events)

    assert engine.state_by(execution, begun_at) is None
    for number, event in enumerate(engine.history(execution), start=1):
        state = engine.state_by(execution, begun_at + number)
        assert state is not None
        assert state.version == event.version
    assert engine.state_by(execution, engine.head() + 100) == second.state


def test_an_execution_that_never_began_has_no_past(engine: Engine) -> None:
    """There is nothing at any position."""
    assert engine.state_by("11111111-1111-4111-8111-111111111111", 5) is None


def test_a_deleted_execution_cannot_be_seen_any_more(engine: Engine, run: Receipt) -> None:
    """Neither by itself nor below another one."""
    execution = present(run).id
    engine.execute(DeleteExecution(execution_id=execution, origin=engine.origin("ann"), force=True), WAIT)

    with pytest.raises(NotFound):
        engine.moment(execution, 1)
    assert engine.state_by(execution, engine.head()) is None


def test_what_is_kept_on_the_way_changes_nothing(store: DisturbedStore) -> None:
    """Small steps, little room, any order of questions: the answers are those of a replay."""
    engine = engine_over(store)
    engine.definitions.create(LOOP, origin=engine.origin("ann"))
    runs = [_rounds(engine, rounds) for rounds in (1, 4, 9)]
    streams = Streams(store, standard_codec(), initial, evolve_all, 10)
    moments = Moments(store, streams, step=3, most=20)

    for number in (2, 7, 40, 7, 12, 3, 41, 1, 40):
        for run in runs:
            if number <= run.version:
                events = engine.history(run.id, limit=number)
                assert moments.at(run, number).state == fold(run.id, events)
                assert moments.at(run, events[-1].time).state.updated_at == events[-1].time
    engine.close()


def test_what_an_execution_went_through_here_need_not_be_replayed(store: DisturbedStore) -> None:
    """A moment of a long history is folded from a state near by, also right after it was lived through."""
    engine = engine_over(store)
    engine.definitions.create(LOOP, origin=engine.origin("ann"))
    execution = _rounds(engine, 380)
    assert execution.version > 1500
    events = engine.history(execution.id)
    read: list[int] = []
    load = store.load

    def counting(stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
        found = load(stream, after, limit)
        read.append(len(found))
        return found

    store.load = counting  # type: ignore[method-assign]
    for fresh in (engine, engine_over(store)):
        fresh.state(execution.id)
        for number in (1499, 1001, 1240):
            read.clear()
            assert fresh.moment(execution.id, number).state == fold(execution.id, events[:number])
            assert sum(read) < 600
    engine.close()


def test_damage_is_reported_and_not_shown(store: DisturbedStore) -> None:
    """A broken chain makes every later moment unreadable."""
    engine = engine_over(store)
    engine.definitions.create(TEXT, origin=engine.origin("ann"))
    run = present(start(engine))
    fresh = engine_over(store)
    store.recorder._streams[run.id][1] = store.load(run.id)[0]  # type: ignore[attr-defined]

    with pytest.raises(CorruptHistory, match="Event 2 of stream"):
        fresh.moment(run.id, 2)
    engine.close()
    fresh.close()


LOOP = """\
version: '2.0'
chain:
  tasks:
    enter: {action: std.async_noop, on-success: go}
    go: {action: std.async_noop, on-success: go}
"""


def _rounds(engine: Engine, rounds: int) -> ExecutionState:
    receipt = start(engine)
    for _ in range(rounds):
        receipt = engine.execute(complete(engine, receipt), WAIT)
    return present(receipt)


@pytest.mark.parametrize("shape", SHAPES)
def test_replaying_is_quick(shape: str, tmp_path: Path) -> None:
    """More than a hundred thousand events a second, decoded and folded, whatever the execution looks like."""
    store = SQLiteStore(tmp_path / "log.sqlite")
    told(store, SHAPES[shape](EVENTS), EVENTS)
    stored = store.load(EXECUTION_ID)
    store.close()
    limit = len(stored) / 100_000
    assert cost(lambda: fold(EXECUTION_ID, opened(stored)), limit) < limit
