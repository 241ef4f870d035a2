"""How much faster compiled expressions are than the libraries.

Run as a script; it prints one line for each expression: microseconds by the
library (evaluating a parsed expression in this process, with the data to be
converted as in Mistral), by our template, and the ratio. What is not compiled
also pays for the way to the process that may be killed.

    python tests/benchmarks/expressions.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import yaql

from wf_es.envelope import JSON
from wf_es.expressions import Expression, Scope, close_sandbox, jinja_syntax, template, yaql_syntax

EXPRESSIONS = (
    "<% $.x %>",
    "<% $.deep.a.b.c %>",
    "<% $.list[1] %>",
    "<% $.get(x) %>",
    "<% $.get(nothing, 5) %>",
    "<% $.x + 1 %>",
    "<% $.x > 2 and $.name = you %>",
    "<% not $.flag or $.x in $.list %>",
    "<% $.list.len() %>",
    "<% len($.list) * 2 %>",
    "<% task(a).result.k %>",
    "<% task().result.k + $.x %>",
    "<% {a => $.x, b => $.name} %>",
    "<% dict(a => $.x, b => [$.name]) %>",
    "<% [$.x, $.name, 3] %>",
    "<% 'hello ' + $.name %>",
    "<% str($.x) + '-' + $.name.toUpper() %>",
    "<% switch($.x > 2 => many, true => few) %>",
    "<% $.rows.select($.v).sum() %>",
    "<% $.rows.where($.v > 3).select($.k) %>",
    "<% $.rows.select($.v * 2 + 1).sum() %>",
    "<% $.rows.orderBy($.v).first().k %>",
    "hello <% $.name %>, you are <% $.x %>",
    "{{ _.x }}",
    "{{ _.deep.a.b.c }}",
    "{{ _.x + 1 }}",
    "{{ _.x > 2 and _.name == 'you' }}",
    "{{ task('a').result.k }}",
    "hello {{ _.name }}, you are {{ _.x }}",
)
NOT_COMPILED = ("<% $.rows.groupBy($.k) %>", "{{ _.list | join('-') }}")
VARIABLES: dict[str, JSON] = {
    "x": 3,
    "name": "you",
    "flag": True,
    "list": [1, 2, 3, 4, 5],
    "deep": {"a": {"b": {"c": 1}}},
    "rows": [{"k": f"key {number}", "v": number} for number in range(10)],
    "other": {"unused": [1, 2, 3]},
}


def _task(name: JSON = None) -> JSON:
    return {"name": name, "result": {"k": 1}}


SCOPE = Scope([VARIABLES], {"task": _task})


def microseconds(run: Callable[[], object], *, seconds: float = 0.05) -> float:
    """Return the best time of one run over some rounds, which other load disturbs least."""
    run()
    count = 1
    while _time(run, count) < seconds / 20:
        count *= 2
    return min(_time(run, count) for _ in range(20)) / count * 1e6


def _time(run: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - started


def by_library(expression: Expression) -> Callable[[], object]:
    """Return code that evaluates a parsed expression with its library, in this process."""
    if expression.language == "jinja":
        run = jinja_syntax.new_environment().from_string(expression.text).render
        return partial(run, _=VARIABLES, task=_task)
    statement = yaql_syntax.engine()(expression.code.text)
    base = yaql.create_context()
    base.register_function(_task, name="task")
    return lambda: statement.evaluate(data=VARIABLES, context=base.create_child_context())


def main() -> None:
    """Print the table."""
    print(f"{'library us':>11} {'ours us':>9} {'ratio':>7}  expression")
    ratios = []
    for text in EXPRESSIONS + NOT_COMPILED:
        made = template(text)
        theirs = sum(microseconds(by_library(expression)) for expression in made.expressions)
        ours = microseconds(partial(made.evaluate, SCOPE))
        if text in EXPRESSIONS:
            ratios.append(theirs / ours)
        print(f"{theirs:11.1f} {ours:9.2f} {theirs / ours:7.1f}  {text}")
    print(f"compiled: lowest ratio {min(ratios):.1f}, median {median(ratios):.1f}")
    close_sandbox()


if __name__ == "__main__":
    main()
