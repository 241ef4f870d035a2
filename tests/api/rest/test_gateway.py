"""The gateway: who asks, read-your-writes, and projects kept apart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from falcon import testing

from api.rest.gateway import PROJECT
from wf_es.errors import InvalidRequest, NotFound


def request(**headers: str) -> Any:
    """Return a request with these headers."""
    return testing.create_asgi_req(headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_origin_comes_from_headers(api: Any) -> None:
    """Who asks and the idempotency key; a project that a client names is not looked at."""
    origin = api.gateway.origin(request(X_User_Id="ann", Idempotency_Key="k", X_Project_Id="other"), "why")
    assert (origin.actor, origin.project, origin.key, origin.reason) == ("ann", PROJECT, "k", "why")
    assert abs((origin.now - datetime.now(UTC)).total_seconds()) < 60
    assert api.gateway.origin(request()).actor == "anonymous"


@pytest.mark.parametrize("value", ["x" * 256, "a\tb", "\x7f"])
def test_odd_headers_are_refused(api: Any, value: str) -> None:
    """What goes into every event is short and printable."""
    with pytest.raises(InvalidRequest, match="X-User-Id"):
        api.gateway.origin(request(X_User_Id=value))


def test_blocking_work_leaves_the_loop_free(api: Any) -> None:
    """The loop goes on while a thread waits for it."""

    async def scenario() -> str:
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> str:
            asyncio.run_coroutine_threadsafe(_set(reached), loop).result(5)
            return "done"

        answer = await api.gateway.blocking(work)
        assert reached.is_set()
        return str(answer)

    assert asyncio.run(scenario()) == "done"


async def _set(event: asyncio.Event) -> None:
    event.set()


def test_executions_of_other_projects_are_unknown(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same 404 as for an id that does not exist."""
    identifier = api.start()
    foreign = msgspec.structs.replace(api.gateway.engine.state(identifier), project="other")
    monkeypatch.setattr(type(api.gateway.engine), "state", lambda *_: foreign)
    with pytest.raises(NotFound):
        api.gateway.state(identifier)
    assert "events" not in api.get(f"/v2/executions/{identifier}/events", 404)


def test_an_answer_is_sent_though_the_views_are_late(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The position is in the answer, and the state is the one that the write led to."""
    monkeypatch.setattr(type(api.gateway.views), "wait", lambda *_: False)
    monkeypatch.setattr(type(api.gateway.views.workflows), "find", lambda *_: None)
    text = "version: '2.0'\nlate:\n  tags: [x]\n  tasks:\n    t: {action: std.noop}\n"
    created = api.http.simulate_post("/v2/workflows", body=text)
    assert created.status_code == 201
    assert created.json["workflows"][0]["tags"] == ["x"]
    started = api.http.simulate_post("/v2/executions", body='{"workflow_name": "late"}')
    assert (started.status_code, started.json["state"]) == (201, "RUNNING")
    assert int(started.headers["x-wf-position"]) > int(created.headers["x-wf-position"])
