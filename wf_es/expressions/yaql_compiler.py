"""From yaql's syntax tree to plain Python closures.

The common shapes of expressions are compiled; everything else is refused with
:class:`NotCompiled` and runs in the library. A closure does in well under a
microsecond what the library needs many for, because which function is meant
is settled once, by name and number of arguments, and only operand types are
looked at when it runs.

A step of the budget is one operator or call within one turn of a loop, so a
lambda is charged before it runs: items times operators. Code outside of
loops is bounded by the length of its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from yaql.language import expressions as tree

from wf_es.envelope import JSON
from wf_es.expressions.frame import Frame, LeaveToLibrary, Run, Unset, call_function
from wf_es.expressions.results import is_scalar
from wf_es.expressions.scope import MISSING
from wf_es.expressions.sequences import Bag, Pieces, Stream, items_of
from wf_es.expressions.yaql_functions import FUNCTIONS, METHODS, Compiled
from wf_es.expressions.yaql_lambdas import LAMBDA_METHODS
from wf_es.expressions.yaql_operators import BINARY, are_numbers
from wf_es.expressions.yaql_reads import RESERVED, constant_text, is_root
from wf_es.expressions.yaql_shapes import CONTEXT_FUNCTIONS, is_plain_argument, snake_case, weight


class NotCompiled(Exception):
    """The expression has a part that is left to the library."""


def compile_yaql(root: tree.Expression) -> Run:
    """Return a closure that evaluates the expression.

    Raises:
        NotCompiled: a part of it is not compiled.
    """
    return _compile(root, inside=False)


def _compile(node: tree.Expression, inside: bool) -> Run:
    """Compile one node; ``inside`` says whether ``$`` is the item of a lambda."""
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise NotCompiled(type(node).__name__)
    return compiler(node, inside)


def _constant(node: tree.Constant, _inside: bool) -> Run:
    value = node.value
    return lambda _frame: value


def _wrap(node: tree.Wrap, inside: bool) -> Run:
    return _compile(node.expr, inside)


def _value(node: tree.GetContextValue, inside: bool) -> Run:
    name = node.path.value
    if is_root(node):
        return (lambda frame: frame.item) if inside else Frame.whole
    if name in RESERVED:
        return lambda frame: _variable_or(frame, name[1:])
    raise NotCompiled(name)


def _variable_or(frame: Frame, name: str) -> JSON:
    for layer in frame.layers:
        value = layer.get(name, MISSING)
        if value is not MISSING:
            return value
    return None


def _variable(name: str) -> Run:
    def run(frame: Frame) -> JSON:
        for layer in frame.layers:
            value = layer.get(name, MISSING)
            if value is not MISSING:
                return value
        raise Unset(name)

    return run


# --- operators ---------------------------------------------------------------------


def _binary(node: tree.BinaryOperator, inside: bool) -> Run:
    sign = node.operator
    if sign in (".", "?."):
        return _dot(node, inside)
    left, right = (_compile(part, inside) for part in node.args)
    if sign == "and":
        return lambda frame: left(frame) and right(frame)
    if sign == "or":
        return lambda frame: left(frame) or right(frame)
    operate = BINARY.get(sign)
    if operate is None:
        raise NotCompiled(sign)
    return lambda frame: operate(frame, left(frame), right(frame))


def _unary(node: tree.UnaryOperator, inside: bool) -> Run:
    operand = _compile(node.args[0], inside)
    if node.operator == "not":
        return lambda frame: not operand(frame)
    negative = node.operator == "-"

    def run(frame: Frame) -> JSON:
        value = operand(frame)
        if not are_numbers(value, value):
            raise LeaveToLibrary
        return -value if negative else value

    return run


def _dot(node: tree.BinaryOperator, inside: bool) -> Run:
    left, right = node.args
    if isinstance(right, tree.KeywordConstant):
        if is_root(left) and not inside and node.operator == ".":
            return _variable(right.value)
        access = _attribute(right.value)
    elif type(right) is tree.Function:
        found = _get_of_root(left, right, inside)
        if found is not None and node.operator == ".":
            return found
        access = _method(right, inside)
    else:
        raise NotCompiled("a dot before anything but a name or call")
    receiver = _compile(left, inside)
    if node.operator == ".":
        return lambda frame: access(frame, receiver(frame))

    def run(frame: Frame) -> JSON:
        value = receiver(frame)
        return None if value is None else access(frame, value)

    return run


def _get_of_root(left: tree.Expression, right: tree.Function, inside: bool) -> Run | None:
    """Compile ``$.get(name)`` without building the merged view of all variables."""
    if not is_root(left) or inside or right.name != "get" or not 1 <= len(right.args) <= 2:
        return None
    name = constant_text(right.args[0])
    if name is None or not all(is_plain_argument(part) for part in right.args):
        return None
    default = _compile(right.args[1], inside) if len(right.args) == 2 else None

    def run(frame: Frame) -> JSON:
        otherwise = None if default is None else default(frame)
        for layer in frame.layers:
            value = layer.get(name, MISSING)
            if value is not MISSING:
                return value
        return otherwise

    return run


def _attribute(name: str) -> Callable[[Frame, JSON], JSON]:
    def run(frame: Frame, value: JSON) -> JSON:
        if type(value) is dict:
            found = value.get(name, MISSING)
            if found is not MISSING:
                return found
            raise LeaveToLibrary
        items = items_of(value)
        frame.charge(len(items))
        return Stream([_item_attribute(item, name) for item in items])

    return run


def _item_attribute(item: JSON, name: str) -> JSON:
    if type(item) is dict and name in item:
        return item[name]
    raise LeaveToLibrary


def _index(node: tree.IndexExpression, inside: bool) -> Run:
    if len(node.args) != 2 or not is_plain_argument(node.args[1]):
        raise NotCompiled("an index with a default")
    if is_root(node.args[0]) and not inside and constant_text(node.args[1]) is not None:
        return _variable(node.args[1].value)
    value, index = (_compile(part, inside) for part in node.args)

    def run(frame: Frame) -> JSON:
        return _at(value(frame), index(frame))

    return run


def _at(value: JSON, index: JSON) -> JSON:
    try:
        if type(value) is dict and is_scalar(index):
            return value[index]
        if type(value) in (list, Pieces) and type(index) in (int, bool):
            return value[index]
    except LookupError as error:
        raise LeaveToLibrary from error
    raise LeaveToLibrary


# --- lists, dicts and calls -----------------------------------------------------------


def _list(node: tree.ListExpression, inside: bool) -> Run:
    items = _arguments(node.args, inside)
    return lambda frame: [item(frame) for item in items]


def _map(node: tree.MapExpression, inside: bool) -> Run:
    return _pairs(node.args, inside)


def _pairs(arguments: Sequence[tree.Expression], inside: bool) -> Run:
    if not all(isinstance(part, tree.MappingRuleExpression) for part in arguments):
        raise NotCompiled("a dict of anything but key => value")
    rules = [(_compile(part.source, inside), _compile(part.destination, inside)) for part in arguments]

    def run(frame: Frame) -> JSON:
        built = {}
        for key, value in rules:
            name = key(frame)
            if not is_scalar(name):
                raise LeaveToLibrary
            built[name] = value(frame)
        return built

    return run


def _function(node: tree.Function, inside: bool) -> Run:
    if node.name == "dict" and (len(node.args) != 1 or not is_plain_argument(node.args[0])):
        return _pairs(node.args, inside)
    if node.name == "switch":
        return _switch(node, inside)
    if node.name in CONTEXT_FUNCTIONS:
        return _context_function(node, inside)
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise NotCompiled(node.name)
    return _call(function, _checked_arguments(node, function, inside))


def _call(function: Compiled, arguments: list[Run]) -> Run:
    run = function.run
    if len(arguments) == 1:
        only = arguments[0]
        return lambda frame: run(frame, only(frame))
    return lambda frame: run(frame, *[argument(frame) for argument in arguments])


def _method(node: tree.Function, inside: bool) -> Callable[[Frame, JSON], JSON]:
    for_items = LAMBDA_METHODS.get(node.name)
    if for_items is not None and len(node.args) == 1:
        return _lambda_method(node, for_items)
    method = METHODS.get(node.name)
    if method is None:
        raise NotCompiled(node.name)
    run = method.run
    arguments = _checked_arguments(node, method, inside)
    if not arguments:
        return run
    return lambda frame, value: run(frame, value, *[argument(frame) for argument in arguments])


def _lambda_method(
    node: tree.Function, for_items: Callable[[Frame, list[JSON], Run], JSON]
) -> Callable[[Frame, JSON], JSON]:
    (body,) = _arguments(node.args, inside=True)
    steps = max(1, weight(node.args[0]))

    def run(frame: Frame, value: JSON) -> JSON:
        items = items_of(value)
        frame.charge(steps * len(items))
        return for_items(frame, items, body)

    return run


def _switch(node: tree.Function, inside: bool) -> Run:
    if not node.args or not all(isinstance(part, tree.MappingRuleExpression) for part in node.args):
        raise NotCompiled("switch of anything but condition => value")
    rules = [(_compile(part.source, inside), _compile(part.destination, inside)) for part in node.args]

    def run(frame: Frame) -> JSON:
        for condition, value in rules:
            if condition(frame):
                return value(frame)
        return None

    return run


def _context_function(node: tree.Function, inside: bool) -> Run:
    """Compile ``task(name)`` and its like, which the scope supplies."""
    name = node.name
    named = [part for part in node.args if isinstance(part, tree.MappingRuleExpression)]
    positional = _arguments([part for part in node.args if part not in named], inside)
    if not all(isinstance(part.source, tree.KeywordConstant) for part in named):
        raise NotCompiled("a computed argument name")
    keywords = {snake_case(part.source.value): _compile(part.destination, inside) for part in named}

    def run(frame: Frame) -> JSON:
        function = frame.functions.get(name)
        if function is None:
            raise LeaveToLibrary
        values = [_given(argument(frame)) for argument in positional]
        named_values = {key: _given(value(frame)) for key, value in keywords.items()}
        return call_function(function, name, values, named_values)

    return run


def _given(value: JSON) -> JSON:
    if isinstance(value, (Bag, Pieces)):
        raise LeaveToLibrary
    return value


def _checked_arguments(node: tree.Function, function: Compiled, inside: bool) -> list[Run]:
    if not function.fewest <= len(node.args) <= function.most:
        raise NotCompiled(node.name)
    return _arguments(node.args, inside)


def _arguments(parts: Sequence[tree.Expression], inside: bool) -> list[Run]:
    if not all(is_plain_argument(part) for part in parts):
        raise NotCompiled("an argument that is left out or named")
    return [_compile(part, inside) for part in parts]


_COMPILERS: Final[dict[type, Callable[..., Run]]] = {
    tree.Constant: _constant,
    tree.KeywordConstant: _constant,
    tree.Wrap: _wrap,
    tree.GetContextValue: _value,
    tree.BinaryOperator: _binary,
    tree.UnaryOperator: _unary,
    tree.IndexExpression: _index,
    tree.ListExpression: _list,
    tree.MapExpression: _map,
    tree.Function: _function,
}
