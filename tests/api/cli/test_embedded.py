"""Embedded executions are told completely, also where another process writes."""

from __future__ import annotations

from pathlib import Path

import pytest

import wf_es
from api.cli.embedded import Embedded
from wf_es.definition import read_workflows
from wf_es.errors import WorldError

WAITS = "version: '2.0'\nwaits:\n  tasks: {a: {action: std.async_noop}}\n"


def test_every_event_is_told_once_and_in_order(tmp_path: Path) -> None:
    """Also those that a second process appends to the same log."""
    url = f"sqlite:///{tmp_path / 'wf.sqlite'}"
    with Embedded(url) as embedded, wf_es.open(url, threads=0) as other:
        embedded.store(read_workflows(WAITS).workflows)
        execution = embedded.start("waits", {}, {})
        told = embedded.events(execution, 30)
        seen = [next(told)["number"]]
        other.stop(execution, "SUCCESS")
        seen += [event["number"] for event in told]

        assert seen == [event.version for event in other.events(execution)]


def test_a_wait_ends_in_time(tmp_path: Path) -> None:
    """What has not settled goes on at the next start."""
    with Embedded("memory://") as embedded:
        embedded.store(read_workflows(WAITS).workflows)
        execution = embedded.start("waits", {}, {})

        with pytest.raises(WorldError, match="still under way"):
            list(embedded.events(execution, 0.1))
