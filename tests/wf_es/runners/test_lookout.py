"""Who looks for what others left behind, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wf_es.errors import StoreUnavailable
from wf_es.runners import lookout
from wf_es.runners.lookout import Lookout


class Log:
    """As much of an engine as a lookout needs."""

    def __init__(self) -> None:
        """Begin with an empty log that is nobody else's."""
        self.position = 0
        self.is_taken = False
        self.listeners: list[Any] = []

    def hold(self, name: str) -> bool:
        """Hold a name unless another process has it."""
        return not self.is_taken

    def head(self) -> int:
        """Return the last position."""
        return self.position

    def listen(self, listener: Any) -> None:
        """Tell of commits of this process."""
        self.listeners.append(listener)

    def commit(self) -> None:
        """Write one event in this process."""
        self.position += 1
        for listener in self.listeners:
            listener(self.position, [None])


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Log, threading.Semaphore]]]:
    """Return a function that begins to watch a log and gives a semaphore that counts the looks."""
    monkeypatch.setattr(lookout, "_IN_TURN_SECONDS", 0.01)
    monkeypatch.setattr(lookout, "_OTHERS_SECONDS", 0.01)
    started: list[Lookout] = []

    def begin(log: Log, failures: int = 0) -> tuple[Log, threading.Semaphore]:
        looks = threading.Semaphore(0)
        left = [StoreUnavailable("away")] * failures

        def look() -> None:
            looks.release()
            if left:
                raise left.pop()

        started.append(Lookout(log, "name", look))  # type: ignore[arg-type]
        started[-1].start()
        return log, looks

    yield begin
    for one in started:
        one.stop()
        assert one.is_stopping


def test_it_looks_at_the_start_and_when_others_have_written(watched: Any) -> None:
    """What this process commits itself is no reason to look."""
    log, looks = watched(Log())
    assert looks.acquire(timeout=5)

    log.commit()
    assert not looks.acquire(timeout=0.1)

    log.position += 1
    assert looks.acquire(timeout=5)


def test_it_waits_for_its_turn(watched: Any) -> None:
    """While another process holds the name nobody else looks."""
    log = Log()
    log.is_taken = True
    _, looks = watched(log)
    assert not looks.acquire(timeout=0.1)

    log.is_taken = False

    assert looks.acquire(timeout=5)


def test_it_looks_again_after_an_outage(watched: Any) -> None:
    """Until it could look at everything."""
    _, looks = watched(Log(), failures=2)

    for _ in range(3):
        assert looks.acquire(timeout=5)
    assert not looks.acquire(timeout=0.1)
