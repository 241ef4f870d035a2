"""What an earlier process left behind."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from wf_es.errors import StoreUnavailable
from wf_es.execution.commands import StartAction
from wf_es.runners.recovery import leftover_jobs


def test_open_actions_of_all_executions(engine: Any) -> None:
    """Delegated and finished ones are left out; deleted executions do not matter."""
    first = engine.schedule("std.noop")
    delegated = engine.schedule("std.async_noop", is_async=True)
    done = engine.schedule("std.noop")
    second = engine.schedule("std.noop", execution="f")
    engine.change(delegated, delegated=True)
    engine.change(done, state="SUCCESS")

    jobs = list(leftover_jobs(engine))

    assert [(job.execution_id, job.action_id) for job in jobs] == [("e", first), ("f", second)]
    assert all(job.is_recovered for job in jobs)


def test_a_damaged_execution_is_left_alone(engine: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is named in the log, and the others are found."""
    action = engine.schedule("std.noop")
    engine.corrupt.add("broken")

    with caplog.at_level(logging.ERROR):
        jobs = list(leftover_jobs(engine))

    assert [job.action_id for job in jobs] == [action]
    assert "execution broken cannot be read" in caplog.text


def test_an_outage_is_not_taken_for_damage(engine: Any) -> None:
    """The caller has to come again."""
    engine.schedule("std.noop")
    engine.outages = 1

    with pytest.raises(StoreUnavailable):
        list(leftover_jobs(engine))


def test_what_a_living_runner_has_started_is_its_own_business(engine: Any) -> None:
    """It is named, as it may be left behind one day; what we started ourselves is not."""
    running, dead, own = (engine.schedule("std.http") for _ in range(3))
    for action, runner in ((running, "alive"), (dead, "dead"), (own, "we")):
        engine.execute(
            StartAction(execution_id="e", origin=engine.origin("x", "p"), action_id=action, runner=runner)
        )
    engine.alive = {"alive", "we"}

    jobs = {job.action_id: job.is_elsewhere for job in leftover_jobs(engine, "we")}

    assert jobs == {running: True, dead: False}
