"""A row that is not what was written is noticed by whoever reads it, and by nobody else."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from wf_es.errors import CorruptHistory
from wf_es.ports import Batch, Sealed
from wf_es.store import SQLiteStore, standard_codec
from wf_es.store.checksums import BYTES, checked, checksum

COLUMNS = "originator_id originator_version topic state checksum".split()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with three streams of four events."""
    store = SQLiteStore(tmp_path / "log.sqlite")
    for version in range(1, 5):
        store.append([Batch(stream=stream, events=(_sealed(stream, version),)) for stream in ("a", "b", "c")])
    store.close()
    return tmp_path / "log.sqlite"


def _sealed(stream: str, version: int) -> Sealed:
    body = f'{{"prev":"{"0" * 64}","number":{version},"of":"{stream}"}}'.encode()
    return Sealed(stream=stream, version=version, topic="Some@1", body=body, digest="unused")


def _damage(path: Path, position: int, column: str, value: object) -> None:
    with sqlite3.connect(path) as plain:
        plain.execute(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", (value, position))
    plain.close()


def _flip(path: Path, position: int, column: str, chance: random.Random) -> bool:
    """Flip one bit of a column; False if the table does not take the outcome."""
    kind = {"originator_id": "TEXT", "topic": "TEXT", "originator_version": "INTEGER"}.get(column, "BLOB")
    plain = sqlite3.connect(path)
    query = f"SELECT CAST({column} AS BLOB) FROM stored_events WHERE rowid = ?"
    ((found,),) = plain.execute(query, (position,)).fetchall()
    flipped = bytearray(found)
    flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    change = f"UPDATE OR IGNORE stored_events SET {column} = CAST(? AS {kind}) WHERE rowid = ?"
    count = plain.execute(change, (bytes(flipped), position)).rowcount
    plain.commit()
    plain.close()
    return count == 1


def _damaged(path: Path) -> list[int]:
    store = SQLiteStore(path)
    found = [sealed.position for sealed in store.read(0, 100) if not sealed.intact]
    store.close()
    return found


def test_a_checksum_depends_on_all_that_a_row_says() -> None:
    """Its stream, number, topic and text; it is short."""
    rows = [("a", 1, "T@1", b"x"), ("b", 1, "T@1", b"x"), ("a", 2, "T@1", b"x"), ("a", 1, "U@1", b"x")]
    sums = {checksum(*row) for row in (*rows, ("a", 1, "T@1", b"y"))}
    assert len(sums) == 5
    assert {len(each) for each in sums} == {BYTES}


def test_what_was_written_is_intact(path: Path) -> None:
    """By stream and by position."""
    assert _damaged(path) == []
    store = SQLiteStore(path)
    assert all(sealed.intact for sealed in store.load("b"))
    store.close()


def test_every_flipped_bit_of_a_text_is_found(path: Path) -> None:
    """Also in the last event of a stream, which no other event vouches for."""
    store = SQLiteStore(path)
    (last,) = store.load("c", 3)
    kept = checksum("c", 4, last.topic, last.body)
    for bit in range(len(last.body) * 8):
        flipped = bytearray(last.body)
        flipped[bit // 8] ^= 1 << bit % 8
        row = (b"c", 4, last.topic.encode(), bytes(flipped), last.position, kept)
        assert not checked([row])[0].intact, bit
    _damage(path, last.position, "state", bytes(flipped))
    assert [sealed.intact for sealed in store.load("c")] == [True, True, True, False]
    _damage(path, last.position, "state", last.body)
    assert [sealed.intact for sealed in store.load("c")] == [True] * 4
    store.close()


@pytest.mark.parametrize("seed", range(20))
def test_any_flipped_bit_of_any_column_is_found(path: Path, seed: int) -> None:
    """And hides no other row, whatever has become of it."""
    chance = random.Random(seed)
    is_done = False
    while not is_done:
        position, column = chance.randint(1, 12), chance.choice(COLUMNS)
        is_done = _flip(path, position, column, chance)
    assert _damaged(path) == [position], f"column {column}, seed {seed}"


def test_damage_is_an_error_for_whoever_opens_the_event(path: Path) -> None:
    """The codec refuses it, and says which event it is."""
    _damage(path, 5, "state", b"{}")
    store, codec = SQLiteStore(path), standard_codec()
    damaged = store.load("b")[1]
    for use in (codec.open, codec.previous):
        with pytest.raises(CorruptHistory, match="Event 2 of stream b is damaged") as caught:
            use(damaged)
        assert caught.value.details == {"stream": "b", "version": 2}
    store.close()


def test_a_text_that_is_none_hides_nothing(path: Path) -> None:
    """Another type in the column, or bytes that are no text, are damage like any other."""
    _damage(path, 2, "state", "text")
    _damage(path, 3, "state", 17)
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE stored_events SET topic = CAST(x'ff41' AS TEXT) WHERE rowid = 4")
    plain.close()
    assert _damaged(path) == [2, 3, 4]


def test_a_log_from_before_there_were_checksums_gets_them(path: Path) -> None:
    """Once, for what it says then; from then on it is protected like any other."""
    with sqlite3.connect(path) as plain:
        plain.execute("ALTER TABLE stored_events DROP COLUMN checksum")
    plain.close()
    assert _damaged(path) == []
    _damage(path, 7, "state", b"{}")
    assert _damaged(path) == [7]
    store = SQLiteStore(path)
    store.append([Batch(stream="a", events=(_sealed("a", 5),))])
    store.close()
    assert _damaged(path) == [7]
