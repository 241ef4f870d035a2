"""Expressions in strings: parts, places, budgets, messages."""

from __future__ import annotations

import sys

import pytest

from wf_es.envelope import JSON
from wf_es.errors import BudgetExceeded, EvaluationError, ExpressionSyntaxError, UnsetVariable
from wf_es.expressions import Scope, template
from wf_es.expressions.expression import Expression, parts_of
from wf_es.expressions.scope import DEFAULT_LIMITS
from wf_es.limits import ExpressionLimits


def test_parts() -> None:
    """A string falls into pieces of text and expressions with their places."""
    parts = parts_of("a <% $.x %> b<% 1 %>", DEFAULT_LIMITS)

    assert [part if isinstance(part, str) else (part.text, part.offset) for part in parts] == [
        "a ", ("<% $.x %>", 2), " b", ("<% 1 %>", 13),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "is_whole"),
    [
        ("<% $.x %>", "yaql", True),
        ("<% $.x %>\n", "yaql", False),
        ("<% $.x %><% $.y %>", "yaql", False),
        ("{{ _.x }}", "jinja", True),
        ("{{ _.x }} ", "jinja", False),
        ("{% if 1 %}{% endif %}", "jinja", False),
    ],
)
def test_whole(text: str, language: str, is_whole: bool) -> None:
    """Only a string that is nothing but one expression is whole."""
    expression = next(part for part in parts_of(text, DEFAULT_LIMITS) if isinstance(part, Expression))

    assert (expression.language, expression.is_whole) == (language, is_whole)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("ab <% $.x y %>", 10),
        ("<%   $.x y %>", 9),
        ("<% 1 %><% + %>", 11),
        ("a\n{% for %}", 2),
        ("{{ 1 }}<% 1 %>", 7),
    ],
)
def test_syntax_errors_have_a_place(text: str, offset: int) -> None:
    """The offset of an error counts from the start of the string."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parts_of(text, DEFAULT_LIMITS)

    assert caught.value.offset == offset
    assert caught.value.expression in text


def test_source_length() -> None:
    """Long text is fine, a long expression is not, when read and when evaluated."""
    text = f"<% {'1 + ' * 30}1 %>"

    assert template("a" * 100_000 + "<% 1 %>").evaluate(Scope([])).endswith("a1")
    with pytest.raises(ExpressionSyntaxError, match="longer than 8192"):
        template(f"<% '{'a' * 8192}' %>")
    with pytest.raises(BudgetExceeded, match="100 bytes"):
        template(text).evaluate(Scope([], limits=ExpressionLimits(source_bytes=100)))


@pytest.mark.parametrize("character", ["x", "ä", "€", "😀"])
@pytest.mark.parametrize("language", ["yaql", "jinja"])
def test_the_length_of_a_source_is_counted_in_bytes(character: str, language: str) -> None:
    """At the limit it is read and evaluated, one byte above it is neither."""
    width = len(character.encode())
    code = f"'{'x' * (96 % width)}{character * (96 // width)}'"
    longest, longer = (
        (f"<% {code} %>", f"<% {code[:-1]}y' %>")
        if language == "yaql"
        else (f"{{{{{code}}}}}", f"{{{{{code} }}}}")
    )
    limits = ExpressionLimits(source_bytes=98 if language == "yaql" else len(longest.encode()))

    assert template(longest, limits).evaluate(Scope([], limits=limits)) == code.strip("'")

    with pytest.raises(ExpressionSyntaxError, match=rf"longer than {limits.source_bytes} bytes"):
        template(longer, limits)
    with pytest.raises(BudgetExceeded, match=rf"more than {limits.source_bytes} bytes"):
        template(longer).evaluate(Scope([], limits=limits))


@pytest.mark.parametrize(
    ("text", "limits", "reason"),
    [
        ("<% $.l.select($ + 1) %>", ExpressionLimits(steps=50), "50 steps"),
        ("<% $.l + $.l + $.l %>", ExpressionLimits(steps=30), "30 steps"),
        ("<% $.l %>", ExpressionLimits(result_bytes=100), "100 bytes"),
        ("<% [$.l] %>", ExpressionLimits(result_bytes=100), "100 bytes"),
        ("<% $.s %>", ExpressionLimits(result_bytes=100), "100 bytes"),
        ("<% $.s %>!", ExpressionLimits(result_bytes=100), "100 bytes"),
        ("{{ _.s }}!", ExpressionLimits(result_bytes=100), "100 bytes"),
        ("{{ _.s ~ _.s }}", ExpressionLimits(steps=1), "1 steps"),
        ("<% [[[[$.s]]]] %>", ExpressionLimits(result_depth=3), "deeper than 3"),
    ],
)
def test_budget_of_compiled_code(text: str, limits: ExpressionLimits, reason: str) -> None:
    """Compiled code stops at its limits, and the error names the expression alone."""
    with pytest.raises(BudgetExceeded, match=reason) as caught:
        template(text).evaluate(Scope([{"l": list(range(100)), "s": "secret" * 20}], limits=limits))

    assert caught.value.expression in text
    assert "secret" not in str(caught.value)


def test_unset_variable() -> None:
    """A variable that is not set is an error of its own that names it."""
    with pytest.raises(UnsetVariable, match="'nope' is not set") as caught:
        template("text <% $.nope.x %>").evaluate(Scope([{"x": 1}]))

    assert (caught.value.variable, caught.value.expression) == ("nope", "<% $.nope.x %>")


def test_context_functions() -> None:
    """Errors of a function reach the caller unchanged; wrong arguments are the author's."""

    def refuse(name: JSON) -> JSON:
        raise LookupError(name)

    scope = Scope([], {"task": refuse})
    with pytest.raises(LookupError, match="a"):
        template("<% task(a) %>").evaluate(scope)
    for text in ("<% task() %>", "{{ task('a', 'b') }}"):
        with pytest.raises(EvaluationError, match=r"task\(\) does not take such arguments"):
            template(text).evaluate(scope)


def test_no_recursion_error() -> None:
    """However deep the caller's own stack is, no RecursionError leaves the package."""
    made = template(f"<% {'(' * 60}$.x{')' * 60} + {' + '.join(['1'] * 100)} %>")

    def dig(levels: int) -> JSON:
        return dig(levels - 1) if levels else made.evaluate(Scope([{"x": 1}]))

    assert dig(0) == 101
    frame, used = sys._getframe(), 0
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    with pytest.raises(BudgetExceeded):
        dig(sys.getrecursionlimit() - used - 60)
