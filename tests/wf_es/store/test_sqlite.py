"""The SQLite store: what the contract suite cannot see from outside."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from wf_es.errors import StoreUnavailable, VersionConflict
from wf_es.ports import Batch, Sealed
from wf_es.store import SQLiteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is (a folder that is not there yet, with a difficult name)."""
    return tmp_path / "new folder #1 %20?" / "log.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    """An empty store."""
    made = SQLiteStore(path)
    yield made
    made.close()


def batch(stream: str, *versions: int, unfinished: bool | None = None, size: int = 2) -> Batch:
    """Return a batch with these versions of one stream."""
    events = tuple(
        Sealed(stream=stream, version=version, topic="Some@1", body=b"x" * size, digest="unused")
        for version in versions
    )
    return Batch(stream=stream, events=events, unfinished=unfinished)


def test_everything_is_there_after_opening_again(path: Path) -> None:
    """Events, positions and unfinished streams outlive the store object."""
    first = SQLiteStore(path)
    first.append([batch("a", 1, 2, unfinished=True)])
    first.close()

    second = SQLiteStore(path)

    assert [sealed.position for sealed in second.load("a")] == [1, 2]
    assert list(second.unfinished()) == ["a"]
    assert second.append([batch("a", 3)]) == 3
    second.close()


def test_writing_is_safe_against_power_loss(store: SQLiteStore) -> None:
    """Readers and the writer alike use write-ahead logging with synchronous=FULL (2)."""
    store.append([batch("a", 1)])
    modes = []
    for commit in (False, True):
        with store.recorder.datastore.transaction(commit=commit) as cursor:  # type: ignore[attr-defined]
            cursor.execute("PRAGMA synchronous")
            synchronous = cursor.fetchone()[0]
            cursor.execute("PRAGMA journal_mode")
            modes.append((synchronous, cursor.fetchone()[0]))

    assert modes == [(2, "wal"), (2, "wal")]


def test_a_file_that_cannot_be_made_safe_is_not_used(path: Path) -> None:
    """Where write-ahead logging is not to be had the store does not start."""
    path.parent.mkdir()
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA locking_mode=EXCLUSIVE")
    plain.execute("PRAGMA journal_mode=DELETE")
    plain.execute("CREATE TABLE held (x)")
    plain.execute("BEGIN EXCLUSIVE")

    code = f"""
        from wf_es.store import sqlite, SQLiteStore
        from wf_es.errors import StoreUnavailable
        sqlite.BUSY_TIMEOUT = 1
        try:
            SQLiteStore({str(path)!r})
        except StoreUnavailable as error:
            print("refused:", error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=30, check=True
    )
    plain.close()

    assert "refused: The event store cannot be opened" in done.stdout


def test_a_file_that_is_no_database_is_not_used(path: Path) -> None:
    """Somebody else's file is left as it is."""
    path.parent.mkdir()
    path.write_bytes(b"this is a letter to my grandmother" * 100)

    with pytest.raises(StoreUnavailable, match="not a database"):
        SQLiteStore(path)

    assert path.read_bytes().startswith(b"this is a letter")


def test_a_folder_that_cannot_be_made_is_an_error_of_the_world(path: Path) -> None:
    """A path through a file says so."""
    path.parent.write_text("a file")

    with pytest.raises(StoreUnavailable):
        SQLiteStore(path)


def test_positions_are_never_used_again(store: SQLiteStore) -> None:
    """A follower that stands at a purged position misses nothing that comes later."""
    store.append([batch("a", 1, 2), batch("b", 1, 2, 3)])
    with store.recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
        cursor.execute("DELETE FROM stored_events WHERE originator_id = 'b'")

    assert store.append([batch("a", 3)]) == 6


def test_a_full_disk_refuses_writing_and_allows_reading(store: SQLiteStore) -> None:
    """Nothing of the refused append is kept; when there is space again, work goes on."""
    store.append([batch("a", 1)])
    datastore = store.recorder.datastore  # type: ignore[attr-defined]
    with datastore.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA max_page_count=20")

    with pytest.raises(StoreUnavailable, match="full"):
        store.append([batch("b", 1), batch("a", 2, size=200_000, unfinished=True)])

    assert [sealed.version for sealed in store.load("a")] == [1]
    assert store.load("b") == []
    assert list(store.unfinished()) == []

    with datastore.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA max_page_count=1000000")
    assert store.append([batch("a", 2, size=200_000)]) == 2


def test_a_store_on_a_read_only_file_can_be_read(path: Path, store: SQLiteStore) -> None:
    """What cannot be written is an error of the world, not of the caller."""
    store.append([batch("a", 1)])
    with store.recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA query_only=1")
    try:
        with pytest.raises(StoreUnavailable, match="readonly"):
            store.append([batch("a", 2)])
        assert len(store.load("a")) == 1
    finally:
        store.recorder.datastore._drop_writer()  # type: ignore[attr-defined]
    assert store.append([batch("a", 2)]) == 2


def test_a_torn_log_opens_as_a_prefix(path: Path, tmp_path: Path) -> None:
    """Of a copy taken in the middle of writing, whole transactions remain and nothing else."""
    store = SQLiteStore(path)
    for version in range(1, 21):
        store.append([batch("a", version, size=3000)])
    log = path.with_name(path.name + "-wal").read_bytes()
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(path.read_bytes())
    torn.with_name("torn.sqlite-wal").write_bytes(log[: len(log) * 2 // 3])
    store.close()

    copy = SQLiteStore(torn)
    versions = [sealed.version for sealed in copy.load("a")]

    assert 0 < len(versions) < 20
    assert versions == list(range(1, len(versions) + 1))
    assert copy.append([batch("a", len(versions) + 1)]) == len(versions) + 1
    copy.close()


def test_a_closed_store_says_so(path: Path) -> None:
    """After close nothing works, and closing again does no harm."""
    store = SQLiteStore(path)
    store.append([batch("a", 1)])
    store.close()
    store.close()

    with pytest.raises(StoreUnavailable):
        store.append([batch("a", 2)])
    with pytest.raises(StoreUnavailable):
        store.load("a")


WRITER = """
import sys
from wf_es.errors import VersionConflict
from wf_es.ports import Batch, Sealed
from wf_es.store import SQLiteStore

store = SQLiteStore(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    while True:
        version = len(store.load("a")) + 1
        event = Sealed(stream="a", version=version, topic=sys.argv[2], body=b"{}", digest="")
        try:
            store.append([Batch(stream="a", events=(event,))])
        except VersionConflict:
            continue
        break
store.close()
"""


def test_several_processes_share_one_log(path: Path, store: SQLiteStore) -> None:
    """Processes that append to one stream each get all their events in, without a gap."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), f"Process@{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0

    events = store.load("a")

    assert [sealed.version for sealed in events] == list(range(1, 121))
    assert {sealed.topic: sum(e.topic == sealed.topic for e in events) for sealed in events} == {
        "Process@0": 40,
        "Process@1": 40,
        "Process@2": 40,
    }


def test_another_process_is_noticed(path: Path, store: SQLiteStore) -> None:
    """A second store on the same file conflicts like any other writer."""
    other = SQLiteStore(path)
    store.append([batch("a", 1)])

    with pytest.raises(VersionConflict):
        other.append([batch("a", 1)])

    assert other.append([batch("a", 2)]) == 2
    assert [sealed.version for sealed in store.load("a")] == [1, 2]
    other.close()
