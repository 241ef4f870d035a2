"""What becomes of the values that expressions yield."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup
from yaql.language.utils import FrozenDict

from wf_es.envelope import JSON
from wf_es.expressions.frame import OutOfBudget
from wf_es.expressions.results import NotJson, check_size, plain
from wf_es.expressions.sequences import Stream
from wf_es.limits import ExpressionLimits

LIMITS = ExpressionLimits(result_bytes=1000, result_depth=10)

PLAIN: list[tuple[object, JSON]] = [
    ((1, [2]), [1, [2]]),
    (FrozenDict({"a": (1,)}), {"a": [1]}),
    (Stream([Stream([1])]), [[1]]),
    (iter([1, 2]), [1, 2]),
    ({3, 1, 2}, [1, 2, 3]),
    ({"b", 2, "a", 1}, [1, 2, "a", "b"]),
    ({"b": 1, "a": 2}.keys(), ["b", "a"]),
    ({"b": 1}.items(), [["b", 1]]),
    ({7: 1, None: 2, True: 3, 1.5: 4}, {"7": 1, "null": 2, "true": 3, "1.5": 4}),
    (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00"),
    (date(2026, 1, 2), "2026-01-02"),
    (Markup("<b>"), "<b>"),
    (range(3), [0, 1, 2]),
]
NO_JSON: list[object] = [
    float("inf"), float("nan"), timedelta(1), re.compile("a"), len, b"bytes", {(1, 2): 3}, "\ud800", object(),
]  # fmt: skip
TOO_MUCH: list[object] = [
    "a" * 1001, "é" * 501, list(range(200)), 1 << 1024, {"a" * 999: 1}, iter(int, 1), {"a": "b" * 1000},
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), PLAIN, ids=[str(value) for _, value in PLAIN])
def test_plain(value: object, expected: JSON) -> None:
    """Whatever a library yields becomes plain JSON of exact types."""
    found = plain(value, LIMITS)

    assert repr(found) == repr(expected)


@pytest.mark.parametrize("value", NO_JSON, ids=[type(value).__name__ for value in NO_JSON])
def test_not_json(value: object) -> None:
    """What JSON has no form for is refused."""
    with pytest.raises(NotJson):
        plain(value, LIMITS)


@pytest.mark.parametrize("value", TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_too_large(value: object) -> None:
    """A result is refused as soon as it is known to be too large."""
    with pytest.raises(OutOfBudget):
        plain(value, LIMITS)


def test_too_deep() -> None:
    """A result that is nested too deeply is refused, one at the limit is not."""
    value: JSON = 1
    for _ in range(LIMITS.result_depth):
        value = [value]

    assert plain(value, LIMITS) == value
    with pytest.raises(OutOfBudget, match="deeper than 10"):
        plain([value], LIMITS)


@pytest.mark.parametrize("value", ["a" * 1001, "é" * 501, {"k": "a" * 1000}])
def test_check_size(value: JSON) -> None:
    """Given data that is passed on is measured, too."""
    with pytest.raises(OutOfBudget, match="1000 bytes"):
        check_size(value, LIMITS)

    check_size("a" * 1000, LIMITS)
    check_size(None, LIMITS)
