"""Rounds of SIGKILL at a random moment: nothing acknowledged is lost, nothing is done twice.

``--crash-rounds 200`` asks for more rounds; ``--crash-seed 7`` repeats one
series (the moments of the kills come from the seed, what the server is doing
then does not).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.crash import checks
from tests.acceptance.crash.checks import Evidence
from tests.acceptance.crash.driver import Driver, Ledger, Start
from tests.acceptance.crash.shapes import REMOTE_VALUE
from tests.acceptance.services import CounterService
from tests.serving import RunningServer
from wf_es.envelope import Event, Recorded
from wf_es.execution.events import (
    ActionCompleted,
    ActionScheduled,
    ActionStarted,
    Pin,
    SubWorkflowScheduled,
    TaskScheduled,
    TimerFired,
    TimerSet,
    WorkflowStarted,
)

ROUNDS_PER_DATABASE = 10


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each series of rounds."""
    if "seed" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--crash-seed")
        count = -(-metafunc.config.getoption("--crash-rounds") // ROUNDS_PER_DATABASE)
        metafunc.parametrize("seed", range(1, count + 1) if asked is None else [asked])


def test_no_kill_loses_or_repeats_anything(seed: int, tmp_path: Path) -> None:
    """Ten lives of a server on one database, each ended by SIGKILL, then a look at everything."""
    service = CounterService(REMOTE_VALUE)
    driver = Driver(RunningServer(tmp_path / "crash.sqlite"), service, seed)
    try:
        for _ in range(ROUNDS_PER_DATABASE):
            driver.round()
        driver.settle()
        shown = checks.look(driver)
        driver.server.stop()
    finally:
        driver.server.kill()
        service.close()

    evidence = checks.collect(driver, shown)
    print(f"\nseed {seed}: {checks.summary(evidence)}")
    found = checks.complaints(evidence)
    if found:
        again = f"python -m pytest tests/acceptance/test_crash.py --crash-seed {seed} -s"
        pytest.fail(
            "\n".join([f"repeat with: {again}", checks.summary(evidence), *found[:30]]), pytrace=False
        )


ID = "11111111-2222-4333-8444-555555555555"


def _recorded(version: int, body: Event) -> Recorded:
    time = datetime(2026, 1, 1, second=version, tzinfo=UTC)
    return Recorded(stream=ID, version=version, time=time, actor="a", project="p", command="c", data=body)


def _evidence(*changes: str) -> Evidence:
    """Evidence of one right execution, spoiled in the named ways."""
    ledger, calls = Ledger(), Counter({"task": 1})
    ledger.starts[ID] = Start(ID, "remote", 1, acknowledged=True)
    ledger.completions["action"] = 4 if "completion" in changes else 5
    bodies: list[Event] = [
        WorkflowStarted(
            workflow_name="remote", definition=Pin(stream="x", version=1, hash=""), input={"n": 1}
        ),
        ActionScheduled(action_id="action", task_id="task", name="std.http"),
        ActionCompleted(action_id="action", state="SUCCESS", output=5),
        TimerSet(timer_id="timer", task_id="task", kind="retry", due=datetime(2026, 1, 1, tzinfo=UTC)),
        TimerFired(timer_id="timer", task_id="task"),
    ]
    bodies.insert(1, TaskScheduled(task_id="task", name="t"))
    if "fired" in changes:
        bodies.append(bodies[-1])
    if "twice" in changes:
        bodies.append(next(body for body in bodies if isinstance(body, ActionCompleted)))
    if "repeated" in changes:
        calls["task"] += 1
    events = [
        _recorded(number + ("gap" in changes and number > 1), body) for number, body in enumerate(bodies, 1)
    ]
    shown = {"state": "SUCCESS", "output": '{"value": 16}', "input": '{"n": 1}', "tasks": []}
    if "family" in changes:
        child = SubWorkflowScheduled(execution_id="child", task_id="task", workflow_name="child")
        events.append(_recorded(len(events) + 1, child))
    if "output" in changes:
        shown["output"] = '{"value": 17}'
    return Evidence(ledger, calls, {} if "lost" in changes else {ID: shown}, {ID: events})


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("lost", checks.nothing_lost),
        ("output", checks.right_ends),
        ("gap", checks.no_gaps),
        ("twice", checks.applied_once),
        ("fired", checks.timers_fired_once),
        ("completion", checks.completions_kept),
        ("family", checks.families_agree),
        ("repeated", checks.never_repeated),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_check_can_fail(change: str, check: object) -> None:
    """A check complains about what it is for, and about nothing in right evidence."""
    assert callable(check)
    assert list(check(_evidence())) == []
    assert list(check(_evidence(change))) != []


@pytest.mark.parametrize(("second", "expected"), [(0, False), (2, True), (4, False)])
def test_an_error_counts_as_cut_off_only_around_a_kill(second: int, expected: bool) -> None:
    """A call that failed by itself is no excuse."""
    bodies: list[Event] = [
        ActionScheduled(action_id="action", task_id="task", name="std.http"),
        ActionStarted(action_id="action"),
        ActionCompleted(action_id="action", state="ERROR"),
    ]
    events = [_recorded(number, body) for number, body in enumerate(bodies, 1)]

    assert checks.was_cut_off(events, [datetime(2026, 1, 1, second=second, tzinfo=UTC)]) is expected
