"""Evaluate an expression by compiled code and by the library, and compare.

The library runs in this process here, so give it only expressions that end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

import msgspec

from wf_es.envelope import JSON
from wf_es.expressions import Scope, template
from wf_es.expressions.child import answer
from wf_es.expressions.frame import Frame, LeaveToLibrary, Unset
from wf_es.expressions.messages import Done
from wf_es.expressions.results import NotJson

Outcome = tuple[str, JSON]
LEFT: Outcome = ("left to the library", None)


def _task(name: JSON = None, **more: JSON) -> JSON:
    return {"name": name, "more": more, "result": [1, {"k": "a", "v": [2, 3]}], "state": "SUCCESS"}


FUNCTIONS: dict[str, Callable[..., JSON]] = {
    "task": _task,
    "env": lambda: {"k": 1, "a": [True, None]},
    "global": lambda name: f"global {name}",
    "uuid": lambda: "00000000-0000-0000-0000-000000000000",
    "execution": lambda: {"id": "1", "input": {"k": {"v": 2}}},
}
"""Context functions for expressions that are compared."""


def _call(name: str, arguments: Iterable[object], keywords: Mapping[str, object]) -> JSON:
    given = json.loads(json.dumps([list(arguments), dict(keywords)], default=list))
    return FUNCTIONS[name](*given[0], **given[1])


def by_compiled_code(text: str, variables: Mapping[str, JSON]) -> Outcome:
    """Return how compiled code ends: a value, an unset variable, an error, or undecided."""
    expression = template(text).expressions[0]
    try:
        return "value", expression.compiled(Frame(Scope([variables], FUNCTIONS)))
    except LeaveToLibrary:
        return LEFT
    except Unset as error:
        return ("unset", error.args[0]) if expression.code.is_path else LEFT
    except NotJson:
        return "error", None


def by_library(text: str, variables: Mapping[str, JSON], *, everything: bool = False) -> Outcome:
    """Return how the library ends; ``everything`` gives it also variables that are not read."""
    expression = template(text).expressions[0]
    request = expression.request(Frame(Scope([variables], FUNCTIONS)))
    if everything:
        request = msgspec.structs.replace(request, variables=dict(variables))
    reply = answer(request, _call)
    if isinstance(reply, Done):
        return "value", reply.value
    return reply.kind, reply.name or None


def assert_same(text: str, variables: Mapping[str, JSON]) -> bool:
    """Compare both ways; say whether compiled code decided the case."""
    compiled = by_compiled_code(text, variables)
    if compiled == LEFT:
        return False
    library = by_library(text, variables)
    assert repr(compiled) == repr(library), text
    return True


def assert_all_same(texts: Iterable[str], variables: Mapping[str, JSON]) -> None:
    """Compare both ways for many expressions, of which compiled code decides some."""
    assert sum(assert_same(text, variables) for text in texts) > 0
