"""What YAQL can be read, and where it cannot."""

from __future__ import annotations

import pytest

from wf_es.errors import ExpressionSyntaxError
from wf_es.expressions.yaql_syntax import MAXIMUM_DEPTH, parse

BROKEN = {
    "$.a b": (4, "unexpected 'b'"),
    "$.a +": (5, "too early"),
    "": (0, "too early"),
    "$.__env": (2, "unexpected '_'"),
    "f(": (2, "too early"),
    "'\\N{no such name}'": (0, "cannot be read"),
    "1" * 5000: (0, "cannot be read"),
    "'\\ud800'": (0, "half a surrogate"),
    "(" * 300 + "1" + ")" * 300: (0, "nested deeper"),
    "[" * 4000: (4000, "too early"),
    "+".join(["1"] * (MAXIMUM_DEPTH + 1)): (0, "nested deeper"),
}


@pytest.mark.parametrize("code", BROKEN, ids=range(len(BROKEN)))
def test_refused(code: str) -> None:
    """The error says where the code cannot be read and why."""
    offset, reason = BROKEN[code]

    with pytest.raises(ExpressionSyntaxError, match=reason) as caught:
        parse(code)

    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "code", ["$.get(x)", "dict(a => 1)", "a", "'\\x41'", "`verbatim`", "1 < 2", "5 mod 3"]
)
def test_read(code: str) -> None:
    """Mistral's dialect is read: ``=>``, bare words, all kinds of quotes."""
    assert parse(code) is not None
