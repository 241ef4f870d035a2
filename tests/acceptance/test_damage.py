"""Bits that flip in the log: each is found, one execution suffers, the others go on."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from projections import Query, Views
from tests.conftest import ServerFactory
from tests.damage import FLOW, flip_a_bit, waiting_executions
from tests.serving import RunningServer
from wf_es.engine import Engine, SystemClock
from wf_es.errors import CorruptHistory
from wf_es.store import SQLiteStore, standard_codec

FLIPS = 40


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with six executions that wait, and one definition."""
    return waiting_executions(tmp_path_factory.mktemp("log") / "log.sqlite", 6)


def rows(views: Views) -> dict[str, Any]:
    """Return all executions as they are listed, by id."""
    return {row["id"]: row for row in views.executions.list(Query(project=None)).rows}


def test_a_flipped_bit_anywhere_is_found_and_harms_one_stream_only(log: Path, tmp_path: Path) -> None:
    """For many random places: engine and views refuse that stream, and all else is as before."""
    sound = _views(log)
    for seed in range(FLIPS):
        path = tmp_path / "damaged.sqlite"
        shutil.copy(log, path)
        flip = flip_a_bit(path, random.Random(seed))
        engine = Engine(SQLiteStore(path), standard_codec(), SystemClock(), {})
        others = set(sound) - {flip.stream}
        for execution in others:
            assert engine.state(execution).version == sound[execution]["version"], flip
        with pytest.raises(CorruptHistory, match=f"Event {flip.version} of stream {flip.stream}"):
            engine.history(flip.stream) if flip.stream in sound else engine.definitions.get(
                "waiting", project=engine.origin("ann").project
            )
        assert list(engine.quarantine.found()) == [flip.stream], flip
        engine.close()
        left = _views(path, expected=flip.stream)
        assert {execution: left[execution] for execution in others} == {
            execution: sound[execution] for execution in others
        }, flip


def _views(path: Path, expected: str | None = None) -> dict[str, Any]:
    store = SQLiteStore(path)
    views = Views("sqlite://", store, standard_codec())
    views.catch_up()
    assert [one["stream"] for one in views.quarantined()] == ([expected] if expected else [])
    found = rows(views)
    views.close()
    store.close()
    return found


def test_bits_that_flip_in_the_file_itself_are_found(log: Path, tmp_path: Path) -> None:
    """Whatever the database makes of the bytes: at random places of the texts as they lie on the disk."""
    store = SQLiteStore(log)
    rows = store.read(0, 1000)
    store.close()
    whole = log.read_bytes()
    for seed in range(FLIPS):
        chance = random.Random(seed)
        row = chance.choice([row for row in rows if row.body in whole])
        place = whole.index(row.body) + chance.randrange(len(row.body))
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        path = tmp_path / f"{seed}.sqlite"
        path.write_bytes(flipped)
        damaged = SQLiteStore(path)
        found = [(one.stream, one.version) for one in damaged.read(0, 1000) if not one.intact]
        damaged.close()
        assert found == [(row.stream, row.version)], f"seed {seed}"


@pytest.mark.parametrize("views_kept", [True, False], ids=["views kept", "views built again"])
def test_a_server_goes_on_beside_a_damaged_execution(log: Path, tmp_path: Path, views_kept: bool) -> None:
    """It starts, says what is damaged and what to do, and carries all others to their end."""
    path = tmp_path / "log.sqlite"
    shutil.copy(log, path)
    running = RunningServer(path)
    if views_kept:
        running.start()
        running.stop()
    sound = _views(path)
    victim = sorted(sound, key=lambda execution: str(sound[execution]["created_at"]))[2]
    flip = flip_a_bit(path, random.Random(5), victim)
    running.start()
    try:
        _check_beside(running, victim, flip.version, set(sound) - {victim})
    finally:
        running.stop()


def _check_beside(running: RunningServer, victim: str, version: int, others: set[str]) -> None:
    for execution in others:
        tasks = httpx.get(f"{running.api}/executions/{execution}/tasks?name=second").json()["tasks"]
        (action,) = httpx.get(f"{running.api}/tasks/{tasks[0]['id']}/action_executions").json()[
            "action_executions"
        ]
        done = httpx.put(f"{running.api}/action_executions/{action['id']}", json={"state": "SUCCESS"})
        assert done.status_code == 200, done.text
        assert httpx.get(f"{running.api}/executions/{execution}").json()["state"] == "SUCCESS"
    requests = [
        httpx.get(f"{running.api}/executions/{victim}"),
        httpx.get(f"{running.api}/executions/{victim}/events"),
        httpx.get(f"{running.api}/executions/{victim}/tasks"),
        httpx.put(f"{running.api}/executions/{victim}", json={"state": "PAUSED"}),
        httpx.post(f"{running.api}/executions/{victim}/resume", json={}),
    ]
    for answer in requests:
        assert (answer.status_code, answer.json()["code"]) == (409, "corrupt-history"), answer.text
        assert "wf-es audit verify" in answer.json()["faultstring"]
    ready = httpx.get(f"{running.url}/readyz").json()
    assert ready["status"] == "ready"
    (damaged,) = ready["quarantined"]
    assert damaged["stream"] == victim
    assert f"Event {version} of stream {victim}" in damaged["error"]


def test_damage_that_happens_while_the_server_runs(server: ServerFactory, tmp_path: Path) -> None:
    """Whoever meets it is told; the server runs on, and a new start makes no difference."""
    running = server()
    httpx.post(f"{running.api}/workflows", content=FLOW).raise_for_status()
    ids = [
        httpx.post(
            f"{running.api}/executions", json={"workflow_name": "waiting", "input": {"who": "x"}}
        ).json()["id"]
        for _ in range(2)
    ]
    flip = flip_a_bit(running.database, random.Random(1), ids[0])
    damaged = httpx.get(f"{running.api}/executions/{ids[0]}/events")
    assert damaged.status_code == 409, flip
    assert httpx.get(f"{running.api}/executions/{ids[1]}/events").status_code == 200
    assert httpx.put(f"{running.api}/executions/{ids[0]}", json={"state": "PAUSED"}).status_code == 409
    assert httpx.get(f"{running.api}/executions/{ids[0]}").status_code == 409
    assert [one["stream"] for one in httpx.get(f"{running.url}/readyz").json()["quarantined"]] == [ids[0]]
