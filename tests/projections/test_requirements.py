"""Tests of the resume-requirement view."""

from __future__ import annotations

import json

from projections import requirements_view
from wf_es.execution.requirements import (
    LeftFailed,
    Missing,
    Outstanding,
    Present,
    Refused,
    Repeat,
    Requirements,
    Undetermined,
    Unknown,
    Use,
)


def test_the_report_as_plain_data() -> None:
    """Every part of the report comes out as plain JSON, in the documented order."""
    use = Use(task="deploy", key="input.host", expression="<% $.host %>", line=8, column=15, workflow="w")
    report = Requirements(
        resumable=False,
        will_run=["deploy"],
        repeats=[Repeat(task="deploy", action="std.http", id="1", state="ERROR")],
        missing=[Missing(variable="host", needed_by=use, settable_at=["deploy"])],
        undetermined=[Undetermined(why="the name is computed", needed_by=use)],
        outstanding=[Outstanding(task="other", action="std.async_noop", id="2", is_async=True)],
        left_failed=[LeftFailed(task="audit", state="ERROR")],
        refused=[Refused(task="a", why="already succeeded")],
        position=57,
        unknown=[Unknown(kind="action", name="acme", why="there is no such action", needed_by=use)],
        present=[Present(variable="app", source="context", task="build", event=7, needed_by=use)],
    )
    needed_by = {"task": "deploy", "key": "input.host", "expression": "<% $.host %>", "line": 8, "column": 15}
    needed_by |= {"workflow": "w"}

    view = requirements_view(report)

    assert json.loads(json.dumps(view)) == view
    assert list(view) == (
        "resumable will_run repeats missing unknown undetermined present outstanding".split()
        + "left_failed refused position".split()
    )
    assert view == {
        "resumable": False,
        "will_run": ["deploy"],
        "repeats": [{"task": "deploy", "action": "std.http", "id": "1", "state": "ERROR"}],
        "missing": [{"variable": "host", "needed_by": needed_by, "settable_at": ["deploy"]}],
        "undetermined": [{"why": "the name is computed", "needed_by": needed_by, "variable": None}],
        "unknown": [
            {
                "kind": "action",
                "name": "acme",
                "why": "there is no such action",
                "needed_by": needed_by,
                "is_certain": True,
            }
        ],
        "present": [
            {"variable": "app", "source": "context", "task": "build", "event": 7, "needed_by": needed_by}
        ],
        "outstanding": [
            {"task": "other", "action": "std.async_noop", "id": "2", "is_async": True, "due": None}
        ],
        "left_failed": [{"task": "audit", "state": "ERROR"}],
        "refused": [{"task": "a", "why": "already succeeded"}],
        "position": 57,
    }
