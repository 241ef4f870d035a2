"""A log whose stored events are changed behind the store's back: by a disk, or by somebody who knows how."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from pathlib import Path
from typing import NamedTuple

import wf_es
from wf_es.ports import Sealed
from wf_es.store import SQLiteStore
from wf_es.store.checksums import checksum

FLOW = """
version: '2.0'
waiting:
  input: [who]
  output: {greeting: <% $.greeting %>}
  tasks:
    first:
      action: std.echo output=<% $.who %>
      publish: {greeting: "hello <% task().result %>"}
      on-success: second
    second: {action: std.async_noop}
"""


def waiting_executions(path: Path, count: int) -> Path:
    """Make a log with executions that each wait for a report, and one definition."""
    with wf_es.open(f"sqlite:///{path}") as workflows:
        workflows.create_workflows(FLOW)
        for number in range(count):
            _reach_second(workflows, workflows.start("waiting", {"who": f"person {number}"}))
    return path


def _reach_second(workflows: wf_es.Workflows, execution: str) -> None:
    for _ in range(1000):
        if any(action.delegated for action in workflows.execution(execution).actions.values()):
            return
        workflows.wait(execution, 0.01)
    raise AssertionError("it did not get there")


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


def write_row(path: Path, event: Sealed) -> None:
    """Put an event back as it was, with its checksum."""
    check = checksum(event.stream, event.version, event.topic, event.body)
    plain = sqlite3.connect(path)
    row = (event.body, check, event.position)
    plain.execute("UPDATE stored_events SET state = ?, checksum = ? WHERE rowid = ?", row)
    plain.commit()
    plain.close()


def rewrite(path: Path, stream: str, version: int, old: bytes, new: bytes) -> None:
    """Change an event and make everything after it fit again, as somebody would who knows how."""
    store = SQLiteStore(path)
    events = store.load(stream)
    store.close()
    plain = sqlite3.connect(path)
    before, digest = "", ""
    for event in events:
        body = event.body.replace(old, new) if event.version == version else event.body
        assert event.version != version or body != event.body
        body = body.replace(before.encode(), digest.encode()) if before else body
        check = checksum(event.stream, event.version, event.topic, body)
        row = (body, check, event.position)
        plain.execute("UPDATE stored_events SET state = ?, checksum = ? WHERE rowid = ?", row)
        before, digest = event.digest, hashlib.sha256(body).hexdigest()
    plain.commit()
    plain.close()
