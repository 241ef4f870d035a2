"""Where expressions are found in a string."""

from __future__ import annotations

import pytest

from wf_es.expressions.recognition import jinja_start, may_hold_expression, yaql_spans

YAQL = {
    "<% $.x %>": ["<% $.x %>"],
    "a <% $.x %> b <% 1 %>": ["<% $.x %>", "<% 1 %>"],
    "<% '<%' %>": ["<% '<%' %>"],
    "<%%>": ["<%%>"],
    "<%\n$.x\n%>": ["<%\n$.x\n%>"],
    "<% $.x": [],
    "%> <%": [],
    "no": [],
}
JINJA = {
    "{{ _.x }}": 0,
    "a {{ _.x }}": 2,
    "{% if 1 %}{% endif %}": 0,
    "{{ 1 }}{% if 1 %}{% endif %}": 0,
    "{{ no end": None,
    "}} {{": None,
    "{ '{': 1 }": None,
    "{# only a comment #}": None,
    '{"json": {"a": {}}}': None,
}


@pytest.mark.parametrize(("text", "found"), YAQL.items(), ids=YAQL)
def test_yaql(text: str, found: list[str]) -> None:
    """YAQL reaches from ``<%`` to the next ``%>``."""
    assert [text[start:end] for start, end in yaql_spans(text)] == found


@pytest.mark.parametrize(("text", "start"), JINJA.items(), ids=JINJA)
def test_jinja(text: str, start: int | None) -> None:
    """Jinja is there if a mark is closed behind it."""
    assert jinja_start(text) == start


@pytest.mark.parametrize("mark", ["<%", "{{", "{%"])
def test_a_long_text_of_marks_is_scanned_once(mark: str) -> None:
    """A megabyte of opening marks takes no longer than a megabyte of text."""
    text = mark * 500_000

    assert may_hold_expression(text)
    assert list(yaql_spans(text)) == []
    assert jinja_start(text) is None
