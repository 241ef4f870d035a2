"""Readers for the kinds of values that keys may have.

Each takes the value's node and its passage, and returns the value for the
model, or None after noting what is wrong. The words in brackets are Mistral's
(``is not of type 'object'``), because that is what its users search for.
"""

from __future__ import annotations

import json

from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import shown
from wf_es.envelope import JSON
from wf_es.errors import ExpressionSyntaxError
from wf_es.expressions import Expression, SyntaxProblem, Template, problems, template
from wf_es.expressions.recognition import jinja_start, may_hold_expression, yaql_spans
from wf_es.expressions.vocabulary import known_functions, unknown_functions

RESERVED_VARIABLES = ("__env", "__execution", "__task_execution", "openstack")
"""Names in every context that belong to the engine."""

_KINDS = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false"}
LONGEST_NAME = 255
"""Characters that a name may have."""


def read_text_value(node: Node, passage: Passage) -> str | None:
    """Read a text that is not empty."""
    if not isinstance(node.data, str):
        wrong_type(node, passage, "string")
        return None
    if not node.data.strip():
        passage.problem("E106", node, f"'{passage.key}' is empty: '' should be non-empty")
        return None
    return node.data


def read_description(node: Node, _: Passage) -> str:
    """Read a description of any kind; what is not text is shown as JSON."""
    if node.data is None:
        return ""
    return node.data if isinstance(node.data, str) else json.dumps(node.data, ensure_ascii=False)


def read_tags(node: Node, passage: Passage) -> tuple[str, ...]:
    """Read a list of different texts."""
    if node.items is None:
        wrong_type(node, passage, "array")
        return ()
    if not node.items:
        passage.problem("E106", node, "'tags' is empty: [] should be non-empty")
    tags = [read_text_value(item, passage) for item in node.items]
    check_unique(node, passage)
    return tuple(tag for tag in tags if tag is not None)


def read_ignored(node: Node, passage: Passage) -> None:
    """Accept anything: Mistral itself writes this key into stored texts."""


def read_mapping(node: Node, passage: Passage) -> Template | None:
    """Read a mapping that is not empty and may hold expressions."""
    return read_template(node, passage) if is_filled_mapping(node, passage) else None


def read_variables(node: Node, passage: Passage) -> Template | None:
    """Read a mapping whose keys become variables."""
    if not is_filled_mapping(node, passage):
        passage.doubt("variables")
        return None
    for name, key_node, _ in node.entries():
        check_variable_name(name, key_node, passage)
    return read_template(node, passage)


def read_mapping_or_expression(node: Node, passage: Passage) -> Template | None:
    """Read a mapping, or one expression that will give a mapping."""
    if isinstance(node.data, str):
        return read_whole_expression(node, passage)
    return read_mapping(node, passage)


def read_flag(node: Node, passage: Passage) -> Template | None:
    """Read true, false or one expression."""
    if isinstance(node.data, bool):
        return template(node.data)
    if isinstance(node.data, str):
        return read_whole_expression(node, passage)
    wrong_type(node, passage, "boolean")
    return None


def read_text_template(node: Node, passage: Passage) -> Template | None:
    """Read a text that is not empty and may hold expressions."""
    return None if read_text_value(node, passage) is None else read_template(node, passage)


def read_whole_expression(node: Node, passage: Passage) -> Template | None:
    """Read a value that must be exactly one expression, such as a guard."""
    if isinstance(node.data, str):
        node.data = node.data.rstrip()
        found = read_template(node, passage)
        if found is None or (len(found.expressions) == 1 and found.expressions[0].is_whole):
            return found
    message = (
        f"'{passage.key}' must be one whole expression, <% ... %> or '{{{{ ... }}}}', not {shown(node.data)}"
    )
    passage.problem("E303", node, message)
    return None


def read_template(node: Node, passage: Passage) -> Template | None:
    """Read any value with expressions anywhere inside.

    All expressions that cannot be parsed are reported. A mapping keeps at
    least its keys then: they are names that something may refer to.
    """
    try:
        read = template(node.data, passage.limits.expressions)
    except ExpressionSyntaxError:
        for fault in problems(node.data, passage.limits.expressions):
            _report_expression(fault, node, passage)
        return template(dict.fromkeys(node.data)) if isinstance(node.data, dict) else None
    for expression in read.expressions:
        _check_functions(expression, node, passage)
    passage.use(read, node)
    return read


def _report_expression(fault: SyntaxProblem, node: Node, passage: Passage) -> None:
    """Report an expression that cannot be parsed, where its author wrote it."""
    text_node = node.at(fault.path)
    code = "E304" if _mixes_languages(text_node.data) else "E301"
    key = ".".join([passage.key, *map(str, fault.path)])
    passage.problem(code, text_node.place_of(fault.offset), f"'{key}': {fault.message}")


def _mixes_languages(text: JSON) -> bool:
    return isinstance(text, str) and any(yaql_spans(text)) and jinja_start(text) is not None


def _check_functions(expression: Expression, node: Node, passage: Passage) -> None:
    for name in unknown_functions(expression):
        offset = expression.offset + max(0, expression.text.find(name))
        hint = passage.report.suggestion(name, sorted(known_functions(expression.language)))
        key = ".".join([passage.key, *map(str, expression.path)])
        place = node.at(expression.path).place_of(offset)
        passage.problem("E302", place, f"'{key}': there is no function '{name}'{hint}")


def wrong_type(node: Node, passage: Passage, expected: str) -> None:
    """Report a value of the wrong type; ``expected`` is JSON Schema's word for the right one."""
    words = f"{shown(node.data)} is not of type '{expected}'"
    passage.problem("E105", node, f"{passage.here} must be {_KINDS[expected]}: {words}")


def is_filled_mapping(node: Node, passage: Passage) -> bool:
    """Whether a value is a mapping with at least one key; reports if not."""
    if node.members is None:
        wrong_type(node, passage, "object")
    elif not node.members:
        passage.problem("E106", node, f"{passage.here} is empty: {{}} should be non-empty")
    return bool(node.members)


def check_unique(node: Node, passage: Passage) -> None:
    """Report items of a list that occur twice."""
    seen: set[str] = set()
    for item in node.items or ():
        written = json.dumps(item.data, sort_keys=True)
        if written in seen:
            message = f"'{passage.key}' has non-unique elements: {shown(item.data)} is given twice"
            passage.problem("E103", item, message)
        seen.add(written)


def check_variable_name(name: str, node: Node, passage: Passage) -> None:
    """Report a variable that the engine keeps for itself."""
    if name in RESERVED_VARIABLES:
        passage.problem("E113", node, f"'{name}' is reserved and cannot be set; choose another name")
    elif may_hold_expression(name):
        message = f"an expression in a name is not evaluated; the variable would be called {shown(name)}"
        passage.problem("W507", node, message)


def check_name(name: str, node: Node, passage: Passage, longest: int = LONGEST_NAME) -> None:
    """Report a name that is empty, too long or has characters nobody can see."""
    if not name.strip():
        passage.problem("E109", node, "a name must not be empty")
    elif len(name) > longest:
        passage.problem("E109", node, f"name {shown(name)} has {len(name)} characters, {longest} are allowed")
    elif not name.isprintable():
        passage.problem("E109", node, f"name {shown(name)} has control characters; use visible ones")
