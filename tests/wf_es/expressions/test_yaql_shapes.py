"""Questions about YAQL syntax trees."""

from __future__ import annotations

import pytest

from wf_es.expressions.yaql_shapes import builds_values, is_path, snake_case, weight
from wf_es.expressions.yaql_syntax import parse

BUILDS = {
    "$.x.y[0]": False,
    "$.get(x)": False,
    "task(a).result": False,
    "$.x > 1 and not $.y": False,
    "[$.x]": True,
    "{a => 1}": True,
    "$.x + $.y": True,
    "$.x.keys()": True,
    "$.get(x, [1])": True,
}
WEIGHTS = {"$": 1 - 1, "$.a.b": 0, "$.a > 1": 1, "$.a > 1 and not $.b": 3, "len($.a)": 1, "[$.a, 1]": 1}


@pytest.mark.parametrize(("code", "builds"), BUILDS.items(), ids=BUILDS)
def test_builds_values(code: str, builds: bool) -> None:
    """Code that only passes on given data is told from code that makes new values."""
    assert builds_values(parse(code)) is builds


@pytest.mark.parametrize(("code", "steps"), WEIGHTS.items(), ids=WEIGHTS)
def test_weight(code: str, steps: int) -> None:
    """Operators and calls count, reading keys does not."""
    assert weight(parse(code)) == steps


@pytest.mark.parametrize(
    ("code", "expected"),
    [("$.a.b", True), ("$", True), ("$.a = b", False), ("$.a.len()", False), ("1", False)],
)
def test_is_path(code: str, expected: bool) -> None:
    """A path is names behind ``$`` and nothing else."""
    assert is_path(parse(code)) is expected


def test_snake_case() -> None:
    """Both spellings of an argument mean the same."""
    assert snake_case("workflowExecutionId") == snake_case("workflow_execution_id") == "workflow_execution_id"
