"""Mistral's functions for JSON and YAML texts, in both languages."""

from __future__ import annotations

import pytest

from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame
from wf_es.expressions.messages import Done, Failed
from wf_es.expressions.yaql_library import no_functions

VARIABLES: dict[str, JSON] = {
    "d": {"b": [1, None], "a": "é"},
    "j": '{"k": [1, {"x": true}]}',
    "y": "k: [1, {x: true}]",
}
JSON_TEXT = '{\n    "b": [\n        1,\n        null\n    ],\n    "a": "\\u00e9"\n}'
YAML_TEXT = 'a: "\\xE9"\nb:\n- 1\n- null\n'

CASES: dict[str, JSON] = {
    "<% json_dump($.d) %>": JSON_TEXT,
    "{{ json_dump(_.d) }}": JSON_TEXT,
    "{{ _.d | json_dump }}": JSON_TEXT,
    "<% yaml_dump($.d) %>": YAML_TEXT,
    "{{ _.d | yaml_dump }}": YAML_TEXT,
    "<% json_parse($.j).k[1].x %>": True,
    "{{ (_.j | json_parse).k }}": [1, {"x": True}],
    "<% yaml_parse($.y) %>": {"k": [1, {"x": True}]},
    "{{ yaml_parse(_.y).k[0] }}": 1,
    "<% yaml_parse('2026-01-02') %>": "2026-01-02",
    "<% json_parse(json_dump($.d)) = $.d %>": True,
}
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(("text", "value"), CASES.items(), ids=CASES)
def test_functions(text: str, value: JSON) -> None:
    """They give what Mistral gives, as functions and as filters."""
    request = template(text).expressions[0].request(Frame(Scope([VARIABLES])))

    assert answer(request, no_functions) == Done(value=value)


@pytest.mark.parametrize("text", [BOMB, "&a [*a]"], ids=["bomb", "recursive"])
def test_small_texts_for_large_values(text: str) -> None:
    """A value that explodes or has no end is refused as too large."""
    request = template("{{ _.y | yaml_parse }}").expressions[0].request(Frame(Scope([{"y": text}])))

    failed = answer(request, no_functions)

    assert isinstance(failed, Failed)
    assert failed.kind == "budget"
