"""Tests of the history view."""

from __future__ import annotations

import json
from typing import Any

from projections import Names, event_view, history_view
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"


def test_an_event_as_plain_data(story: Any) -> None:
    """Envelope, summary and data of an event, ready to be sent as JSON."""
    story.start(ONE)
    trigger = log.Trigger(task_id="t0", event="on-success")
    body = log.TaskScheduled(task_id="t", name="a", triggered_by=[trigger])
    story.record(ONE, body, cause="1", reason="because")
    view = history_view(story.events(ONE))[1]
    assert view == {
        "version": 2,
        "time": "2026-11-21T08:00:02.123456Z",
        "type": "TaskScheduled",
        "summary": "task 'a' scheduled after task t0",
        "actor": "ann",
        "command": "c-1",
        "cause": "1",
        "reason": "because",
        "data": {
            "task_id": "t",
            "name": "a",
            "kind": "ACTION",
            "state": "RUNNING",
            "triggered_by": [{"task_id": "t0", "event": "on-success"}],
            "turn": 1,
            "round": 0,
            "replaces": None,
        },
    }
    assert json.loads(json.dumps(view)) == view


def test_secrets_do_not_show(story: Any) -> None:
    """Usual and declared names are masked in the data of every later event."""
    story.start(ONE, input={"password": "p4ss"}, env={"__secrets": ["pin"]})
    story.record(ONE, log.TaskScheduled(task_id="t", name="a"))
    story.record(ONE, log.TaskCompleted(task_id="t", state="SUCCESS", published={"pin": "p4ss"}))
    text = json.dumps(history_view(story.events(ONE)))
    assert "p4ss" not in text
    assert text.count("***") == 2
    [last] = history_view(story.events(ONE)[2:], Names.of(story.state(ONE)))
    assert last["data"]["published"] == {"pin": "***"}


def test_a_part_of_a_history_takes_names_from_the_state(story: Any) -> None:
    """Events from the middle are readable with the names a state knows."""
    story.start(ONE)
    story.record(ONE, log.TaskScheduled(task_id="t", name="a"))
    story.record(ONE, log.ActionScheduled(action_id="x", task_id="t", name="std.echo"))
    story.record(ONE, log.ActionStarted(action_id="x"))
    last = story.events(ONE)[-1]
    assert event_view(last)["summary"] == "action x started"
    assert event_view(last, Names.of(story.state(ONE)))["summary"] == "action std.echo of task 'a' started"
