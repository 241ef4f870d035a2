"""The database of the views: opening it, locking it, emptying it.

Views have a database of their own, so they never compete with the log. They
can always be folded again, so SQLite may be quick here (``synchronous=NORMAL``
in WAL mode loses at most the last moments, and the position with them).

An in-memory database is one connection shared by all threads; two threads
must never be inside a transaction on it at the same time, so it has a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from projections.tables import LAYOUT, METADATA, POSITION, QUARANTINE, ROW_TABLES

_NAME = "views"
_BUSY_SECONDS = 10


class Database:
    """The tables of the views behind two doors: ``reading`` and ``writing``."""

    def __init__(self, url: str) -> None:
        """Open the database and create what is missing.

        Args:
            url: An SQLAlchemy URL; ``sqlite://`` for one in memory.

        """
        self._lock: threading.RLock | None = None
        self.engine = self._engine(url)
        self._create()

    def _engine(self, url: str) -> Engine:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(url, hide_parameters=True)
        if parsed.database in (None, "", ":memory:"):
            self._lock = threading.RLock()
            one = {"check_same_thread": False}
            return create_engine(url, hide_parameters=True, poolclass=StaticPool, connect_args=one)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_file)
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for queries; nothing that it does is kept."""
        with self._alone(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction: all is kept, or nothing if the block raises."""
        with self._alone(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        with self._lock:
            yield

    def position(self) -> int:
        """Return the log position up to which events have been folded."""
        with self.reading() as connection:
            return int(connection.execute(select(POSITION.c.position)).scalar_one())

    def quarantined(self) -> list[dict[str, Any]]:
        """Return the quarantined streams: stream, position and error of each."""
        with self.reading() as connection:
            rows = connection.execute(select(QUARANTINE).order_by(QUARANTINE.c.position))
            return [dict(row) for row in rows.mappings()]

    def empty(self) -> None:
        """Remove every row and begin again before the first event."""
        with self.writing() as connection:
            connection.execute(update(POSITION).values(position=0))
            for table in (*ROW_TABLES, QUARANTINE):
                connection.execute(delete(table))

    def close(self) -> None:
        """Close all connections; an in-memory database is gone after this."""
        with self._alone():
            self.engine.dispose()

    def _create(self) -> None:
        """Create missing tables; drop those of another layout first."""
        with self.writing() as connection:
            connection.execute(CreateTable(POSITION, if_not_exists=True))
        if self._layout() not in (None, LAYOUT):
            with self.writing() as connection:
                for table in METADATA.sorted_tables:
                    connection.execute(DropTable(table, if_exists=True))
        with self.writing() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    connection.execute(CreateIndex(index, if_not_exists=True))
        self._begin()

    def _layout(self) -> int | None:
        with self.reading() as connection:
            return connection.execute(select(POSITION.c.layout)).scalar_one_or_none()

    def _begin(self) -> None:
        if self._layout() is not None:
            return
        try:
            with self.writing() as connection:
                connection.execute(insert(POSITION).values(name=_NAME, position=0, layout=LAYOUT))
        except IntegrityError:
            # Another process opened the same new database at this moment.
            return


def _prepare_file(connection: Any, _record: Any) -> None:
    """Set up one SQLite connection: readers and the writer do not block each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def advance(connection: Connection, before: int, after: int) -> bool:
    """Move the position; False if it was not at ``before`` (another process was quicker).

    It is the first statement of every transaction, so whoever gets past it
    has the database for themselves until the end.
    """
    statement = (
        update(POSITION)
        .where(POSITION.c.position == before)
        .values(position=after)
        .returning(POSITION.c.position)
    )
    return connection.execute(statement).scalar_one_or_none() is not None
