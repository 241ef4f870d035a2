"""What the end of an item costs in the whole engine: SQLite, and views that follow.

    python tests/benchmarks/items.py [--size 10000] [--concurrency 0] [--folder DIR]

The same number of completions is reported to many executions with ten items
each, and to one execution with all of them. The table shows microseconds for
one completion: until all are committed, and how much longer the views need to
have folded them. The ratio should stay at 1.2 or below.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from projections import Views
from wf_es.actions import Catalogue
from wf_es.engine import Engine, SystemClock
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.ids import nth_id
from wf_es.runners import Continuation
from wf_es.store import open_store, standard_codec

TEXT = """version: '2.0'
w:
  input: [n, at_once]
  tasks:
    a: {with-items: "i in <% range(0, $.n) %>", concurrency: <% $.at_once %>, action: std.async_noop}
"""
AHEAD = 100
"""How many completions are on their way to the log at a time."""
SMALL = 10


class Server:
    """An engine on a file, with views that follow it."""

    def __init__(self, folder: Path) -> None:
        """Open the files and upload the workflow."""
        store, codec = open_store(f"sqlite:///{folder / 'log.sqlite'}"), standard_codec()
        self.engine = Engine(store, codec, SystemClock(), Catalogue.standard(plugins=()))
        self.views = Views(f"sqlite:///{folder / 'views.sqlite'}", store, codec)
        self.engine.listen(self.views.notify)
        self.views.start()
        self.continuation = Continuation(self.engine)
        self.continuation.start()
        self.engine.definitions.create(TEXT, origin=self.engine.origin("benchmark"))

    def close(self) -> None:
        """Stop everything."""
        self.continuation.stop()
        self.views.close()
        self.engine.close()

    def begin(self, number: int, items: int, at_once: int) -> str:
        """Start an execution; return its id when all items have begun that may run at once."""
        execution_id = str(UUID(int=number, version=4))
        given = {"n": items, "at_once": at_once}
        self.engine.execute(
            StartWorkflow(
                execution_id=execution_id,
                origin=self.engine.origin("benchmark"),
                workflow_name="w",
                input=given,
            )
        )
        while self.engine.state(execution_id).deferred:
            pass
        return execution_id

    def complete(self, execution_id: str, items: int, pending: deque[Future[Any]]) -> None:
        """Report the end of every item, in order, without waiting for each commit."""
        for number in range(2, items + 2):
            command = CompleteAction(
                execution_id=execution_id,
                origin=self.engine.origin("benchmark"),
                action_id=nth_id(execution_id, number),
                state="SUCCESS",
                output=number,
            )
            pending.append(self.engine.submit(command))
            if len(pending) > AHEAD:
                pending.popleft().result()

    def measure(self, first: int, executions: int, items: int, at_once: int) -> tuple[float, float]:
        """Return seconds per completion until all are committed, and until all are seen."""
        ids = [self.begin(first + number, items, at_once) for number in range(executions)]
        self.views.wait(self.engine.head(), 60)
        pending: deque[Future[Any]] = deque()
        begin = perf_counter()
        for execution_id in ids:
            self.complete(execution_id, items, pending)
        while pending:
            pending.popleft().result()
        committed = perf_counter()
        assert self.views.wait(self.engine.head(), 120)
        seen = perf_counter()
        for execution_id in ids:
            assert self.engine.state(execution_id).state == "SUCCESS"
        count = executions * items
        return (committed - begin) / count, (seen - begin) / count


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="items of the large execution")
    parser.add_argument("--concurrency", type=int, default=0, help="how many items run at once (0: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the files are (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        server = Server(Path(folder))
        found = []
        for turn in range(given.rounds):
            first = 1 + turn * given.size
            few = server.measure(first, given.size // SMALL, SMALL, given.concurrency)
            many = server.measure(first + given.size - 1, 1, given.size, given.concurrency)
            found.append((few, many))
        server.close()
    print(f"{'until':<12}{'small':>16}{'large':>18}{'ratio':>8}")
    for number, name in enumerate(("committed", "seen")):
        pairs = [(small[number], large[number]) for small, large in found]
        fast, slow = min(pairs, key=lambda pair: pair[1] / pair[0])
        figures = f"{fast * 1e6:8.1f} us /{SMALL:>4}{slow * 1e6:9.1f} us /{given.size:>6}"
        print(f"{name:<12}{figures}{slow / fast:>7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
