"""Events: the history in pages, each event with a sentence."""

from __future__ import annotations

from typing import Any

import pytest


def test_pages_of_events(api: Any) -> None:
    """Numbered without gaps, readable, and linked page to page."""
    identifier = api.start()
    first = api.get(f"/v2/executions/{identifier}/events?limit=2")
    assert [event["number"] for event in first["events"]] == [1, 2]
    begun = first["events"][0]
    assert (begun["type"], begun["actor"]) == ("WorkflowStarted", "anonymous")
    assert "'waiting'" in begun["summary"]
    assert begun["data"]["input"] == {"x": 1, "y": 5}
    rest = api.get(f"/v2/executions/{identifier}/events?after=2")
    assert rest["events"][0]["number"] == 3
    assert "after=2" in first["next"]
    assert "next" not in rest


def test_the_actor_comes_from_the_request(api: Any) -> None:
    """Who asked stands in every event."""
    body = {"workflow_name": "waiting", "input": {"x": 1}}
    identifier = api.call("POST", "/v2/executions", 201, body, headers={"X-User-Id": "ann"})["id"]
    assert api.get(f"/v2/executions/{identifier}/events")["events"][0]["actor"] == "ann"


def test_secrets_are_masked(api: Any) -> None:
    """A password is in the log and in no answer of this path."""
    identifier = api.start(input={"x": {"password": "hunter2"}})
    assert "hunter2" not in str(api.get(f"/v2/executions/{identifier}/events"))


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "colour=red", "limit=1e3"])
def test_bad_pages(api: Any, query: str) -> None:
    """Numbers are numbers."""
    api.get(f"/v2/executions/{api.start()}/events?{query}", 400)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_unknown_executions(api: Any, accept: str) -> None:
    """No stream begins for an execution that is not there."""
    path = "/v2/executions/6b1edbd0-0000-4000-8000-0fc2a32e94cd/events"
    api.get(path, 404, headers={"Accept": accept})


def test_a_stream(api: Any) -> None:
    """A client that asks for a stream gets numbered events from where it was."""
    identifier = api.start()
    api.action(identifier)
    api.gateway.announcer.close()
    result = api.http.simulate_get(
        f"/v2/executions/{identifier}/events", headers={"Accept": "text/event-stream", "Last-Event-ID": "1"}
    )
    assert result.headers["content-type"] == "text/event-stream"
    assert result.text.startswith("retry: ")
