"""An engine over a store in memory, with actions that nobody runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.wf_es.engine.counters import DisturbedStore
from wf_es.definition import ActionSpec
from wf_es.engine import DEFAULT_PROJECT, Definitions, Engine
from wf_es.engine.writer import Writer
from wf_es.envelope import Origin
from wf_es.errors import NotFound
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


BOOK = """
version: '2.0'
name: wb
description: a book
tags: [t]
actions:
  shout:
    base: std.echo output="<% $.what %>!"
    input: [what]
workflows:
  parent:
    tasks:
      a: {action: std.noop}
  child:
    tags: [c]
    tasks:
      b: {action: std.noop}
"""
"""A workbook with an action and two workflows."""


class Library:
    """Definitions of all kinds over a store, as one person uses them."""

    def __init__(self, store: DisturbedStore) -> None:
        """Begin with what the store has."""
        self.store = store
        self._clock = SteppingClock()
        self._writer = Writer(store)
        self.definitions = Definitions(store, standard_codec(), self._writer, ACTIONS)

    def origin(self, project: str = DEFAULT_PROJECT) -> Origin:
        """Return the origin of a new request."""
        return Origin(actor="ann", project=project, command="c", now=self._clock.now())

    def create(self, kind: str, text: str, project: str = DEFAULT_PROJECT, **options: str) -> list[str]:
        """Upload something new; return what was made, as "kind name"."""
        receipt = self.definitions.create(text, kind=kind, origin=self.origin(project), **options)
        return [f"{made.kind} {made.name}" for made in receipt.definitions]

    def exists(self, kind: str, name: str, namespace: str = "") -> bool:
        """Return whether there is such a definition."""
        try:
            self.definitions.get(name, kind=kind, project=DEFAULT_PROJECT, namespace=namespace)
        except NotFound:
            return False
        return True

    def close(self) -> None:
        """Commit what was submitted."""
        self._writer.close()
        self.definitions.close()


@pytest.fixture
def library(store: DisturbedStore) -> Iterator[Library]:
    """Definitions over the store."""
    made = Library(store)
    yield made
    made.close()
