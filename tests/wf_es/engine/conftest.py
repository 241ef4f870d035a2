"""An engine over a store in memory, with actions that nobody runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.wf_es.engine.counters import DisturbedStore
from wf_es.definition import ActionSpec
from wf_es.engine import Engine
from wf_es.store import standard_codec


class SteppingClock:
    """A clock that goes on by a second with each look."""

    def __init__(self) -> None:
        """Begin with the year."""
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the next second."""
        self.time += timedelta(seconds=1)
        return self.time


ACTIONS = {
    spec.name: spec
    for spec in (
        ActionSpec(name="std.noop", inputs={}, idempotent=True),
        ActionSpec(name="std.echo", inputs={"output": True}, idempotent=True),
        ActionSpec(name="std.async_noop", inputs={}, is_async=True, idempotent=True),
    )
}


def engine_over(store: DisturbedStore) -> Engine:
    """Return an engine; several over one store act like several processes."""
    return Engine(store, standard_codec(), SteppingClock(), ACTIONS)


@pytest.fixture
def store() -> DisturbedStore:
    """A store that can be held up."""
    return DisturbedStore()


@pytest.fixture
def engine(store: DisturbedStore) -> Iterator[Engine]:
    """An engine over it."""
    made = engine_over(store)
    yield made
    store.gate.set()
    made.close()


@pytest.fixture
def other(store: DisturbedStore) -> Iterator[Engine]:
    """Another process's engine on the same log."""
    made = engine_over(store)
    yield made
    store.gate.set()
    made.close()
