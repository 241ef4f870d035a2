"""The library's own tools can read our log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.application import Application

from wf_es.envelope import Recorded
from wf_es.execution.events import ActionStarted
from wf_es.ports import Batch
from wf_es.store import SQLiteStore, standard_codec
from wf_es.store.mapper import EventMapper

STREAM = "5f6d2a5e-1f0e-4f0e-8a51-0b3f0e1a2b3c"


def history(length: int) -> list[Recorded]:
    """Return some events of one stream."""
    return [
        Recorded(
            stream=STREAM,
            version=version,
            time=datetime(2026, 1, 1, tzinfo=UTC),
            actor="ann",
            project="p",
            command="c",
            data=ActionStarted(action_id=str(version)),
        )
        for version in range(1, length + 1)
    ]


@pytest.fixture
def library(tmp_path: Path) -> Application[str]:
    """The library's Application on a file that our store wrote."""
    path = tmp_path / "log.sqlite"
    store, codec = SQLiteStore(path), standard_codec()
    previous = codec.genesis(STREAM)
    for recorded in history(3):
        sealed = codec.seal(recorded, previous)
        store.append([Batch(stream=STREAM, events=(sealed,))])
        previous = sealed.digest
    store.close()
    return Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "MAPPER_TOPIC": "wf_es.store.mapper:EventMapper",
            "ORIGINATOR_ID_TYPE": "text",
            "CREATE_TABLE": "n",
        }
    )


def test_the_library_reads_a_stream(library: Application[str]) -> None:
    """Its event store gives our events."""
    events: list[Any] = list(library.events.get(STREAM))
    assert events == history(3)
    library.close()


def test_the_library_reads_the_log(library: Application[str]) -> None:
    """Its notification log gives positions, topics and our events."""
    notifications = library.notification_log.select(start=2, limit=10)

    assert [notification.id for notification in notifications] == [2, 3]
    events: list[Any] = [library.mapper.to_domain_event(notification) for notification in notifications]
    assert events == history(3)[1:]
    library.close()


def test_the_library_cannot_write(library: Application[str]) -> None:
    """Only the engine appends, as only it knows the digest of the predecessor."""
    assert isinstance(library.mapper, EventMapper)
    with pytest.raises(TypeError, match="appended by the engine only"):
        library.mapper.to_stored_event(history(1)[0])
    library.close()
