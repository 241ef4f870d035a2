"""Following: by stream while there is one, by asking otherwise, each event once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.cli import follow as follow_module
from api.cli.client import Client
from api.cli.follow import follow
from tests.api.cli.conftest import FakeServer
from wf_es.errors import NotFound, StoreUnavailable, WorldError

PATH = "executions/1/events"
LOG = f"{PATH}?after=%d&limit=1000"


def _event(number: int, kind: str = "TaskScheduled") -> dict[str, Any]:
    return {"number": number, "type": f"{kind}@1", "data": {}}


def _stream(*events: dict[str, Any]) -> str:
    return ": hello\n\n" + "".join(f"data: {json.dumps(event)}\n\n" for event in events)


def _numbers(fake: FakeServer, timeout: float | None = None) -> list[int]:
    with Client(fake.url) as client:
        return [event["number"] for event in follow(client, "1", timeout)]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask without pauses."""
    monkeypatch.setattr(follow_module, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(follow_module, "RESTART_SECONDS", 0.05)


@pytest.mark.parametrize("last", ["WorkflowCompleted", "WorkflowPaused"])
def test_what_has_settled_is_only_read(fake: FakeServer, last: str) -> None:
    """No stream is opened for an execution that has ended or is paused."""
    fake.on("GET", LOG % 0, {"events": [_event(1), _event(2, last)]})

    assert _numbers(fake) == [1, 2]
    assert len(fake.requests) == 1


def test_the_stream_is_followed_to_the_end(fake: FakeServer) -> None:
    """After the end the log is looked at once more: nobody has resumed it."""
    fake.on("GET", LOG % 0, {"events": [_event(1)]})
    fake.on("GET", f"{PATH}?after=1", _stream(_event(2), _event(3, "WorkflowCompleted")))
    fake.on("GET", LOG % 3, {"events": []})

    assert _numbers(fake) == [1, 2, 3]


def test_a_resume_after_the_end_is_followed_too(fake: FakeServer) -> None:
    """An end that was taken back is not the end."""
    fake.on("GET", LOG % 0, {"events": [_event(1, "WorkflowCompleted"), _event(2, "WorkflowResumed")]})
    fake.on("GET", f"{PATH}?after=2", _stream(_event(3, "WorkflowCompleted")))
    fake.on("GET", LOG % 3, {"events": [_event(4, "WorkflowResumed"), _event(5, "WorkflowCompleted")]})

    assert _numbers(fake) == [1, 2, 3, 4, 5]


def test_without_a_stream_the_log_is_asked_again(fake: FakeServer) -> None:
    """A proxy that swallows streams costs time, not events."""
    fake.on("GET", LOG % 0, {"events": [_event(1)]})
    fake.on("GET", f"{PATH}?after=1", {"events": []})
    fake.on("GET", LOG % 1, {"events": []}, {"events": [_event(2)]})
    fake.on("GET", LOG % 2, {"events": [_event(3, "WorkflowCompleted")]})

    assert _numbers(fake) == [1, 2, 3]


def test_a_server_that_is_started_again_is_waited_for(fake: FakeServer) -> None:
    """Being away for a moment does not end the watch."""
    away = (503, {"faultstring": "starting"})
    fake.on("GET", LOG % 0, {"events": [_event(1)]})
    fake.on("GET", LOG % 1, away, away, {"events": [_event(2, "WorkflowCompleted")]})

    assert _numbers(fake) == [1, 2]


def test_a_server_that_stays_away_is_given_up(fake: FakeServer) -> None:
    """The wait has an end."""
    fake.on("GET", LOG % 0, {"events": [_event(1)]})
    fake.on("GET", LOG % 1, (503, {"faultstring": "stopping"}))

    with pytest.raises(StoreUnavailable, match="stopping"):
        _numbers(fake)


def test_a_server_that_was_never_there_is_told_at_once(fake: FakeServer) -> None:
    """Whoever names a wrong server wants to know."""
    fake.on("GET", PATH, (503, {"faultstring": "starting"}))

    with pytest.raises(StoreUnavailable):
        _numbers(fake)
    assert len(fake.requests) == 1


def test_the_time_given_is_kept(fake: FakeServer) -> None:
    """The execution goes on without us, and the message says how to come back."""
    fake.on("GET", LOG % 0, {"events": [_event(1)]})
    fake.on("GET", f"{PATH}?after=1", _stream())
    fake.on("GET", LOG % 1, {"events": []})

    with pytest.raises(WorldError, match="wf-es execution watch 1"):
        _numbers(fake, timeout=0.05)


def test_an_unknown_execution_is_not_waited_for(fake: FakeServer) -> None:
    """404 is final."""
    with pytest.raises(NotFound):
        _numbers(fake)
