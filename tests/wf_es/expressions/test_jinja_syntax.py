"""What Jinja can be read, and what cannot be reached from it."""

from __future__ import annotations

import pytest

from wf_es.envelope import JSON
from wf_es.errors import ExpressionSyntaxError
from wf_es.expressions.jinja_syntax import (
    NotDefined,
    Root,
    inner_code,
    new_environment,
    parse,
    single_expression,
)

BROKEN = {
    "{{ }}": 0,
    "{{ _.x": 0,
    "text\n{% if %}{% endif %}": 5,
    "{{ '\\ud800' }}": 0,
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}": 0,
    "{{ " + "1 + " * 300 + "1 }}": 0,
    "{% for i in x %}": 0,
}
SINGLE = {
    "{{ _.x }}": "_.x",
    "{{- _.x -}}": "_.x",
    "{{ {'a': {'b': 1}} }}": "{'a': {'b': 1}}",
    "{{ '}}' }}": "'}}'",
    "{{ _.x }} ": None,
    "{{ _.x }}{{ _.y }}": None,
    "{% if 1 %}{{ 2 }}{% endif %}": None,
    "{{ _.x }}{# comment #}": None,
}
NO_WAY = (
    "_.s.__class__", "_['s']['__class__']", "_.s|attr('__class__')", "_.__class__",
    "'{0.__class__}'.format(_)",
    "_.l.append", "_.d.update", "_.d.pop", "range.__init__", "dict.mro", "_.get.__self__", "cycler.__init__",
    "self.__init__", "_.s.encode", "namespace.__init__", "_.l|map(attribute='__class__')|first", "lipsum",
)  # fmt: skip
REACHED: dict[str, JSON] = {
    "_.d.items": 1,
    "_.d.keys()|list": ["items", "k"],
    "_.d['k']": 2,
    "_.d.get('nope', 3)": 3,
    "_.s.upper()": "TEXT",
    "_.l.count(1)": 1,
    "_.l[0]": 1,
    "_.l.index(1)": 0,
}
DATA = {"s": "text", "l": [1], "d": {"items": 1, "k": 2}}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_refused(text: str) -> None:
    """The error says in which line the text cannot be read."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)

    assert caught.value.offset == BROKEN[text]


@pytest.mark.parametrize(("text", "code"), SINGLE.items(), ids=SINGLE)
def test_single_expression(text: str, code: str | None) -> None:
    """A string that is one ``{{ }}`` is told from a text with expressions in it."""
    found = single_expression(text, parse(text))

    assert (inner_code(text).strip() if found is not None else None) == code


@pytest.mark.parametrize("code", NO_WAY)
def test_no_attributes(code: str) -> None:
    """There is no way from a value to Python's own attributes, nor to what changes it."""
    run = new_environment().compile_expression(code, undefined_to_none=False)

    with pytest.raises(NotDefined):
        str(run(_=Root(DATA)))


@pytest.mark.parametrize(("code", "value"), REACHED.items(), ids=REACHED)
def test_items_and_methods(code: str, value: JSON) -> None:
    """A key wins over a method of the same name; harmless methods are there."""
    run = new_environment().compile_expression(code)

    assert run(_=Root(DATA)) == value
