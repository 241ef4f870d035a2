"""Which functions expressions may call."""

from __future__ import annotations

import pytest

from wf_es.expressions import template
from wf_es.expressions.vocabulary import known_functions, unknown_functions

UNKNOWN = {
    "<% len($.x) + task(a).result.first() %>": (),
    "<% json_dump($.x) + now().format('%Y') %>": (),
    "<% lenn($.x) %>": ("lenn",),
    "<% $.x.frist() %>": ("frist",),
    "<% call(len, [], {}) %>": ("call",),
    "<% def(f, 1) -> f() %>": (),
    "{{ _.x | upper | json_dump }}": (),
    "{{ range(3) | list }}": (),
    "{{ _.x | uper }}": ("uper",),
    "{{ tsk('a') }}": ("tsk",),
    "{% macro m() %}{% endmacro %}{{ m() }}": (),
}


@pytest.mark.parametrize(("text", "names"), UNKNOWN.items(), ids=UNKNOWN)
def test_unknown_functions(text: str, names: tuple[str, ...]) -> None:
    """Names that no library, Mistral or the scope has are found."""
    assert unknown_functions(template(text).expressions[0]) == names


@pytest.mark.parametrize("language", ["yaql", "jinja"])
def test_known_functions(language: str) -> None:
    """What can be suggested is what can be called."""
    known = known_functions(language)

    assert {"task", "json_dump", "uuid"} < known
    assert not any(name.startswith("#") or name == "call" for name in known)
