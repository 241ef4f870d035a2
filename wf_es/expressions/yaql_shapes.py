"""What the compiler asks about a YAQL syntax tree before it builds code."""

from __future__ import annotations

import re
from typing import Final

from yaql.language import expressions as tree

from wf_es.expressions.yaql_reads import is_root
from wf_es.expressions.yaql_syntax import children

CONTEXT_FUNCTIONS: Final = frozenset(
    {"task", "tasks", "execution", "executions", "env", "global", "uuid", "randomInt"}
)
"""Functions that the scope supplies and whose results compiled code takes as they are."""

_PASSING: Final = CONTEXT_FUNCTIONS | {"get"}
_CAPITAL: Final = re.compile(r"(?<!^)([A-Z])")


def builds_values(root: tree.Expression) -> bool:
    """Say whether the result may be more than a scalar or a part of given data."""
    if isinstance(root, (tree.ListExpression, tree.MapExpression)):
        return True
    if isinstance(root, tree.BinaryOperator) and root.operator in ("+", "*"):
        return True
    if type(root) is tree.Function and root.name not in _PASSING:
        return True
    return any(builds_values(part) for part in children(root))


def is_path(root: tree.Expression) -> bool:
    """Say whether the expression is ``$`` followed by nothing but names."""
    while isinstance(root, tree.BinaryOperator) and root.operator == ".":
        if not isinstance(root.args[1], tree.KeywordConstant):
            return False
        root = root.args[0]
    return is_root(root)


def weight(node: tree.Expression) -> int:
    """Count the operators and calls of a lambda; reading a key costs nothing extra."""
    own = isinstance(node, tree.Function) and not isinstance(node, tree.GetContextValue)
    if isinstance(node, tree.BinaryOperator) and node.operator in (".", "?."):
        own = False
    return int(own) + sum(weight(part) for part in children(node))


def is_plain_argument(part: object) -> bool:
    """Say whether an argument is given in its place, neither left out nor named."""
    return isinstance(part, tree.Expression) and not isinstance(part, tree.MappingRuleExpression)


def snake_case(name: str) -> str:
    """Return an argument's name as functions have it; YAQL also says ``fromTime``."""
    return _CAPITAL.sub(r"_\1", name).lower()
