"""Which YAQL is compiled, and what compiled code gives."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import assert_same, by_compiled_code
from wf_es.envelope import JSON
from wf_es.expressions.yaql_compiler import NotCompiled, compile_yaql
from wf_es.expressions.yaql_syntax import parse

VARIABLES: dict[str, JSON] = {
    "x": 1,
    "d": {"k": {"v": [1, 2]}, "get": 5},
    "l": [{"v": 1}, {"v": 2}],
    "s": "text",
    "z": None,
    "__env": {"e": 1},
}

COMPILED = {
    "$.x": 1,
    "$.d.k.v[1]": 2,
    "$.d.k.v[-1]": 2,
    "$['x']": 1,
    "$.d['k'].v": [1, 2],
    "$.get(x)": 1,
    "$.get(nope)": None,
    "$.get(nope, 7)": 7,
    "$.get('__env').e": 1,
    "$__env.e": 1,
    "$.z?.k": None,
    "$.d?.k.v": [1, 2],
    "$.l.v": [1, 2],
    "($.x)": 1,
    "task(a).result[1].k": "a",
    "task(a, fromTime => 1).more": {"from_time": 1},
    "env().k": 1,
    "global(g)": "global g",
    "[$.x, [$.s]]": [1, ["text"]],
    "{a => $.x, $.s => 2}": {"a": 1, "text": 2},
    "dict(a => $.x)": {"a": 1},
    "dict()": {},
    "{1 => a, null => b}": {"1": "a", "null": "b"},
    "switch($.x > 1 => many, true => few)": "few",
    "switch(false => 1)": None,
    "$.d.get": 5,
    "bare": "bare",
}

LEFT_TO_LIBRARY = (
    "$.x + 'a'", "$.s.k", "$.d.nope", "$.l[7]", "$.x / 0", "$.nope + 1", "$.l.groupBy($.v)",
    "$.l.aggregate($1 + $2)",    "let(a => 1) -> $a", "regex('a').matches($.s)", "$.s =~ 'a'",
    "str($.l)", "$.d.k.get([1])", "now()",
    "f(1)",    "$.get(x, default => 1)", "$.l.select($.nope)", "true + 1", "$.s.len(1)", "$2",
)  # fmt: skip


@pytest.mark.parametrize(("code", "value"), COMPILED.items(), ids=COMPILED)
def test_compiled(code: str, value: JSON) -> None:
    """The common shapes are compiled and give what the library gives."""
    assert by_compiled_code(f"<% {code} %>", VARIABLES) == ("value", value)
    assert assert_same(f"<% {code} %>", VARIABLES)
    assert assert_same(f"text <% {code} %>", VARIABLES)


@pytest.mark.parametrize("code", LEFT_TO_LIBRARY)
def test_left_to_library(code: str) -> None:
    """What compiled code is not sure of, errors above all, it does not decide."""
    assert not assert_same(f"<% {code} %>", VARIABLES)


def test_unset_variable() -> None:
    """A path from a variable that is not set is decided at once."""
    assert by_compiled_code("<% $.nope.k %>", VARIABLES) == ("unset", "nope")
    assert assert_same("<% $.nope.k %>", VARIABLES)


@pytest.mark.parametrize(
    "code", ["$.l.zip([1])", "$.a -> $.b", "foo($.x)", "$.x.f()", "len()", "$.l.select(1, 2)"]
)
def test_not_compiled(code: str) -> None:
    """A part that is not compiled leaves the whole expression to the library."""
    with pytest.raises(NotCompiled):
        compile_yaql(parse(code))
