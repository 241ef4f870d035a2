"""Readers for ``with-items``: one action or workflow for each item of a list.

    with-items: x in <% $.xs %>                     one list, by an expression
    with-items: x in [1, 2, "three"]                a list in place
    with-items: [x in <% $.xs %>, y in <% $.ys %>]  several, walked in step

The list is evaluated once, before the first item runs; it does not see the
item's variables.
"""

from __future__ import annotations

import re

from wf_es.definition.inline import read_collection
from wf_es.definition.model import ItemsSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import shown
from wf_es.definition.values import check_unique, check_variable_name, read_template, wrong_type
from wf_es.expressions import Template

_ENTRY = re.compile(r"\s*([\w-]+)\s+in\s+(?=\S)")
_FORM = "written: variable in <% ... %>, or variable in [1, 2]"


def read_with_items(node: Node, passage: Passage) -> tuple[ItemsSpec, ...]:
    """Read one text, or a list of them."""
    if node.items is None and not isinstance(node.data, str):
        words = f"{shown(node.data)} is not valid under any of the given schemas"
        passage.problem("E105", node, f"{passage.here} must be text or a list of texts: {words}")
        passage.doubt("variables")
        return ()
    if node.items is not None and not node.items:
        passage.problem("E106", node, f"{passage.here} is empty: [] should be non-empty")
    check_unique(node, passage)
    found: dict[str, ItemsSpec] = {}
    for entry in [node] if node.items is None else node.items:
        items = _read_entry(entry, passage)
        if items is None:
            passage.doubt("variables")
        elif items.name in found:
            passage.problem("E117", entry, f"the variable '{items.name}' of {passage.here} is given twice")
        else:
            found[items.name] = items
    _check_lengths(node, passage, found)
    return tuple(found.values())


def _read_entry(node: Node, passage: Passage) -> ItemsSpec | None:
    """Read ``variable in list``."""
    if not isinstance(node.data, str):
        wrong_type(node, passage, "string")
        return None
    begun = _ENTRY.match(node.data)
    if begun is None:
        passage.problem("E117", node, f"cannot read {shown(node.data)}: {passage.here} is {_FORM}")
        return None
    name = begun.group(1)
    check_variable_name(name, node, passage)
    source = node.data[begun.end() :].rstrip()
    items = _read_list(source, node, begun.end(), passage)
    return None if items is None else ItemsSpec(name=name, items=items, place=node.place)


def _read_list(source: str, node: Node, offset: int, passage: Passage) -> Template | None:
    """Read the list itself: one whole expression, or a list in place."""
    place = node.place_of(offset)
    if not source.startswith("["):
        found = read_template(Node(source, place, source, (0, len(source))), passage)
        if found is None or (len(found.expressions) == 1 and found.expressions[0].is_whole):
            return found
        message = f"{shown(source)} is neither one whole expression nor a list; {passage.here} is {_FORM}"
        passage.problem("E117", place, message)
        return None
    data, fault = read_collection(source)
    if fault or not isinstance(data, list):
        passage.problem(
            "E117", place, f"the list {shown(source)} cannot be read: {fault or 'unexpected text'}"
        )
        return None
    return read_template(Node(data, place), passage)


def _check_lengths(node: Node, passage: Passage, found: dict[str, ItemsSpec]) -> None:
    """Report lists in place that cannot be walked in step."""
    lengths = {
        name: len(items.items.source) for name, items in found.items() if isinstance(items.items.source, list)
    }
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
        passage.problem(
            "E117", node, f"the lists of {passage.here} must have the same length: {counted} items"
        )
