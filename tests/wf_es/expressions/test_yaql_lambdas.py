"""``select``, ``where`` and their like: every one with many bodies, against the library."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import assert_all_same, by_compiled_code
from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.frame import Frame, OutOfBudget
from wf_es.expressions.yaql_lambdas import LAMBDA_METHODS
from wf_es.limits import ExpressionLimits

VALUES: dict[str, JSON] = {
    "null": None, "nothing": [], "numbers": [3, 1, 2, 1], "words": ["b", "a", "b"], "mixed": [1, "a", None],
    "rows": [{"k": "b", "v": 1}, {"k": "a", "v": 2}, {"k": "b", "v": 0}], "lists": [[1, 2], [], [3]],
    "d": {"k": 1}, "s": "text",
}  # fmt: skip
BODIES = (
    "$",
    "$ > 1",
    "$.k",
    "$.v",
    "$.v * 2",
    "$[0]",
    "not $",
    "1",
    "null",
    "[$, 1]",
    "{a => $}",
    "$.len()",
)

EXPECTED = {
    "$.rows.select($.v).sum()": 3,
    "$.rows.where($.v > 0).select($.k)": ["b", "a"],
    "$.rows.orderBy($.k).select($.v)": [2, 1, 0],
    "$.rows.orderByDescending($.v).first().k": "a",
    "$.rows.any($.v = 2) and not $.rows.all($.v = 2)": True,
    "$.rows.distinct($.k).select($.v)": [1, 2],
    "$.lists.selectMany($)": [1, 2, 3],
    "$.lists.select($.select($ * 10))": [[10, 20], [], [30]],
    "$.rows.k": ["b", "a", "b"],
}


@pytest.mark.parametrize("name", LAMBDA_METHODS)
def test_every_method_with_every_body(name: str) -> None:
    """Compiled methods agree with the library, whatever runs for each item."""
    calls = [f"$.{value}.{name}({body})" for value in VALUES for body in BODIES]

    assert_all_same((f"<% {call} %>" for call in calls), VALUES)


@pytest.mark.parametrize(("code", "value"), EXPECTED.items(), ids=EXPECTED)
def test_what_users_rely_on(code: str, value: JSON) -> None:
    """The compiled methods give what yaql's documentation says."""
    kind, found = by_compiled_code(f"<% {code} %>", VALUES)

    assert (kind, repr(found)) == ("value", repr(value))


def test_turns_are_charged() -> None:
    """A loop costs items times operators, counted before it runs."""
    scope = Scope([{"l": [1] * 100}], limits=ExpressionLimits(steps=299))
    expression = template("<% $.l.where($ > 0 and $ < 2) %>").expressions[0]

    with pytest.raises(OutOfBudget, match="299 steps"):
        expression.compiled(Frame(scope))
