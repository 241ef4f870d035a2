"""yaql's operators: every pair of kinds, against the library itself."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import assert_all_same, by_compiled_code
from wf_es.envelope import JSON
from wf_es.expressions.yaql_operators import BINARY

VALUES: dict[str, JSON] = {
    "null": None, "yes": True, "no": False, "zero": 0, "one": 1, "minus": -3, "half": 0.5, "whole": 1.0,
    "empty": "", "a": "a", "ab": "ab", "nothing": [], "list": [1, "a", None], "nested": [[1], {"k": 1}],
    "none": {}, "dict": {"k": 1, "a": [1]},
}  # fmt: skip

EXPECTED = {
    "7 / 2": 3,
    "-7 / 2": -4,
    "7.0 / 2": 3.5,
    "-7 mod 3": 2,
    "1 = true": True,
    "1 = 1.0": True,
    "1 = '1'": False,
    "null < 0": True,
    "null >= null": True,
    "1 > null": True,
    "'b' > 'a'": True,
    "'a' + 'b'": "ab",
    "[1] + [2]": [1, 2],
    "{a => 1, b => 1} + {b => 2}": {"a": 1, "b": 2},
    "'ab' * 2": "abab",
    "2 * [1]": [1, 1],
    "'a' in 'cat'": True,
    "2 in [1, 2]": True,
    "[1] = [1]": True,
}


@pytest.mark.parametrize("sign", [*BINARY, "and", "or"])
def test_every_pair_of_kinds(sign: str) -> None:
    """Whatever the kinds of the operands are, compiled code and library agree."""
    assert_all_same((f"<% $.{left} {sign} $.{right} %>" for left in VALUES for right in VALUES), VALUES)


@pytest.mark.parametrize("sign", ["not ", "-", "+"])
def test_every_kind(sign: str) -> None:
    """The operators on one operand agree for every kind, too."""
    assert_all_same((f"<% {sign}$.{name} %>" for name in VALUES), VALUES)


@pytest.mark.parametrize(("code", "value"), EXPECTED.items(), ids=EXPECTED)
def test_what_users_rely_on(code: str, value: JSON) -> None:
    """The compiled operators give what yaql's documentation says."""
    kind, found = by_compiled_code(f"<% {code} %>", {})

    assert (kind, repr(found)) == ("value", repr(value))
