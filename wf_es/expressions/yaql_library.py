"""Evaluation of YAQL by yaql itself: what is not compiled, and what is compared with.

The context is yaql's standard library without ``call`` (nothing is called by
a computed name) plus Mistral's functions. ``now()`` and ``random()`` are
yaql's own only if the scope supplies none, so a decision that is made again
is the same. Whatever a function gives is converted like the data, so equal
lists are equal wherever they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NoReturn

import yaql
from yaql.language import expressions as tree
from yaql.language import specs, utils, yaqltypes
from yaql.language.contexts import Context
from yaql.language.exceptions import WrappedException

from wf_es.envelope import JSON
from wf_es.expressions.documents import DOCUMENT_FUNCTIONS
from wf_es.expressions.failures import UnsetKey
from wf_es.expressions.results import check_size, plain
from wf_es.expressions.yaql_reads import RESERVED
from wf_es.expressions.yaql_shapes import snake_case
from wf_es.expressions.yaql_syntax import engine
from wf_es.limits import ExpressionLimits

Caller = Callable[[str, Iterable[object], Mapping[str, object]], JSON]
"""Calls a context function by name with arguments as the library has them."""

_REPLACEABLE: Final = frozenset({"now", "random"})


class Root(utils.FrozenDict):  # type: ignore[misc]
    """The context that ``$`` stands for; it knows when one of its keys is missing."""

    def __getitem__(self, key: JSON) -> JSON:
        if key not in self._d:
            raise UnsetKey(key)
        return self._d[key]

    def __hash__(self) -> int:
        return int(super().__hash__())


def evaluate(root: tree.Expression, data: object, caller: Caller, functions: Iterable[str]) -> object:
    """Return what yaql gives for the syntax tree, as yaql has it.

    ``data`` is what ``$`` stands for: a dict of variables as :func:`context_of`
    gives it, or another converted value.
    """
    context = _base_context().create_child_context()
    context["$"] = data
    if isinstance(data, Root):
        for name in RESERVED:
            context[name] = data.get(name[1:])
    for name in functions:
        if name in _REPLACEABLE or not _is_builtin(name):
            context.register_function(_proxy(name, caller), name=name)
    try:
        return root(utils.NO_VALUE, context, engine())
    except WrappedException as error:
        raise error.wrapped from error


def context_of(variables: Mapping[str, JSON]) -> Root:
    """Return the variables as ``$`` has them."""
    return Root({name: utils.convert_input_data(value) for name, value in variables.items()})


def as_value(value: object, limits: ExpressionLimits) -> JSON:
    """Return yaql's value as JSON."""
    return plain(value, limits)


def as_text(value: object, limits: ExpressionLimits) -> JSON:
    """Return yaql's value as it stands in a longer string, which is Python's ``str()``."""
    text = str(utils.convert_output_data(value, lambda items: items, engine()))
    check_size(text, limits)
    return text


@lru_cache(maxsize=1)
def _base_context() -> Context:
    context = yaql.create_context()
    _forget(context, "call")
    own = context.create_child_context()
    for name, function in DOCUMENT_FUNCTIONS.items():
        own.register_function(_document_function(function), name=name)
    return own


def _forget(context: Context | None, name: str) -> None:
    while context is not None:
        for definition in context.get_functions(name)[0]:
            context.delete_function(definition)
        context = context.parent


def _is_builtin(name: str) -> bool:
    return bool(_base_context().collect_functions(name))


def _document_function(function: Callable[[JSON], JSON]) -> Callable[[object], object]:
    def run(data: object) -> object:
        return utils.convert_input_data(function(plain(data, _UNLIMITED)))

    return run


_UNLIMITED: Final = ExpressionLimits(result_bytes=1 << 40, result_depth=400)


def _proxy(name: str, caller: Caller) -> Callable[..., object]:
    if name == "now":
        return _now(caller)
    if name == "random":
        return _random(caller)

    def run(*args: object, **kwargs: object) -> object:
        named = {snake_case(key): value for key, value in kwargs.items()}
        return utils.convert_input_data(caller(name, args, named))

    return run


def _now(caller: Caller) -> Callable[..., object]:
    @specs.parameter("offset", timedelta)  # type: ignore[untyped-decorator]
    def now(offset: timedelta = timedelta()) -> datetime:
        moment = datetime.fromisoformat(str(caller("now", (), {})))
        zone = yaqltypes.DateTime.utctz if not offset else timezone(offset)
        return moment.astimezone(zone)

    return now  # type: ignore[no-any-return]


def _random(caller: Caller) -> Callable[..., object]:
    def random(*args: object) -> object:
        return caller("randomInt" if args else "random", args, {})

    return random


def no_functions(name: str, _arguments: Iterable[object], _keywords: Mapping[str, object]) -> NoReturn:
    """Stand in as a caller where there are no context functions."""
    raise LookupError(name)
