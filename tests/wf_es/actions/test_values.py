"""Only JSON leaves an action."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime

import pytest

from wf_es.actions.values import DEEPEST, NotJson, plain_json


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def test_json_passes_and_is_copied() -> None:
    """Plain data comes out equal, and later changes to the original do not show."""
    inner = [1, 2.5, True, None, "\u00e4"]
    value = {"a": inner}

    result = plain_json(value)
    inner.append("later")

    assert result == {"a": [1, 2.5, True, None, "\u00e4"]}


def test_tuples_and_mappings_become_lists_and_dicts() -> None:
    """The two harmless conversions are made."""
    result = plain_json((1, OrderedDict(b=(2,))))

    assert result == [1, {"b": [2]}]
    assert type(result[1]) is dict


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param({"a": [1, {2}]}, r"result\.a\[1\] is a set", id="a set, with its place"),
        pytest.param(float("nan"), "result is nan", id="not a number"),
        pytest.param([float("-inf")], r"result\[0\] is -inf", id="infinity"),
        pytest.param({1: 2}, "the key 1, which is not a text", id="a number as key"),
        pytest.param({"k": "\ud800"}, "half a surrogate", id="half a character"),
        pytest.param({"\ud800": 1}, "half a surrogate", id="half a character as key"),
        pytest.param(b"x", "is a bytes", id="bytes"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), "is a datetime", id="a date"),
        pytest.param(_nested(DEEPEST + 1), "nested deeper", id="too deep"),
    ],
)
def test_what_is_not_json_is_refused(value: object, message: str) -> None:
    """The refusal names what was found and where."""
    with pytest.raises(NotJson, match=message):
        plain_json(value)


def test_a_structure_that_holds_itself_is_refused() -> None:
    """A cycle ends at the depth limit and not with the stack."""
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(NotJson, match="nested deeper"):
        plain_json(endless)


def test_the_deepest_allowed_value_passes() -> None:
    """The limit itself is allowed."""
    assert plain_json(_nested(DEEPEST)) == _nested(DEEPEST)


@pytest.mark.parametrize("deepest", [1, 5, 100])
def test_another_limit(deepest: int) -> None:
    """It holds at that level, for lists and mappings; the refusal names the whole and the setting."""
    value = {"a": _nested(deepest - 1)}
    assert plain_json(value, deepest=deepest) == value

    with pytest.raises(NotJson, match=rf"^error is .* {deepest} levels \(WF_ES_LIMIT_RESULT_NESTING\)$"):
        plain_json([value], "error", deepest)
