"""Versions and probes: what is served where no workflow is involved."""

from __future__ import annotations

from typing import Any

from wf_es.ports import Batch, Sealed


def test_the_process_is_alive(api: Any) -> None:
    """That is all this probe says."""
    assert api.get("/healthz") == {"status": "alive"}


def test_a_ready_server_says_how_far_it_is(api: Any) -> None:
    """The position is the log's, and nothing is damaged."""
    api.start()
    before = api.gateway.engine.head()
    ready = api.get("/readyz")
    assert before <= ready.pop("position") <= api.gateway.engine.head()
    assert ready == {"status": "ready", "quarantined": []}


def test_views_that_do_not_follow_make_it_unready(api: Any) -> None:
    """Whoever balances the load sends people elsewhere."""
    api.gateway.views.stop()
    assert "cannot follow the log" in api.get("/readyz", 503)["faultstring"]


def test_damaged_histories_are_named(api: Any) -> None:
    """An operator finds them without reading logs."""
    torn = Sealed(stream="e1", version=1, topic="WorkflowStarted@1", body=b'{"prev":"', digest="")
    position = api.gateway.engine._store.append([Batch(stream="e1", events=(torn,))])
    assert api.gateway.views.wait(position)
    (damaged,) = api.get("/readyz")["quarantined"]
    assert damaged["stream"] == "e1"
    assert damaged["error"].startswith("CorruptHistory")
