"""Tests of the textual forms of moments and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from projections.encoding import dump, is_storable, load, moment, plain
from wf_es.execution.events import Pin, TaskScheduled, Trigger


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, 1, -0.5, "", "é \U0001f600", [], {}, [1, [None]], {"a": {"b": [2]}}, 10**40],
    ids=repr,
)
def test_json_comes_back_as_it_was(value: Any) -> None:
    """Writing and reading a JSON value changes neither value nor type."""
    again = load(dump(value))
    assert again == value
    assert type(again) is type(value)


def test_json_text_is_compact() -> None:
    """There are no spaces, so equal values have equal texts."""
    assert dump({"a": [1, "é"]}) == '{"a":[1,"é"]}'


def test_what_json_cannot_say_is_refused() -> None:
    """NaN is not written as something that no other reader understands."""
    with pytest.raises(ValueError, match="JSON"):
        dump(float("nan"))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05.000000"),
        (datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC), "2026-01-02 03:04:05.000060"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=4))), "2026-01-01 23:04:05.000000"),
    ],
)
def test_moments_are_text_in_utc(time: datetime, expected: str) -> None:
    """Text of a fixed width, in UTC, so that it sorts like time."""
    assert moment(time) == expected


@pytest.mark.parametrize(
    ("text", "storable"), [("", True), ("é", True), ("a\x00b", False), ("\ud800", False)], ids=ascii
)
def test_storable_text(text: str, storable: bool) -> None:
    """NUL and lone surrogates have no place in a database."""
    assert is_storable(text) is storable


def test_structs_become_dicts_all_the_way_down() -> None:
    """Nested structs, lists and dicts end as plain data."""
    event = TaskScheduled(task_id="1", name="a", triggered_by=[Trigger(task_id="0", event="on-success")])
    pin = Pin(stream="s", version=1, hash="h")
    data = plain({"event": event, "pins": (pin,)})
    assert data["event"]["triggered_by"] == [{"task_id": "0", "event": "on-success"}]
    assert data["pins"] == [{"stream": "s", "version": 1, "hash": "h"}]
