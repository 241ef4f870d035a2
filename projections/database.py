"""The database of the views: opening it, locking it, emptying it.

Views have a database of their own, so they never compete with the log. They
can always be folded again, so SQLite may be quick here (``synchronous=NORMAL``
in WAL mode loses at most the last moments, and the position with them).

An in-memory database is one connection shared by all threads; two threads
must never be inside a transaction on it at the same time, so it has a lock.

Because views can be folded again, somebody may remove their file, even while
it is in use. Then open connections go on with a file that has no name, and new
ones make an empty one. Whoever follows the log asks ``is_lost`` from time to
time and lets the database ``begin_anew``; until that is done, readers are told
to come again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from projections.tables import LAYOUT, METADATA, POSITION, QUARANTINE, ROW_TABLES
from wf_es.errors import InvalidRequest, StoreUnavailable

_NAME = "views"
_BUSY_SECONDS = 10


class Database:
    """The tables of the views behind three doors.

    ``reading`` and ``writing`` are for those who keep the views, ``serving`` for
    those who read them: it is shut while the views are folded again.
    """

    def __init__(self, url: str) -> None:
        """Open the database and create what is missing.

        Args:
            url: An SQLAlchemy URL; ``sqlite://`` for one in memory.

        Raises:
            InvalidRequest: The URL cannot be used.
            StoreUnavailable: The database cannot be opened, or is none.

        """
        self.is_rebuilding = False
        self._lock: threading.RLock | None = None
        self._file: Path | None = None
        self._identity: tuple[int, int] | None = None
        try:
            self.engine = self._engine(url)
        except (ArgumentError, ImportError) as error:
            text = f"The views cannot be kept at the URL given (WF_ES_VIEWS_URL): {_brief(error)}"
            raise InvalidRequest(f"{text}; use sqlite:///path") from error
        self._open()

    def _engine(self, url: str) -> Engine:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(url, hide_parameters=True)
        if parsed.database is None or parsed.database in ("", ":memory:"):
            self._lock = threading.RLock()
            one = {"check_same_thread": False}
            return create_engine(url, hide_parameters=True, poolclass=StaticPool, connect_args=one)
        self._file = Path(parsed.database).absolute()
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
    def serving(self) -> Iterator[Connection]:
        """Give a connection for queries of clients.

        Raises:
            StoreUnavailable: The views are being folded again, or cannot be read.

        """
        if self.is_rebuilding:
            raise StoreUnavailable("The views are being built again from the log; try again in a moment")
        try:
            with self.reading() as connection:
                yield connection
        except SQLAlchemyError as error:
            text = f"The views cannot be read: {_brief(error)}. They are built again if their file is removed"
            raise StoreUnavailable(text) from error

    def is_lost(self) -> bool:
        """Whether the file of the views is not the one that was opened."""
        return self._identity is not None and self._identity != self._found()

    def begin_anew(self) -> None:
        """Let go of a lost file and open a new, empty database in its place."""
        self.is_rebuilding = True
        self.engine.dispose()
        self._open()

    def _found(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _open(self) -> None:
        try:
            self._create()
        except DBAPIError as error:
            place = self._file or self.engine.url.render_as_string()
            text = f"The views cannot be opened at {place}: {_brief(error)}"
            raise StoreUnavailable(
                f"{text}. Views are built again from the log, so what is damaged may be removed"
            ) from error
        self._identity = self._found()

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

    def quarantine_of(self, stream: str) -> str | None:
        """Return why a stream is in quarantine, None if it is not."""
        with self.reading() as connection:
            statement = select(QUARANTINE.c.error).where(QUARANTINE.c.stream == stream)
            return connection.execute(statement).scalar_one_or_none()

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the views has."""
        with self.reading() as connection:
            return {
                str(table.name): int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in ROW_TABLES
            }

    def empty(self) -> None:
        """Remove every row and begin again before the first event."""
        with self.writing() as connection:
            connection.execute(update(POSITION).values(position=0, digest=""))
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
                connection.execute(insert(POSITION).values(name=_NAME, position=0, digest="", layout=LAYOUT))
        except IntegrityError:
            # Another process opened the same new database at this moment.
            return


def _brief(error: Exception) -> str:
    """Return what a database said, without statements and advice for programmers."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).splitlines()[0][:255] if str(cause) else type(error).__name__


def _prepare_file(connection: Any, _record: Any) -> None:
    """Set up one SQLite connection: readers and the writer do not block each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def advance(connection: Connection, before: int, after: int, digest: str) -> bool:
    """Move the position; False if it was not at ``before`` (another process was quicker).

    ``digest`` is that of the event at the new position.

    It is the first statement of every transaction, so whoever gets past it
    has the database for themselves until the end.
    """
    statement = (
        update(POSITION)
        .where(POSITION.c.position == before)
        .values(position=after, digest=digest)
        .returning(POSITION.c.position)
    )
    return connection.execute(statement).scalar_one_or_none() is not None
