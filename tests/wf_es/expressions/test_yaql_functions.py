"""yaql's functions and methods: every one on every kind, against the library itself."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import assert_all_same, by_compiled_code
from wf_es.envelope import JSON
from wf_es.expressions.yaql_functions import FUNCTIONS, METHODS

VALUES: dict[str, JSON] = {
    "null": None, "yes": True, "two": 2, "minus": -1, "half": 0.5, "empty": "", "s": " a b,a ",
    "digits": "12",    "nothing": [], "numbers": [3, 1, 2, 1], "words": ["a", "b", "a"],
    "mixed": [1, "a", None, True, [2]],
    "rows": [{"k": "a"}, {"k": "b"}], "none": {}, "d": {"k": 1, "a": None},
}  # fmt: skip
ARGUMENTS = ("1", "-1", "a", "','", "k", "null", "[1]", "$.words", "true")

EXPECTED = {
    "len(abc)": 3,
    "str(null) + str(true) + str(1.0)": "nulltrue1.0",
    "int(null) + int(' 12 ')": 12,
    "float('1.5')": 1.5,
    "bool([])": False,
    "concat(a, b, c)": "abc",
    "max(1, 2) + min(1, 2)": 3,
    "range(3)": [0, 1, 2],
    "range(2, 4)": [2, 3],
    "isInteger(true)": False,
    "{b => 1, a => 2}.keys()": ["b", "a"],
    "{a => 1}.get(b, 7)": 7,
    "[1, 2].sum()": 3,
    "[].sum(0)": 0,
    "[2, 1].last()": 1,
    "[1, true, 2].distinct()": [1, 2],
    "[1, 2, 3].skip(1).limit(1)": [2],
    "[a, 1, null].join('-')": "a-1-null",
    "'-'.join([a, b])": "a-b",
    "'a,b'.split(',')": ["a", "b"],
    "'abc'.substring(-2, 1)": "b",
    "'aXbX'.replace(X, '')": "ab",
    "abc.startsWith(b, a)": True,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_on_every_kind(name: str) -> None:
    """Compiled functions agree with the library, whatever they are given."""
    calls = [f"{name}($.{value})" for value in VALUES]
    calls += [f"{name}($.{value}, {argument})" for value in VALUES for argument in ("1", "a", "[1]")]

    assert_all_same((f"<% {call} %>" for call in calls), VALUES)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_on_every_kind(name: str) -> None:
    """Compiled methods agree with the library, whatever they are given."""
    calls = [f"$.{value}.{name}()" for value in VALUES]
    calls += [f"$.{value}.{name}({argument})" for value in VALUES for argument in ARGUMENTS]
    calls += [f"$.{value}.{name}({two})" for value in VALUES for two in ("a, b", "0, 1", "k, null", "[], 1")]

    assert_all_same((f"<% {call} %>" for call in calls), VALUES)


@pytest.mark.parametrize(("code", "value"), EXPECTED.items(), ids=EXPECTED)
def test_what_users_rely_on(code: str, value: JSON) -> None:
    """The compiled functions give what yaql's documentation says."""
    kind, found = by_compiled_code(f"<% {code} %>", {})

    assert (kind, repr(found)) == ("value", repr(value))
