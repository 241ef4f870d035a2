"""Tests of opening and guarding the view database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from projections.database import Database, advance
from projections.tables import LAYOUT, POSITION, QUARANTINE
from wf_es.errors import InvalidRequest, StoreUnavailable


def test_a_new_database_stands_before_the_first_event(tmp_path: Path) -> None:
    """Opening creates everything; opening again finds it."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    for _ in range(2):
        database = Database(url)
        assert (database.position(), database.quarantined()) == (0, [])
        database.close()


def test_a_file_is_set_up_for_many_readers(tmp_path: Path) -> None:
    """SQLite files use write-ahead logging and do not sync each commit."""
    database = Database(f"sqlite:///{tmp_path / 'views.db'}")
    with database.reading() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar_one()
    assert (mode, synchronous) == ("wal", 1)
    database.close()


def test_another_layout_is_dropped(tmp_path: Path) -> None:
    """Views of another release's shape are folded again from nothing."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    database = Database(url)
    with database.writing() as connection:
        connection.execute(update(POSITION).values(position=7, layout=LAYOUT + 1))
        connection.execute(text("ALTER TABLE tasks DROP COLUMN env"))
    database.close()

    database = Database(url)
    assert database.position() == 0
    with database.reading() as connection:
        columns = set(connection.execute(text("SELECT * FROM tasks")).keys())
    assert "env" in columns
    database.close()


def test_processes_may_open_a_new_database_together(tmp_path: Path) -> None:
    """Creating the tables at the same moment harms nobody."""
    url = f"sqlite:///{tmp_path / 'views.db'}"
    opened: list[Database] = []
    threads = [threading.Thread(target=lambda: opened.append(Database(url))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [database.position() for database in opened] == [0] * 6
    for database in opened:
        database.close()


@pytest.mark.parametrize(("before", "moved"), [(0, True), (3, False)])
def test_the_position_moves_only_from_where_it_is(before: int, moved: bool) -> None:
    """Whoever expects another position does not move it."""
    database = Database("sqlite://")
    with database.writing() as connection:
        assert advance(connection, before, 9, "d") is moved
    assert database.position() == (9 if moved else 0)
    database.close()


def test_a_failed_transaction_leaves_nothing() -> None:
    """An error inside ``writing`` undoes all of it."""
    database = Database("sqlite://")

    def fail() -> None:
        with database.writing() as connection:
            advance(connection, 0, 5, "d")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        fail()
    assert database.position() == 0
    database.close()


def test_threads_do_not_meet_in_one_transaction() -> None:
    """In memory, a reader waits until the writer's transaction has ended."""
    database = Database("sqlite://")
    inside, seen = threading.Event(), []

    def read() -> None:
        inside.wait()
        seen.append(len(database.quarantined()))

    reader = threading.Thread(target=read)
    reader.start()
    with database.writing() as connection:
        connection.execute(insert(QUARANTINE).values(stream="s", position=1, error="e"))
        inside.set()
        reader.join(0.05)
        assert seen == []
    reader.join()
    assert seen == [1]
    database.close()


def test_errors_do_not_quote_values() -> None:
    """A failing statement names no parameters, which may be secrets."""
    database = Database("sqlite://")

    def fail() -> None:
        with database.writing() as connection:
            rows = [{"stream": "hunter2", "position": 1, "error": "e"}] * 2
            connection.execute(insert(QUARANTINE), rows)

    with pytest.raises(Exception, match="UNIQUE") as raised:
        fail()
    assert "hunter2" not in str(raised.value)
    with database.reading() as connection:
        assert connection.execute(select(QUARANTINE)).all() == []
    database.close()


def test_a_file_that_is_taken_away(tmp_path: Path) -> None:
    """It is noticed; a new one is begun, and readers wait until it has been filled."""
    path = tmp_path / "views.db"
    database = Database(f"sqlite:///{path}")
    with database.writing() as connection:
        assert advance(connection, 0, 7, "d")
    assert not database.is_lost()

    path.unlink()
    assert database.is_lost()
    database.begin_anew()

    assert (database.is_lost(), database.position()) == (False, 0)
    with pytest.raises(StoreUnavailable, match="built again"), database.serving():
        pass
    database.is_rebuilding = False
    with database.serving() as connection:
        assert connection.execute(select(POSITION.c.position)).scalar_one() == 0
    database.close()


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("foo", InvalidRequest, "WF_ES_VIEWS_URL"),
        ("nothing://x", InvalidRequest, "WF_ES_VIEWS_URL"),
        ("sqlite:////proc/none/views.db", StoreUnavailable, "/proc/none/views.db: unable to open"),
    ],
)
def test_a_place_that_cannot_be_used(url: str, error: type[Exception], said: str) -> None:
    """The message says which setting and which place."""
    with pytest.raises(error, match=said):
        Database(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """It may be removed, but that is for people to decide."""
    path = tmp_path / "views.db"
    path.write_bytes(b"something else " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Database(f"sqlite:///{path}")


def test_a_failing_query_is_an_outage(tmp_path: Path) -> None:
    """Readers hear of the database, not of its statements."""
    database = Database(f"sqlite:///{tmp_path / 'views.db'}")
    with (
        pytest.raises(StoreUnavailable, match=r"cannot be read: no such table: none\. ") as caught,
        database.serving() as connection,
    ):
        connection.execute(text("SELECT 1 FROM none"))
    assert "SELECT" not in str(caught.value)
    database.close()
