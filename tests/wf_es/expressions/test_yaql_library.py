"""YAQL by yaql itself, with Mistral's surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame
from wf_es.expressions.messages import Done, Failed

NOW = "2026-01-02T03:04:05.000006+00:00"
VARIABLES: dict[str, JSON] = {
    "l": [{"k": "a", "v": 1}, {"k": "b", "v": 2}, {"k": "a", "v": 3}],
    "d": {"b": 1, "a": 2},
}


def _call(name: str, arguments: Iterable[object], keywords: Mapping[str, object]) -> JSON:
    fixed = {"now": NOW, "random": 0.25, "randomInt": 4}
    return fixed.get(name, {"called": name, "with": len(list(arguments)), "named": sorted(keywords)})


FUNCTIONS = dict.fromkeys(("now", "random", "randomInt", "task", "len"), len)
SCOPE = Scope([VARIABLES], FUNCTIONS)

VALUES: dict[str, JSON] = {
    "$.l.groupBy($.k, $.v)": [["a", [1, 3]], ["b", [2]]],
    "$.l.toDict($.k, $.v)": {"a": 3, "b": 2},
    "$.l.aggregate($1 + $2.v, 0)": 6,
    "$.d.items()": [["b", 1], ["a", 2]],
    "$.d.keys()": ["b", "a"],
    "let(a => 1) -> $a + $.d.b": 2,
    "set(2, 1)": [1, 2],
    "now()": "2026-01-02T03:04:05.000006+00:00",
    "now(timespan(hours => 1)).hour": 4,
    "now().year": 2026,
    "random()": 0.25,
    "random(1, 6)": 4,
    "task(a, fromTime => 1)": {"called": "task", "with": 1, "named": ["from_time"]},
    "task().with + 1": 1,
    "task() = {called => task, with => 0, named => []}": True,
    "len(abc)": 3,
    "'a,b'.split(',')": ["a", "b"],
    "str([1, 2])": "(1, 2)",
    "$__env": None,
}
TEXTS = {
    "<% $.d.values() %>!": "[1, 2]!",
    "<% set(1) %>!": "{1}!",
    "<% now() %>!": "2026-01-02 03:04:05.000006+00:00!",
    "<% {1 => a} %>!": "{1: 'a'}!",
    "<% null %>!": "None!",
}


@pytest.mark.parametrize(("code", "value"), VALUES.items(), ids=VALUES)
def test_value(code: str, value: JSON) -> None:
    """The library's values become JSON; time and chance come from the scope."""
    request = template(f"<% {code} %>").expressions[0].request(Frame(SCOPE))

    assert answer(request, _call) == Done(value=value)


@pytest.mark.parametrize(("text", "expected"), TEXTS.items(), ids=TEXTS)
def test_text(text: str, expected: str) -> None:
    """Inside of a text a value is what Python prints."""
    request = template(text).expressions[0].request(Frame(SCOPE))

    assert answer(request, _call) == Done(value=expected[:-1])


@pytest.mark.parametrize("code", ["call(len, [[1]], {})", "call('#get_context_data', ['$'], {})"])
def test_nothing_is_called_by_a_computed_name(code: str) -> None:
    """Yaql's own ``call`` is not there."""
    request = template(f"<% {code} %>").expressions[0].request(Frame(SCOPE))

    failed = answer(request, _call)

    assert isinstance(failed, Failed)
    assert "no function 'call'" in failed.reason
