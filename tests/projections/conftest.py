"""A log to write by hand, and views over it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projections import Views
from wf_es.definition.versions import DefinitionCreated, DefinitionUpdated
from wf_es.envelope import Event, Recorded
from wf_es.execution import events as happened
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState
from wf_es.ports import Batch, Sealed
from wf_es.store import MemoryStore, standard_codec

_BEGINNING = datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC)
_DEFINITION = "11111111-1111-5111-8111-111111111111"


class Story:
    """A log that is written event by event, one second apart."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.codec = standard_codec()
        self.seconds = 0

    def record(self, stream: str, *bodies: Event, project: str = "home", **envelope: Any) -> int:
        """Append events to a stream; return the position of the last one."""
        position = 0
        for body in bodies:
            known = self.store.load(stream)
            self.seconds += 1
            recorded = Recorded(
                stream=stream,
                version=len(known) + 1,
                time=_BEGINNING + timedelta(seconds=self.seconds),
                actor="ann",
                project=project,
                command="c-1",
                data=body,
                **envelope,
            )
            previous = known[-1].digest if known else self.codec.genesis(stream)
            sealed = self.codec.seal(recorded, previous)
            position = self.store.append([Batch(stream=stream, events=(sealed,))])
        return position

    def damage(self, stream: str) -> int:
        """Append an event that no codec can read; return its position."""
        known = self.store.load(stream)
        body = b'{"prev":"'
        sealed = Sealed(
            stream=stream,
            version=len(known) + 1,
            topic="TaskStarted@1",
            body=body,
            digest=hashlib.sha256(body).hexdigest(),
        )
        return self.store.append([Batch(stream=stream, events=(sealed,))])

    def start(self, stream: str, project: str = "home", **fields: Any) -> int:
        """Record the start of an execution."""
        given = {
            "workflow_name": "flow",
            "definition": happened.Pin(stream=_DEFINITION, version=1, hash="0" * 64),
            **fields,
        }
        return self.record(stream, happened.WorkflowStarted(**given), project=project)

    def upload(self, stream: str, text: str, name: str = "flow", project: str = "home", **fields: Any) -> int:
        """Record the upload of a definition, of a workflow if nothing else is said."""
        given = {"kind": "workflow", "hash": "0" * 64, "checksum": "5", **fields}
        return self.record(stream, DefinitionCreated(name=name, text=text, **given), project=project)

    def upload_again(self, stream: str, text: str) -> int:
        """Record a new version of a definition."""
        return self.record(stream, DefinitionUpdated(text=text, hash="0" * 64, checksum="6"))

    def events(self, stream: str) -> list[Recorded]:
        """Return a stream's events."""
        return [self.codec.open(sealed) for sealed in self.store.load(stream)]

    def state(self, stream: str) -> ExecutionState:
        """Return the state folded from all events of an execution."""
        return fold(stream, self.events(stream))


@pytest.fixture
def story() -> Story:
    """An empty log."""
    return Story()


@pytest.fixture
def open_views(story: Story) -> Iterator[Callable[..., Views]]:
    """A way to open views over the log; they are closed at the end."""
    opened: list[Views] = []

    def open_one(url: str = "sqlite://", patience: float = 2.0) -> Views:
        opened.append(Views(url, story.store, story.codec, patience))
        return opened[-1]

    yield open_one
    for views in opened:
        views.close()


@pytest.fixture
def views(open_views: Callable[..., Views]) -> Views:
    """Views in memory, not yet following."""
    return open_views()
