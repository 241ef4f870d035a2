"""What was acknowledged is there after kill -9, in every store that keeps anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wf_es.engine import Engine, SystemClock
from wf_es.store import open_store, standard_codec

WRITER = """
import sys, threading
from uuid import uuid4
from wf_es.definition import ActionSpec
from wf_es.engine import Engine, SystemClock
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.events import ActionScheduled
from wf_es.store import open_store, standard_codec

TEXT = '''
version: '2.0'
loop:
  tasks:
    enter:
      action: std.async_noop
      on-success: again
    again:
      action: std.async_noop
      on-success: again
'''
actions = {"std.async_noop": ActionSpec(name="std.async_noop", inputs={}, is_async=True)}
engine = Engine(open_store(sys.argv[1]), standard_codec(), SystemClock(), actions)
engine.definitions.create(TEXT, origin=engine.origin("ann"))

def call():
    id = str(uuid4())
    origin = engine.origin("ann")
    receipt = engine.execute(StartWorkflow(execution_id=id, origin=origin, workflow_name="loop"))
    while True:
        sys.stdout.write(f"{id} {receipt.state.version} {receipt.position}\\n")
        sys.stdout.flush()
        (action,) = [e.data.action_id for e in receipt.events if isinstance(e.data, ActionScheduled)]
        receipt = engine.execute(
            CompleteAction(execution_id=id, origin=engine.origin("ann"), action_id=action, state="SUCCESS")
        )

for _ in range(4):
    threading.Thread(target=call).start()
"""

URLS = ["sqlite:///{folder}/log.sqlite"]


@pytest.mark.parametrize("url", URLS, ids=["sqlite"])
def test_what_was_acknowledged_survives_a_kill(url: str, tmp_path: Path) -> None:
    """Each acknowledged version is stored at its position, and every chain is whole."""
    url = url.format(folder=tmp_path)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(60)]
    writer.kill()
    lines += writer.communicate()[0].splitlines(keepends=True)
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    assert len(acknowledged) >= 60

    store = open_store(url)
    engine = Engine(store, standard_codec(), SystemClock(), {})
    places = {(sealed.stream, sealed.version): sealed.position for sealed in store.read(0, 1_000_000)}
    for stream, version, position in acknowledged:
        assert places[stream, int(version)] == int(position)
    for stream in engine.unfinished():
        assert [event.version for event in engine.history(stream)] == list(
            range(1, engine.state(stream).version + 1)
        )
    assert len(list(engine.unfinished())) == 4
    engine.close()
