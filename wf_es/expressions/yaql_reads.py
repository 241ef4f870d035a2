"""What a YAQL expression reads.

``$`` is the whole context, but inside the argument of ``select``, ``where``
and their like it is the item, so the table below says which arguments of
which functions are such lambdas. Functions that lay out variables anew
(``let``, ``with``, ``def``, ``->``) make the answer undetermined. What stands
behind ``and``, ``or``, ``?.``, or in an argument that a function evaluates
only if it must, is read conditionally.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from yaql.language import expressions as tree

from wf_es.expressions.reads import Collector, Keys, Reads
from wf_es.expressions.yaql_syntax import children

LAMBDAS: Final[dict[str, frozenset[int]]] = {
    **{
        name: frozenset({0})
        for name in (
            "where", "filter", "select", "map", "selectMany", "orderBy", "orderByDescending", "thenBy",
            "thenByDescending", "takeWhile", "skipWhile", "indexWhere", "lastIndexWhere", "splitWhere",
            "sliceWhere", "any", "all", "distinct", "aggregate", "reduce", "accumulate", "assert",
        )
    },
    "groupBy": frozenset({0, 1, 2}),
    "toDict": frozenset({0, 1}),
    "join": frozenset({1, 2}),
    "mergeWith": frozenset({1, 2}),
    "generate": frozenset({1, 2, 3}),
    "generateMany": frozenset({1, 2}),
    "search": frozenset({1}),
    "searchAll": frozenset({1}),
    "replaceBy": frozenset({1}),
}  # fmt: skip
"""By function name, which arguments after the receiver have their own ``$``."""

_LAMBDA_KEYWORDS: Final = frozenset({
    "predicate", "selector", "keySelector", "valueSelector", "aggregator", "producer", "condition",
    "listMerger", "itemMerger", "repl",
})  # fmt: skip
_FUNCTIONS_WITH_COLLECTION: Final = frozenset({"any", "all", "distinct"})
_NEW_VARIABLES: Final = frozenset({"let", "with", "def", "unpack", "->", "call"})
_LAZY: Final = frozenset({"coalesce", "examine", "selectAllCases", "selectCase", "switch", "switchCase"})
"""Functions that evaluate an argument only if those before it have not settled the value."""

_WITH_FIRST_NAME: Final = frozenset({"get", "containsKey"})
RESERVED: Final = frozenset({"$__env", "$__execution", "$__task_execution"})
"""Variables that YAQL in Mistral also sees under a name of their own."""


def reads(root: tree.Expression) -> Reads:
    """Return what the expression reads, as far as its text says."""
    collector = Collector()
    _Walk(collector, is_settled=not _lays_out_anew(root)).visit(root, inside=False)
    return collector.reads()


def _lays_out_anew(node: tree.Expression) -> bool:
    """Whether a part gives variables a new meaning, so that a name may be none of the context's."""
    name = getattr(node, "operator", None) or getattr(node, "name", None)
    return name in _NEW_VARIABLES or any(_lays_out_anew(part) for part in children(node))


def is_root(node: tree.Expression) -> bool:
    """Say whether the node is ``$`` (or ``$1``, which is the same)."""
    return isinstance(node, tree.GetContextValue) and node.path.value in ("$", "$1")


def constant_text(node: object) -> str | None:
    """Return the text of a string constant or bare word, else None."""
    if isinstance(node, tree.Constant) and isinstance(node.value, str):
        return str(node.value)
    return None


class _Walk:
    """One walk; ``inside`` says whether ``$`` is an item of a lambda here.

    ``_is_sure`` says whether each evaluation comes to the part at hand.
    """

    def __init__(self, collector: Collector, *, is_settled: bool) -> None:
        self._collector = collector
        self._is_sure = is_settled
        self._visits: dict[type, Callable[..., None]] = {
            tree.GetContextValue: self._value,
            tree.BinaryOperator: self._binary,
            tree.IndexExpression: self._index,
            tree.Function: self._function,
        }

    def visit(self, node: tree.Expression, inside: bool) -> None:
        visit: Callable[[tree.Expression, bool], None] = self._visits.get(type(node), self._parts)
        visit(node, inside)

    def _perhaps(self, node: tree.Expression, inside: bool) -> None:
        """Visit a part that may not be evaluated."""
        was_sure, self._is_sure = self._is_sure, False
        self.visit(node, inside)
        self._is_sure = was_sure

    def _variable(self, name: str, *, optional: bool) -> None:
        self._collector.variable(name, optional=optional, conditional=not self._is_sure)

    def _parts(self, node: tree.Expression, inside: bool) -> None:
        for part in children(node):
            self.visit(part, inside)

    def _value(self, node: tree.GetContextValue, inside: bool) -> None:
        if node.path.value in RESERVED:
            self._collector.variable(node.path.value[1:], optional=True)
        elif is_root(node) and not inside:
            self._collector.any_variable("the whole context ($) is used")

    def _binary(self, node: tree.BinaryOperator, inside: bool) -> None:
        if node.operator not in (".", "?."):
            self._mark_new_variables(node.operator)
            self._operands(node, inside)
            return
        left, right = node.args
        self._note_keys(node, inside)
        if is_root(left) and not inside and self._of_root(right):
            return
        self.visit(left, inside)
        if node.operator == ".":
            self._needs_answer(left, right)
            self._access(right, inside)
        else:
            was_sure, self._is_sure = self._is_sure, False
            self._access(right, inside)
            self._is_sure = was_sure

    def _note_keys(self, node: tree.Expression, inside: bool) -> None:
        found = _path(node, inside)
        if found is not None and (found[2] or found[0] == "env"):
            self._collector.key(*found, conditional=not self._is_sure)

    def _operands(self, node: tree.BinaryOperator, inside: bool) -> None:
        left, right = node.args
        self.visit(left, inside)
        if node.operator in ("and", "or"):
            self._perhaps(right, inside)
        else:
            self.visit(right, inside)

    def _access(self, right: tree.Expression, inside: bool) -> None:
        if type(right) is tree.Function:
            self._call(right, inside, is_method=True)
        else:
            self.visit(right, inside)

    def _needs_answer(self, left: tree.Expression, right: object) -> None:
        """Note that null, which ``task(name)`` gives before the task has run, would not do."""
        is_part = isinstance(right, tree.KeywordConstant) or getattr(right, "name", None) == "get"
        if is_part and type(left) is tree.Function and left.name == "task" and left.args:
            name = _task_name(left.args[0])
            if name is not None:
                self._collector.task(name, optional=False, conditional=not self._is_sure)

    def _of_root(self, right: tree.Expression) -> bool:
        """Note ``$.name`` and ``$.get(name)``; say whether it was one of them."""
        if isinstance(right, tree.KeywordConstant):
            self._variable(right.value, optional=False)
            return True
        if type(right) is not tree.Function or right.name not in _WITH_FIRST_NAME or not right.args:
            return False
        name = constant_text(right.args[0])
        if name is None:
            self._collector.any_variable(f"the name given to $.{right.name}() is computed")
        else:
            self._variable(name, optional=True)
        self.visit(right, inside=False)
        return True

    def _index(self, node: tree.IndexExpression, inside: bool) -> None:
        value, *arguments = node.args
        name = constant_text(arguments[0]) if arguments else None
        self._note_keys(node, inside)
        if arguments:
            self._needs_answer(value, tree.KeywordConstant("result"))
        if is_root(value) and not inside and name is not None:
            self._variable(name, optional=len(arguments) > 1)
            for part in arguments[1:]:
                self.visit(part, inside)
        else:
            self._parts(node, inside)

    def _function(self, node: tree.Function, inside: bool) -> None:
        if type(node) is tree.Function:
            self._call(node, inside, is_method=False)
        else:
            self._parts(node, inside)

    def _call(self, node: tree.Function, inside: bool, *, is_method: bool) -> None:
        self._collector.function(node.name)
        self._mark_new_variables(node.name)
        if node.name == "task" and node.args:
            self._collector.task(_task_name(node.args[0]))
        for place, (part, is_lambda) in enumerate(_arguments(node, is_method)):
            if is_lambda or (node.name in _LAZY and (place or is_method)):
                self._perhaps(part, inside or is_lambda)
            elif node.name == "switch":
                self._first_case(part, inside)
            else:
                self.visit(part, inside)

    def _first_case(self, part: tree.Expression, inside: bool) -> None:
        """Visit ``condition => value``: the condition is evaluated in any case."""
        if isinstance(part, tree.MappingRuleExpression):
            self.visit(part.source, inside)
            self._perhaps(part.destination, inside)
        else:
            self._perhaps(part, inside)

    def _mark_new_variables(self, name: str) -> None:
        if name in _NEW_VARIABLES:
            self._collector.any_variable(f"{name} gives $ a new meaning")


def _path(node: tree.Expression, inside: bool) -> tuple[str, str, Keys] | None:
    """Return what a chain of keys begins at, and the keys; None if it is no such chain."""
    if isinstance(node, tree.Wrap):
        return _path(node.expr, inside)
    if type(node) is tree.Function and node.name in ("global", "task"):
        name = _task_name(node.args[0]) if len(node.args) == 1 else None
        return None if name is None else (node.name, name, ())
    key = _key_of(node)
    if key is None:
        return None
    below = node.args[0]
    if isinstance(key, str) and is_root(below) and not inside:
        return ("variable", key, ())
    if isinstance(key, str) and _is_environment(below):
        return ("env", key, ())
    found = _path(below, inside)
    return None if found is None else (found[0], found[1], (*found[2], key))


def _key_of(node: tree.Expression) -> str | int | None:
    """Return the last key of ``left.name``, ``left[name]`` or ``left[0]``."""
    if isinstance(node, tree.BinaryOperator):
        right = node.args[1]
        is_key = node.operator == "." and isinstance(right, tree.KeywordConstant)
        return str(right.value) if is_key else None
    if not isinstance(node, tree.IndexExpression) or len(node.args) != 2:
        return None
    value = node.args[1].value if isinstance(node.args[1], tree.Constant) else None
    return value if isinstance(value, int) and value >= 0 else constant_text(node.args[1])


def _is_environment(node: tree.Expression) -> bool:
    if isinstance(node, tree.GetContextValue):
        return bool(node.path.value == "$__env")
    return type(node) is tree.Function and node.name == "env" and not node.args


def _task_name(node: object) -> str | None:
    if isinstance(node, tree.MappingRuleExpression):
        node = node.destination
    return constant_text(node)


def _arguments(node: tree.Function, is_method: bool) -> Iterator[tuple[tree.Expression, bool]]:
    """Yield each argument and whether it is a lambda."""
    places = LAMBDAS.get(node.name, frozenset())
    # called as any(list, predicate), the lambda stands one place further on
    shift = 1 if node.name in _FUNCTIONS_WITH_COLLECTION and not is_method else 0
    for place, part in enumerate(node.args):
        if isinstance(part, tree.MappingRuleExpression) and isinstance(part.source, tree.KeywordConstant):
            yield (
                part.destination,
                bool(places) and part.source.value in _LAMBDA_KEYWORDS,
            )
        elif isinstance(part, tree.Expression):
            yield part, place - shift in places
