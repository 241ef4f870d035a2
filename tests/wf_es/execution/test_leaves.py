"""Leaves of plain data."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.execution.leaves import ABSENT, leaves, value_at


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, []),
        ({"b": 1, "a": None}, [(("a",), None), (("b",), 1)]),
        ({"a": {"y": [1, {"z": 2}], "x": {}}}, [(("a", "x"), {}), (("a", "y"), [1, {"z": 2}])]),
        ({"a": {"b": {"c": False}}, "a.b": 1}, [(("a", "b", "c"), False), (("a.b",), 1)]),
    ],
)
def test_leaves_are_no_mappings_or_empty_ones(value: Any, found: Any) -> None:
    """In the order of their names; lists are leaves whatever they hold."""
    assert list(leaves(value)) == found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), {"a": {"b": None}}),
        (("a",), {"b": None}),
        (("a", "b"), None),
        (("b",), ABSENT),
        (("a", "c"), ABSENT),
    ],
)
def test_a_value_is_found_at_its_path(path: tuple[str, ...], value: Any) -> None:
    """Null is a value, nothing is none."""
    found = value_at({"a": {"b": None}}, path)

    assert found is value if value is ABSENT else found == value


def test_nothing_is_below_what_is_no_mapping() -> None:
    """Neither below a text nor below a list."""
    assert value_at({"a": "text", "b": [1]}, ("a", "t")) is ABSENT
    assert value_at({"a": "text", "b": [1]}, ("b", "0")) is ABSENT
