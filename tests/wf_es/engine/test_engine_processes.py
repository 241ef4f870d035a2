"""Several engines on one log: after one another, side by side, and beside a damaged stream."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import msgspec
import pytest

from tests.wf_es.engine.chains import TEXT, complete, start
from tests.wf_es.engine.conftest import ACTIONS, SteppingClock
from tests.wf_es.engine.counters import WAIT, DisturbedStore
from wf_es.engine import Engine, Receipt
from wf_es.errors import CompletionConflict, CorruptHistory
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.events import ActionCompleted, ActionScheduled
from wf_es.ports import Sealed
from wf_es.store import SQLiteStore, standard_codec


def test_a_damaged_execution_fails_alone() -> None:
    """It is named to whoever asks for it; all others run on."""

    class Damaging(DisturbedStore):
        victim = ""

        def load(self, stream: str, after: int = 0, limit: int | None = None) -> list[Sealed]:
            events = super().load(stream, after, limit)
            if stream != self.victim:
                return events
            return [msgspec.structs.replace(event, body=event.body[:-3]) for event in events]

    store = Damaging()
    first = Engine(store, standard_codec(), SteppingClock(), ACTIONS)
    first.definitions.create(TEXT, origin=first.origin("ann"))
    broken, whole = start(first), start(first)
    store.victim = broken.events[0].stream
    second = Engine(store, standard_codec(), SteppingClock(), ACTIONS)

    with pytest.raises(CorruptHistory, match=f"Event 1 of stream {store.victim}"):
        second.state(store.victim)
    with pytest.raises(CorruptHistory):
        second.execute(complete(second, broken), WAIT)
    assert second.execute(complete(second, whole), WAIT).events


def test_two_processes_share_an_execution(engine: Engine, other: Engine) -> None:
    """Whoever is second sees what the first one did, whatever it has in memory."""
    engine.definitions.create(TEXT, origin=engine.origin("ann"))
    begun = start(engine)
    execution_id = begun.events[0].stream
    assert other.state(execution_id) == begun.state

    first = engine.execute(complete(engine, begun), WAIT)
    with pytest.raises(CompletionConflict):
        other.execute(complete(other, begun, output="another"), WAIT)
    second = other.execute(complete(other, first), WAIT)

    assert second.state is not None
    assert second.state.state == "SUCCESS"
    assert engine.state(execution_id) == second.state


def test_everything_is_there_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A new process finds every acknowledged event, and goes on from there."""
    path = tmp_path_factory.mktemp("restart") / "log.sqlite"
    first = Engine(SQLiteStore(path), standard_codec(), SteppingClock(), ACTIONS)
    first.definitions.create(TEXT, origin=first.origin("ann"))
    begun = start(first)
    first.close()

    second = Engine(SQLiteStore(path), standard_codec(), SteppingClock(), ACTIONS)

    assert second.state(begun.events[0].stream) == begun.state
    assert list(second.unfinished()) == [begun.events[0].stream]
    assert second.execute(complete(second, begun), WAIT).position > begun.position
    second.close()


FAN = "version: '2.0'\nfan:\n  tasks:\n    end:\n      join: all\n      action: std.noop\n" + "".join(
    f"    t{number}:\n      action: std.async_noop\n      on-success: end\n" for number in range(24)
)


def test_several_engines_work_on_one_execution(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two engines on one file, several threads each: nothing is lost, nothing happens twice."""
    path = tmp_path_factory.mktemp("shared") / "log.sqlite"
    engines = [Engine(SQLiteStore(path), standard_codec(), SteppingClock(), ACTIONS) for _ in range(2)]
    engines[0].definitions.create(FAN, origin=engines[0].origin("ann"))
    command = StartWorkflow(execution_id=str(uuid4()), origin=engines[0].origin("ann"), workflow_name="fan")
    begun = engines[0].execute(command, WAIT)
    actions = [event.data.action_id for event in begun.events if isinstance(event.data, ActionScheduled)]

    def report(number: int) -> Receipt:
        engine = engines[number % 2]
        return engine.execute(
            CompleteAction(
                execution_id=command.execution_id,
                origin=engine.origin("bob"),
                action_id=actions[number // 2],
                state="SUCCESS",
                output=number // 2,
            )
        )

    with ThreadPoolExecutor(8) as callers:
        receipts = list(callers.map(report, range(2 * len(actions))))

    history = engines[1].history(command.execution_id)
    assert [event.version for event in history] == list(range(1, len(history) + 1))
    completed = [event.data.action_id for event in history if isinstance(event.data, ActionCompleted)]
    assert sorted(completed) == sorted(actions)
    assert sum(bool(receipt.events) for receipt in receipts) == len(actions)
    assert engines[0].state(command.execution_id) == engines[1].state(command.execution_id)
    assert "end" in engines[0].state(command.execution_id).latest
    for engine in engines:
        engine.close()
