"""Events: the history in pages, each event with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rest.conftest import until


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


def delegated(api: Any, identifier: str) -> Any:
    """Return the events of an execution once its action waits for its callback: no more will come."""
    events = api.get(f"/v2/executions/{identifier}/events")["events"]
    return events if events[-1]["type"] == "ActionDelegated" else None


def test_filters(api: Any) -> None:
    """By type, task, actor, request, cause, number and time; all that are given must hold."""
    identifier = api.start()
    every = until(lambda: delegated(api, identifier))

    def numbers(query: str) -> list[int]:
        page = api.get(f"/v2/executions/{identifier}/events?{query}")
        return [event["number"] for event in page["events"]]

    scheduled = next(event for event in every if event["type"] == "TaskScheduled")
    assert numbers("type=TaskScheduled,ActionScheduled") == [2, 3]
    assert numbers("task=a") == [event["number"] for event in every if event["number"] > 1]
    assert numbers(f"task={api.task(identifier)['id']}&type=TaskScheduled") == [2]
    assert numbers("actor=eve") == []
    assert numbers(f"command={scheduled['command']}") == [1, 2, 3]
    assert numbers(f"cause={scheduled['number']}") == [3]
    assert numbers("from=2&to=2") == [2]
    assert numbers(f"to={scheduled['time']}")[:2] == [1, 2]
    assert numbers("from=2999-01-01T00:00:00Z") == []


def test_the_next_page_keeps_the_filters(api: Any) -> None:
    """Following the link gives the rest of what is wanted, and nothing else."""
    identifier = api.start()
    first = api.get(f"/v2/executions/{identifier}/events?type=TaskScheduled,ActionScheduled&limit=1")
    path = first["next"].partition("/v2/")[2]
    second = api.get(f"/v2/{path}")

    found = [event["type"] for event in first["events"] + second["events"]]
    assert found == ["TaskScheduled", "ActionScheduled"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("type=TaskComplete", "did you mean TaskCompleted?"),
        ("type=", 'The filter "type" is empty'),
        ("cause=yesterday", "A cause is the number of an event"),
        ("from=yesterday", "'from' cannot be read from 'yesterday'"),
        ("to=0", "There is no event 0"),
    ],
)
def test_filters_that_mean_nothing(api: Any, query: str, words: str) -> None:
    """The answer says what would mean something."""
    assert words in api.get(f"/v2/executions/{api.start()}/events?{query}", 400)["faultstring"]


def test_unknown_tasks_are_named(api: Any) -> None:
    """The tasks that have run are in the answer."""
    answer = api.get(f"/v2/executions/{api.start()}/events?task=z", 404)
    assert answer["faultstring"].endswith("has run: a")


def test_a_stream_has_every_event(api: Any) -> None:
    """Filters are for pages."""
    path = f"/v2/executions/{api.start()}/events?task=a"
    assert "'task'" in api.get(path, 400, headers={"Accept": "text/event-stream"})["faultstring"]


NESTED = """
version: '2.0'
outer:
  tasks:
    call: {workflow: inner}
inner:
  tasks:
    deep: {action: std.async_noop}
"""


def test_why_something_happened(api: Any) -> None:
    """From the start of a sub-workflow's task to the request that began the workflow above it."""
    api.upload(NESTED)
    outer = api.start("outer")
    inner = until(lambda: api.get("/v2/executions?workflow_name=inner")["executions"])[0]["id"]
    path = f"/v2/executions/{inner}/events"
    number = next(event["number"] for event in api.get(path)["events"] if event["type"] == "TaskScheduled")

    answer = api.get(f"{path}/{number}/causes")

    told = [(link["execution_id"], link["summary"], link["follows"]) for link in answer["causes"]]
    assert told == [
        (inner, "task 'deep' scheduled", "cause"),
        (inner, f"workflow 'inner' (version 1) started as a sub-workflow of execution {outer[:8]}", "cause"),
        (outer, f"sub-workflow 'inner' ({inner[:8]}) of task 'call' scheduled", "cause"),
        (outer, "task 'call' scheduled", "cause"),
        (outer, "workflow 'outer' (version 1) started", None),
    ]
    assert answer["causes"][2]["number"] == 3
    assert "next" not in answer

    part = api.get(f"{path}/{number}/causes?limit=2")
    assert part["causes"] == answer["causes"][:2]
    assert part["next"].endswith(f"/v2/executions/{outer}/events/3/causes?limit=2")


@pytest.mark.parametrize(("number", "status"), [("0", 404), ("900", 404), ("x", 400), ("-1", 400)])
def test_why_of_no_event(api: Any, number: str, status: int) -> None:
    """An event that has not happened has no cause."""
    api.get(f"/v2/executions/{api.start()}/events/{number}/causes", status)


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
