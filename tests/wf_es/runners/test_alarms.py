"""Timers fire once, also after a restart, an outage of the store, or when others have set them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wf_es.actions import Catalogue
from wf_es.engine import DEFAULT_PROJECT, Engine
from wf_es.envelope import Recorded
from wf_es.errors import StoreUnavailable
from wf_es.execution import commands
from wf_es.execution.events import TimerFired
from wf_es.runners import alarms as module
from wf_es.runners.alarms import TIMERS, Alarms
from wf_es.store import SQLiteStore, open_store, standard_codec

IDS = [f"cccccccc-0000-5000-8000-00000000000{number}" for number in range(3)]


class LateClock:
    """The system's clock, moved."""

    def __init__(self, seconds: float = 0) -> None:
        """Tell the time ``seconds`` later than it is."""
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self._ahead


class Place:
    """An engine on a file, and perhaps alarms."""

    def __init__(self, path: Path, ahead: float = 0) -> None:
        """Open the store."""
        self.engine = Engine(
            open_store(f"sqlite:///{path}"), standard_codec(), LateClock(ahead), Catalogue.standard()
        )
        self.alarms = Alarms(self.engine)
        self.fired: list[str] = []
        self._changed = threading.Condition()
        self.engine.listen(self._on_commit)

    def start(self, policies: str, execution_id: str = IDS[0]) -> Any:
        """Start an execution of one task with these policies; return its state."""
        text = "version: '2.0'\nw: {tasks: {a: {action: std.async_noop, %s}}}" % policies
        origin = self.engine.origin("ann", DEFAULT_PROJECT)
        if execution_id == IDS[0]:
            self.engine.definitions.create(text, origin=origin)
        command = commands.StartWorkflow(execution_id=execution_id, origin=origin, workflow_name="w")
        return self.engine.execute(command, 10).state

    def wait(self, count: int = 1) -> list[str]:
        """Wait until so many timers have fired here; return the executions, in order."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.fired) >= count, 10), self.fired
            return list(self.fired)

    def close(self) -> None:
        """Stop everything."""
        self.alarms.stop()
        self.engine.close()

    def _on_commit(self, position: int, events: Any) -> None:
        with self._changed:
            self.fired += [recorded.stream for recorded in events if isinstance(recorded.data, TimerFired)]
            self._changed.notify_all()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """A way to open the same store again and again."""
    opened: list[Place] = []

    def open_place(ahead: float = 0) -> Place:
        opened.append(Place(tmp_path / "wf.sqlite", ahead))
        return opened[-1]

    yield open_place
    for one in opened:
        one.close()


def test_what_is_set_here_fires_here(place: Callable[..., Place]) -> None:
    """The task begins when its wait is over."""
    here = place()
    here.alarms.start()
    assert here.start("wait-before: 0.05").state == "RUNNING"
    here.wait()
    assert [task.state for task in here.engine.state(IDS[0]).tasks.values()] == ["RUNNING"]
    assert len(here.alarms) == 0


def test_what_was_set_before_a_restart_fires_after_it(place: Callable[..., Place]) -> None:
    """Also if it was due while nobody was there, and when the execution has ended meanwhile."""
    before = place()
    before.start("wait-before: 3600")
    before.start("", IDS[1])
    before.engine.execute(
        commands.StopWorkflow(
            execution_id=IDS[1], origin=before.engine.origin("ann", DEFAULT_PROJECT), state="CANCELLED"
        )
    )
    before.close()
    after = place(ahead=7200)
    after.alarms.start()
    assert sorted(after.wait(2)) == IDS[:2]
    states = [[task.state for task in after.engine.state(one).tasks.values()] for one in IDS[:2]]
    assert states == [["RUNNING"], ["IDLE"]]


def test_nothing_fires_before_its_time(place: Callable[..., Place]) -> None:
    """What is due later waits, after a restart for the time that is left."""
    before = place()
    before.start("wait-before: 3600")
    before.close()
    after = place(ahead=10)
    after.alarms.start()
    for _ in range(100):
        if len(after.alarms):
            break
        threading.Event().wait(0.05)
    assert len(after.alarms) == 1
    assert after.fired == []


def test_what_is_over_waits_no_more(place: Callable[..., Place]) -> None:
    """A task that ended leaves no alarm behind."""
    here = place()
    here.alarms.start()
    state = here.start("timeout: 3600")
    assert len(here.alarms) == 1
    (action_id,) = state.unfinished
    here.engine.execute(
        commands.CompleteAction(
            execution_id=IDS[0],
            origin=here.engine.origin("ann", DEFAULT_PROJECT),
            action_id=action_id,
            state="SUCCESS",
        )
    )
    here.engine.close()
    assert len(here.alarms) == 0


def run_by_itself(here: Place, run_id: str, timeout: float) -> str:
    """Run an action outside of any workflow; return the action's id."""
    origin = here.engine.origin("ann", DEFAULT_PROJECT)
    command = commands.RunAction(execution_id=run_id, origin=origin, name="std.async_noop", timeout=timeout)
    (action_id,) = here.engine.execute(command, 10).state.actions  # type: ignore[union-attr]
    return action_id


def test_actions_by_themselves_time_out_each_at_its_time(place: Callable[..., Place]) -> None:
    """Several have a timer each; that of one which has ended waits no more."""
    here = place()
    here.alarms.start()
    actions = [run_by_itself(here, one, seconds) for one, seconds in zip(IDS, (0.1, 0.2, 3600), strict=True)]
    assert here.wait(2) == IDS[:2]
    assert len(here.alarms) == 1
    origin = here.engine.origin("ann", DEFAULT_PROJECT)
    done = commands.CompleteAction(
        execution_id=IDS[2], origin=origin, action_id=actions[2], state="SUCCESS", output=1
    )
    here.engine.execute(done, 10)
    here.engine.close()
    assert len(here.alarms) == 0
    assert here.fired == IDS[:2]


def test_two_processes_fire_it_once(place: Callable[..., Place]) -> None:
    """Whoever comes second changes nothing."""
    one, other = place(), place()
    one.start("retry: {count: 1, delay: 1}, timeout: 0.3")
    timer = next(iter(one.engine.state(IDS[0]).timers))
    for here in (one, other):
        origin = here.engine.origin("x", DEFAULT_PROJECT)
        here.engine.execute(commands.FireTimer(execution_id=IDS[0], origin=origin, timer_id=timer))
    fired = [event for event in one.engine.history(IDS[0]) if isinstance(event.data, TimerFired)]
    assert len(fired) == 1


def test_what_others_have_set_and_left_is_found(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is alone again looks at what others wrote while it was there."""
    monkeypatch.setattr(module, "_OTHERS_SECONDS", 0.05)
    here, visitor = place(), place()
    here.alarms.start()
    visitor.start("wait-before: 0.2")
    visitor.close()
    assert here.wait() == [IDS[0]]


def test_only_one_process_at_a_time_looks_for_what_others_left(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one takes over when it is gone."""
    monkeypatch.setattr(module, "_IN_TURN_SECONDS", 0.05)
    first, second = place(), place()
    assert first.engine.hold(TIMERS)
    first.start("wait-before: 0.2")
    second.alarms.start()
    threading.Event().wait(0.4)
    assert second.fired == []
    first.close()
    assert second.wait() == [IDS[0]]


def test_a_store_that_is_away_delays_a_timer(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firing is tried again until it is stored."""
    here = place()
    here.alarms.start()
    here.start("wait-before: 0.05")
    outages = iter([True, True])
    append = SQLiteStore.append

    def sometimes(self: Any, batches: Any) -> int:
        if next(outages, False):
            raise StoreUnavailable("the disk is full")
        return append(self, batches)

    monkeypatch.setattr(SQLiteStore, "append", sometimes)
    assert here.wait() == [IDS[0]]


def test_thousands_of_timers_hold_up_nothing(place: Callable[..., Place]) -> None:
    """They are entries in a list: setting, replacing and giving them up is quick, and so is stopping."""
    here = place()
    here.alarms.start()
    state = here.start("timeout: 3600")
    (set_first,) = [event for event in here.engine.history(IDS[0]) if type(event.data).__name__ == "TimerSet"]

    def again(number: int) -> Recorded:
        data = msgspec.structs.replace(set_first.data, timer_id=f"m{number}", task_id=f"t{number}")
        return msgspec.structs.replace(set_first, data=data)

    threads = threading.active_count()
    events = [again(number) for number in range(20_000)]
    here.alarms._on_commit(20_000, events)
    here.alarms._on_commit(40_000, events)
    assert len(here.alarms) == 20_001
    assert threading.active_count() == threads
    assert state.timers
