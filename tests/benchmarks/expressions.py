"""How much faster compiled expressions are than the libraries.

Run as a script; it prints one line for each expression: microseconds by the
library (evaluating a parsed expression in this process), by our template, and
the ratio. The library's time includes converting the data it reads, as in
Mistral.

    python tests/benchmarks/expressions.py
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from statistics import median

from wf_es.envelope import JSON
from wf_es.expressions import Expression, Scope, close_sandbox, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame
from wf_es.expressions.messages import Done

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


def _task(name: str | None = None) -> JSON:
    return {"name": name, "result": {"k": 1}}


def _call(name: str, arguments: Iterable[object], keywords: Mapping[str, object]) -> JSON:
    del name, keywords
    return _task(*(str(argument) for argument in arguments))


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


def by_library(expressions: tuple[Expression, ...]) -> Callable[[], object]:
    """Return code that evaluates all expressions with the library, in this process."""
    requests = [expression.request(Frame(SCOPE)) for expression in expressions]

    def run() -> None:
        for request in requests:
            reply = answer(request, _call)
            assert isinstance(reply, Done), reply

    return run


def main() -> None:
    """Print the table."""
    print(f"{'library us':>11} {'ours us':>9} {'ratio':>7}  expression")
    ratios = []
    for text in EXPRESSIONS + NOT_COMPILED:
        made = template(text)
        theirs = microseconds(by_library(made.expressions))
        ours = microseconds(partial(made.evaluate, SCOPE))
        if text in EXPRESSIONS:
            ratios.append(theirs / ours)
        print(f"{theirs:11.1f} {ours:9.2f} {theirs / ours:7.1f}  {text}")
    print(f"compiled: lowest ratio {min(ratios):.1f}, median {median(ratios):.1f}")
    close_sandbox()


if __name__ == "__main__":
    main()
