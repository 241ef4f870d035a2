"""Two lists of events differ at places, which are told in their order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wf_es.envelope import Recorded
from wf_es.execution.events import TaskScheduled, Trigger
from wf_es.exports.places import ABSENT, Place, is_same, places, plain, shown, value_at


def event(kind: str = "A", **fields: Any) -> dict[str, Any]:
    """Return an event as plain data."""
    return {"type": kind, **fields}


DIFFERENCES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[Place]]] = {
    "nothing": ([event(a=1)], [event(a=1)], []),
    "a value": ([event(a=1)], [event(a=2)], [Place(0, ("a",), 1, 2)]),
    "true is not 1": ([event(a=1)], [event(a=True)], [Place(0, ("a",), 1, True)]),
    "1 is not 1.0": ([event(a=1)], [event(a=1.0)], [Place(0, ("a",), 1, 1.0)]),
    "a key": ([event(a={"b": 1})], [event(a={})], [Place(0, ("a", "b"), 1, ABSENT)]),
    "an item": ([event(a=[1])], [event(a=[1, 2])], [Place(0, ("a", 1), ABSENT, 2)]),
    "two values": ([event(a=1, b=1)], [event(a=2, b=2)], [Place(0, ("a",), 1, 2), Place(0, ("b",), 1, 2)]),
    "another type": ([event(), event()], [event("B"), event("B")], [Place(0, ("type",), "A", "B")]),
    "one more": ([event()], [event(), event("B")], [Place(1, ("type",), ABSENT, "B")]),
    "one less": ([event(), event()], [event()], [Place(1, ("type",), "A", ABSENT)]),
}


@pytest.mark.parametrize(("one", "other", "found"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_differences_are_told_in_order(one: list[Any], other: list[Any], found: list[Place]) -> None:
    """After another type nothing is compared any more."""
    assert list(places(one, other)) == found


def test_what_is_at_a_place_can_be_looked_up() -> None:
    """Whatever is not there is ABSENT."""
    events = [event(a={"b": [1, {"c": 2}]})]
    assert value_at(events, 0, ("a", "b", 1, "c")) == 2
    for offset, path in ((1, ("a",)), (0, ("x",)), (0, ("a", "b", 2)), (0, ("type", "x"))):
        assert value_at(events, offset, path) is ABSENT


def test_values_are_compared_as_json() -> None:
    """With what is not there, too."""
    assert is_same({"a": [1]}, {"a": [1]})
    assert is_same(ABSENT, ABSENT)
    assert not is_same(ABSENT, None)
    assert not is_same({"a": 1}, {"a": True})


def test_paths_are_shown_as_people_write_them() -> None:
    """With dots and brackets."""
    assert shown(("transitions", 0, "target")) == "transitions[0].target"


def test_an_event_has_all_its_fields() -> None:
    """Also those that its text leaves out because they are as usual."""
    data = TaskScheduled(task_id="t", name="n", triggered_by=[Trigger(task_id="s", event="on-success")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    recorded = Recorded(
        stream="x", version=1, time=now, actor="a", project="p", command="c", cause="3", data=data
    )
    found = plain(recorded)
    assert (found["type"], found["cause"], found["state"]) == ("TaskScheduled", "3", "RUNNING")
    assert found["triggered_by"] == [{"task_id": "s", "event": "on-success"}]
