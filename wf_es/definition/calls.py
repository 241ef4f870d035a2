"""Readers for what a task or an ad-hoc action calls: a name with inline parameters."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.inline import parameters_node, read_inline
from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import shown
from wf_es.definition.values import read_template, read_text_value
from wf_es.expressions import Template


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What is called, and its inline parameters with their places.

    ``name`` is None if the name is an expression that cannot be read.
    """

    name: Template | None
    parameters: Template | None = None
    places: Mapping[str, Place] = {}


def read_call(node: Node, passage: Passage) -> Call | None:
    """Read a name, perhaps an expression, with its inline parameters."""
    text = read_text_value(node, passage)
    if text is None:
        return None
    inline = read_inline(text)
    for offset, message in inline.faults:
        passage.problem("E111", node.place_of(offset), message)
    if not inline.name:
        noun = "a workflow" if passage.key == "workflow" else "an action"
        passage.problem("E111", node, f"{shown(text)} does not begin with the name of {noun}")
        return None
    place = node.place_of(0)
    name = read_template(Node(inline.name, place, inline.name, (0, len(inline.name))), passage)
    if not inline.parameters:
        return Call(name=name)
    parameters = parameters_node(inline, node)
    return Call(
        name=name,
        parameters=read_template(parameters, passage),
        places=dict(parameters.places("parameters.")),
    )
