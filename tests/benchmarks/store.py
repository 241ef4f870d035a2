"""How fast the store and the engine are, measured against the machine itself.

    python tests/benchmarks/store.py [--seconds 1.0] [--rounds 3] [--folder DIR]

The yardstick is sqlite3 itself: one connection, write-ahead logging,
``synchronous=FULL``, rows of the same size, one commit for each append. All
workloads are run in turn, several rounds, and the medians are compared: rates
depend on the machine and the hour, ratios hardly do. The folder should be on
the disk that matters; the system's one for temporary files may be in memory.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from wf_es.definition import ActionSpec
from wf_es.engine import Engine, Receipt, SystemClock
from wf_es.envelope import Origin, Recorded
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.events import ActionCompleted, ActionScheduled
from wf_es.ports import Batch, Sealed
from wf_es.store import SQLiteStore, standard_codec

CODEC = standard_codec()
TEXT = """\
version: '2.0'
round:
  tasks:
    enter:
      action: std.async_noop
      on-success: go
    go:
      action: std.async_noop
      on-success: go
"""
"""A loop without an end: each completion gives four events."""

Workload = Callable[[Path, float], float]
"""Runs for some seconds in a folder; returns operations a second."""


def sealed(stream: str, version: int, previous: str) -> Sealed:
    """Return an event of about 300 bytes."""
    recorded = Recorded(
        stream=stream,
        version=version,
        time=datetime.now(UTC),
        actor="benchmark",
        project="<default-project>",
        command=stream,
        data=ActionCompleted(action_id=stream, state="SUCCESS", output={"n": version}),
    )
    return CODEC.seal(recorded, previous)


def rate(seconds: float, operation: Callable[[], object]) -> float:
    """Return how often the operation can be done in a second."""
    count, begin = 0, perf_counter()
    while (elapsed := perf_counter() - begin) < seconds:
        operation()
        count += 1
    return count / elapsed


def raw(rows: int) -> Workload:
    """sqlite3 alone: one commit for so many rows."""

    def run(folder: Path, seconds: float) -> float:
        connection = sqlite3.connect(folder / "raw.sqlite", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE log (stream, version INTEGER, topic, body BLOB, UNIQUE (stream, version))",
        ):
            connection.execute(statement)
        body = sealed(str(uuid4()), 1, "0" * 64).body
        version = 0

        def append() -> None:
            nonlocal version
            connection.execute("BEGIN IMMEDIATE")
            for _ in range(rows):
                version += 1
                connection.execute(
                    "INSERT INTO log VALUES (?, ?, ?, ?)",
                    ("stream", version, "ActionCompleted@1", body),
                )
            connection.execute("COMMIT")

        result = rate(seconds, append)
        connection.close()
        return result

    return run


def appended(rows: int) -> Workload:
    """Our store alone: sealing and appending so many events."""

    def run(folder: Path, seconds: float) -> float:
        store, stream = SQLiteStore(folder / "store.sqlite"), str(uuid4())
        version, digest = 0, CODEC.genesis(stream)

        def append() -> None:
            nonlocal version, digest
            events = []
            for _ in range(rows):
                version += 1
                events.append(sealed(stream, version, digest))
                digest = events[-1].digest
            store.append([Batch(stream=stream, events=tuple(events), unfinished=True)])

        result = rate(seconds, append)
        store.close()
        return result

    return run


def completed(callers: int) -> Workload:
    """The whole engine: each caller completes the actions of an execution of its own."""

    def run(folder: Path, seconds: float) -> float:
        actions = {"std.async_noop": ActionSpec(name="std.async_noop", inputs={}, is_async=True)}
        engine = Engine(SQLiteStore(folder / "engine.sqlite"), CODEC, SystemClock(), actions)
        engine.definitions.create(TEXT, origin=engine.origin("benchmark"))
        chains = [_Chain(engine) for _ in range(callers)]
        rates: list[float] = []

        def call(chain: _Chain) -> None:
            rates.append(rate(seconds, chain.complete))

        threads = [threading.Thread(target=call, args=(chain,)) for chain in chains]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        engine.close()
        return sum(rates)

    return run


class _Chain:
    """One execution of the loop, served by one caller."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._id = str(uuid4())
        command = StartWorkflow(execution_id=self._id, origin=self._origin(), workflow_name="round")
        self._next = _scheduled(engine.execute(command))

    def complete(self) -> None:
        command = CompleteAction(
            execution_id=self._id,
            origin=self._origin(),
            action_id=self._next,
            state="SUCCESS",
            output=1,
        )
        self._next = _scheduled(self._engine.execute(command))

    def _origin(self) -> Origin:
        return self._engine.origin("benchmark")


def _scheduled(receipt: Receipt) -> str:
    return next(e.data.action_id for e in receipt.events if isinstance(e.data, ActionScheduled))


WORKLOADS: dict[str, Workload] = {
    "raw commit, 1 row": raw(1),
    "raw commit, 5 rows": raw(5),
    "store, 1 event": appended(1),
    "store, 5 events": appended(5),
    "completions, 1 caller": completed(1),
    "completions, 32 callers": completed(32),
}
RATIOS = (
    ("store, 1 event", "raw commit, 1 row"),
    ("store, 5 events", "raw commit, 5 rows"),
    ("completions, 1 caller", "raw commit, 5 rows"),
    ("completions, 32 callers", "raw commit, 1 row"),
    ("completions, 32 callers", "completions, 1 caller"),
)


def main() -> None:
    """Run all workloads in turn and print medians and ratios."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=1.0, help="length of one measurement")
    options.add_argument("--rounds", type=int, default=3, help="measurements of each workload")
    options.add_argument(
        "--folder",
        type=Path,
        default=Path.cwd(),
        help="where the databases are written",
    )
    chosen = options.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in WORKLOADS}
    for _ in range(chosen.rounds):
        for name, run in WORKLOADS.items():
            with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="benchmark-") as folder:
                rates[name].append(run(Path(folder), chosen.seconds))
    medians = {name: statistics.median(results) for name, results in rates.items()}
    for name, median in medians.items():
        sys.stdout.write(f"{name:<26}{median:>9,.0f} a second\n")
    for above, below in RATIOS:
        sys.stdout.write(f"{above} / {below}: {medians[above] / medians[below]:.2f}\n")


if __name__ == "__main__":
    main()
