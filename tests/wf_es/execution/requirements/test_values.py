"""Whether a value has the keys that are read below it."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import EvaluationError
from wf_es.execution.requirements.values import lacking, shown
from wf_es.expressions import KeyRead, Scope, template

ORDER = {
    "id": 1,
    "none": None,
    "text": "abc",
    "lines": [{"id": 1, "no": [1]}, {"id": 2}],
    "empty": [],
    "part": {"id": 3},
}

CASES: list[tuple[tuple[str | int, ...], int | None, int | None]] = [
    (("id",), None, None),
    (("part", "id"), None, None),
    (("nowhere",), 1, 1),
    (("part", "nowhere", "id"), 2, 2),
    (("none", "id"), 2, 2),
    (("text", "id"), 2, 2),
    (("text", "upper"), 2, None),
    (("id", "x"), 2, 2),
    (("lines", "id"), None, 2),
    (("lines", "no"), 2, 2),
    (("lines", 0, "id"), None, None),
    (("lines", 1, "no"), 3, 3),
    (("lines", 2), 2, 2),
    (("empty", "id"), None, 2),
]


@pytest.mark.parametrize(("keys", "yaql", "jinja"), CASES, ids=[str(case[0]) for case in CASES])
def test_what_is_lacking(keys: tuple[str | int, ...], yaql: int | None, jinja: int | None) -> None:
    """The same as what fails when it is evaluated; of methods of Jinja's nothing is said."""
    steps = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    for language, number, text in (
        ("yaql", yaql, f"<% $.order{steps} %>"),
        ("jinja", jinja, "{{ _.order" + steps + " }}"),
    ):
        assert lacking(ORDER, keys, language) == number
        assert _fails(text) is (number is not None) or "upper" in keys


def _fails(text: str) -> bool:
    try:
        template(text).evaluate(Scope([{"order": ORDER}]))
    except EvaluationError:
        return True
    return False


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (KeyRead("variable", "order", ("lines", 0, "id")), "order.lines[0].id"),
        (KeyRead("env", "", ("db", "port")), "env().db.port"),
        (KeyRead("global", "g", ("x",)), "global('g').x"),
        (KeyRead("task", "a", ("result", "x")), "task('a').result.x"),
    ],
)
def test_names_of_keys(read: Any, name: str) -> None:
    """As an author would write them."""
    assert shown(read, read.keys) == name
