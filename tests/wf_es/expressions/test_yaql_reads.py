"""Which names YAQL expressions read."""

from __future__ import annotations

import pytest

from wf_es.expressions.yaql_reads import reads
from wf_es.expressions.yaql_syntax import parse

VARIABLES = {
    "$.x": ["x"],
    "$.x.y.z": ["x"],
    "$['x'].y": ["x"],
    "$[x]": ["x"],
    "$[x, 1]": ["x?"],
    "$.get(x)": ["x?"],
    "$.get(x, $.y)": ["x?", "y"],
    "$.get('__env')": ["__env?"],
    "$__env.k": ["__env?"],
    "$.containsKey(x) and $.y": ["x?", "y"],
    "$.get(x) or $.x": ["x"],
    "$?.x": ["x"],
    "$1.x": ["x"],
    "$.list.select($.y)": ["list"],
    "$.list.where($.a = 1).select($.b)": ["list"],
    "$.list.select($.inner.where($.c))": ["list"],
    "$.list.any($.y)": ["list"],
    "any($.list)": ["list"],
    "any($.list, $.y)": ["list"],
    "distinct($.list)": ["list"],
    "$.list.aggregate($1 + $2, $.seed)": ["list", "seed"],
    "$.list.toDict($.k, valueSelector => $.v)": ["list"],
    "$.a.join($.b, $1.k = $2.k, $1)": ["a", "b"],
    "$.a.join($.separator)": ["a", "separator"],
    "regex($.p).replaceBy($.s, $.value)": ["p", "s"],
    "generate($.start, $ < 3, $ + 1)": ["start"],
    "switch($.a => $.b, true => $.c)": ["a", "b", "c"],
    "{$.k => $.v}": ["k", "v"],
    "task(a).result + $.x": ["x"],
    "$.list.select(task($.name))": ["list"],
}
UNDETERMINED = {
    "$": "the whole context",
    "$.keys()": "the whole context",
    "len($)": "the whole context",
    "$.get($.name)": "computed",
    "$[$.name]": "the whole context",
    "let(a => $.x) -> $a": "new meaning",
    "with($.x) -> $.y": "new meaning",
    "def(f, $.x) -> f()": "new meaning",
    "task($.name)": "given to task",
}


@pytest.mark.parametrize(("code", "names"), VARIABLES.items(), ids=VARIABLES)
def test_variables(code: str, names: list[str]) -> None:
    """Variables are found wherever ``$`` is the context; a question mark means optional."""
    found = reads(parse(code))

    assert [read.name + "?" * read.optional for read in found.variables] == names
    assert not found.whole


@pytest.mark.parametrize(("code", "reason"), UNDETERMINED.items(), ids=UNDETERMINED)
def test_undetermined(code: str, reason: str) -> None:
    """What the text does not settle is said, and all variables count as read."""
    found = reads(parse(code))

    assert any(reason in text for text in found.undetermined)
    assert found.whole is (reason != "given to task")


def test_functions_and_tasks() -> None:
    """Functions, methods and the tasks that are named are found."""
    found = reads(parse("task(a).result.len() + task('b c').x + global(g)"))

    assert found.functions == {"task", "len", "global"}
    assert found.tasks == {"a", "b c"}


KEYS = {
    "$.a": [],
    "$.a.b.c + $.a.b": ["variable a b c"],
    "$.a.b + ($.a.b and $.a.b.c)": ["variable a b", "?variable a b c"],
    "$['a']['b'][0].c": ["variable a b 0 c"],
    "($.a).b.len()": ["variable a b"],
    "$.a?.b.c": [],
    "$.a.get(b).c": [],
    "$.a.where($.x.y)": [],
    "$.a.select(env().b)": ["?env b"],
    "env().a.b or env().c": ["env a b", "?env c"],
    "env().get(a) + env().len()": [],
    "$__env.a": ["env a"],
    "task(a).result.b": ["task a result b"],
    "global(a)['b']": ["global a b"],
    "task($.a).result": [],
}


@pytest.mark.parametrize(("code", "keys"), KEYS.items(), ids=KEYS)
def test_keys(code: str, keys: list[str]) -> None:
    """Chains of keys are found to their ends; a question mark means that other values decide."""
    found = reads(parse(code)).keys

    shown = [
        "?" * read.conditional + " ".join(map(str, (read.source, read.name, *read.keys))) for read in found
    ]
    assert sorted(shown) == sorted(keys)
