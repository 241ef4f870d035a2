"""Error texts name the expression's own words and never the data."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import FUNCTIONS
from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame
from wf_es.expressions.messages import Failed
from wf_es.expressions.yaql_library import no_functions

SECRET = "s3cret"
VARIABLES: dict[str, JSON] = {"s": SECRET, "d": {SECRET: SECRET}, "l": [SECRET], "n": 1, "json": '{"s3cret'}

FAILING = {
    "<% $.nope %>": ("unset", ""),
    "{{ _.nope }}": ("unset", ""),
    "<% int($.s) %>": ("error", "right form"),
    "<% $.d.nope %>": ("error", "no key 'nope'"),
    "<% $.d[$.d.keys().first() + x] %>": ("error", "no key"),
    "<% $.s.nope() %>": ("error", "no method 'nope'"),
    "<% $.s + 1 %>": ("error", "does not take such arguments"),
    "<% $.s.len(1) %>": ("error", "method 'len' does not take"),
    "<% nope(1) %>": ("error", "no function 'nope'"),
    "<% $.l[7] %>": ("error", "out of range"),
    "<% $.n / 0 %>": ("error", "division by zero"),
    "<% [].first() %>": ("error", "so many items"),
    "<% $.s.assert($ = a, $.s) %>": ("error", ""),
    "<% regex($.s + '(').matches(a) %>": ("error", ""),
    "<% regex(a) %>": ("error", "no form for"),
    "<% timespan(days => 1) %>": ("error", "no form for"),
    "<% json_parse($.json) %>": ("error", "right form"),
    "<% range(0, 5).select($).where($ = $.s) %>": ("error", ""),
    "{{ _.d.nope.x }}": ("error", "'nope' is not defined"),
    "{{ _.d[_.s].x }}": ("error", ""),
    "{{ _.s | int(default=_.s) / 2 }}": ("error", "right type"),
    "{{ _.s | nope }}": ("error", ""),
    "{{ nope(1) }}": ("error", "'nope' is not defined"),
    "{{ range(10**9) | list }}": ("budget", "range"),
    "{% include _.s %}": ("error", ""),
}


@pytest.mark.parametrize("text", FAILING)
def test_failure(text: str) -> None:
    """The kind and the reason are said, the value is not."""
    kind, reason = FAILING[text]
    request = template(text).expressions[0].request(Frame(Scope([VARIABLES])))

    failed = answer(request, no_functions)

    assert isinstance(failed, Failed)
    assert failed.kind == kind
    assert reason in failed.reason
    assert SECRET not in failed.reason


def test_functions_of_the_comparison_are_there() -> None:
    """The table above would not fail because of a missing function."""
    assert "task" in FUNCTIONS
