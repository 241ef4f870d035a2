"""YAQL text to yaql's own syntax tree, and what makes a tree refused.

The options of the engine are Mistral's: ``=>`` names a keyword argument, and
output data is converted. yaql's parser keeps its position in itself, so one
lock guards it; it is built at first use.
"""

from __future__ import annotations

# yaql 3.2 reads collections.abc without importing it, which fails on Python
# 3.11 and newer unless somebody else did.
import collections.abc  # noqa: F401
from functools import lru_cache
from threading import Lock

from yaql.language import expressions as tree
from yaql.language.exceptions import YaqlException, YaqlParsingException
from yaql.language.factory import YaqlEngine, YaqlFactory

from wf_es.errors import ExpressionSyntaxError

MAXIMUM_DEPTH = 200
"""How deeply operators and calls may be nested in one expression."""

_parsing = Lock()


@lru_cache(maxsize=1)
def engine() -> YaqlEngine:
    """Return the yaql engine with Mistral's options."""
    return YaqlFactory(keyword_operator="=>", allow_delegates=False).create(
        options={
            "yaql.limitIterators": -1,
            "yaql.memoryQuota": -1,
            "yaql.convertTuplesToLists": True,
            "yaql.convertSetsToLists": False,
            "yaql.iterableDicts": False,
            "yaql.convertOutputData": True,
        }
    )


def parse(code: str) -> tree.Expression:
    """Return the syntax tree of the code that stands between ``<%`` and ``%>``.

    Raises:
        ExpressionSyntaxError: ``offset`` counts from the start of the code.
    """
    try:
        with _parsing:
            root = engine()(code).expression
    except YaqlParsingException as error:
        raise _refusal(code, error.position, _describe(error)) from error
    except (YaqlException, ValueError, LookupError, TypeError, RecursionError) as error:
        raise _refusal(code, 0, "it cannot be read") from error
    _check(code, root)
    return root


def children(node: tree.Expression) -> tuple[tree.Expression, ...]:
    """Return the direct parts of a node, left to right."""
    if isinstance(node, tree.Function):
        return tuple(part for part in node.args if isinstance(part, tree.Expression))
    if isinstance(node, tree.Wrap):
        return (node.expr,)
    if isinstance(node, tree.MappingRuleExpression):
        return (node.source, node.destination)
    return ()


def _check(code: str, root: tree.Expression) -> None:
    level = [root]
    for _ in range(MAXIMUM_DEPTH):
        if any(_has_half_surrogate(node) for node in level):
            raise _refusal(code, 0, "a text in it holds half a surrogate pair")
        level = [part for node in level for part in children(node)]
        if not level:
            return
    raise _refusal(code, 0, f"it is nested deeper than {MAXIMUM_DEPTH} levels")


def _has_half_surrogate(node: tree.Expression) -> bool:
    value = node.value if isinstance(node, tree.Constant) else None
    return isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value)


def _describe(error: YaqlParsingException) -> str:
    if error.position is None:
        return "it ends too early"
    return f"unexpected {str(error.value)!r}"


def _refusal(code: str, offset: int | None, reason: str) -> ExpressionSyntaxError:
    return ExpressionSyntaxError(
        f"cannot read the YAQL expression: {reason}",
        expression=code,
        offset=len(code) if offset is None else offset,
    )
