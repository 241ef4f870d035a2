"""Tests of the thread that follows the log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from projections.database import Database
from projections.follower import BATCH, Follower
from projections.projector import Projector
from projections.tables import EXECUTIONS
from wf_es.errors import StoreUnavailable
from wf_es.execution import events as log
from wf_es.ports import Sealed

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
OTHER = "bbbbbbbb-0000-5000-8000-000000000001"


class Moody:
    """A log that fails as often as it was told to."""

    def __init__(self, story: Any, failures: int) -> None:
        self._store = story.store
        self.failures = failures

    def read(self, after: int, limit: int) -> list[Sealed]:
        """Fail, or return events."""
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable
        events: list[Sealed] = self._store.read(after, limit)
        return events

    def head(self) -> int:
        """Return the last position."""
        return int(self._store.head())


@pytest.fixture
def projector(story: Any) -> Iterator[Projector]:
    """A projector over a database in memory."""
    database = Database("sqlite://")
    yield Projector(database, story.codec)
    database.close()


def follower(projector: Projector, store: Any, **settings: float) -> Follower:
    """A follower with short pauses."""
    return Follower(projector, store, **{"poll": 30.0, "pause": 0.001, **settings})


def test_catching_up_takes_batches_and_tells_of_its_progress(story: Any, projector: Projector) -> None:
    """A long log is folded piece by piece up to its head."""
    story.start(ONE)
    head = story.record(ONE, *[log.ExecutionUpdated(description=str(n)) for n in range(BATCH + 20)])
    told: list[tuple[int, int]] = []
    reached = follower(projector, story.store).catch_up(lambda position, end: told.append((position, end)))
    assert reached == head == BATCH + 21
    assert told == [(BATCH, head), (head, head)]


def test_the_thread_folds_what_it_is_told_of(story: Any, projector: Projector) -> None:
    """After a notice the follower folds at once, long before it would look by itself."""
    running = follower(projector, story.store)
    running.start()
    for _ in range(20):
        position = story.record(ONE, log.ExecutionDeleted())
        running.notify()
        assert running.wait(position, 5.0)
    running.stop()
    assert not running.is_running


def test_the_thread_looks_by_itself(story: Any, projector: Projector) -> None:
    """What another process wrote is found without a notice."""
    running = follower(projector, story.store, poll=0.001)
    running.start()
    assert running.wait(story.start(ONE), 5.0)
    running.stop()


def test_a_failing_world_is_survived(
    story: Any, projector: Projector, caplog: pytest.LogCaptureFixture
) -> None:
    """The thread says once that it cannot work, tries again, and recovers."""
    story.start(ONE)
    running = follower(projector, Moody(story, failures=3))
    with caplog.at_level(logging.ERROR, "projections"):
        running.start()
        assert running.wait(1, 5.0)
        running.stop()
    assert running.failure is None
    assert len(caplog.records) == 1


def test_a_failure_can_be_seen(story: Any, projector: Projector) -> None:
    """As long as the world fails, the follower shows what the matter is."""
    running = follower(projector, Moody(story, failures=10**9))
    running.start()
    deadline = time.monotonic() + 5
    while running.failure is None and time.monotonic() < deadline:
        time.sleep(0.001)
    running.stop()
    assert isinstance(running.failure, StoreUnavailable)


def test_waiting_ends_in_time(story: Any, projector: Projector) -> None:
    """A position that nobody wrote is not waited for longer than asked."""
    running = follower(projector, story.store)
    running.start()
    began = time.monotonic()
    assert running.wait(99, 0.02) is False
    assert time.monotonic() - began < 2
    running.stop()


def test_stopping_ends_all_waiting(story: Any, projector: Projector) -> None:
    """Nobody waits for a thread that has ended."""
    running = follower(projector, story.store)
    running.start()
    answers: list[bool] = []
    waiter = threading.Thread(target=lambda: answers.append(running.wait(99, 60.0)))
    waiter.start()
    running.stop()
    waiter.join(5.0)
    assert answers == [False]


def test_starting_twice_and_stopping_twice_are_harmless(story: Any, projector: Projector) -> None:
    """There is one thread at most, and it can be started again."""
    running = follower(projector, story.store)
    running.stop()
    for _ in range(2):
        running.start()
        running.start()
        assert running.is_running
        assert sum(thread.name == "views" for thread in threading.enumerate()) == 1
        running.stop()
        running.stop()


@pytest.mark.parametrize("length", [0, 2, 6, 8])
def test_rows_of_another_log_are_folded_anew(
    story: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, length: int
) -> None:
    """Views that are ahead of the log, or beside it, belong to another one."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    story.start(ONE)
    story.record(ONE, *[log.ExecutionUpdated(description=str(n)) for n in range(5)])
    before = Database(url)
    follower(Projector(before, story.codec), story.store).catch_up()
    before.close()

    other = type(story)()
    if length:
        other.start(OTHER)
        other.record(OTHER, *[log.ExecutionUpdated(description="x") for _ in range(length - 1)])
    database = Database(url)
    following = follower(Projector(database, other.codec), other.store)
    with caplog.at_level(logging.WARNING, "projections"):
        assert following.catch_up() == length
    with database.serving() as connection:
        found = list(connection.execute(select(EXECUTIONS.c.id, EXECUTIONS.c.version)))
    assert found == ([(OTHER, length)] if length else [])
    database.close()
    (record,) = caplog.records
    assert record.getMessage().startswith("the views stand at position 6 of another log")


def test_the_thread_notices_another_log(story: Any, tmp_path: Path) -> None:
    """Also without anybody catching up first; readers never see rows of the other log."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    for number in range(3):
        story.start(f"aaaaaaaa-0000-5000-8000-00000000000{number}")
    before = Database(url)
    follower(Projector(before, story.codec), story.store).catch_up()
    before.close()
    other = type(story)()
    other.start(OTHER)
    database = Database(url)
    running = follower(Projector(database, other.codec), other.store)
    running.start()
    deadline = time.monotonic() + 5
    while database.position() != 1 and time.monotonic() < deadline:
        time.sleep(0.001)
    running.stop()
    with database.serving() as connection:
        assert list(connection.execute(select(EXECUTIONS.c.id)).scalars()) == [OTHER]
    database.close()


def test_the_same_log_is_known_again(story: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A log that has merely grown needs no rebuild."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    story.start(ONE)
    before = Database(url)
    follower(Projector(before, story.codec), story.store).catch_up()
    before.close()
    story.record(ONE, log.ExecutionUpdated(description="more"))
    database = Database(url)
    with caplog.at_level(logging.WARNING, "projections"):
        assert follower(Projector(database, story.codec), story.store).catch_up() == 2
    assert not caplog.records
    database.close()
