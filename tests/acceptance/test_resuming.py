"""Resumes over HTTP: two at the same moment, and a server that is killed in the middle of one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.serving import RunningServer

TREE = """
version: '2.0'
main:
  tasks:
    outer: {workflow: sub}
sub:
  tasks:
    t: {action: "<% $.get(act, 'std.fail') %>"}
"""
BODY = {"tasks": [{"task": "outer/t", "context": {"act": "std.async_noop"}}]}
ROUNDS, KILLS = 100, 6


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of its own, on a SQLite file, with the workflows."""
    made = RunningServer(tmp_path / "own.sqlite")
    made.start()
    httpx.post(f"{made.api}/workflows", content=TREE).raise_for_status()
    yield made
    made.stop()


def failed(client: httpx.Client, count: int) -> list[str]:
    """Return executions that have failed deep down."""
    ids = [client.post("executions", json={"workflow_name": "main"}).json()["id"] for _ in range(count)]
    for identifier in ids:
        deadline = time.monotonic() + 20
        while client.get(f"executions/{identifier}").json()["state"] != "ERROR":
            assert time.monotonic() < deadline
            time.sleep(0.01)
    return ids


def told(client: httpx.Client, identifier: str) -> list[dict[str, Any]]:
    """Return the events of an execution."""
    events: list[dict[str, Any]] = client.get(f"executions/{identifier}/events").json()["events"]
    return events


def test_of_two_resumes_at_the_same_moment_one_takes_effect(running: RunningServer) -> None:
    """And the other one is told by whom, in each of 100 rounds."""
    together = Barrier(2)

    def resume(identifier: str, actor: str) -> httpx.Response:
        with httpx.Client(base_url=f"{running.api}/", headers={"X-User-Id": actor}) as client:
            client.get("executions?limit=1")
            together.wait()
            return client.post(f"executions/{identifier}/resume", json={**BODY, "reason": f"for {actor}"})

    with httpx.Client(base_url=f"{running.api}/", timeout=30) as client, ThreadPoolExecutor(2) as pool:
        for number, identifier in enumerate(failed(client, ROUNDS)):
            answers = list(pool.map(resume, [identifier] * 2, ["ada", "bob"]))
            codes = [answer.status_code for answer in answers]
            assert sorted(codes) == [200, 409], f"round {number}: {[answer.text for answer in answers]}"
            winner = ("ada", "bob")[codes.index(200)]
            refusal = answers[codes.index(409)].json()
            assert "RUNNING" in refusal["detail"], f"round {number}"
            meanwhile = refusal["meanwhile"][0]
            assert (meanwhile["actor"], meanwhile["reason"]) == (winner, f"for {winner}"), f"round {number}"
            resumed = [event for event in told(client, identifier) if event["type"] == "WorkflowResumed"]
            assert [event["actor"] for event in resumed] == [winner], f"round {number}"


def test_a_kill_leaves_all_of_a_resume_or_nothing(running: RunningServer) -> None:
    """Parent and child agree at the next start, whenever it came."""
    random = Random(4)

    def resume(identifier: str) -> None:
        try:
            httpx.post(f"{running.api}/executions/{identifier}/resume", json=BODY, timeout=30)
        except httpx.TransportError:
            return

    with httpx.Client(base_url=f"{running.api}/", timeout=30) as client:
        ids = failed(client, KILLS)
    for identifier in ids:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(resume, identifier)
            time.sleep(random.uniform(0, 0.05))
            running.kill()
            asked.result()
        running.start()
        with httpx.Client(base_url=f"{running.api}/", timeout=30) as client:
            task = client.get(f"executions/{identifier}/tasks").json()["tasks"][0]["id"]
            child = client.get(f"tasks/{task}/workflow_executions").json()["executions"][0]["id"]
            has = [
                [event["command"] for event in told(client, member) if event["type"] == "WorkflowResumed"]
                for member in (identifier, child)
            ]
            assert has[0] == has[1], "one of them was resumed without the other"
            states = {client.get(f"executions/{member}").json()["state"] for member in (identifier, child)}
            assert states == ({"RUNNING"} if has[0] else {"ERROR"})
