"""Tests of the context view of a task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from projections import context_view, final_context_view
from wf_es.errors import NotFound
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"


def begin(story: Any, **fields: Any) -> None:
    """Record two tasks, the second one after the first."""
    story.start(ONE, **fields)
    story.record(ONE, log.TaskScheduled(task_id="t1", name="first"))
    story.record(ONE, log.TaskCompleted(task_id="t1", state="SUCCESS", published={"x": 1, "y": 1}))
    trigger = log.Trigger(task_id="t1", event="on-success")
    story.record(ONE, log.TaskScheduled(task_id="t2", name="second", triggered_by=[trigger]))
    story.record(
        ONE, log.TaskCompleted(task_id="t2", state="SUCCESS", published={"x": 2, "z": {"token": "s"}})
    )


def test_what_a_task_saw_and_added(story: Any) -> None:
    """Inbound, published and outbound, what changed, and who wrote what."""
    begin(story, input={"i": 1}, vars={"v": 1})
    assert context_view(story.state(ONE), "t2") == {
        "task": {"id": "t2", "name": "second", "state": "SUCCESS"},
        "inbound": {"x": 1, "y": 1},
        "published": {"x": 2, "z": {"token": "***"}},
        "outbound": {"x": 2, "y": 1, "z": {"token": "***"}},
        "workflow": {"global": {}, "vars": {"v": 1}, "input": {"i": 1}},
        "changed": ["x", "z"],
        "difference": [
            {"path": ["x"], "name": "x", "change": "changed", "from": 1, "to": 2},
            {"path": ["z"], "name": "z", "change": "added", "to": {"token": "***"}},
        ],
        "origins": {"x": 5, "y": 3, "z": 5},
        "clashes": [],
        "execution": {"id": ONE, "state": "RUNNING", "version": 5},
    }


def test_secrets_are_masked_everywhere(story: Any) -> None:
    """Declared names are masked in every part, and the state keeps its values."""
    begin(story, input={"x": "hidden", "password": "p4ss"}, env={"__secrets": ["x"]})
    state = story.state(ONE)
    view = context_view(state, "t2")
    assert view["inbound"] == {"x": "***", "y": 1}
    assert view["workflow"]["input"] == {"x": "***", "password": "***"}
    assert "p4ss" not in json.dumps(view)
    assert state.input["password"] == "p4ss"
    assert view["changed"] == ["x", "z"]


def test_an_unknown_task(story: Any) -> None:
    """A task of another execution is not found."""
    begin(story)
    with pytest.raises(NotFound):
        context_view(story.state(ONE), "t3")


def test_clashes_of_branches(story: Any) -> None:
    """At a join and in the end: path, winner and losers with event and task; secrets are masked."""
    story.start(ONE)
    for number, name in enumerate(("left", "right")):
        published = {"x": number, "d": {"token": f"s{number}", "host": name}}
        story.record(ONE, log.TaskScheduled(task_id=name, name=name))
        story.record(ONE, log.TaskCompleted(task_id=name, state="SUCCESS", published=published))
    state = story.state(ONE)
    final = final_context_view(state)
    triggers = [log.Trigger(task_id=name, event="on-success") for name in ("left", "right")]
    story.record(ONE, log.TaskScheduled(task_id="j", name="join", triggered_by=triggers))
    expected = [
        {
            "variable": variable,
            "path": variable.split("."),
            "won": {"event": 5, "task": "right", "value": won},
            "lost": [{"event": 3, "task": "left", "value": lost}],
        }
        for variable, won, lost in (("d.host", "right", "left"), ("d.token", "***", "***"), ("x", 1, 0))
    ]
    assert context_view(story.state(ONE), "j")["clashes"] == expected
    assert final == {
        "variables": {"d": {"token": "***", "host": "right"}, "x": 1},
        "workflow": {"global": {}, "vars": {}, "input": {}},
        "origins": {"d": 5, "x": 5},
        "clashes": expected,
        "execution": {"id": ONE, "state": "RUNNING", "version": 5},
    }
