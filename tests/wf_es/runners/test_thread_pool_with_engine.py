"""The runner on the real engine and a real file: from a text to a recorded result."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from wf_es.actions import LOOPBACK, AddressPolicy, Catalogue, HttpSettings, action
from wf_es.engine import DEFAULT_PROJECT, Engine, SystemClock
from wf_es.envelope import JSON
from wf_es.execution.commands import CompleteAction, RunAction, StartAction, StartWorkflow
from wf_es.execution.events import ActionCompleted, ActionDelegated, ActionStarted
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.runners import Callbacks, ThreadPoolRunner
from wf_es.runners.job import CUT_OFF_TEXT
from wf_es.store import open_store, standard_codec

CALLBACKS = Callbacks("http://127.0.0.1:1", b"k" * 32)
ID = "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9a01"


@action("test.unsafe")
def unsafe(value: JSON) -> JSON:
    """Give back the value; not to be repeated."""
    return value


class Process:
    """A life of the server: engine and runner on a file."""

    def __init__(self, path: Path) -> None:
        """Open the file; nothing runs yet."""
        http = HttpSettings(addresses=AddressPolicy(opened=LOOPBACK))
        self.catalogue = Catalogue.standard(http, plugins=()).with_actions(unsafe)
        self.engine = Engine(open_store(f"sqlite:///{path}"), standard_codec(), SystemClock(), self.catalogue)
        self.runner = ThreadPoolRunner(self.engine, self.catalogue, callbacks=CALLBACKS, threads=4)

    def begin(self, text: str, **given: JSON) -> None:
        """Upload a workflow called ``w`` and start it."""
        origin = self.engine.origin("ada")
        self.engine.definitions.create(f"version: '2.0'\nw:\n{text}", origin=origin)
        self.engine.execute(StartWorkflow(execution_id=ID, origin=origin, workflow_name="w", input=given))

    def action(self) -> ActionExecution:
        """Return the only action."""
        (found,) = self.engine.state(ID).actions.values()
        return found

    def finish(self, seconds: float = 10) -> ExecutionState:
        """Wait for the end of the execution."""
        deadline = time.monotonic() + seconds
        while not (state := self.engine.state(ID)).is_completed:
            assert time.monotonic() < deadline, state
            time.sleep(0.005)
        return state

    def bodies(self, *kinds: type) -> list[Any]:
        """Return the events of these kinds."""
        return [recorded.data for recorded in self.engine.history(ID) if isinstance(recorded.data, kinds)]

    def complete(self, url: str, output: JSON) -> None:
        """Do what the server does with a call to a callback URL."""
        ticket = CALLBACKS.verify(url.rpartition("/")[2])
        origin = self.engine.origin("service", DEFAULT_PROJECT)
        self.engine.execute(
            CompleteAction(
                execution_id=ID, origin=origin, action_id=ticket.action_id, state="SUCCESS", output=output
            )
        )


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Begin a process on the same file; the one before it ends."""
    lives: list[Process] = []

    def begin() -> Process:
        end()
        lives.append(Process(tmp_path / "log.sqlite"))
        return lives[-1]

    def end() -> None:
        while lives:
            life = lives.pop()
            life.runner.stop()
            life.engine.close()

    yield begin
    end()


@pytest.fixture
def summer(process: Callable[[], Process]) -> Iterator[Any]:
    """A service that reports the sum of a and b before it even answers the request."""
    life = process()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            life.complete(self.headers["Mistral-Callback-URL"], 3)
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield life, f"http://127.0.0.1:{server.server_port}/sum"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_delegated_action_that_calls_back_at_once(summer: Any) -> None:
    """A callback may come before the request has been answered; it counts once."""
    life, url = summer
    life.runner.start()
    life.begin(
        f"""
  output: {{sum: <% task(a).result %>}}
  tasks:
    a: {{action: mistral_http url={url}, input: {{params: {{a: 1, b: 2}}}}}}
"""
    )

    assert life.finish().output == {"sum": 3}
    assert len(life.bodies(ActionStarted)) == len(life.bodies(ActionCompleted)) == 1


def test_a_flow_of_std_actions(process: Callable[[], Process]) -> None:
    """Results flow, a failure is handled, a sleep passes, and it is all one log."""
    life = process()
    life.runner.start()
    life.begin(
        """
  output: {said: <% $.said %>, why: <% $.why %>}
  tasks:
    a: {action: std.echo output="hi", publish: {said: <% task().result %>}, on-success: b}
    b:
      action: std.fail
      input: {error_data: {code: 17}}
      publish-on-error: {why: <% task().result %>}
      on-error: c
    c: {action: std.sleep seconds=0.05, on-success: d}
    d: {action: std.noop}
"""
    )

    state = life.finish()

    assert (state.state, state.output) == ("SUCCESS", {"said": "hi", "why": {"code": 17}})


WAITING = "  tasks:\n    a: {action: test.unsafe value=7, publish: {x: <% task().result %>}}\n"


def test_what_was_scheduled_before_a_crash_runs_after_it(process: Callable[[], Process]) -> None:
    """Nobody ran it in the first life."""
    process().begin(WAITING)

    second = process()
    second.runner.start()

    assert second.finish().state == "SUCCESS"


def test_what_was_cut_off_ends_in_error(process: Callable[[], Process]) -> None:
    """It had been started in the first life, so it is not called again."""
    first = process()
    first.begin(WAITING)
    origin = first.engine.origin("runner")
    first.engine.execute(
        StartAction(execution_id=ID, origin=origin, action_id=first.action().id, runner="first")
    )

    second = process()
    second.runner.start()

    assert second.finish().state == "ERROR"
    assert second.action().output == CUT_OFF_TEXT


def test_what_waits_for_a_callback_waits_on_after_a_restart(process: Callable[[], Process]) -> None:
    """It is neither called again nor given up, and its old URL still works."""
    first = process()
    first.runner.start()
    first.begin("  tasks:\n    a: {action: std.async_noop, publish: {x: <% task().result %>}}\n")
    deadline = time.monotonic() + 5
    while not first.action().delegated:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    url = CALLBACKS.url(first.action().id)

    second = process()
    second.runner.start()
    second.complete(url, {"v": 1})

    assert second.finish().state == "SUCCESS"
    assert len(second.bodies(ActionDelegated)) == 1


def test_an_adhoc_action_runs_its_base(process: Callable[[], Process]) -> None:
    """What is run and what comes out of it are two steps; users see one action."""
    now = process()
    text = "version: '2.0'\nwrap: {base: test.unsafe value=<% $.v + 1 %>, input: [v], output: {was: <% $ %>}}"
    now.engine.definitions.create(text, kind="action", origin=now.engine.origin("ada"))
    now.runner.start()
    now.begin("  tasks: {t: {action: wrap v=1, publish: {r: <% task().result %>}}}")

    assert now.finish().output == {"r": {"was": 2}}
    assert (now.action().name, now.action().input, now.action().output) == ("wrap", {"v": 1}, {"was": 2})
    assert len(now.bodies(ActionStarted)) == 1


def test_a_run_by_itself_outlives_its_process(process: Callable[[], Process]) -> None:
    """What was asked for is found in the log by the next process, and runs there."""
    first = process()
    origin = first.engine.origin("ada")
    first.engine.execute(
        RunAction(execution_id=ID, origin=origin, name="test.unsafe", input={"value": 3}, namespace="n")
    )
    second = process()
    second.runner.start()
    assert second.finish().actions[second.action().id].output == 3
    assert second.engine.execution_of(second.action().id) == ID


def test_a_run_by_itself_that_was_cut_off_ends_in_error(process: Callable[[], Process]) -> None:
    """It had begun and must not be repeated, exactly like the action of a task."""
    first = process()
    origin = first.engine.origin("ada")
    first.engine.execute(RunAction(execution_id=ID, origin=origin, name="test.unsafe", input={"value": 3}))
    start = StartAction(execution_id=ID, origin=origin, action_id=first.action().id, runner="gone")
    first.engine.execute(start)
    second = process()
    second.runner.start()
    assert second.finish().state == "ERROR"
    assert second.action().output == CUT_OFF_TEXT
