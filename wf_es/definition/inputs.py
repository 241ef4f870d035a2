"""Readers for ``input``: what a workflow or an ad-hoc action is given."""

from __future__ import annotations

from wf_es.definition.model import InputParameter
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import shown
from wf_es.definition.values import check_name, check_variable_name, wrong_type


def read_input(node: Node, passage: Passage) -> tuple[InputParameter, ...]:
    """Read a list of names and of names with a default."""
    if node.items is None:
        wrong_type(node, passage, "array")
        passage.doubt("variables")
        return ()
    if not node.items:
        passage.problem("E106", node, "'input' is empty: [] should be non-empty")
    parameters: dict[str, InputParameter] = {}
    for item in node.items:
        parameter = _read_parameter(item, passage)
        if parameter is None:
            passage.doubt("variables")
        elif parameter.name in parameters:
            message = f"'input' has non-unique elements: '{parameter.name}' is declared twice"
            passage.problem("E103", item, message)
        else:
            parameters[parameter.name] = parameter
    return tuple(parameters.values())


def _read_parameter(node: Node, passage: Passage) -> InputParameter | None:
    """Read ``name`` or ``{name: default}``."""
    if isinstance(node.data, str):
        _check_parameter_name(node.data, node, passage)
        return InputParameter(name=node.data, place=node.place)
    if node.members is not None and len(node.members) == 1:
        ((name, name_node, value),) = node.entries()
        _check_parameter_name(name, name_node, passage)
        return InputParameter(name=name, required=False, default=value.data, place=name_node.place)
    words = "is not valid under any of the given schemas"
    message = f"an input is a name, or a name with a default: {shown(node.data)} {words}"
    passage.problem("E105", node, message)
    return None


def _check_parameter_name(name: str, node: Node, passage: Passage) -> None:
    check_name(name, node, passage)
    check_variable_name(name, node, passage)
