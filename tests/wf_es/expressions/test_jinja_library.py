"""Jinja by Jinja itself, with Mistral's surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame
from wf_es.expressions.messages import Done, Failed

VARIABLES: dict[str, JSON] = {
    "n": 3,
    "l": ["1", "2"],
    "s": "foo",
    "r": [{"k": "a", "v": 1}, {"k": "a", "v": 2}],
}


def _call(name: str, arguments: Iterable[object], keywords: Mapping[str, object]) -> JSON:
    return 1 if name == "randomInt" else [name, list(arguments), dict(keywords)]


SCOPE = Scope([VARIABLES], {"task": len, "randomInt": len, "now": len})

CASES: dict[str, JSON] = {
    "{{ _.s | upper }}": "FOO",
    "{{ _.l | map('int') | list }}": [1, 2],
    "{{ _.l | map('int') }}": [1, 2],
    "{{ (1, 2) }}": [1, 2],
    "{{ _.l | tojson }}": '["1", "2"]',
    "{{ _.nope | default('d') }}": "d",
    "{{ _.r | map(attribute='v') | sum }}": 3,
    "{{ _.r | groupby('k') | map(attribute='grouper') | list }}": ["a"],
    "{{ _.r | selectattr('v', 'gt', 1) | list }}": [{"k": "a", "v": 2}],
    "{{ task('a', flat=true) }}": ["task", ["a"], {"flat": True}],
    "{{ 'a' | task }}": ["task", ["a"], {}],
    "{{ _.l | random }}": "2",
    "{{ '%s-%s' | format(1, 2) }}": "1-2",
    "{{ '{}-{x[v]}'.format(_.n, x=_.r[0]) }}": "3-1",
    "a{{ 'b' if false }}c": "ac",
    "{{ none }}": None,
    "{% if _.n > 2 %}many{% else %}few{% endif %}": "many",
    "{% for i in range(_.n) %}{{ loop.index }}{% endfor %}": "123",
    "{% set v = _.n %}{{ v }}{{ v }}": "33",
    "{% set ns = namespace(v=0) %}{% for i in _.l %}{% set ns.v = ns.v + 1 %}{% endfor %}{{ ns.v }}": "2",
    "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}": "<1>",
    "a\n  {% if true %}\nb\n  {% endif %}\nc": "a\nb\nc",
    "{{ _.n }}\n": "3",
    "{{ {'a': {'b': _.n}} }}": {"a": {"b": 3}},
}


@pytest.mark.parametrize(("text", "value"), CASES.items(), ids=CASES)
def test_value(text: str, value: JSON) -> None:
    """Filters, blocks and functions work; a string that is one expression keeps its type."""
    request = template(text).expressions[0].request(Frame(SCOPE))

    assert answer(request, _call) == Done(value=value)


def test_an_if_without_else_has_no_value_of_its_own() -> None:
    """Within text it is empty, as in Jinja; as a whole value it is an error."""
    request = template("{{ 'b' if _.n > 5 }}").expressions[0].request(Frame(SCOPE))

    found = answer(request, _call)

    assert isinstance(found, Failed)
    assert "not defined" in found.reason
