"""Rows become Mistral's JSON: text for objects, times without a fraction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from api.rest import representations
from wf_es.errors import InvalidRequest

EXECUTION_ROW: dict[str, object] = {
    "id": "e1",
    "workflow_name": "w",
    "tags": ["x"],
    "params": {"env": {}},
    "input": {"a": "\u00e4"},
    "output": None,
    "state": "RUNNING",
    "state_info": None,
    "created_at": "2026-01-02 03:04:05.678901",
    "env": {},
}


def test_objects_travel_as_text_in_mistrals_order() -> None:
    """Objects are JSON text, null is null, lists stay lists, unknown columns are left out."""
    shown = representations.execution(EXECUTION_ROW)
    assert list(shown.items()) == [
        ("id", "e1"),
        ("workflow_name", "w"),
        ("tags", ["x"]),
        ("params", '{"env": {}}'),
        ("state", "RUNNING"),
        ("state_info", None),
        ("input", '{"a": "\u00e4"}'),
        ("output", "{}"),
        ("created_at", "2026-01-02 03:04:05"),
    ]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (None, None),
        ("2026-01-02 03:04:05.678901", "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, 3, 4, 5, 999999, UTC), "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2026-01-02 01:00:00"),
    ],
)
def test_times_are_utc_without_a_fraction(time: datetime | str | None, expected: str | None) -> None:
    """The command line of Mistral parses exactly this."""
    assert representations.timestamp(time) == expected


@pytest.mark.parametrize(("result", "text"), [(3, "3"), (None, "null"), ("x", '"x"'), ([1], "[1]")])
def test_a_result_is_json_text_of_any_value(result: object, text: str) -> None:
    """Clients decode the result a second time."""
    assert representations.task({"id": "t", "result": result}) == {"id": "t", "result": text}


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"published": {}, "published_global": {}}, {"published": "{}", "published_global": None}),
        (
            {"published": {}, "published_global": {"g": 1}},
            {"published": None, "published_global": '{"g": 1}'},
        ),
        (
            {"published": {"a": 1}, "published_global": {}},
            {"published": '{"a": 1}', "published_global": None},
        ),
        ({"published": {}}, {"published": "{}"}),
    ],
)
def test_what_a_task_has_not_published_is_null(row: dict[str, object], shown: dict[str, object]) -> None:
    """Globals that there are none of are not shown; nor are the others, if there are only globals."""
    assert representations.task(row) == shown


@pytest.mark.parametrize("represent", [representations.action, representations.environment])
@pytest.mark.parametrize(("given", "shown"), [("", None), ("about", "about")])
def test_no_description_is_null(represent: Callable[..., object], given: str, shown: str | None) -> None:
    """Of actions and environments."""
    assert represent({"id": "a", "description": given}) == {"id": "a", "description": shown}


def test_an_action_without_output_has_null() -> None:
    """An output that is not there yet is null, not text."""
    shown = representations.action_execution({"id": "a", "output": None, "input": {}})
    assert shown == {"id": "a", "input": "{}", "output": None}


def test_the_interface_is_text_only_when_read() -> None:
    """Mistral answers an upload with an object and a read with text."""
    row = {"id": "w", "interface": {"input": [], "output": []}}
    assert representations.workflow(row)["interface"] == '{"input": [], "output": []}'
    assert representations.workflow(row, stored=True)["interface"] == {"input": [], "output": []}


def test_chosen_fields_bring_the_id() -> None:
    """``fields=name`` gives the id too, in the order of the resource."""
    assert representations.chosen(("name",), representations.WORKFLOW) == ("id", "name")


def test_unknown_fields_are_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(InvalidRequest, match="Some fields do not exist.*colour.*please choose from"):
        representations.chosen(("colour",), representations.TASK)
