"""Reports to the engine: repeated in an outage, dropped when refused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from wf_es.envelope import Origin
from wf_es.errors import (
    CompletionConflict,
    CorruptHistory,
    IllegalState,
    StoreUnavailable,
    VersionConflict,
)
from wf_es.execution.commands import Command, CompleteAction
from wf_es.runners.reporting import (
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    Reporter,
    is_passing,
    retry_delay,
)
from wf_es.runners.timetable import Timetable


class Answers:
    """The door of an engine that gives one prepared answer after the other."""

    def __init__(self, *answers: BaseException | None) -> None:
        """Keep the answers."""
        self.answers = list(answers)
        self.commands: list[Command] = []

    def submit(self, command: Command) -> Future[Any]:
        """Fail or succeed, by the future, as told."""
        self.commands.append(command)
        future: Future[Any] = Future()
        answer = self.answers.pop(0)
        if answer is None:
            future.set_result(None)
        else:
            future.set_exception(answer)
        return future


@pytest.fixture
def timetable() -> Iterator[Timetable]:
    """A running timetable."""
    timetable = Timetable("test")
    timetable.start()
    yield timetable
    timetable.close(5)


def _report(door: Any, timetable: Timetable, command: Command) -> None:
    """Report and wait until nothing is left to do."""
    settled = threading.Event()
    Reporter(door, timetable, lambda action_id: settled.set()).report("a", command)
    assert settled.wait(5)


@pytest.fixture
def command(engine: Any) -> Command:
    """Some completion."""
    origin: Origin = engine.origin("runner", "p")
    return CompleteAction(execution_id="e", origin=origin, action_id="a", state="SUCCESS", output="secret")


@pytest.mark.parametrize("error", [StoreUnavailable(), VersionConflict(), TimeoutError()])
def test_an_outage_is_waited_out(timetable: Timetable, command: Command, error: Exception) -> None:
    """The same command is sent until it is stored."""
    door = Answers(error, error, None)

    _report(door, timetable, command)

    assert door.commands == [command] * 3


@pytest.mark.parametrize(
    "error", [CompletionConflict(), IllegalState(), CorruptHistory(), RuntimeError("bug")]
)
def test_a_refusal_is_final(
    timetable: Timetable, command: Command, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not sent again, the log says so, and never shows the output."""
    door = Answers(error)

    with caplog.at_level(logging.INFO):
        _report(door, timetable, command)

    assert len(door.commands) == 1
    assert "action a" in caplog.text
    assert "secret" not in caplog.text


def test_a_cancelled_future_is_final(timetable: Timetable, command: Command) -> None:
    """An engine that is being closed drops its futures."""

    class Closing:
        def submit(self, command: Command) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            return future

    _report(Closing(), timetable, command)


def test_a_door_that_raises(timetable: Timetable, command: Command) -> None:
    """An engine may also refuse at once."""

    class Closed:
        def submit(self, command: Command) -> Future[Any]:
            raise RuntimeError("closed")

    _report(Closed(), timetable, command)


def test_delays_grow_to_a_limit() -> None:
    """From a tenth of a second to five."""
    delays = [retry_delay(attempt) for attempt in range(1000)]

    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)


def test_which_errors_pass() -> None:
    """A damaged stream does not heal by waiting."""
    assert is_passing(StoreUnavailable())
    assert not is_passing(CorruptHistory())
