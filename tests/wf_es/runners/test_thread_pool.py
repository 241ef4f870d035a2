"""The runner: from scheduled actions to recorded results."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wf_es.actions import ActionContext, Catalogue, Result, action
from wf_es.execution.commands import CompleteAction
from wf_es.execution.events import ActionCompleted, ActionDelegated, ActionStarted
from wf_es.runners import ThreadPoolRunner
from wf_es.runners.job import CUT_OFF_TEXT

Start = Callable[..., ThreadPoolRunner]


class Calls:
    """Counts calls; what is called can be held up."""

    def __init__(self) -> None:
        """Start with nothing called and nothing held up."""
        self.made: list[str] = []
        self.began = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def note(self, name: str) -> str:
        """Note a call, wait if told to, and give back the name."""
        self.made.append(name)
        self.began.set()
        assert self.go_on.wait(10)
        return name


@pytest.fixture
def calls() -> Iterator[Calls]:
    """The calls that the test's actions make."""
    calls = Calls()
    yield calls
    calls.go_on.set()


@pytest.fixture
def start(engine: Any, callbacks: Any, calls: Calls) -> Iterator[Start]:
    """Start a runner that knows std.* and the test's actions."""

    @action("test.unsafe")
    def unsafe(name: str) -> str:
        return calls.note(name)

    @action("test.safe", idempotent=True)
    def safe(name: str) -> str:
        return calls.note(name)

    @action("test.late")
    def late(seconds: float) -> Result:
        return Result.after(seconds, "late")

    @action("test.delegates")
    def delegates(context: ActionContext) -> Result:
        calls.note(context.callback_url)
        return Result.later()

    @action("test.breaks")
    def breaks() -> None:
        raise RuntimeError("out of paper")

    catalogue = Catalogue.standard(plugins=()).with_actions(unsafe, safe, late, delegates, breaks)
    running: list[ThreadPoolRunner] = []

    def starter(threads: int = 4, **options: Any) -> ThreadPoolRunner:
        runner = ThreadPoolRunner(engine, catalogue, callbacks=callbacks, threads=threads, **options)
        runner.start()
        running.append(runner)
        return runner

    yield starter
    calls.go_on.set()
    for runner in running:
        runner.stop()


def _until(condition: Callable[[], bool]) -> None:
    """Wait until something has become true."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_an_unsafe_action_is_started_in_the_log_before_it_is_called(
    engine: Any, start: Start, calls: Calls
) -> None:
    """While it runs, the log already knows."""
    calls.go_on.clear()
    runner = start()
    action_id = engine.schedule("test.unsafe", input={"name": "x"})

    assert calls.began.wait(5)
    assert engine.bodies(action_id) == [ActionStarted(action_id=action_id, runner=runner.name)]
    calls.go_on.set()

    assert engine.wait(action_id) == ActionCompleted(action_id=action_id, state="SUCCESS", output="x")


def test_an_idempotent_action_records_its_start_with_its_end(engine: Any, start: Start) -> None:
    """One commit less."""
    runner = start()
    action_id = engine.schedule("std.echo", input={"output": {"a": 1}}, idempotent=True)

    engine.wait(action_id)

    assert engine.bodies(action_id) == [
        ActionStarted(action_id=action_id, runner=runner.name),
        ActionCompleted(action_id=action_id, state="SUCCESS", output={"a": 1}),
    ]


@pytest.mark.parametrize("comes", [True, False])
def test_a_cut_off_hand_over_waits_for_its_callback(
    engine: Any, start: Start, calls: Calls, comes: bool
) -> None:
    """The other system may have it: its answer counts for a while, and nobody calls it again."""
    action_id = engine.schedule("test.unsafe", input={"name": "x"}, is_async=True)
    engine.change(action_id, started=True)

    start(handover_seconds=60.0 if comes else 0.05)

    if comes:
        origin = engine.origin("somebody", "p")
        engine.execute(CompleteAction(execution_id="e", origin=origin, action_id=action_id, state="SUCCESS"))
    assert engine.wait(action_id).state == ("SUCCESS" if comes else "ERROR")
    assert calls.made == []


def test_an_asynchronous_action_is_delegated(engine: Any, start: Start, calls: Calls, callbacks: Any) -> None:
    """Decided at run time; the action had its callback URL, and its slot is free again."""
    runner = start(threads=1)
    action_id = engine.schedule("test.delegates")
    after = engine.schedule("std.noop", idempotent=True)

    engine.wait(after)

    assert engine.wait(action_id, ActionDelegated)
    assert engine.bodies(action_id) == [
        ActionStarted(action_id=action_id, runner=runner.name),
        ActionDelegated(action_id=action_id),
    ]
    assert calls.made == [callbacks.url(action_id)]


def test_failures(engine: Any, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """An exception, an uninstalled action and an own error end in ERROR with a text."""
    start()
    breaking = engine.schedule("test.breaks")
    missing = engine.schedule("no.such", idempotent=True)
    failing = engine.schedule("std.fail", idempotent=True)

    with caplog.at_level(logging.WARNING):
        texts = [engine.wait(one).output for one in (breaking, missing, failing)]

    assert texts[0] == (
        f"The action raised an exception [action=test.breaks, action_ex_id={breaking}, "
        "msg='RuntimeError: out of paper']"
    )
    assert "no action named 'no.such' is installed here" in texts[1]
    assert texts[2] == (
        f"The action raised an exception [action=Fail action, action_ex_id={failing}, "
        "msg='Fail action expected exception.']"
    )
    assert "Traceback" in caplog.text


def test_sleeping_holds_no_thread(engine: Any, start: Start) -> None:
    """One thread runs three hundred sleeps at the same time."""
    start(threads=1)
    began = time.monotonic()
    sleeps = [engine.schedule("std.sleep", input={"seconds": 0.3}, idempotent=True) for _ in range(300)]

    for one in sleeps:
        engine.wait(one)

    assert 0.3 <= time.monotonic() - began < 5


def test_long_actions_do_not_hold_up_the_writer(engine: Any, start: Start, calls: Calls) -> None:
    """More is scheduled than there are threads; commits go on meanwhile."""
    calls.go_on.clear()
    start(threads=2)
    actions = [engine.schedule("test.safe", input={"name": str(n)}, idempotent=True) for n in range(50)]
    assert calls.began.wait(5)

    calls.go_on.set()

    assert sorted(engine.wait(one).output for one in actions) == sorted(str(n) for n in range(50))


def test_what_was_left_behind_is_found(engine: Any, start: Start, calls: Calls) -> None:
    """Never started and repeatable actions run; cut-off ones end in ERROR and are not called."""
    new = engine.schedule("test.unsafe", input={"name": "new"})
    idempotent = engine.schedule("test.safe", input={"name": "idempotent"}, idempotent=True)
    safe = engine.schedule("test.unsafe", input={"name": "safe"}, safe_rerun=True)
    cut_off = engine.schedule("test.unsafe", input={"name": "cut off"})
    for one in (idempotent, safe, cut_off):
        engine.change(one, started=True)

    start()

    for one in (new, idempotent, safe):
        assert engine.wait(one).state == "SUCCESS"
    assert engine.wait(cut_off) == ActionCompleted(action_id=cut_off, state="ERROR", output=CUT_OFF_TEXT)
    assert sorted(calls.made) == ["idempotent", "new", "safe"]


def test_recovery_does_not_run_what_is_running(engine: Any, start: Start, calls: Calls) -> None:
    """An action that enters by both doors runs once; neither does a second runner take it."""
    actions = [engine.schedule("test.unsafe", input={"name": str(n)}) for n in range(20)]
    start()
    start()
    more = [engine.schedule("test.unsafe", input={"name": str(n)}) for n in range(20, 40)]

    for one in (*actions, *more):
        engine.wait(one)

    assert sorted(calls.made, key=int) == [str(n) for n in range(40)]


def test_an_action_that_is_announced_again_is_not_run_twice(engine: Any, start: Start, calls: Calls) -> None:
    """Even one that might be: it is already on its way."""
    calls.go_on.clear()
    action_id = engine.schedule("test.safe", input={"name": "x"}, idempotent=True)
    start()
    assert calls.began.wait(5)

    engine.tell(engine.log[:1])
    after = engine.schedule("std.noop", idempotent=True)
    engine.wait(after)
    calls.go_on.set()

    assert engine.wait(action_id).state == "SUCCESS"
    assert calls.made == ["x"]


def test_an_unsafe_action_does_not_begin_after_a_cancel(engine: Any, start: Start, calls: Calls) -> None:
    """It ends as CANCELLED without being called."""
    action_id = engine.schedule("test.unsafe", input={"name": "x"})
    engine.cancel()

    start()

    assert engine.wait(action_id) == ActionCompleted(action_id=action_id, state="CANCELLED")
    assert calls.made == []


@pytest.mark.parametrize("outages", [1, 2, 3, 4])
def test_an_outage_at_any_moment(engine: Any, start: Start, calls: Calls, outages: int) -> None:
    """Whatever fails first, the action runs once and its result is stored."""
    start()
    _until(lambda: engine.outages == 0)
    engine.outages = outages
    action_id = engine.schedule("test.unsafe", input={"name": "x"})

    assert engine.wait(action_id, seconds=10).state == "SUCCESS"
    assert calls.made == ["x"]


def test_an_outage_while_it_runs(engine: Any, start: Start, calls: Calls) -> None:
    """The result is kept until the store takes it."""
    calls.go_on.clear()
    start()
    action_id = engine.schedule("test.unsafe", input={"name": "x"})
    assert calls.began.wait(5)
    engine.outages = 3
    calls.go_on.set()

    assert engine.wait(action_id).output == "x"


def test_a_start_whose_answer_was_lost(engine: Any, start: Start, calls: Calls) -> None:
    """The log shows that the start is ours, so the action is called after all, once."""
    engine.lost_answers = 1
    runner = start()
    action_id = engine.schedule("test.unsafe", input={"name": "x"})

    assert engine.wait(action_id).state == "SUCCESS"
    assert engine.bodies(action_id)[0] == ActionStarted(action_id=action_id, runner=runner.name)
    assert calls.made == ["x"]


def test_recovery_waits_for_the_store(engine: Any, start: Start) -> None:
    """An outage at start only delays it."""
    action_id = engine.schedule("std.noop", idempotent=True)
    engine.outages = 2

    start()

    assert engine.wait(action_id).state == "SUCCESS"


def test_stopping_does_not_wait_for_sleepers_or_the_queue(engine: Any, start: Start, calls: Calls) -> None:
    """They are given up: the log has them, and the next runner takes them over."""
    calls.go_on.clear()
    runner = start(threads=2)
    sleeping = engine.schedule("std.sleep", input={"seconds": 3600}, idempotent=True)
    running = engine.schedule("test.unsafe", input={"name": "running"})
    assert calls.began.wait(5)
    _until(lambda: len(runner._timetable) == 1)
    other = engine.schedule("test.safe", input={"name": "other"}, idempotent=True)
    _until(lambda: len(calls.made) == 2)
    queued = engine.schedule("test.safe", input={"name": "queued"}, idempotent=True)
    threading.Timer(0.05, calls.go_on.set).start()
    began = time.monotonic()

    assert runner.stop(timeout=10)

    assert time.monotonic() - began < 5
    assert [engine.wait(one).state for one in (running, other)] == ["SUCCESS", "SUCCESS"]
    assert engine.bodies(sleeping) == engine.bodies(queued) == []
    start()
    assert engine.wait(queued).state == "SUCCESS"


def test_stopping_waits_for_short_delays_of_unsafe_actions(engine: Any, start: Start) -> None:
    """What could not be repeated is finished if the time is enough."""
    runner = start()
    action_id = engine.schedule("test.late", input={"seconds": 0.2})
    _until(lambda: len(runner._timetable) == 1)

    assert runner.stop(timeout=10)
    assert engine.wait(action_id).output == "late"


def test_an_action_that_does_not_end_is_abandoned(
    engine: Any, start: Start, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    """Stopping gives up in time, and the late result is not taken."""
    calls.go_on.clear()
    runner = start()
    action_id = engine.schedule("test.unsafe", input={"name": "x"})
    assert calls.began.wait(5)

    with caplog.at_level(logging.WARNING):
        assert not runner.stop(timeout=0.05)
    calls.go_on.set()
    for worker in runner._workers:
        worker.join(5)

    assert "while 1 actions were running" in caplog.text
    assert len(engine.bodies(action_id)) == 1


def test_a_stopped_runner_takes_nothing(engine: Any, start: Start, calls: Calls) -> None:
    """New work waits in the log for the next start."""
    runner = start()
    runner.stop()
    action_id = engine.schedule("test.unsafe", input={"name": "x"})

    start()

    assert engine.wait(action_id).state == "SUCCESS"
    assert calls.made == ["x"]


def test_nothing_is_kept_of_finished_actions(engine: Any, start: Start) -> None:
    """The set of open ids does not grow for ever."""
    runner = start()
    actions = [engine.schedule("std.noop", idempotent=True) for _ in range(100)]
    for one in actions:
        engine.wait(one)

    _until(lambda: not runner._open)
