"""The real server: gunicorn, a SQLite file, clients from outside, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from mistralclient.api import client as mistral_client

from tests.conftest import ServerFactory
from tests.serving import RunningServer

WAITING = """
version: '2.0'
waiting:
  output: {r: <% $.r %>}
  tasks:
    a: {action: std.async_noop, publish: {r: <% task().result %>}}
"""


@pytest.fixture(scope="module")
def shared(server: ServerFactory) -> RunningServer:
    """Return a server with the workflow ``waiting``."""
    running = server()
    answer = httpx.post(f"{running.api}/workflows", content=WAITING)
    assert answer.status_code == 201, answer.text
    return running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningServer]:
    """Return a server that the test may end as it likes."""
    running = RunningServer(tmp_path / "own.sqlite")
    running.start()
    httpx.post(f"{running.api}/workflows", content=WAITING).raise_for_status()
    yield running
    running.stop()


def start(running: RunningServer) -> str:
    """Start an execution and return its id."""
    answer = httpx.post(f"{running.api}/executions", json={"workflow_name": "waiting"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def running_actions(running: RunningServer) -> list[dict[str, Any]]:
    """Return the action executions that wait for a report, oldest first."""
    rows: list[dict[str, Any]] = httpx.get(f"{running.api}/action_executions?state=RUNNING").json()[
        "action_executions"
    ]
    return rows


def until(look: Any, seconds: float = 10.0) -> Any:
    """Return what ``look`` finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


def ends_within(running: RunningServer, seconds: float) -> None:
    """Send SIGTERM and check that the server ends well and in time."""
    began = time.monotonic()
    assert running.stop() == 0, running.output()
    assert time.monotonic() - began < seconds


def test_python_mistralclient_drives_it(shared: RunningServer) -> None:
    """Create, start, list, complete, read: the library unmodified, only the address set."""
    mistral = mistral_client.client(mistral_url=shared.api)
    created = mistral.workflows.create("version: '2.0'\nlib:\n  tasks:\n    t: {action: std.async_noop}\n")
    assert [workflow.name for workflow in created] == ["lib"]
    execution = mistral.executions.create("lib", description="by the library")
    assert execution.state == "RUNNING"
    assert execution.id in [listed.id for listed in mistral.executions.list(limit=5, workflow_name="lib")]
    task = mistral.tasks.list(execution.id)[0]
    action = until(lambda: mistral.action_executions.list(task.id))[0]
    assert mistral.action_executions.update(action.id, "SUCCESS", {"v": 1}).state == "SUCCESS"
    assert until(lambda: mistral.executions.get(execution.id).state == "SUCCESS")
    assert json.loads(mistral.tasks.get(task.id).result) == {"v": 1}
    mistral.executions.delete(execution.id)
    mistral.workflows.delete("lib")
    with pytest.raises(Exception, match="Workflow not found"):
        mistral.workflows.get("lib")


def test_events_arrive_as_they_happen(shared: RunningServer) -> None:
    """A stream begins with what was, goes on with what comes, and may be taken up again."""
    execution = start(shared)
    url = f"{shared.api}/executions/{execution}/events"
    action = until(
        lambda: httpx.get(f"{shared.api}/action_executions?state=RUNNING").json()["action_executions"]
    )
    numbers = []
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "1"}
    with httpx.stream("GET", url, headers=headers, timeout=10) as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        httpx.put(
            f"{shared.api}/action_executions/{action[-1]['id']}", json={"state": "SUCCESS", "output": 3}
        )
        for line in stream.iter_lines():
            if line.startswith("id: "):
                numbers.append(int(line[4:]))
            if line == "event: WorkflowCompleted":
                break
    assert numbers == list(range(2, numbers[-1] + 1))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param("GET /" + "x" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, id="long path"),
        pytest.param("NONSENSE\r\n\r\n", 400, id="no request"),
        pytest.param("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x" * 20_000 + "\r\n\r\n", 431, id="long header"),
        pytest.param("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: zip\r\n\r\n", 400, id="odd encoding"),
    ],
)
def test_what_never_becomes_a_request_is_refused_in_json(
    shared: RunningServer, head: str, status: int
) -> None:
    """Refusals made before any route is known have the usual members."""
    with socket.create_connection(_place(shared), timeout=5) as connection:
        connection.sendall(head.encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == status
        assert json.loads(answer.read())["faultstring"]


def test_large_bodies_are_refused_whether_announced_or_not(shared: RunningServer) -> None:
    """Two megabytes with or without a length: 413, and the connection is not simply cut."""
    body = b"x" * 2_000_000
    for content in (body, iter([body[:1_000_000], body[1_000_000:]])):
        answer = httpx.post(f"{shared.api}/workflows", content=content)
        assert answer.status_code == 413
        assert answer.json()["faultstring"]


def test_unfinished_requests_disturb_nobody(shared: RunningServer) -> None:
    """Many clients that never finish their bodies; others do not notice."""
    head = b"POST /v2/executions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    connections = [socket.create_connection(_place(shared)) for _ in range(50)]
    try:
        for connection in connections:
            connection.sendall(head)
        began = time.monotonic()
        assert httpx.get(f"{shared.url}/readyz").status_code == 200
        start(shared)
        assert time.monotonic() - began < 2
    finally:
        for connection in connections:
            connection.close()


def test_sigterm_with_open_connections(own: RunningServer) -> None:
    """An idle connection and an open event stream do not hold the server up."""
    execution = start(own)
    idle = http.client.HTTPConnection(*_place(own))
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    with httpx.Client() as client:
        url = f"{own.api}/executions/{execution}/events"
        with client.stream("GET", url, headers={"Accept": "text/event-stream"}) as stream:
            lines = stream.iter_lines()
            next(lines)
            ends_within(own, 3.0)
            assert any("WorkflowStarted" in line for line in lines)
    idle.close()


def test_sigint_ends_it_too(own: RunningServer) -> None:
    """Ctrl-C is as good as SIGTERM."""
    pid = _pid(own)
    os.kill(pid, signal.SIGINT)
    until(lambda: not own.is_running, 3.0)
    assert own.stop() == 0


def test_the_worker_does_not_outlive_a_killed_server(own: RunningServer) -> None:
    """SIGKILL to the first process alone: the port is free at once and nothing is lost."""
    execution = start(own)
    os.kill(_pid(own), signal.SIGKILL)
    until(lambda: not own.is_running)
    own.start()
    row = httpx.get(f"{own.api}/executions/{execution}").json()
    assert row["state"] == "RUNNING"


def test_no_secret_of_a_callback_is_logged(own: RunningServer) -> None:
    """Neither a good nor a bad token appears in what the server writes."""
    answers = [httpx.post(f"{own.url}/callback/{'s3cret' * 8}/{path}", json={}) for path in ("", "v2/x")]
    assert [answer.status_code for answer in answers] == [404, 404]
    ends_within(own, 3.0)
    assert "s3cret" not in own.output()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A database that cannot be opened: one sentence, no traceback, the exit status for an outage."""
    database = tmp_path / "here.sqlite"
    database.mkdir()
    running = RunningServer(database)
    running.launch()
    until(lambda: not running.is_running, 20.0)
    assert running.stop() == 6
    assert "cannot start" in running.output()
    assert "Traceback" not in running.output()


def _place(running: RunningServer) -> tuple[str, int]:
    parts = urlsplit(running.url)
    return str(parts.hostname), int(parts.port or 0)


def _pid(running: RunningServer) -> int:
    process = running._process
    assert process is not None
    return process.pid
