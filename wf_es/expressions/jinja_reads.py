"""What a Jinja expression or template reads.

In Mistral the context is one name, ``_``, so variables are its keys:
``_.x``, ``_['x']``, ``_.get('x')``. Names that the template itself sets, loop
variables and macro arguments are none of the context's.

What is not there is an error only when it is used, so a read counts as
certain only where the syntax tree says that it is used in any case: as
output, operand, condition, list of a loop, and by some filters. All other
reads are conditional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from jinja2 import nodes

from wf_es.expressions.reads import Collector, Keys, Reads

ROOT: Final = "_"
_FORGIVING_FILTERS: Final = frozenset({"default", "d"})
_USING_FILTERS: Final = frozenset(
    {"first", "int", "join", "length", "list", "lower", "replace", "string", "trim", "upper"}
)
_FORGIVING_TESTS: Final = frozenset({"defined", "undefined"})


def reads(root: nodes.Node) -> Reads:
    """Return what the syntax tree reads, as far as its text says."""
    collector = Collector()
    if any(name.ctx != "load" and name.name == ROOT for name in root.find_all(nodes.Name)):
        collector.any_variable("the template gives _ a new meaning")
    for part in _members(root):
        _visit(part, collector, forgiving=False, sure=True)
    return collector.reads()


def _members(root: nodes.Node) -> list[nodes.Node]:
    """Return what the value is made of: the members of a list or dict that is all there is."""
    waiting, found = [root], []
    if isinstance(root, nodes.Template) and len(root.body) == 1 and isinstance(root.body[0], nodes.Output):
        waiting = list(root.body[0].nodes)
    if len(waiting) > 1:
        return [root]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, (nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair)):
            waiting += part.iter_child_nodes()
        else:
            found.append(part)
    return found


def is_root(node: nodes.Node) -> bool:
    """Say whether the node is the context, ``_``."""
    return isinstance(node, nodes.Name) and node.name == ROOT and node.ctx == "load"


def key_of(node: nodes.Node) -> str | None:
    """Return the name in ``left.name`` or ``left['name']``, else None."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return node.arg.value if isinstance(node.arg.value, str) else None
    return None


def _visit(node: nodes.Node, collector: Collector, *, forgiving: bool, sure: bool) -> None:
    if isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if is_root(node.node):
            _key(node, collector, forgiving=forgiving, sure=sure)
            return
        _answer(node.node, collector, forgiving=forgiving, sure=sure)
        found = None if forgiving else _path(node)
        if found is not None:
            collector.key(*found, conditional=not sure)
    if isinstance(node, nodes.Call):
        _call(node, collector, sure=sure)
        return
    if isinstance(node, nodes.Filter):
        collector.function(node.name)
    if is_root(node):
        collector.any_variable("the whole context (_) is used")
    used = list(_used(node)) if sure else []
    for part in node.iter_child_nodes():
        is_used = any(part is other for other in used)
        _visit(part, collector, forgiving=_forgives(node), sure=is_used)


def _used(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the parts of a node that are used whenever it is."""
    for kind, parts in _USED.items():
        if isinstance(node, kind):
            yield from parts(node)


_USED: Final[dict[type[nodes.Node], Callable[[Any], Iterable[nodes.Node]]]] = {
    nodes.Template: lambda node: node.body,
    nodes.Output: lambda node: node.nodes,
    nodes.Concat: lambda node: node.nodes,
    nodes.And: lambda node: [node.left],
    nodes.Or: lambda node: [node.left],
    nodes.UnaryExpr: lambda node: [node.node],
    nodes.Compare: lambda node: [node.expr, node.ops[0]],
    nodes.Operand: lambda node: [node.expr],
    nodes.Getattr: lambda node: [node.node],
    nodes.Getitem: lambda node: [node.node],
    nodes.CondExpr: lambda node: [node.test],
    nodes.If: lambda node: [node.test],
    nodes.For: lambda node: [node.iter],
    nodes.Filter: lambda node: [node.node] if node.name in _USING_FILTERS else [],
    **dict.fromkeys(
        (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
        lambda node: [node.left, node.right],
    ),
}
"""By the kind of a node, which of its parts are used whenever the node is."""


def _forgives(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in _FORGIVING_FILTERS
    return isinstance(node, nodes.Test) and node.name in _FORGIVING_TESTS


def _key(node: nodes.Getattr | nodes.Getitem, collector: Collector, *, forgiving: bool, sure: bool) -> None:
    name = key_of(node)
    if name is not None:
        collector.variable(name, optional=forgiving, conditional=not sure)
        return
    collector.any_variable("a name in _[...] is computed")
    for part in node.iter_child_nodes(exclude=("node",)):
        _visit(part, collector, forgiving=False, sure=False)


def _answer(node: nodes.Node, collector: Collector, *, forgiving: bool, sure: bool) -> None:
    """Note a task of whose answer a part is taken: null, as before it has run, would not do."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "task":
        name = _first_text(node)
        if name is not None:
            collector.task(name, optional=forgiving, conditional=not sure)


def _path(node: nodes.Node) -> tuple[str, str, Keys] | None:
    """Return what a chain of keys begins at, and the keys; None if it is no such chain."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        name = _first_text(node) if node.node.name in ("task", "global") else None
        return None if name is None else (node.node.name, name, ())
    if not isinstance(node, (nodes.Getattr, nodes.Getitem)):
        return None
    key = _index_of(node) if key_of(node) is None else key_of(node)
    if key is None:
        return None
    if isinstance(key, str) and is_root(node.node):
        return ("variable", key, ())
    if isinstance(key, str) and _is_environment(node.node):
        return ("env", key, ())
    found = _path(node.node)
    return None if found is None else (found[0], found[1], (*found[2], key))


def _index_of(node: nodes.Getattr | nodes.Getitem) -> int | None:
    value = node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None
    return value if type(value) is int and value >= 0 else None


def _is_environment(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.Call) or node.args or node.kwargs:
        return False
    return isinstance(node.node, nodes.Name) and node.node.name == "env"


def _call(node: nodes.Call, collector: Collector, *, sure: bool) -> None:
    called = node.node
    if isinstance(called, nodes.Getattr) and is_root(called.node):
        _method_of_root(node, called.attr, collector)
    elif isinstance(called, nodes.Name):
        collector.function(called.name)
        if called.name == "task" and (node.args or node.kwargs):
            collector.task(_first_text(node))
    elif isinstance(called, nodes.Getattr):
        _answer(called.node, collector, forgiving=False, sure=sure)
        _visit(called.node, collector, forgiving=False, sure=sure)
    else:
        _visit(called, collector, forgiving=False, sure=sure)
    for part in node.iter_child_nodes(exclude=("node",)):
        _visit(part, collector, forgiving=False, sure=False)


def _method_of_root(node: nodes.Call, method: str, collector: Collector) -> None:
    # a variable may be called as the method is: then it is read, too
    collector.function(method)
    collector.variable(method, optional=True)
    name = _first_text(node)
    if method == "get" and name is not None:
        collector.variable(name, optional=True)
    else:
        collector.any_variable(f"_.{method}() may read any variable")


def _first_text(node: nodes.Call) -> str | None:
    values = [*node.args, *(keyword.value for keyword in node.kwargs)]
    first = values[0] if values else None
    if isinstance(first, nodes.Const) and isinstance(first.value, str):
        return first.value
    return None
