"""Which functions expressions may call."""

from __future__ import annotations

import pytest

from wf_es.expressions import template
from wf_es.expressions.vocabulary import known_functions, unknown_functions

CASES = [
    ("<% task().result + env().x + $.l.len() + len($.l) %>", ()),
    ("<% json_dump($.x) + regex(a).matches(b) + uuid() %>", ()),
    ("<% foo($.x).bar() %>", ("bar", "foo")),
    ("<% def(foo, $) -> foo(1) %>", ()),
    ("<% call(foo, [], {}) %>", ("call",)),
    ("{{ _.l | join(',') | upper }}{{ _.get('x') }}{{ range(3) | list }}", ()),
    ("{{ _.x | json_dump | nofilter }}{{ foo(1) }}", ("foo", "nofilter")),
    ("{% macro foo() %}x{% endmacro %}{{ foo() }}", ()),
]


@pytest.mark.parametrize(("text", "unknown"), CASES)
def test_unknown_functions(text: str, unknown: tuple[str, ...]) -> None:
    """Functions of the scope, of the library and of the documents are known."""
    (expression,) = template(text).expressions
    assert unknown_functions(expression) == unknown


def test_known_functions_can_be_suggested() -> None:
    """Each language has its own names, and both have ours."""
    yaql, jinja = known_functions("yaql"), known_functions("jinja")
    assert {"toUpper", "task", "json_parse"} <= yaql
    assert {"upper", "task", "json_parse"} <= jinja
    assert "call" not in yaql
    assert "upper" not in yaql
