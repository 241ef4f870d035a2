"""Starts executions, answers what waits, kills the server, and keeps a ledger.

A *round* is one life of the server: started on the database that the last
round left behind, given work, killed with SIGKILL at a random moment (in some
rounds while it is still starting). Whatever was not acknowledged is sent again
in a later round, under the same ids. ``settle`` is the last life: it lets
everything come to its end.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import httpx
import msgspec

from tests.acceptance.crash.shapes import ANSWERS, DEFINITIONS, SHAPES
from tests.acceptance.services import CounterService
from tests.serving import RunningServer

Call = Callable[[httpx.Client], None]

_PER_ROUND = 2 * len(SHAPES)
_SETTLE_SECONDS = 90.0
_CALL_SECONDS = 20.0


class Start(msgspec.Struct):
    """An execution that was asked for; ``acknowledged`` once the server said so."""

    id: str
    workflow: str
    n: int
    acknowledged: bool = False


class Ledger:
    """What was asked of the server and what it acknowledged."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.starts: dict[str, Start] = {}
        self.completions: dict[str, int] = {}
        self.conflicts: set[str] = set()
        self.surprises: list[str] = []
        self.kills: list[datetime] = []


class Driver:
    """One series of rounds on one database, repeatable by its seed but for time itself."""

    def __init__(self, server: RunningServer, service: CounterService, seed: int) -> None:
        """Take what the rounds need; nothing is started yet."""
        self.server = server
        self.service = service
        self.ledger = Ledger()
        self._random = random.Random(seed)
        self._defined = False

    def round(self) -> None:
        """Let the server live for a random time and kill it."""
        if self._defined and self._random.random() < 0.2:
            self.server.launch()
            time.sleep(self._random.uniform(0.0, 1.5))
            self._kill()
            return
        self.server.start()
        for _ in range(_PER_ROUND):
            self._plan()
        stop = threading.Event()
        workers = [
            threading.Thread(target=self._work, args=(part, stop)) for part in (self._submit, self._answer)
        ]
        for worker in workers:
            worker.start()
        time.sleep(self._random.uniform(0.02, 1.2))
        self._kill()
        stop.set()
        for worker in workers:
            worker.join()

    def settle(self) -> None:
        """Start the server once more and let every execution come to its end."""
        self.server.start()
        deadline = time.monotonic() + _SETTLE_SECONDS
        with httpx.Client(base_url=self.server.api, timeout=_CALL_SECONDS) as client:
            while open_ids := self._unsettled(client):
                if time.monotonic() > deadline:
                    states = [client.get(f"/executions/{i}").json() for i in sorted(open_ids)[:5]]
                    raise AssertionError(f"{len(open_ids)} executions do not end, such as {states}")
                for part in (self._submit, self._answer):
                    for call in part():
                        call(client)
                time.sleep(0.05)

    def _unsettled(self, client: httpx.Client) -> set[str]:
        """Return the ids of executions that are not acknowledged or have not ended."""
        pending = {start.id for start in self.ledger.starts.values() if not start.acknowledged}
        return pending | {
            row["id"]
            for state in ("RUNNING", "IDLE", "PAUSED")
            for row in client.get("/executions", params={"state": state, "limit": 1000}).json()["executions"]
        }

    def _kill(self) -> None:
        self.server.kill()
        self.ledger.kills.append(datetime.now(UTC))

    def _plan(self) -> None:
        workflow = self._random.choice(sorted(SHAPES))
        identifier = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        self.ledger.starts[identifier] = Start(identifier, workflow, self._random.randrange(1000))

    def _work(self, part: Callable[[], Iterator[Call]], stop: threading.Event) -> None:
        """Make one kind of calls until the server is gone."""
        with (
            suppress(httpx.TransportError),
            httpx.Client(base_url=self.server.api, timeout=_CALL_SECONDS) as client,
        ):
            while not stop.is_set():
                for call in part():
                    call(client)
                time.sleep(0.01)

    def _submit(self) -> Iterator[Call]:
        """Upload the workflows, start what is not acknowledged."""
        if not self._defined:
            yield self._define
        for start in list(self.ledger.starts.values()):
            if not start.acknowledged:
                yield partial(self._start, start)

    def _define(self, client: httpx.Client) -> None:
        text = DEFINITIONS.replace("SERVICE", self.service.url)
        answer = client.post("/workflows", content=text, headers={"Content-Type": "text/plain"})
        self._expect("upload", answer, 201, 409)
        self._defined = True

    def _start(self, start: Start, client: httpx.Client) -> None:
        body = {"id": start.id, "workflow_name": start.workflow, "input": {"n": start.n}}
        answer = client.post("/executions", json=body)
        self._expect(f"start of {start.id}", answer, 201)
        start.acknowledged = True

    def _answer(self) -> Iterator[Call]:
        """Complete what waits: through the API, and through callback addresses."""
        yield self._complete_waiting
        for action_id, callback_url in list(self.service.delegations):
            if action_id not in self.ledger.completions and action_id not in self.ledger.conflicts:
                yield partial(self._complete, "POST", callback_url, action_id, ANSWERS["delegate"])

    def _complete_waiting(self, client: httpx.Client) -> None:
        found = client.get("/action_executions", params={"state": "RUNNING", "limit": 1000})
        self._expect("list of actions", found, 200)
        for row in found.json()["action_executions"]:
            if row["name"] == "std.async_noop":
                value = ANSWERS[row["task_name"]]
                for _ in range(1 + (self._random.random() < 0.2)):
                    self._complete("PUT", f"/action_executions/{row['id']}", row["id"], value, client)

    def _complete(self, method: str, url: str, action_id: str, value: int, client: httpx.Client) -> None:
        """Send a completion; 409 is right only for an action that a kill cut off."""
        answer = client.request(method, url, json={"state": "SUCCESS", "output": value})
        self._expect(f"completion of {action_id}", answer, 200, 409)
        if answer.status_code == 200:
            self.ledger.completions[action_id] = value
        else:
            self.ledger.conflicts.add(action_id)

    def _expect(self, what: str, answer: httpx.Response, *statuses: int) -> None:
        """Note an answer that is none of the expected ones; the checks report it."""
        if answer.status_code not in statuses:
            self.ledger.surprises.append(f"{what}: {answer.status_code} {answer.text[:300]}")
            answer.raise_for_status()
