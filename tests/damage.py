"""A disk that flips bits: changes stored events behind the store's back."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import NamedTuple

from wf_es.store import SQLiteStore


class Flip(NamedTuple):
    """One flipped bit: in which event, and where in its text."""

    stream: str
    version: int
    position: int
    bit: int


def flip_a_bit(path: Path, chance: random.Random, stream: str | None = None) -> Flip:
    """Flip one bit in the text of a stored event, of a given stream or of any."""
    store = SQLiteStore(path)
    events = store.load(stream) if stream else store.read(0, 100_000)
    store.close()
    chosen = chance.choice(events)
    bit = chance.randrange(len(chosen.body) * 8)
    body = bytearray(chosen.body)
    body[bit // 8] ^= 1 << bit % 8
    write_text(path, chosen.position, bytes(body))
    return Flip(chosen.stream, chosen.version, chosen.position, bit)


def write_text(path: Path, position: int, body: bytes) -> None:
    """Put other bytes in the place of an event's text."""
    plain = sqlite3.connect(path)
    plain.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (body, position))
    plain.commit()
    plain.close()
