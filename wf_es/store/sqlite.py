"""The store in one SQLite file, safe against power loss and other processes.

The library's SQLite recorder, with these differences:

* positions are an explicit ``INTEGER PRIMARY KEY AUTOINCREMENT``: the implicit
  row ids of the library's table are used again after the newest stream is
  purged, and a follower that stands there would miss events;
* ``synchronous=FULL`` and write-ahead logging are set *and checked* on each
  connection: the library leaves the first to the build's default;
* all writing goes through one connection of its own, in transactions that
  begin IMMEDIATE under a lock file: no deadlock between a read that turns into
  a write, and no connection of the pool is ever left in a broken transaction;
* versions follow each other without a gap, and streams with unfinished
  business are kept in a table that moves with the events;
* each row carries a checksum, and whoever reads it is told if it does not fit.

Reading takes connections of the library's pool and never writes, so it goes
on while the disk is full.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from wf_es.errors import StoreUnavailable
from wf_es.ports import Sealed
from wf_es.store.checksums import FUNCTION, checked, checksum, lenient_text
from wf_es.store.holds import FileHolds
from wf_es.store.locking import FileLock, LockTimeout
from wf_es.store.recorders import RecorderStore, StreamConflict, first_versions, unavailable

BUSY_TIMEOUT = 30
"""Seconds to wait for another writer."""

_READERS = 8
_SYNCHRONOUS_FULL = 2
_NO_LIMIT = -1

# The name rowid keeps the library's own statements working.
_CREATE_EVENTS = """\
CREATE TABLE IF NOT EXISTS {table} (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    checksum BLOB NOT NULL DEFAULT x'',
    UNIQUE (originator_id, originator_version))"""
_CREATE_UNFINISHED = "CREATE TABLE IF NOT EXISTS unfinished (stream TEXT PRIMARY KEY) WITHOUT ROWID"
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'unfinished'"
_HAS_CHECKSUMS = "SELECT 1 FROM pragma_table_info('{table}') WHERE name = 'checksum'"
_ADD_CHECKSUMS = "ALTER TABLE {table} ADD COLUMN checksum BLOB NOT NULL DEFAULT x''"
_FILL_CHECKSUMS = """\
UPDATE {table} SET checksum = {function}(originator_id, originator_version, topic, state)"""
_INSERT = """\
INSERT INTO {table} (originator_id, originator_version, topic, state, checksum)
VALUES (?1, ?2, ?3, ?4, {function}(?1, ?2, ?3, ?4))"""
_LAST_VERSION = "SELECT MAX(originator_version) FROM {table} WHERE originator_id = ?"
# Bytes, of which those that come again and again are made text once; the library's way is to do it for each.
_ROW = "CAST(originator_id AS BLOB), originator_version, CAST(topic AS BLOB), state, rowid, checksum"
_STREAM = """\
SELECT {row} FROM {table}
WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version LIMIT ?"""
_LOG = """\
SELECT {row} FROM {table}
WHERE rowid > ? ORDER BY rowid LIMIT ?"""
_ADD_UNFINISHED = "INSERT OR IGNORE INTO unfinished (stream) VALUES (?)"
_REMOVE_UNFINISHED = "DELETE FROM unfinished WHERE stream = ?"
_UNFINISHED = "SELECT stream FROM unfinished ORDER BY stream"


class _Pool(SQLiteConnectionPool):
    """Connections that are durable, or an error; they know how checksums are made."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        try:
            self._make_durable(connection)
            plain = connection.cursor().sqlite_cursor.connection
            plain.create_function(FUNCTION, 4, checksum, deterministic=True)
            plain.text_factory = lenient_text
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_durable(self, connection: SQLiteConnection) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        if synchronous < _SYNCHRONOUS_FULL or mode != "wal":
            raise InterfaceError(
                f"{self.db_name} cannot be made safe against power loss (synchronous={synchronous},"
                f" journal_mode={mode}); use a local file system that supports write-ahead logging"
            )


class _Datastore(SQLiteDatastore):
    """A pool for readers, and one connection with a lock file for writing."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool = _Pool(db_name=path.as_uri(), lock_timeout=BUSY_TIMEOUT, pool_size=_READERS)
        self._lock = FileLock(path.with_name(path.name + ".lock"), timeout=BUSY_TIMEOUT)
        self._connecting = threading.Lock()
        self._writer: SQLiteConnection | None = None
        self._closed = False

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Open a transaction to read, or the only one to write."""
        try:
            if not commit:
                with super().transaction(commit=False) as cursor:
                    yield cursor
            else:
                with self._lock(), self._write() as cursor:
                    yield cursor
        except (sqlite3.Error, LockTimeout, OSError) as error:
            raise OperationalError(str(error)) from error

    def close(self) -> None:
        """Close all connections and the lock file; a second time does nothing."""
        super().close()
        with self._connecting:
            if getattr(self, "_closed", True):
                return
            self._closed = True
            self._drop_writer()
            self._lock.close()

    @contextmanager
    def _write(self) -> Iterator[SQLiteCursor]:
        connection = self._writing_connection()
        cursor = connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            connection.commit()
        except BaseException:
            self._undo(connection)
            raise

    def _writing_connection(self) -> SQLiteConnection:
        with self._connecting:
            if self._closed:
                raise OperationalError("the store is closed")
            if self._writer is None:
                self._writer = self.pool._create_connection()
            return self._writer

    def _undo(self, connection: SQLiteConnection) -> None:
        """Roll back; a connection that cannot even do this is not used again."""
        try:
            connection.rollback()
        except sqlite3.Error:
            with self._connecting:
                self._drop_writer()

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class SQLiteRecorder(SQLiteApplicationRecorder):
    """The library's SQLite recorder, without gaps, with unfinished streams."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events") -> None:
        """Prepare the statements; nothing is read or written yet."""
        super().__init__(datastore, events_table_name)
        table = self.events_table_name
        self.insert_events_statement = _INSERT.format(table=table, function=FUNCTION)
        self._last_version = _LAST_VERSION.format(table=table)
        self._stream = _STREAM.format(table=table, row=_ROW)
        self._log = _LOG.format(table=table, row=_ROW)

    def construct_create_table_statements(self) -> list[str]:
        """Return the statements that create the schema."""
        return [_CREATE_EVENTS.format(table=self.events_table_name), _CREATE_UNFINISHED]

    def create_table(self) -> None:
        """Create the schema unless it is there (a full disk can be opened to read).

        A file that was made before there were checksums gets them now, for what it says now.
        """
        if not self._select(_HAS_TABLE, ()):
            super().create_table()
        elif not self._has_checksums():
            self._add_checksums()

    def _has_checksums(self) -> bool:
        return bool(self._select(_HAS_CHECKSUMS.format(table=self.events_table_name), ()))

    def _add_checksums(self) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(_HAS_CHECKSUMS.format(table=self.events_table_name))
            if cursor.fetchone() is None:
                cursor.execute(_ADD_CHECKSUMS.format(table=self.events_table_name))
                cursor.execute(_FILL_CHECKSUMS.format(table=self.events_table_name, function=FUNCTION))

    def _insert_events(
        self,
        c: SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int]:
        self._check_versions(c, stored_events)
        positions = super()._insert_events(c, stored_events) or ()
        for stream, unfinished in kwargs.get("unfinished", {}).items():
            c.execute(_ADD_UNFINISHED if unfinished else _REMOVE_UNFINISHED, (stream,))
        return positions

    def _check_versions(self, cursor: SQLiteCursor, stored_events: Sequence[StoredEvent]) -> None:
        for stream, version in first_versions(stored_events).items():
            cursor.execute(self._last_version, (stream,))
            expected = (cursor.fetchone()[0] or 0) + 1
            if version != expected:
                raise StreamConflict(stream, version, expected)

    def select_stream(self, stream: str, after: int, limit: int | None) -> Sequence[Sealed]:
        """Return a stream's events above a version, in order, at most ``limit``."""
        most = _NO_LIMIT if limit is None else limit
        return checked(self._select(self._stream, (stream, after, most)))

    def select_log(self, after: int, limit: int) -> Sequence[Sealed]:
        """Return up to ``limit`` events above a position, in order."""
        return checked(self._select(self._log, (after, limit)))

    def select_unfinished(self) -> Sequence[str]:
        """Return the streams with unfinished business."""
        return [row[0] for row in self._select(_UNFINISHED, ())]

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    def _select(self, statement: str, parameters: tuple[object, ...]) -> list[Any]:
        """Return plain tuples: the library's named rows cost more than the query."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.sqlite_cursor.row_factory = None
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())


class SQLiteStore(RecorderStore):
    """The event store in one SQLite file."""

    def __init__(self, path: str | Path) -> None:
        """Open the file, creating it and its schema where they are missing.

        Raises:
            StoreUnavailable: the file cannot be opened, is not a database, or
                cannot be made safe against power loss.
        """
        location = Path(path).absolute()
        try:
            location.parent.mkdir(parents=True, exist_ok=True)
            datastore = _Datastore(location)
        except OSError as error:
            raise unavailable("opened", error) from error
        recorder = SQLiteRecorder(datastore)
        try:
            recorder.create_table()
        except (OperationalError, InterfaceError) as error:
            datastore.close()
            raise unavailable("opened", error) from error
        super().__init__(recorder, FileHolds(location))


__all__ = ["BUSY_TIMEOUT", "SQLiteRecorder", "SQLiteStore", "StoreUnavailable"]
