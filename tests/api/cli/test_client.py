"""The client speaks the interface and translates refusals into our errors."""

from __future__ import annotations

import pytest

from api.cli.client import Client, refusal
from tests.api.cli.conftest import FakeServer
from wf_es import errors


def test_json_text_is_decoded(fake: FakeServer) -> None:
    """Fields that travel as JSON text arrive as data, others are left alone."""
    fake.on(
        "GET",
        "executions/1",
        {"id": "1", "input": '{"a": 1}', "output": "[1]", "description": '{"a": 1}', "params": "no json"},
    )

    with Client(fake.url) as client:
        record = client.record("executions", "1")

    assert record == {
        "id": "1",
        "input": {"a": 1},
        "output": [1],
        "description": '{"a": 1}',
        "params": "no json",
    }


def test_pages_are_followed_to_the_limit(fake: FakeServer) -> None:
    """The marker is the last id; a last page has no link to a next one."""
    fake.on(
        "GET",
        "tasks",
        {"tasks": [{"id": "a"}, {"id": "b"}], "next": "more"},
        {"tasks": [{"id": "c"}]},
    )

    with Client(fake.url) as client:
        rows = client.rows("tasks", limit=3, state=None)

    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert fake.queries("tasks") == [{"limit": "3"}, {"limit": "1", "marker": "b"}]


def test_pages_of_events_are_followed(fake: FakeServer) -> None:
    """A page that found little names the one to go on with; filters are kept."""
    path = "executions/1/events"
    follow = f"{fake.url}/v2/{path}?task=a+b&after=10000&limit=1000"
    fake.on("GET", path, {"events": [{"number": 7}], "next": follow}, {"events": [{"number": 10001}]})

    with Client(fake.url) as client:
        events = client.events("1", task="a b", actor=None)

    assert [event["number"] for event in events] == [7, 10001]
    first = {"after": "0", "limit": "1000", "task": "a b"}
    assert fake.queries(path) == [first, first | {"after": "10000"}]


def test_long_chains_of_causes_are_followed(fake: FakeServer) -> None:
    """Also into another execution."""
    fake.on(
        "GET",
        "executions/1/events/9/causes",
        {"causes": [{"number": 9}], "next": f"{fake.url}/v2/executions/2/events/4/causes?limit=1000"},
    )
    fake.on("GET", "executions/2/events/4/causes", {"causes": [{"number": 4}]})

    with Client(fake.url) as client:
        assert [event["number"] for event in client.causes("1", 9)] == [9, 4]


def test_an_upload_is_text(fake: FakeServer) -> None:
    """Definitions travel as they were written."""
    fake.on("POST", "workflows", {"workflows": [{"id": "1", "name": "w"}]}, status=201)

    with Client(f"{fake.url}/v2/") as client:
        rows = client.upload("POST", "version: '2.0'\n", namespace="n")

    assert rows == [{"id": "1", "name": "w"}]
    assert fake.requests == [("POST", "workflows?namespace=n", "version: '2.0'\n")]


def test_the_person_is_named(fake: FakeServer) -> None:
    """The history can say who asked."""
    fake.on("GET", "workflows/w", {"id": "1"})

    with Client(fake.url) as client:
        client.record("workflows", "w")

    assert fake.headers[0].get("x-user-id") or fake.headers[0].get("X-User-Id")


def test_an_event_stream_is_read(fake: FakeServer) -> None:
    """Comments are signs of life, data of several lines is one event."""
    fake.on("GET", "executions/1/events", ': hello\n\nid: 1\nevent: x\ndata: {"number":\ndata: 1}\n\n')

    with Client(fake.url) as client:
        events = list(client.stream("1"))

    assert events == [None, {"number": 1}]


def test_no_event_stream_is_said_so(fake: FakeServer) -> None:
    """A server that answers otherwise makes the caller ask another way."""
    fake.on("GET", "executions/1/events", {"events": []})

    with Client(fake.url) as client, pytest.raises(errors.StoreUnavailable, match="no event stream"):
        list(client.stream("1"))


def test_a_server_that_is_not_there(free_port: int) -> None:
    """The message says how to start one."""
    with (
        Client(f"http://127.0.0.1:{free_port}") as client,
        pytest.raises(errors.StoreUnavailable, match="no server answers .* 'wf-es serve'"),
    ):
        client.get("executions")


REFUSALS = {
    "code-decides": (400, {"code": "invalid-definition"}, errors.InvalidDefinition),
    "missing-data": (409, {"code": "requirements-missing", "missing": []}, errors.RequirementsMissing),
    "status-400": (400, {}, errors.InvalidRequest),
    "status-403": (403, {"code": "new-code"}, errors.NotAllowed),
    "status-404": (404, None, errors.NotFound),
    "status-409": (409, {}, errors.ConflictError),
    "status-418": (418, {}, errors.InvalidRequest),
    "status-500": (500, "<html>", errors.WorldError),
    "status-503": (503, {"code": "store-unavailable"}, errors.StoreUnavailable),
}


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS.values(), ids=list(REFUSALS))
def test_refusals_become_our_errors(status: int, body: object, kind: type[Exception]) -> None:
    """The body's code decides, then the status."""
    error = refusal(status, body, "text of the answer")

    assert type(error) is kind


def test_a_refusal_carries_the_servers_words() -> None:
    """Mistral's faultstring first, then the problem's detail, then the bare text."""
    assert refusal(400, {"faultstring": "a", "detail": "b"}, "c").message == "a"
    assert refusal(400, {"detail": "b"}, "c").message == "b"
    assert refusal(400, None, " c ").message == "c"
    assert refusal(400, None, "").message == "the server answered 400"


@pytest.mark.parametrize("answer", [[1], "text", 7])
def test_something_else_that_answers(fake: FakeServer, answer: object) -> None:
    """Another web server at this address is no fault of ours."""
    fake.on("GET", "executions", answer)

    with Client(fake.url) as client, pytest.raises(errors.StoreUnavailable, match="no wf-es server"):
        client.rows("executions")
