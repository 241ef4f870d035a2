"""Tests of folding the log into rows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import OperationalError

from projections import Views, verify
from projections.database import Database
from projections.projector import FOLD, Projector
from projections.tables import LAYOUT, POSITION, QUARANTINE, ROW_TABLES
from projections.verification import Difference
from tests.projections.stories import STORIES, task
from wf_es.definition.versions import DEFINITION_EVENTS
from wf_es.envelope import Event
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
TWO = "aaaaaaaa-0000-5000-8000-000000000002"


def begin(story: Any, stream: str) -> None:
    """Start an execution with something in every field."""
    story.start(
        stream,
        input={"i": 1},
        params={"env": {"host": "one"}, "namespace": ""},
        env={"host": "one", "a": {"b": 1}},
        vars={"v": {"old": 1}},
        tags=["t"],
    )


def contents(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table."""
    tables = (*ROW_TABLES, POSITION, QUARANTINE)
    with database.reading() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table)))) for table in tables}


def differences(story: Any, views: Views, stream: str) -> list[Difference]:
    """Fold what is in the log and compare the rows with the state."""
    views.catch_up()
    return verify(story.state(stream), views)


def test_every_event_is_folded() -> None:
    """Each event of executions and definitions has its place in the fold."""
    assert set(FOLD) == {*log.EXECUTION_EVENTS, *DEFINITION_EVENTS}


def test_stories_cover_every_event() -> None:
    """The stories below leave no event of an execution out."""
    told = {type(event) for events in STORIES.values() for event in events}
    assert told == {*log.EXECUTION_EVENTS} - {log.WorkflowStarted}


@pytest.mark.parametrize("name", STORIES)
def test_rows_agree_with_the_state_after_each_event(name: str, story: Any, views: Views) -> None:
    """Folding event by event, the rows never differ from the reducer's state."""
    begin(story, ONE)
    found = [*differences(story, views, ONE)]
    for event in STORIES[name]:
        story.record(ONE, event)
        if type(event) is log.ExecutionDeleted:
            break
        found += differences(story, views, ONE)
    assert found == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 500])
def test_the_size_of_batches_makes_no_difference(size: int, story: Any) -> None:
    """All stories at once give the same rows whatever the batches are."""
    for number, name in enumerate(STORIES):
        begin(story, f"execution-{number}-{name}")
    for turn in range(max(map(len, STORIES.values()))):
        for number, (name, events) in enumerate(STORIES.items()):
            stream = f"execution-{number}-{name}"
            story.record(stream, *(_renamed(event, name) for event in events[turn : turn + 1]))
    whole, pieces = Database("sqlite://"), Database("sqlite://")
    batch = story.store.read(0, 10_000)

    Projector(whole, story.codec).project(batch)
    projector = Projector(pieces, story.codec)
    for start in range(0, len(batch), size):
        projector.project(batch[start : start + size])

    assert contents(pieces) == contents(whole)
    assert len(contents(whole)["executions"]) == len(STORIES) - 1
    whole.close()
    pieces.close()


def _renamed(event: Event, prefix: str) -> Event:
    """Make the ids in an event unique to one story."""
    ids = {
        name: f"{prefix}-{getattr(event, name)}"
        for name in ("task_id", "action_id")
        if getattr(event, name, None) is not None
    }
    if isinstance(event, log.TaskScheduled):
        ids["triggered_by"] = [  # type: ignore[assignment]
            log.Trigger(task_id=f"{prefix}-{trigger.task_id}", event=trigger.event)
            for trigger in event.triggered_by
        ]
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**{**fields, **ids})


def test_deletion_removes_all_rows_for_good(story: Any, views: Views) -> None:
    """A deleted execution leaves no row, and later events bring none back."""
    begin(story, ONE)
    story.record(ONE, *STORIES["deleted"])
    assert differences(story, views, ONE) == []
    assert views.quarantined() == []


POISON: dict[str, list[Event]] = {
    "an-action-nobody-scheduled": [log.ActionStarted(action_id="nobody")],
    "a-task-nobody-scheduled": [log.TaskStarted(task_id="nobody")],
    "the-same-task-twice": [task("a"), task("a")],
}


@pytest.mark.parametrize("name", POISON)
def test_a_poisonous_event_concerns_its_execution_only(name: str, story: Any, views: Views) -> None:
    """The stream is left out from that event on; everything else goes on."""
    begin(story, ONE)
    begin(story, TWO)
    story.record(ONE, task("before"))
    story.record(TWO, *(_renamed(event, "two") for event in STORIES["success"][:3]))
    poison = story.record(ONE, *POISON[name])
    story.record(TWO, *(_renamed(event, "two") for event in STORIES["success"][3:]))
    head = story.record(ONE, log.WorkflowCompleted(state="SUCCESS"))

    assert views.catch_up() == head
    assert verify(story.state(TWO), views) == []
    assert views.executions.get(ONE, "home")["state"] == "RUNNING"
    assert views.tasks.get("before", "home")["state"] == "RUNNING"
    assert [(row["stream"], row["position"]) for row in views.quarantined()] == [(ONE, poison)]


def test_an_unreadable_event_is_quarantined(story: Any, views: Views) -> None:
    """Bytes that the codec cannot read do not stall the batch, and are reported."""
    begin(story, ONE)
    damaged = story.damage(ONE)
    begin(story, TWO)
    views.catch_up()

    assert views.executions.get(TWO, "home")["state"] == "RUNNING"
    assert views.executions.get(ONE, "home")["version"] == 1
    [row] = views.quarantined()
    assert (row["stream"], row["position"]) == (ONE, damaged)
    assert "CorruptHistory" in row["error"]


def test_a_quarantine_lasts_across_restarts(story: Any, tmp_path: Any, open_views: Any) -> None:
    """Reopened views do not pick the stream up again in the middle."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    begin(story, ONE)
    story.damage(ONE)
    first = open_views(url)
    first.catch_up()
    first.close()
    story.seconds += 1
    story.store.append(())
    second = open_views(url)
    story.start(TWO)
    second.catch_up()
    assert [row["stream"] for row in second.quarantined()] == [ONE]


def test_two_projectors_fold_each_event_once(story: Any, tmp_path: Any) -> None:
    """Whoever comes second finds the position moved and goes on from there."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    begin(story, ONE)
    batch = story.store.read(0, 10)
    database, other = Database(url), Database(url)
    quick, slow = Projector(database, story.codec), Projector(other, story.codec)

    quick.project(batch)
    slow.project(batch)

    assert slow.position == quick.position == batch[-1].position
    assert contents(database)["quarantine"] == []
    story.record(ONE, task("a"))
    slow.project(story.store.read(slow.position, 10))
    assert slow.position == batch[-1].position + 1
    database.close()
    other.close()


def test_a_failing_database_is_not_the_fault_of_an_event(story: Any, views: Views) -> None:
    """When the database cannot be written, nothing moves and nothing is quarantined."""
    begin(story, ONE)
    database = Database("sqlite://")
    projector = Projector(database, story.codec)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE executions RENAME TO gone"))

    with pytest.raises(OperationalError):
        projector.project(story.store.read(0, 10))

    assert (projector.position, database.position(), database.quarantined()) == (0, 0, [])
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO executions"))
    projector.project(story.store.read(0, 10))
    assert database.position() == 1
    database.close()


def test_rows_and_position_move_together(story: Any) -> None:
    """A batch that fails leaves neither rows nor position behind."""
    begin(story, ONE)
    story.record(ONE, task("a"))
    database = Database("sqlite://")
    projector = Projector(database, story.codec)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE tasks RENAME TO gone"))
    with pytest.raises(OperationalError):
        projector.project(story.store.read(0, 10))
    rows = contents_without(database, "tasks")
    assert rows["executions"] == []
    assert rows["view_position"] == [("views", 0, "", LAYOUT)]
    database.close()


def contents_without(database: Database, missing: str) -> dict[str, list[Any]]:
    """Return every row of the tables that are there."""
    tables = [table for table in (*ROW_TABLES, POSITION) if table.name != missing]
    with database.reading() as connection:
        return {table.name: [tuple(row) for row in connection.execute(select(table))] for table in tables}


def test_a_taken_over_position_is_believed(story: Any) -> None:
    """A rebuild by another process makes this one reload position and quarantine."""
    begin(story, ONE)
    database = Database("sqlite://")
    projector = Projector(database, story.codec)
    with database.writing() as connection:
        connection.execute(delete(POSITION))
        connection.execute(insert(POSITION).values(name="views", position=1, digest="", layout=1))
        connection.execute(insert(QUARANTINE).values(stream=TWO, position=1, error="x"))
    projector.project(story.store.read(0, 10))
    assert projector.position == 1
    story.start(TWO)
    projector.project(story.store.read(1, 10))
    assert contents(database)["executions"] == []
    database.close()
