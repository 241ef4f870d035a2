"""A read that counts as certain is one: without the variable every evaluation fails on it.

And one that is not certain is not: there is an evaluation that does not need it.
"""

from __future__ import annotations

import pytest

from wf_es.errors import EvaluationError, UnsetVariable
from wf_es.expressions import Scope, template

YAQL_CERTAIN = (
    "$.x",
    "$.x.y",
    "$?.x",
    "$.x?.y",
    "$['x']",
    "[$.x]",
    "{a => $.x}",
    "dict(a => $.x)",
    "$.x.len()",
    "not $.x",
    "isList($.x)",
    "$.x.where($ > 1)",
    "$.x and true",
    "1 + $.x",
    "$.get(a, $.x)",
    "[1].first($.x)",
    "switch($.x => 1)",
    "coalesce($.x, 1)",
)
YAQL_PERHAPS = (
    "true or $.x",
    "false and $.x",
    "coalesce(1, $.x)",
    "switch(true => 1, $.x => 2)",
    "selectCase(true, $.x)",
    "null?.get($.x)",
)
JINJA_CERTAIN = (
    "{{ _.x }}",
    "{{ _.x.y }}",
    "{{ _['x'] }}",
    "{{ _.x + 1 }}",
    "{{ 1 == _.x }}",
    "{{ _.x in [1] }}",
    "{{ 'a' ~ _.x }}",
    "{{ not _.x }}",
    "{{ _.x | upper }}",
    "{{ _.x | list }}",
    "{{ _.x and 1 }}",
    "{{ 1 if _.x else 2 }}",
    "{{ [_.x] }}",
    "{{ {'a': [_.x]} }}",
    "{% if _.x %}1{% endif %}",
    "{% for i in _.x %}1{% endfor %}",
    "a {{ _.x }} b",
)
JINJA_PERHAPS = (
    "{{ 1 or _.x }}",
    "{{ 0 and _.x }}",
    "{{ 1 if true else _.x }}",
    "{{ [_.x] | length }}",
    "{{ _.x is none }}",
    "{{ 1 < 0 < _.x }}",
    "{% set q = _.x %}1",
    "{% if false %}{{ _.x }}{% endif %}",
    "{% for i in [] %}{{ _.x }}{% endfor %}",
)
FUNCTIONS = {"task": lambda name=None: None}


def read_of(text: str) -> tuple[bool, bool]:
    """Return whether the only variable is read optionally, and conditionally."""
    (expression,) = template(text).expressions
    found = {read.name: read for read in expression.reads.variables}
    return found["x"].optional, found["x"].conditional


@pytest.mark.parametrize("text", [*(f"<% {code} %>" for code in YAQL_CERTAIN), *JINJA_CERTAIN])
def test_certain_reads(text: str) -> None:
    """Whoever comes to such an expression fails."""
    assert read_of(text) == (False, False)
    with pytest.raises(UnsetVariable):
        template(text).evaluate(Scope(({"a": 0},), FUNCTIONS))


@pytest.mark.parametrize("text", [*(f"<% {code} %>" for code in YAQL_PERHAPS), *JINJA_PERHAPS])
def test_conditional_reads(text: str) -> None:
    """Here is one that gets on without."""
    assert read_of(text) == (False, True)
    template(text).evaluate(Scope(({"a": 0},), FUNCTIONS))


@pytest.mark.parametrize("code", ["let(x => 1) -> $.x", "[1].select($).with(2) -> $.x"])
def test_names_with_a_new_meaning_are_not_certain(code: str) -> None:
    """The name may be none of the context's."""
    assert read_of(f"<% {code} %>") == (False, True)


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("<% task(t).result %>", True),
        ("<% task(t).get(result) %>", True),
        ("<% task(t)[result] %>", True),
        ("{{ task('t').result }}", True),
        ("<% task(t)?.result %>", False),
        ("<% task(t) = null %>", False),
        ("{{ task('t').result | default(1) }}", False),
        ("{{ task('t') }}", False),
    ],
)
def test_answers_of_tasks(text: str, is_needed: bool) -> None:
    """A part of one is needed: null, as before the task has run, has none."""
    (expression,) = template(text).expressions
    (read,) = expression.reads.task_reads
    assert (read.name, read.optional, read.conditional) == ("t", not is_needed, False)
    if is_needed:
        with pytest.raises(EvaluationError):
            template(text).evaluate(Scope(({},), FUNCTIONS))
    else:
        template(text).evaluate(Scope(({},), FUNCTIONS))
