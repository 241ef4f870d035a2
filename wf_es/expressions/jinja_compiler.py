"""From Jinja's syntax tree to plain Python closures, for the simple shapes.

Compiled are paths into the context and into context functions, literals,
comparisons, arithmetic on numbers, ``and``, ``or``, ``not``, ``~``, inline
``if``, lists and dicts, a few filters, and texts with such expressions in
them. Operators are Python's own here (unlike in YAQL, ``true + 1`` is 2, and
``/`` divides exactly), and whatever is not there is left to the library,
because Jinja's undefined values may pass through half an expression unused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from jinja2 import nodes

from wf_es.envelope import JSON
from wf_es.expressions.frame import Frame, LeaveToLibrary, Run, call_function
from wf_es.expressions.jinja_reads import is_root, key_of
from wf_es.expressions.results import is_scalar
from wf_es.expressions.scope import MISSING
from wf_es.expressions.yaql_compiler import NotCompiled
from wf_es.expressions.yaql_shapes import CONTEXT_FUNCTIONS

_NUMBERS: Final = frozenset({int, float, bool})
_WIDEST: Final = 1 << 1000
_LONGEST: Final = 1 << 20
_CHARACTERS_PER_STEP: Final = 64


def compile_expression(root: nodes.Expr) -> Run:
    """Return a closure for a string that is one ``{{ }}``.

    Raises:
        NotCompiled: a part of it is not compiled.
    """
    return _compile(root)


def compile_text(root: nodes.Template) -> Run:
    """Return a closure that renders a template of texts and expressions.

    Raises:
        NotCompiled: it has blocks, or a part of it is not compiled.
    """
    pieces: list[Run] = []
    for output in root.body:
        if not isinstance(output, nodes.Output):
            raise NotCompiled(type(output).__name__)
        pieces.extend(_text(node) for node in output.nodes)

    return lambda frame: "".join([piece(frame) for piece in pieces])


def builds_values(root: nodes.Expr) -> bool:
    """Say whether the result may be more than a scalar or a part of given data."""
    if isinstance(root, (nodes.List, nodes.Dict)):
        return True
    return root.find(nodes.List) is not None or root.find(nodes.Dict) is not None


def _text(node: nodes.Expr) -> Run:
    if isinstance(node, nodes.TemplateData):
        data = node.data
        return lambda _frame: data
    value = _compile(node)

    def run(frame: Frame) -> str:
        text = str(value(frame))
        frame.charge(len(text) // _CHARACTERS_PER_STEP)
        return text

    return run


def _compile(node: nodes.Expr) -> Run:
    if isinstance(node, nodes.BinExpr):
        return _binary(node)
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise NotCompiled(type(node).__name__)
    return compiler(node)


# --- paths -----------------------------------------------------------------------


def _path(node: nodes.Getattr | nodes.Getitem) -> Run:
    find = _finder(node)

    def run(frame: Frame) -> JSON:
        value = find(frame)
        if value is MISSING:
            raise LeaveToLibrary
        return value

    return run


def _finder(node: nodes.Getattr | nodes.Getitem) -> Run:
    """Compile a path to code that gives MISSING if its last step is not there."""
    name = key_of(node)
    if is_root(node.node):
        if name is None:
            raise NotCompiled("a computed name")
        return _variable(name)
    value = _compile(node.node)
    if name is not None:
        return lambda frame: _key(value(frame), name)
    if not isinstance(node, nodes.Getitem) or isinstance(node.arg, nodes.Slice):
        raise NotCompiled("a slice")
    index = _compile(node.arg)
    return lambda frame: _item(value(frame), index(frame))


def _variable(name: str) -> Run:
    def run(frame: Frame) -> JSON:
        for layer in frame.layers:
            value = layer.get(name, MISSING)
            if value is not MISSING:
                return value
        if name in ("get", "items", "keys", "values"):
            raise LeaveToLibrary
        return MISSING

    return run


def _key(value: JSON, name: str) -> JSON:
    if type(value) is not dict or (name not in value and name in ("get", "items", "keys", "values")):
        raise LeaveToLibrary
    return value.get(name, MISSING)


def _item(value: JSON, index: JSON) -> JSON:
    if type(value) is dict and is_scalar(index):
        return value.get(index, MISSING)
    if type(value) in (list, str) and type(index) is int:
        return value[index] if -len(value) <= index < len(value) else MISSING
    raise LeaveToLibrary


def _name(node: nodes.Name) -> Run:
    if is_root(node):
        return Frame.whole
    raise NotCompiled(node.name)


def _call(node: nodes.Call) -> Run:
    called = node.node
    if node.dyn_args or node.dyn_kwargs:
        raise NotCompiled("unpacked arguments")
    values = [_compile(part) for part in node.args]
    keywords = {part.key: _compile(part.value) for part in node.kwargs}
    if isinstance(called, nodes.Name) and called.name in CONTEXT_FUNCTIONS:
        return _context_function(called.name, values, keywords)
    if isinstance(called, nodes.Getattr) and called.attr == "get" and not keywords:
        return _get(_compile(called.node), values)
    raise NotCompiled("a call")


def _context_function(name: str, values: list[Run], keywords: dict[str, Run]) -> Run:
    def run(frame: Frame) -> JSON:
        function = frame.functions.get(name)
        if function is None:
            raise LeaveToLibrary
        arguments = [value(frame) for value in values]
        return call_function(
            function,
            name,
            arguments,
            {key: value(frame) for key, value in keywords.items()},
        )

    return run


def _get(receiver: Run, values: list[Run]) -> Run:
    if not 1 <= len(values) <= 2:
        raise NotCompiled("get")

    def run(frame: Frame) -> JSON:
        value = receiver(frame)
        key, *default = [argument(frame) for argument in values]
        if type(value) is not dict or "get" in value or not is_scalar(key):
            raise LeaveToLibrary
        return value.get(key, *default)

    return run


# --- operators -----------------------------------------------------------------------


def _constant(node: nodes.Const) -> Run:
    value = node.value
    if not is_scalar(value):
        raise NotCompiled("a constant")
    return lambda _frame: value


def _binary(node: nodes.BinExpr) -> Run:
    left, right = _compile(node.left), _compile(node.right)
    if isinstance(node, nodes.And):
        return lambda frame: left(frame) and right(frame)
    if isinstance(node, nodes.Or):
        return lambda frame: left(frame) or right(frame)
    operate = _ARITHMETIC.get(node.operator)
    if operate is None:
        raise NotCompiled(node.operator)

    def run(frame: Frame) -> JSON:
        return _computed(operate, left(frame), right(frame))

    return run


def _computed(operate: Callable[[JSON, JSON], JSON], left: JSON, right: JSON) -> JSON:
    if type(left) is str and type(right) is str and operate is operator.add:
        if len(left) + len(right) > _LONGEST:
            raise LeaveToLibrary
        return left + right
    if type(left) not in _NUMBERS or type(right) not in _NUMBERS:
        raise LeaveToLibrary
    try:
        value = operate(left, right)
    except ArithmeticError as error:
        raise LeaveToLibrary from error
    if value - value != 0 or not -_WIDEST < value < _WIDEST:
        raise LeaveToLibrary
    return value


def _not(node: nodes.Not) -> Run:
    operand = _compile(node.node)
    return lambda frame: not operand(frame)


def _negative(node: nodes.Neg) -> Run:
    operand = _compile(node.node)

    def run(frame: Frame) -> JSON:
        value = operand(frame)
        if type(value) not in _NUMBERS:
            raise LeaveToLibrary
        return -value

    return run


def _compare(node: nodes.Compare) -> Run:
    if len(node.ops) != 1 or node.ops[0].op not in _COMPARISONS:
        raise NotCompiled("a chain of comparisons")
    left, right = _compile(node.expr), _compile(node.ops[0].expr)
    compare = _COMPARISONS[node.ops[0].op]

    def run(frame: Frame) -> JSON:
        first, second = left(frame), right(frame)
        if type(second) in (list, dict):
            frame.charge(len(second) // 8)
        try:
            return compare(first, second)
        except TypeError as error:
            raise LeaveToLibrary from error

    return run


def _concat(node: nodes.Concat) -> Run:
    pieces = [_text(part) for part in node.nodes]
    return lambda frame: "".join([piece(frame) for piece in pieces])


def _condition(node: nodes.CondExpr) -> Run:
    if node.expr2 is None:
        raise NotCompiled("an if without else")
    test, yes, no = _compile(node.test), _compile(node.expr1), _compile(node.expr2)
    return lambda frame: yes(frame) if test(frame) else no(frame)


def _list(node: nodes.List) -> Run:
    items = [_compile(part) for part in node.items]
    return lambda frame: [item(frame) for item in items]


def _dict(node: nodes.Dict) -> Run:
    pairs = [(_compile(pair.key), _compile(pair.value)) for pair in node.items]

    def run(frame: Frame) -> JSON:
        built = {}
        for key, value in pairs:
            name = key(frame)
            if not is_scalar(name):
                raise LeaveToLibrary
            built[name] = value(frame)
        return built

    return run


# --- filters ------------------------------------------------------------------------


def _filter(node: nodes.Filter) -> Run:
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise NotCompiled(node.name)
    if node.name in ("default", "d"):
        return _default(node)
    run = _FILTERS.get(node.name)
    if run is None or node.args:
        raise NotCompiled(node.name)
    value = _compile(node.node)
    return lambda frame: run(value(frame))


def _default(node: nodes.Filter) -> Run:
    if len(node.args) != 1 or not isinstance(node.node, (nodes.Getattr, nodes.Getitem)):
        raise NotCompiled(node.name)
    find, default = _finder(node.node), _compile(node.args[0])

    def run(frame: Frame) -> JSON:
        value = find(frame)
        otherwise = default(frame)
        return otherwise if value is MISSING else value

    return run


def _length(value: JSON) -> JSON:
    if type(value) in (str, list, dict):
        return len(value)
    raise LeaveToLibrary


def _changed(change: Callable[[str], str]) -> Callable[[JSON], JSON]:
    def run(value: JSON) -> JSON:
        if type(value) is not str:
            raise LeaveToLibrary
        return change(value)

    return run


def _as_text(value: JSON) -> JSON:
    return str(value)


_FILTERS: Final[dict[str, Callable[[JSON], JSON]]] = {
    "length": _length,
    "count": _length,
    "upper": _changed(str.upper),
    "lower": _changed(str.lower),
    "trim": _changed(str.strip),
    "string": _as_text,
}
_ARITHMETIC: Final[dict[str, Callable[[JSON, JSON], JSON]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_COMPARISONS: Final[dict[str, Callable[[JSON, JSON], JSON]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}
_COMPILERS: Final[dict[type, Callable[..., Run]]] = {
    nodes.Const: _constant,
    nodes.Name: _name,
    nodes.Getattr: _path,
    nodes.Getitem: _path,
    nodes.Call: _call,
    nodes.Not: _not,
    nodes.Neg: _negative,
    nodes.Compare: _compare,
    nodes.Concat: _concat,
    nodes.CondExpr: _condition,
    nodes.List: _list,
    nodes.Dict: _dict,
    nodes.Filter: _filter,
}
