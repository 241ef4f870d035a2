"""What must be true after a series of kills, read from the log, the API and the ledger.

``Evidence`` is everything that can be looked at once the last server has
ended: what the API showed just before, and the events in the database file.
Each check is a function from the evidence to complaints.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.acceptance.crash.driver import Driver, Ledger
from tests.acceptance.crash.shapes import SHAPES
from wf_es.envelope import JSON, Recorded
from wf_es.execution.events import (
    ActionCompleted,
    ActionScheduled,
    ActionStarted,
    TaskTimedOut,
    TimerFired,
    TimerSet,
    WorkflowStarted,
)
from wf_es.execution.reducer import fold
from wf_es.store import open_store, standard_codec


class Evidence(NamedTuple):
    """The ledger, the calls that arrived at the service, what the API showed, the log."""

    ledger: Ledger
    calls: Counter[str]
    shown: dict[str, JSON]
    streams: dict[str, list[Recorded]]


def look(driver: Driver) -> dict[str, JSON]:
    """Ask the API for every execution and its tasks."""
    shown = {}
    with httpx.Client(base_url=driver.server.api, timeout=20) as client:
        for start in driver.ledger.starts.values():
            answer = client.get(f"/executions/{start.id}")
            if answer.status_code == 200:
                for row in [answer.json(), *_below(client, start.id)]:
                    tasks = client.get(f"/executions/{row['id']}/tasks", params={"limit": 1000}).json()
                    shown[row["id"]] = {**row, "tasks": tasks["tasks"]}
    return shown


def _below(client: httpx.Client, execution_id: str) -> list[JSON]:
    """Return what the API shows of the executions below one."""
    query = {"root_execution_id": execution_id, "include_output": "true", "limit": "1000"}
    rows: list[JSON] = client.get("/executions", params=query).json()["executions"]
    return [row for row in rows if row["id"] != execution_id]


def collect(driver: Driver, shown: dict[str, JSON]) -> Evidence:
    """Read the log from the database file; the server must have ended."""
    return Evidence(driver.ledger, driver.service.calls, shown, _streams(driver.server.database))


def _streams(database: Path) -> dict[str, list[Recorded]]:
    store, codec = open_store(f"sqlite:///{database}"), standard_codec()
    streams: dict[str, list[Recorded]] = {}
    position = 0
    while sealed_events := store.read(position, 1000):
        for sealed in sealed_events:
            streams.setdefault(sealed.stream, []).append(codec.open(sealed))
        position = sealed_events[-1].position
    store.close()
    return {
        stream: events for stream, events in streams.items() if isinstance(events[0].data, WorkflowStarted)
    }


def complaints(evidence: Evidence) -> list[str]:
    """Return everything that is not as it must be."""
    found = [f"unexpected answer to {surprise}" for surprise in evidence.ledger.surprises]
    for check in (
        nothing_lost,
        right_ends,
        no_gaps,
        applied_once,
        timers_fired_once,
        completions_kept,
        families_agree,
        never_repeated,
        replays,
    ):
        found += [f"{check.__name__}: {complaint}" for complaint in check(evidence)]
    return found


def nothing_lost(evidence: Evidence) -> Iterator[str]:
    """Every acknowledged start is in the log and in the API, and nothing else is."""
    for start in evidence.ledger.starts.values():
        if start.id not in evidence.streams:
            yield f"{start} is not in the log"
        if start.id not in evidence.shown:
            yield f"{start} is not shown by the API"
    for stream, events in evidence.streams.items():
        if not {stream, _root(events)} & evidence.ledger.starts.keys():
            yield f"execution {stream} was never asked for"


def _root(events: list[Recorded]) -> str | None:
    began = events[0].data
    return began.root_execution_id if isinstance(began, WorkflowStarted) else None


def right_ends(evidence: Evidence) -> Iterator[str]:
    """Every execution ends with the right output, or in the ERROR of a call that was cut off."""
    for start in evidence.ledger.starts.values():
        shown, shape = evidence.shown.get(start.id, {}), SHAPES[start.workflow]
        output = json.loads(shown.get("output") or "null")
        if shown.get("state") == "SUCCESS" and output == shape.output(start.n):
            continue
        if (
            shown.get("state") == "ERROR"
            and shape.may_be_cut_off
            and was_cut_off(evidence.streams[start.id], evidence.ledger.kills)
        ):
            continue
        yield f"{start} ends in {shown.get('state')} with {output}: {shown.get('state_info')}"


def was_cut_off(events: Iterable[Recorded], kills: Iterable[datetime]) -> bool:
    """Whether a kill came between the start of an unsafe action and its end in ERROR."""
    unsafe: set[str] = set()
    started: dict[str, datetime] = {}
    for recorded in events:
        match recorded.data:
            case ActionScheduled(action_id=action_id, idempotent=False):
                unsafe.add(action_id)
            case ActionStarted(action_id=action_id) if action_id in unsafe:
                started[action_id] = recorded.time
            case ActionCompleted(action_id=action_id, state="ERROR") if action_id in started:
                return any(started[action_id] <= kill <= recorded.time for kill in kills)
    return False


def no_gaps(evidence: Evidence) -> Iterator[str]:
    """The versions of each stream count from 1."""
    for stream, events in evidence.streams.items():
        versions = [recorded.version for recorded in events]
        if versions != list(range(1, len(versions) + 1)):
            yield f"{stream} has the versions {versions}"


def applied_once(evidence: Evidence) -> Iterator[str]:
    """Each action was scheduled once, started at most once and completed once, unless it took too long."""
    for stream, events in evidence.streams.items():
        late = {recorded.data.task_id for recorded in events if isinstance(recorded.data, TaskTimedOut)}
        forgiven = {
            recorded.data.action_id
            for recorded in events
            if isinstance(recorded.data, ActionScheduled) and recorded.data.task_id in late
        }
        counts = Counter(
            (recorded.data.action_id, type(recorded.data).__name__)
            for recorded in events
            if isinstance(recorded.data, ActionScheduled | ActionStarted | ActionCompleted)
        )
        for (action_id, name), count in counts.items():
            completed = counts[action_id, "ActionCompleted"]
            if count != 1 or completed > 1 or not (completed or action_id in forgiven):
                yield f"{stream}: {count} {name} of action {action_id}, all: {dict(counts)}"


def timers_fired_once(evidence: Evidence) -> Iterator[str]:
    """Each timer was set once and fired at most once, and none is left when all has come to its end."""
    for stream, events in evidence.streams.items():
        counts = Counter(
            (recorded.data.timer_id, type(recorded.data).__name__)
            for recorded in events
            if isinstance(recorded.data, TimerSet | TimerFired)
        )
        for (timer_id, name), count in counts.items():
            if count != 1 or not counts[timer_id, "TimerSet"]:
                yield f"{stream}: {count} {name} of timer {timer_id}, all: {dict(counts)}"
        left = fold(stream, events).timers
        if left:
            yield f"{stream}: {len(left)} timers are left"


def completions_kept(evidence: Evidence) -> Iterator[str]:
    """Every acknowledged completion is in the log with its value."""
    recorded = {
        event.data.action_id: event.data.output
        for events in evidence.streams.values()
        for event in events
        if isinstance(event.data, ActionCompleted)
    }
    for action_id, value in evidence.ledger.completions.items():
        if recorded.get(action_id) != value:
            yield f"{action_id} was acknowledged with {value}, the log has {recorded.get(action_id)!r}"


def families_agree(evidence: Evidence) -> Iterator[str]:
    """Each parent knows how its sub-workflows ended, each of which began once and belongs to it."""
    below = Counter[str]()
    for stream, events in evidence.streams.items():
        state = fold(stream, events)
        below.update([root] if (root := _root(events)) else [])
        for child in state.children.values():
            own = fold(child.id, evidence.streams.get(child.id, []))
            if (own.state, own.output, own.parent_execution_id) != (child.state, child.output, stream):
                yield f"{stream} knows {child}, its sub-workflow is {own.state} with {own.output}"
    for start in evidence.ledger.starts.values():
        if below[start.id] != SHAPES[start.workflow].children:
            yield f"{start} has {below[start.id]} executions below it"


def never_repeated(evidence: Evidence) -> Iterator[str]:
    """No call that is unsafe to repeat arrived twice; one that succeeded did arrive."""
    for key, count in evidence.calls.items():
        if count > 1:
            yield f"the service was called {count} times for {key}"
    for events in evidence.streams.values():
        scheduled = {e.data.action_id: e.data for e in events if isinstance(e.data, ActionScheduled)}
        for event in events:
            if isinstance(event.data, ActionCompleted) and event.data.state == "SUCCESS":
                action = scheduled[event.data.action_id]
                keys = {"std.http": action.task_id, "std.mistral_http": action.action_id}
                if action.name in keys and evidence.calls[keys[action.name]] != 1:
                    yield f"{action.name} {action.action_id} succeeded, but the service was not called"


def replays(evidence: Evidence) -> Iterator[str]:
    """Folding the events gives exactly what the API showed."""
    for execution_id, events in evidence.streams.items():
        state = fold(execution_id, events)
        shown = evidence.shown.get(execution_id, {"tasks": []})
        folded = {
            "state": state.state,
            "state_info": state.state_info,
            "input": state.input,
            "output": state.output,
            "tasks": {t.id: (t.name, t.state, t.published) for t in state.tasks.values()},
        }
        displayed = {
            "state": shown.get("state"),
            "state_info": shown.get("state_info"),
            "input": json.loads(shown.get("input") or "{}"),
            "output": json.loads(shown.get("output") or "null"),
            "tasks": {t["id"]: _task_shown(t) for t in shown["tasks"]},
        }
        if folded != displayed:
            yield f"{execution_id}: the events give {folded}, the API shows {displayed}"


def _task_shown(row: dict[str, JSON]) -> tuple[JSON, JSON, JSON]:
    return row["name"], row["state"], json.loads(row["published"])


def summary(evidence: Evidence) -> str:
    """Say in one line how much happened."""
    states = Counter(shown["state"] for shown in evidence.shown.values())
    cut_off = sum(was_cut_off(events, evidence.ledger.kills) for events in evidence.streams.values())
    events = sum(len(events) for events in evidence.streams.values())
    return (
        f"{len(evidence.ledger.kills)} kills, {len(evidence.streams)} executions {dict(states)}, "
        f"{cut_off} cut off, {len(evidence.ledger.completions)} completions, {events} events"
    )
