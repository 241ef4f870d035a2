"""Tests of the door to the read models."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from projections import Query, Views
from projections.tables import EXECUTIONS
from wf_es.errors import NotFound, StoreUnavailable
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
TWO = "aaaaaaaa-0000-5000-8000-000000000002"


def tell(story: Any, stream: str) -> int:
    """Record a small execution with one task and one action."""
    story.start(stream, input={"a": [1]})
    position: int = story.record(
        stream,
        log.TaskScheduled(task_id=f"task-{stream}", name="a"),
        log.ActionScheduled(action_id=f"action-{stream}", task_id=f"task-{stream}", name="std.noop"),
        log.ActionCompleted(action_id=f"action-{stream}", state="SUCCESS", output=3),
        log.TaskCompleted(task_id=f"task-{stream}", state="SUCCESS", published_global={"g": 1}),
    )
    return position


def everything(views: Views) -> list[Any]:
    """Return all rows that readers can see, and what is in quarantine."""
    collections = (views.executions, views.tasks, views.action_executions, views.workflows)
    rows: list[Any] = [collection.list(Query(project=None)).rows for collection in collections]
    return [*rows, views.quarantined(), views.position()]


def test_a_client_reads_its_own_write(story: Any, views: Views) -> None:
    """After waiting for the position of a write, the write is there; every time."""
    views.start()
    for number in range(50):
        position = tell(story, f"execution-{number}")
        views.notify(position)
        assert views.wait(position)
        assert views.executions.get(f"execution-{number}", "home")["version"] == 5
    assert views.is_following


def test_any_process_reads_its_own_write(story: Any, tmp_path: Path, open_views: Any) -> None:
    """A process whose follower does not run waits for the one whose does."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    following, reading = open_views(url), open_views(url)
    following.start()
    for number in range(10):
        position = tell(story, f"execution-{number}")
        following.notify(position)
        assert reading.wait(position, 5.0)
        assert reading.position() >= position
        assert reading.executions.get(f"execution-{number}", "home")["version"] == 5


def test_two_following_processes_fold_everything_once(story: Any, tmp_path: Path, open_views: Any) -> None:
    """Followers of several processes share the work without doubling it."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    all_views = [open_views(url) for _ in range(3)]
    for views in all_views:
        views.start()
    position = 0
    for number in range(30):
        position = tell(story, f"execution-{number}")
        for views in all_views:
            views.notify(position)
    assert [views.wait(position, 10.0) for views in all_views] == [True] * 3
    alone = open_views()
    alone.catch_up()
    for views in all_views:
        views.stop()
        assert everything(views) == everything(alone)


def test_waiting_for_what_nobody_folds_ends(story: Any, views: Views) -> None:
    """Without any follower the wait ends with False after its time."""
    assert views.wait(tell(story, ONE), 0.01) is False
    assert views.wait(0) is True


def test_a_rebuilt_view_equals_the_live_one(story: Any, views: Views) -> None:
    """Dropping all rows and folding the log again changes nothing."""
    tell(story, ONE)
    story.record(TWO, log.ExecutionDeleted())
    story.damage("bad")
    tell(story, TWO)
    views.catch_up()
    live = everything(views)
    told: list[tuple[int, int]] = []

    with views._database.writing() as connection:
        connection.execute(EXECUTIONS.update().values(state="DAMAGED"))
    assert everything(views) != live
    reached = views.rebuild(lambda position, head: told.append((position, head)))

    assert everything(views) == live
    assert told[-1] == (reached, story.store.head())


def test_a_rebuild_while_following_loses_nothing(story: Any, views: Views, open_views: Any) -> None:
    """Events that arrive during a rebuild are folded once, by whoever gets there."""
    views.start()
    done = threading.Event()

    def write() -> None:
        for number in range(40):
            views.notify(tell(story, f"execution-{number}"))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        views.rebuild()
    writer.join()
    assert views.wait(story.store.head(), 5.0)
    views.stop()
    alone = open_views()
    alone.catch_up()
    assert everything(views) == everything(alone)


def test_lookups_by_task_and_action(story: Any, views: Views) -> None:
    """The execution of a task or action is found, by its own project only."""
    tell(story, ONE)
    views.catch_up()
    assert views.execution_of_task(f"task-{ONE}", "home") == ONE
    assert views.execution_of_action(f"action-{ONE}", "home") == ONE
    assert views.execution_of_task(f"task-{ONE}", "other") is None
    assert views.execution_of_action(f"action-{ONE}", "other") is None


def test_an_early_callback_finds_its_action(story: Any, views: Views) -> None:
    """What the rows do not know yet is looked up again at the head of the log."""
    tell(story, ONE)
    views.start()
    assert views.find_action(f"action-{ONE}", "home") == ONE
    tell(story, TWO)
    assert views.find_task(f"task-{TWO}", "home") == TWO
    assert views.find_execution(TWO, "home")["id"] == TWO


@pytest.mark.parametrize("find", ["find_action", "find_task", "find_execution"])
def test_unknown_is_said_only_at_the_head(find: str, story: Any, views: Views) -> None:
    """An unknown id is a NotFound once all is folded, and no answer before."""
    tell(story, ONE)
    views.catch_up()
    with pytest.raises(NotFound, match="not found"):
        getattr(views, find)("nobody", "home")
    with pytest.raises(NotFound, match="not found"):
        getattr(views, find)(f"action-{ONE}" if find == "find_action" else ONE, "other")


def test_rows_that_lag_behind_do_not_answer_not_found(story: Any, open_views: Any) -> None:
    """If the rows cannot catch up, the caller is told to try again."""
    views = open_views(patience=0.01)
    tell(story, ONE)
    with pytest.raises(StoreUnavailable, match="try again"):
        views.find_action("nobody", "home")


def test_closing_twice_is_harmless(story: Any, tmp_path: Path, open_views: Any) -> None:
    """Closed views leave no thread behind."""
    views = open_views(f"sqlite:///{tmp_path / 'views.db'}")
    views.start()
    views.close()
    views.close()
    assert not views.is_following


def test_a_file_that_is_taken_away_while_it_is_followed(story: Any, tmp_path: Path) -> None:
    """The views are built again from the log, and nobody has to restart anything."""
    path = tmp_path / "views.db"
    tell(story, ONE)
    views = Views(f"sqlite:///{path}", story.store, story.codec)
    views.catch_up()
    before = everything(views)
    path.unlink()
    views.start()
    assert views.wait(tell(story, TWO))
    deadline = time.monotonic() + 5
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [row["id"] for row in views.executions.list(Query(project=None)).rows] == [ONE, TWO]
    assert everything(views)[0][0] == before[0][0]
    views.close()
