"""Templates: data with expressions anywhere in it."""

from __future__ import annotations

import pytest

from wf_es.envelope import JSON
from wf_es.errors import ExpressionSyntaxError
from wf_es.expressions import Scope, problems, template

SCOPE = Scope([{"x": 1, "name": "you", "l": [1, 2], "none": None, "yes": True, "key": "k"}])

CASES: list[tuple[JSON, JSON]] = [
    ("no expression", "no expression"),
    (5, 5),
    ("<% $.x %>", 1),
    ("<% $.l %>", [1, 2]),
    ("list: <% $.l %>", "list: [1, 2]"),
    ("<% $.none %> <% $.yes %>", "None True"),
    ("{{ _.none }} {{ _.yes }}", "None True"),
    ("<% $.x %><% $.x %>", "11"),
    ("<% '%' + $.name %>", "%you"),
    ("<%\n  $.x\n%>", 1),
    ({"a": ["<% $.x %>", {"b": "hello {{ _.name }}"}], "c": 2}, {"a": [1, {"b": "hello you"}], "c": 2}),
    ({"<% $.key %>": "<% $.key %>"}, {"<% $.key %>": "k"}),
    (["<% $.name %> and <% '<% $.x' %>"], ["you and <% $.x"]),
]


@pytest.mark.parametrize(("data", "value"), CASES, ids=[str(data) for data, _ in CASES])
def test_evaluate(data: JSON, value: JSON) -> None:
    """Values keep their type on their own and become text inside of text."""
    assert template(data).evaluate(SCOPE) == value


def test_what_does_not_change_is_shared() -> None:
    """Data without expressions is constant; parts without any are not copied."""
    data = {"big": [1, 2, 3], "x": "<% $.x %>"}

    assert template(data["big"]).is_constant
    assert not template(data).is_constant
    assert template(data).evaluate(SCOPE)["big"] is data["big"]
    assert data == {"big": [1, 2, 3], "x": "<% $.x %>"}


def test_expressions_have_places() -> None:
    """Each expression knows its path, its offset and what it reads."""
    made = template({"a": ["text", "see <% $.x %> and <% $.get(y) %>"], "b": "{{ _.z }}"})

    assert [
        (found.path, found.offset, [read.name for read in found.reads.variables])
        for found in made.expressions
    ] == [
        (("a", 1), 4, ["x"]),
        (("a", 1), 18, ["y"]),
        (("b",), 0, ["z"]),
    ]


def test_problems() -> None:
    """All expressions that cannot be read are reported; reading stops at the first."""
    data = {"a": "<% $.x + %>", "b": ["ok", "{{ 1 + }}", "<% 1 %> {{ 2 }}"]}

    found = problems(data)

    assert [(problem.path, problem.offset) for problem in found] == [
        (("a",), 8),
        (("b", 1), 0),
        (("b", 2), 8),
    ]
    assert found[0].expression == "<% $.x + %>"
    assert "too early" in found[0].message
    assert "one string" in found[2].message
    with pytest.raises(ExpressionSyntaxError) as caught:
        template(data)
    assert caught.value.details["path"] == ("a",)
    assert problems({"a": "<% $.x %>"}) == ()


def test_deep_data() -> None:
    """Data that is nested too deeply is a problem, not a crash."""
    data: JSON = "<% 1 %>"
    for _ in range(5000):
        data = [data]

    assert "nested deeper" in problems(data)[0].message


def test_without_some_members() -> None:
    """What is left out is not evaluated; what is no object stays as it is."""
    whole = template({"a": "<% $.unset %>", "b": ["<% $.x %>"], "c": 1})

    part = whole.without({"a", "d"})
    assert part.evaluate(SCOPE) == {"b": [1], "c": 1}
    assert part.source == {"b": ["<% $.x %>"], "c": 1}
    assert [expression.path for expression in part.expressions] == [("b", 0)]
    assert whole.without({"a", "b"}).is_constant
    assert whole.without(set()) is whole
    assert template("<% $.x %>").without({"a"}).evaluate(SCOPE) == 1
