"""Long lists of items, continued one decision after the other, on the real engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wf_es.actions import Catalogue
from wf_es.engine import Engine, SystemClock
from wf_es.errors import StoreUnavailable
from wf_es.execution.commands import ContinueItems, StartWorkflow, StopWorkflow
from wf_es.execution.events import ItemsDeferred
from wf_es.runners import Continuation
from wf_es.store import open_store, standard_codec

ID = "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9a01"
TEXT = """
version: '2.0'
w:
  input: [n]
  tasks:
    a: {with-items: "x in <% range(0, $.n) %>", action: std.async_noop}
"""
COUNT = 1300


class Process:
    """A life of a process: an engine on a file, and what continues its decisions."""

    def __init__(self, path: Path) -> None:
        """Open the file; nothing continues yet."""
        self.engine = Engine(
            open_store(f"sqlite:///{path}"), standard_codec(), SystemClock(), Catalogue.standard(plugins=())
        )
        self.continuation = Continuation(self.engine)

    def begin(self, execution_id: str = ID) -> None:
        """Start an execution with many items."""
        origin = self.engine.origin("ada")
        self.engine.execute(
            StartWorkflow(execution_id=execution_id, origin=origin, workflow_name="w", input={"n": COUNT})
        )

    def begun(self, execution_id: str = ID) -> int:
        """Return how many items have begun."""
        return len(self.engine.state(execution_id).actions)

    def wait_for_all(self, execution_id: str = ID) -> None:
        """Wait until all items have begun."""
        deadline = time.monotonic() + 30
        while self.begun(execution_id) < COUNT:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def end(self) -> None:
        """Stop and close."""
        self.continuation.stop()
        self.engine.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Return a function that begins a process on the same file, with the workflow in it."""
    processes: list[Process] = []

    def begin() -> Process:
        processes.append(Process(tmp_path / "log.sqlite"))
        if len(processes) == 1:
            engine = processes[0].engine
            engine.definitions.create(TEXT, origin=engine.origin("ada"))
        return processes[-1]

    yield begin
    for begun in processes:
        begun.end()


def test_all_items_begin_without_anybody_asking(process: Callable[[], Process]) -> None:
    """Each decision that left some leads to the next one."""
    now = process()
    now.continuation.start()
    now.begin()
    now.wait_for_all()
    assert not now.engine.state(ID).deferred


def test_executions_take_turns(process: Callable[[], Process]) -> None:
    """Two long lists grow side by side: no neighbour waits for a whole list."""
    now = process()
    others = ["6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9a02", ID]
    order: list[str] = []
    now.engine.listen(
        lambda _, events: order.extend(
            recorded.stream for recorded in events if isinstance(recorded.data, ItemsDeferred)
        )
    )
    for execution_id in others:
        now.begin(execution_id)
    now.continuation.start()
    for execution_id in others:
        now.wait_for_all(execution_id)
    assert [set(order[:2]), set(order[2:])] == [set(others)] * 2


def test_what_an_earlier_process_left_is_continued(process: Callable[[], Process]) -> None:
    """The log says that items wait; nothing else needs to remember."""
    first = process()
    first.begin()
    assert first.begun() < COUNT
    first.end()
    second = process()
    second.continuation.start()
    second.wait_for_all()


def test_an_execution_that_has_ended_is_left_alone(process: Callable[[], Process]) -> None:
    """Nothing begins any more, and others still do."""
    now = process()
    now.begin()
    stop = StopWorkflow(execution_id=ID, origin=now.engine.origin("ada"), state="CANCELLED")
    now.engine.execute(stop)
    before = now.begun()
    now.continuation.start()
    other = "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9a02"
    now.begin(other)
    now.wait_for_all(other)
    assert now.begun() == before


def test_an_outage_of_the_store_is_waited_for(
    process: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same decision is asked for again."""
    now, outages = process(), [StoreUnavailable("away"), StoreUnavailable("away")]
    execute = now.engine.execute

    def unreliable(command: Any, timeout: float | None = None) -> Any:
        if isinstance(command, ContinueItems) and outages:
            raise outages.pop()
        return execute(command, timeout)

    monkeypatch.setattr(now.engine, "execute", unreliable)
    now.continuation.start()
    now.begin()
    now.wait_for_all()
    assert not outages
