"""The app on an engine, views and a store in memory; nothing listens anywhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from falcon import testing

from api.rest.app import create_app
from api.rest.gateway import Gateway
from api.rest.streams import Announcer
from projections import Views
from wf_es.actions import Catalogue
from wf_es.engine import Engine, SystemClock
from wf_es.runners import Callbacks, Courier, ThreadPoolRunner
from wf_es.store import MemoryStore, standard_codec

WAITING = """
version: '2.0'
waiting:
  tags: [t]
  input: [x, {y: 5}]
  output: {r: <% $.get(r) %>}
  tasks:
    a: {action: std.async_noop, tags: [net], publish: {r: <% task().result %>}, on-success: b}
    b: {action: std.noop}
"""
"""A workflow whose first task waits for somebody to report."""


class Api:
    """A client that speaks to the app directly, and the parts behind it."""

    def __init__(self, client: testing.TestClient, gateway: Gateway, callbacks: Callbacks) -> None:
        """Hold the parts."""
        self.http = client
        self.gateway = gateway
        self.callbacks = callbacks

    def call(self, method: str, path: str, expect: int, body: Any = None, **options: Any) -> Any:
        """Send a request, check the status and return the decoded answer."""
        if isinstance(body, str | bytes):
            options["body"] = body
        elif body is not None:
            options["body"] = json.dumps(body)
        result = self.http.simulate_request(method, path, **options)
        assert result.status_code == expect, result.text
        return result.json if result.text else None

    def get(self, path: str, expect: int = 200, **options: Any) -> Any:
        """Read something."""
        return self.call("GET", path, expect, **options)

    def start(self, name: str = "waiting", **body: Any) -> str:
        """Start an execution and return its id."""
        body.setdefault("input", {"x": 1} if name == "waiting" else {})
        return str(self.call("POST", "/v2/executions", 201, {"workflow_name": name, **body})["id"])

    def upload(self, text: str) -> None:
        """Create workflows."""
        self.call("POST", "/v2/workflows", 201, text)

    def upload_actions(self, text: str) -> None:
        """Create ad-hoc actions."""
        self.call("POST", "/v2/actions", 201, text)

    def task(self, execution_id: str, name: str = "a") -> Any:
        """Return the last run of a task, once there is one."""
        path = f"/v2/tasks?workflow_execution_id={execution_id}&name={name}"
        return until(lambda: self.get(path)["tasks"])[-1]

    def action(self, execution_id: str, name: str = "a") -> Any:
        """Return the last action execution of a task."""
        task = self.task(execution_id, name)
        return until(lambda: self.get(f"/v2/tasks/{task['id']}/action_executions")["action_executions"])[-1]

    def wait(self, execution_id: str, state: str) -> Any:
        """Return the execution once it is in a state."""

        def look() -> Any:
            row = self.get(f"/v2/executions/{execution_id}")
            return row if row["state"] == state else None

        return until(look)


def until(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return what ``look`` finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
    return found


@pytest.fixture
def api() -> Iterator[Api]:
    """Return a client of a complete server in memory, with the workflow ``waiting``."""
    store, codec = MemoryStore(), standard_codec()
    catalogue = Catalogue.standard(plugins=())
    engine = Engine(store, codec, SystemClock(), catalogue)
    views = Views("sqlite://", store, codec)
    views.guard(engine.quarantine.check)
    announcer = Announcer()
    engine.listen(views.notify)
    engine.listen(announcer)
    views.start()
    callbacks = Callbacks("http://127.0.0.1:1", b"k" * 32)
    runner = ThreadPoolRunner(engine, catalogue, callbacks=callbacks, threads=2)
    runner.start()
    courier = Courier(engine, threads=2)
    courier.start()
    with ThreadPoolExecutor(4) as pool:
        gateway = Gateway(engine=engine, views=views, catalogue=catalogue, announcer=announcer, pool=pool)
        app = create_app(gateway, callbacks)
        client = Api(testing.TestClient(app), gateway, callbacks)
        client.upload(WAITING)
        yield client
    runner.stop(5)
    courier.stop()
    views.close()
    engine.close()
    assert threading.active_count() < 20
