"""Evaluation of Jinja by Jinja itself: blocks, filters, loops, macros.

Mistral's functions and the context functions are there as functions and as
filters. The ``random`` filter draws from the scope's numbers if there are any,
so a decision that is made again is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from jinja2 import Template, pass_context
from jinja2.environment import TemplateExpression
from jinja2.runtime import Context

from wf_es.envelope import JSON
from wf_es.expressions.documents import DOCUMENT_FUNCTIONS
from wf_es.expressions.jinja_syntax import Environment, Root, new_environment
from wf_es.expressions.results import check_size, plain
from wf_es.limits import ExpressionLimits

Caller = Callable[[str, Iterable[object], Mapping[str, object]], JSON]
"""Calls a context function by name with arguments as the library has them."""

_CALLER = "\nwf_es caller"
_UNLIMITED = ExpressionLimits(result_bytes=1 << 40, result_depth=400)


def evaluate(code: str, data: object, caller: Caller, functions: Iterable[str]) -> object:
    """Return the native value of one Jinja expression (without its marks)."""
    names = _names(data, caller, functions)
    return _expression(code)(**names)


def render(text: str, data: object, caller: Caller, functions: Iterable[str]) -> str:
    """Return the text that a template gives."""
    return _template(text).render(_names(data, caller, functions))


def context_of(variables: Mapping[str, JSON]) -> Root:
    """Return the variables as ``_`` has them."""
    return Root(variables)


def as_value(value: object, limits: ExpressionLimits) -> JSON:
    """Return the value as JSON."""
    return plain(value, limits)


def as_text(value: object, limits: ExpressionLimits) -> JSON:
    """Return a rendered text after measuring it."""
    text = str(value)
    check_size(text, limits)
    return text


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = new_environment()
    for name, function in DOCUMENT_FUNCTIONS.items():
        environment.filters[name] = environment.globals[name] = _document_function(function)
    environment.filters["random"] = _random_filter
    return environment


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    return _environment().from_string(text)


@lru_cache(maxsize=256)
def _expression(code: str) -> TemplateExpression:
    return _environment().compile_expression(f"({code})", undefined_to_none=False)


def _names(data: object, caller: Caller, functions: Iterable[str]) -> dict[str, object]:
    names: dict[str, object] = {"_": data, _CALLER: caller}
    filters = _environment().filters
    for name in functions:
        names[name] = _proxy(name, caller)
        if name not in filters:
            filters[name] = _context_filter(name)
    return names


def _proxy(name: str, caller: Caller) -> Callable[..., JSON]:
    return lambda *args, **kwargs: caller(name, args, kwargs)


def _context_filter(name: str) -> Callable[..., JSON]:
    @pass_context
    def run(context: Context, *args: object, **kwargs: object) -> JSON:
        return context.resolve(name)(*args, **kwargs)

    return run


def _document_function(function: Callable[[JSON], JSON]) -> Callable[[object], JSON]:
    def run(data: object) -> JSON:
        return function(plain(data, _UNLIMITED))

    return run


@pass_context
def _random_filter(context: Context, items: Iterable[object]) -> object:
    values = list(items)
    if not values:
        return context.environment.undefined("the sequence is empty")
    caller = context.resolve(_CALLER)
    return values[int(caller("randomInt", (0, len(values) - 1), {}))]
