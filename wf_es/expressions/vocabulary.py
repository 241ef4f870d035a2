"""Which functions an expression may call: wrong names are found before they are called."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import yaql
from yaql.language.contexts import ContextBase

from wf_es.expressions import jinja_syntax
from wf_es.expressions.documents import DOCUMENT_FUNCTIONS
from wf_es.expressions.expression import Expression

CONTEXT_FUNCTIONS: Final = frozenset(
    {
        "task",
        "tasks",
        "execution",
        "executions",
        "env",
        "global",
        "uuid",
        "now",
        "random",
        "randomInt",
    }
)
"""The functions that the scope of an evaluation supplies."""

_OWN: Final = CONTEXT_FUNCTIONS | DOCUMENT_FUNCTIONS.keys()
_REFUSED: Final = frozenset({"call"})
_YAQL_DEFINES = "def"
_JINJA_DEFINES = (
    "{% macro",
    "{%- macro",
    "{% set",
    "{%- set",
    "{% call",
    "{%- call",
    "{% for",
    "{%- for",
)


def unknown_functions(expression: Expression) -> tuple[str, ...]:
    """Return the functions, methods and filters it calls that do not exist.

    An expression that makes names of its own is taken to know what it does.
    """
    called = sorted(expression.reads.functions - _OWN)
    if expression.language == "yaql":
        if _YAQL_DEFINES in called:
            return ()
        return tuple(name for name in called if name in _REFUSED or not _is_standard(name))
    if any(mark in expression.text for mark in _JINJA_DEFINES):
        return ()
    return tuple(name for name in called if name not in _jinja_standard())


def known_functions(language: str) -> frozenset[str]:
    """Return the names that can be suggested for a mistyped one."""
    if language == "jinja":
        return _jinja_standard() | _OWN
    names: set[str] = set()
    context: ContextBase | None = _yaql_standard()
    while context is not None:
        names.update(name for name in context._functions if name.isidentifier())
        context = context.parent
    return (frozenset(names) | _OWN) - _REFUSED


def _is_standard(name: str) -> bool:
    return bool(_yaql_standard().collect_functions(name))


@lru_cache(maxsize=1)
def _yaql_standard() -> ContextBase:
    return yaql.create_context()


@lru_cache(maxsize=1)
def _jinja_standard() -> frozenset[str]:
    environment = jinja_syntax.environment()
    return frozenset({*environment.globals, *environment.filters, *dir(dict)})
