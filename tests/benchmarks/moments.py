"""How fast the past is read: events replayed a second, and what a read at a moment takes.

    python tests/benchmarks/moments.py [--events 10000] [--rounds 5] [SHAPE ...]

Each shape is run until its log has so many events, which are kept in a SQLite
file. The first table shows thousands of events a second on one core: loading
them from the file, decoding them with their chain checked, evolving the state,
and the last two together. The second table shows milliseconds of ``GET ...?at=``
over the app (nothing listens): the first read of a process that knows nothing
of the execution, and then reads at random event numbers, the median and the
slowest of twenty. Everything is processor time, and the quickest round counts,
because something else may run meanwhile.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import process_time

import msgspec
from falcon.testing import TestClient

from api.rest.app import create_app
from api.rest.gateway import Gateway
from api.rest.streams import Announcer
from projections import Views
from tests.benchmarks import reducer as shapes
from wf_es.actions import Catalogue
from wf_es.engine import DEFAULT_PROJECT, Engine, SystemClock
from wf_es.envelope import Recorded
from wf_es.execution.commands import Command, StartWorkflow
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition
from wf_es.execution.reducer import fold, initial
from wf_es.ports import Batch, Sealed
from wf_es.runners import Callbacks
from wf_es.store import SQLiteStore, standard_codec

CODEC = standard_codec()
SHAPES: dict[str, Callable[[int], str]] = {
    "chain": lambda events: shapes.chain(events // 3),
    "loop": shapes.loop,
    "fan": lambda events: shapes.fan(events // 5),
    "items": lambda events: shapes.items(events // 2),
}
READS = ("", "/tasks?fields=name,state&limit=100", "/context")
"""What is read of the execution; the moment is added."""


class Told(shapes.Execution):
    """An execution that keeps its events."""

    def __init__(self, definition: Definition) -> None:
        """Begin it."""
        self.events: list[Recorded] = []
        self.definition = definition
        self.state = initial(shapes.EXECUTION_ID)
        self._give(StartWorkflow(execution_id=self.state.id, origin=shapes.ORIGIN, workflow_name="w"))

    def _give(self, command: Command) -> None:
        origin = msgspec.structs.replace(command.origin, project=DEFAULT_PROJECT)
        decision = decide(msgspec.structs.replace(command, origin=origin), self.state, self.definition)
        assert isinstance(decision, Decision)
        self.events += decision.events
        self.state = decision.state

    def run(self, events: int) -> list[Recorded]:
        """Complete actions, always the oldest, until there are so many events."""
        self.complete(self.unfinished()[0])
        self.begin_all()
        waiting = deque(self.unfinished())
        while waiting and len(self.events) < events:
            known = self.state.counter
            self.complete(waiting.popleft())
            if self.state.counter > known:
                waiting.extend(self.since(known))
        return self.events


def engine_on(store: SQLiteStore) -> Engine:
    """Return an engine that knows nothing of the executions in a store."""
    return Engine(store, CODEC, SystemClock(), {"std.async_noop": shapes.ACTION, "std.noop": shapes.ACTION})


def told(store: SQLiteStore, text: str, events: int) -> list[Recorded]:
    """Keep a definition and so many events of an execution of it in a store; return the events."""
    engine = engine_on(store)
    engine.definitions.create(text, origin=engine.origin("benchmark"))
    definition = engine.definitions.current("w", project=DEFAULT_PROJECT, namespace="")
    happened = Told(definition).run(events)
    store.append([Batch(stream=shapes.EXECUTION_ID, events=tuple(sealed(happened)))])
    return happened


def sealed(events: list[Recorded]) -> list[Sealed]:
    """Return events as they are stored."""
    found: list[Sealed] = []
    digest = CODEC.genesis(events[0].stream)
    for recorded in events:
        found.append(CODEC.seal(recorded, digest))
        digest = found[-1].digest
    return found


def quickest(rounds: int, work: Callable[[], object]) -> float:
    """Return the seconds of the quickest of some rounds."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        begin = process_time()
        work()
        taken.append(process_time() - begin)
    return min(taken)


def opened(stored: list[Sealed]) -> list[Recorded]:
    """Decode events, each checked against the one before it, as the engine does."""
    digest, found = CODEC.genesis(stored[0].stream), []
    for event in stored:
        assert CODEC.previous(event) == digest
        digest = event.digest
        found.append(CODEC.open(event))
    return found


def replay(store: SQLiteStore, rounds: int) -> list[float]:
    """Return events a second: loading, decoding, evolving, the last two together."""
    stream = shapes.EXECUTION_ID
    stored = store.load(stream)
    events = opened(stored)
    works: tuple[Callable[[], object], ...] = (
        lambda: store.load(stream),
        lambda: opened(stored),
        lambda: fold(stream, events),
        lambda: fold(stream, opened(stored)),
    )
    return [len(events) / quickest(rounds, work) for work in works]


@contextmanager
def client(store: SQLiteStore) -> Iterator[TestClient]:
    """Give a client of an app whose engine knows nothing yet."""
    engine = engine_on(store)
    views = Views("sqlite://", store, CODEC)
    with ThreadPoolExecutor(2) as pool:
        gateway = Gateway(
            engine=engine,
            views=views,
            catalogue=Catalogue.standard(plugins=()),
            announcer=Announcer(),
            pool=pool,
        )
        yield TestClient(create_app(gateway, Callbacks("http://127.0.0.1:1", b"k" * 32)))
    views.close()


def reads(store: SQLiteStore, events: int, rounds: int) -> list[float]:
    """Return milliseconds for each of ``READS``: the first one, then the median and slowest of twenty."""
    found = []
    for path in READS:
        first, others = [], []
        for number in range(rounds):
            with client(store) as http:
                random = Random(number)
                moments = [random.randint(events // 2, events - 1) for _ in range(20)]
                first.append(_read(http, path, events - 1))
                others.append([_read(http, path, moment) for moment in moments])
        best = min(others, key=statistics.median)
        found += [min(first), statistics.median(best), max(best)]
    return found


def _read(http: TestClient, path: str, moment: int) -> float:
    joined = "&" if "?" in path else "?"
    begin = process_time()
    result = http.simulate_get(f"/v2/executions/{shapes.EXECUTION_ID}{path}{joined}at={moment}")
    taken = (process_time() - begin) * 1000
    assert result.status_code == 200, result.text
    return taken


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="only these (default: all)")
    given = parser.parse_args()
    names = [name for name in SHAPES if not given.shapes or name in given.shapes]
    print(f"{'thousand events/s':<18}{'load':>8}{'decode':>8}{'evolve':>8}{'both':>8}")
    later = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            store = SQLiteStore(Path(folder) / f"{name}.sqlite")
            events = told(store, SHAPES[name](given.events), given.events)
            rates = replay(store, given.rounds)
            print(f"{name:<18}" + "".join(f"{rate / 1000:>8.0f}" for rate in rates), flush=True)
            later.append((name, len(events), reads(store, len(events), given.rounds)))
            store.close()
    print(f"\n{'ms':<18}" + "".join(f"{what.partition('?')[0] or 'execution':^27}" for what in READS))
    print(f"{'':<18}" + f"{'first':>9}{'then':>9}{'at most':>9}" * len(READS))
    for name, count, taken in later:
        print(f"{name} {count}".ljust(18) + "".join(f"{value:>9.1f}" for value in taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
