"""Inline parameters: every kind of value, and what cannot be read."""

from __future__ import annotations

import pytest

from wf_es.definition.inline import expression_spans, read_inline
from wf_es.envelope import JSON

READ: list[tuple[str, str, dict[str, JSON]]] = [
    ("std.noop", "std.noop", {}),
    ("std.echo output='x y'", "std.echo", {"output": "x y"}),
    ('std.http url=<% $.u %> method="GET"', "std.http", {"url": "<% $.u %>", "method": "GET"}),
    (
        "a x=true y=false z=null t=1 f=1.5 n=-2",
        "a",
        {"x": True, "y": False, "z": None, "t": 1, "f": 1.5, "n": -2},
    ),
    (
        "a w=word p=a/b-c.d u=http://h:1/x?q=1&r=a,b",
        "a",
        {"w": "word", "p": "a/b-c.d", "u": "http://h:1/x?q=1&r=a,b"},
    ),
    ('a l=["x", 1, {"k": null}] m={b: [1, two]}', "a", {"l": ["x", 1, {"k": None}], "m": {"b": [1, "two"]}}),
    (
        "a l=[<% $.get(a, b) %>, 2] m={k: {{ _.x }}}",
        "a",
        {"l": ["<% $.get(a, b) %>", 2], "m": {"k": "{{ _.x }}"}},
    ),
    ("a x={{ _.y }} z=<% {a => 1} %>", "a", {"x": "{{ _.y }}", "z": "<% {a => 1} %>"}),
    ("a u=http://h/<% $.id + 1 %>/x", "a", {"u": "http://h/<% $.id + 1 %>/x"}),
    ('a q="say <% $.get("x") %> \'now\'"', "a", {"q": "say <% $.get(\"x\") %> 'now'"}),
    ('a q="100 <% of it"', "a", {"q": "100 <% of it"}),
    ("fail(msg=<% task().result %>)", "fail", {"msg": "<% task().result %>"}),
    ('fail(msg="no, sorry")', "fail", {"msg": "no, sorry"}),
    ("std.echo(output=1, delay=word)", "std.echo", {"output": 1, "delay": "word"}),
    ("fail ( msg=stop )", "fail", {"msg": "stop"}),
    ("<% $.name %> x=1", "<% $.name %>", {"x": 1}),
    ("std.<% $.kind %>", "std.<% $.kind %>", {}),
    ("  a\n  x=1\n  y=''\n", "a", {"x": 1, "y": ""}),
    ("a list=[']', \"[\"]", "a", {"list": ["]", "["]}),
    ("a d=2026-01-01 at=@x", "a", {"d": "2026-01-01", "at": "@x"}),
]


@pytest.mark.parametrize(("text", "name", "parameters"), READ)
def test_reads_name_and_parameters(text: str, name: str, parameters: dict[str, JSON]) -> None:
    """Each kind of value is read as the module says."""
    inline = read_inline(text)
    assert inline.faults == ()
    assert (inline.name, inline.parameters) == (name, parameters)


FAULTS = [
    ("a x", 2, "cannot read 'x'"),
    ("a x = 1", 2, "no spaces around '='"),
    ("a=1", 1, "cannot read '=1'"),
    ("a x=", 4, "parameter 'x' has no value"),
    ("a x= y=2", 4, "parameter 'x' has no value"),
    ("a x='open", 4, "has no closing '"),
    ("a x=[1, 2", 4, "has no closing ]"),
    ("a x={b: [}", 4, "has no closing }"),
    ("a x=[1 b: *c]", 4, "cannot be read"),
    ("a x=1 x=2", 6, "'x' is given twice"),
    ("a x='1'y", 7, "unexpected text 'y'"),
    ("a x=.nan", 4, "is not a number that can be stored"),
    ("a(x=1", 5, "')' is missing"),
    ("a(x=1) y", 7, "unexpected text 'y' after ')'"),
]


@pytest.mark.parametrize(("text", "offset", "words"), FAULTS)
def test_says_what_cannot_be_read(text: str, offset: int, words: str) -> None:
    """A fault has the offset of the trouble; what stands before it is kept."""
    ((found, message),) = read_inline(text).faults
    assert found == offset
    assert words in message


def test_offsets_point_at_the_values() -> None:
    """The offset of a quoted value is that of its first character."""
    text = "a x=1 y='two' z=[3]"
    offsets = read_inline(text).offsets
    assert [text[offset] for offset in offsets.values()] == ["1", "t", "["]


def test_spans_of_expressions_do_not_overlap() -> None:
    """An opening within an expression does not count, nor one that is never closed."""
    text = "<% '{{' %> {{ x }} <% y"
    assert [text[start:end] for start, end in expression_spans(text).items()] == ["<% '{{' %>", "{{ x }}"]
