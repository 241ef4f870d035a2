"""What a Jinja expression or template reads.

In Mistral the context is one name, ``_``, so variables are its keys:
``_.x``, ``_['x']``, ``_.get('x')``. Names that the template itself sets, loop
variables and macro arguments are none of the context's.
"""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from wf_es.expressions.reads import Collector, Reads

ROOT: Final = "_"
_FORGIVING_FILTERS: Final = frozenset({"default", "d"})
_FORGIVING_TESTS: Final = frozenset({"defined", "undefined"})


def reads(root: nodes.Node) -> Reads:
    """Return what the syntax tree reads, as far as its text says."""
    collector = Collector()
    if any(name.ctx != "load" and name.name == ROOT for name in root.find_all(nodes.Name)):
        collector.any_variable("the template gives _ a new meaning")
    _visit(root, collector, forgiving=False)
    return collector.reads()


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


def _visit(node: nodes.Node, collector: Collector, *, forgiving: bool) -> None:
    if isinstance(node, (nodes.Getattr, nodes.Getitem)) and is_root(node.node):
        _key(node, collector, forgiving)
        return
    if isinstance(node, nodes.Call):
        _call(node, collector)
        return
    if isinstance(node, nodes.Filter):
        collector.function(node.name)
    if is_root(node):
        collector.any_variable("the whole context (_) is used")
    for part in node.iter_child_nodes():
        _visit(part, collector, forgiving=_forgives(node))


def _forgives(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in _FORGIVING_FILTERS
    return isinstance(node, nodes.Test) and node.name in _FORGIVING_TESTS


def _key(node: nodes.Getattr | nodes.Getitem, collector: Collector, forgiving: bool) -> None:
    name = key_of(node)
    if name is not None:
        collector.variable(name, optional=forgiving)
        return
    collector.any_variable("a name in _[...] is computed")
    for part in node.iter_child_nodes(exclude=("node",)):
        _visit(part, collector, forgiving=False)


def _call(node: nodes.Call, collector: Collector) -> None:
    called = node.node
    if isinstance(called, nodes.Getattr) and is_root(called.node):
        _method_of_root(node, called.attr, collector)
    elif isinstance(called, nodes.Name):
        collector.function(called.name)
        if called.name == "task" and (node.args or node.kwargs):
            collector.task(_first_text(node))
    else:
        _visit(called, collector, forgiving=False)
    for part in node.iter_child_nodes(exclude=("node",)):
        _visit(part, collector, forgiving=False)


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
