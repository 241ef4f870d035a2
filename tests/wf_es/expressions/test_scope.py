"""What an evaluation sees."""

from __future__ import annotations

from wf_es.expressions import Scope, template
from wf_es.expressions.scope import DEFAULT_LIMITS


def test_first_layer_wins() -> None:
    """A name is looked up from the first layer on, also where its value is null."""
    scope = Scope([{"a": 1, "n": None}, {"a": 2, "b": 3, "n": 4}])

    assert [scope.get(name, "default") for name in ("a", "b", "n", "none")] == [1, 3, None, "default"]
    assert scope.merged() == {"a": 1, "b": 3, "n": None}
    assert template("<% [$.a, $.b, $.n] %>").evaluate(scope) == [1, 3, None]
    assert template("<% $ %>").evaluate(scope) == {"a": 1, "b": 3, "n": None}
    assert template("{{ _ }}").evaluate(scope) == {"a": 1, "b": 3, "n": None}


def test_reserved_names() -> None:
    """Names with underscores are variables like others."""
    scope = Scope([{"__env": {"k": 1}, "__execution": {"id": "x"}}])

    assert template("<% $.get('__env').k %>").evaluate(scope) == 1
    assert template("<% $__execution.id %>").evaluate(scope) == "x"
    assert template("{{ _.__env.k }}").evaluate(scope) == 1


def test_root_instead_of_layers() -> None:
    """``$`` and ``_`` may stand for any value, as in an ad-hoc action's output."""
    for root, code, value in (
        ("text", "{len => $.len(), up => $.toUpper()}", {"len": 4, "up": "TEXT"}),
        ([{"k": 1}], "$.k", [1]),
        ({"k": 1}, "$.k", 1),
        (5, "$ + 1", 6),
    ):
        assert template(f"<% {code} %>").evaluate(Scope([], root=root)) == value

    assert template("{{ _ | upper }}").evaluate(Scope([], root="text")) == "TEXT"
    assert template("{{ _ | join('-') }}").evaluate(Scope([], root=["a", "b"])) == "a-b"


def test_limits() -> None:
    """Without limits of its own a scope has the usual ones."""
    assert Scope([]).limits == DEFAULT_LIMITS
    assert (DEFAULT_LIMITS.steps, DEFAULT_LIMITS.seconds, DEFAULT_LIMITS.source_bytes) == (100_000, 1.0, 8192)
