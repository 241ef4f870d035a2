"""Reading one task by its table of keys."""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition.inline import parameters_node, read_inline
from wf_es.definition.keys import Key, later, read_keys
from wf_es.definition.model import TaskSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.problems import shown
from wf_es.definition.transitions import CLAUSES, read_clause
from wf_es.definition.values import (
    LONGEST_NAME,
    check_name,
    check_unique,
    is_filled_mapping,
    read_flag,
    read_ignored,
    read_mapping_or_expression,
    read_tags,
    read_template,
    read_text_template,
    read_text_value,
    read_variables,
)
from wf_es.envelope import JSON
from wf_es.expressions import Template, template

DEFAULT_ACTION = "std.noop"
"""What a task runs that names neither an action nor a workflow."""

LONGEST_JOIN_NAME = 208
"""Mistral builds another name of 255 characters from the name of a join."""


def _read_join(node: Node, passage: Passage) -> int | str | None:
    value = node.data
    if value in ("all", "one"):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    passage.problem("E403", node, f"'join' must be 'all', 'one' or a number from 1 on, not {shown(value)}")
    passage.doubt("transitions")
    return None


def _read_action(node: Node, passage: Passage) -> dict[str, JSON] | None:
    """Read an action's name and inline parameters, as model fields."""
    text = read_text_value(node, passage)
    if text is None:
        return None
    inline = read_inline(text)
    for offset, message in inline.faults:
        passage.problem("E111", node.place_of(offset), message)
    if not inline.name:
        passage.problem("E111", node, f"{shown(text)} does not begin with the name of an action")
        return None
    place = node.place_of(0)
    name = read_template(Node(inline.name, place, inline.name, (0, len(inline.name))), passage)
    fields: dict[str, JSON] = {} if name is None else {"action": name}
    if inline.parameters:
        parameters = parameters_node(inline, node)
        fields["parameters"] = read_template(parameters, passage)
        fields["places"] = dict(parameters.places("parameters."))
    return fields


def _read_requires(node: Node, passage: Passage) -> None:
    """Check that a reverse task requires tasks that exist."""
    if node.items is None and not isinstance(node.data, str):
        passage.problem("E105", node, f"'requires' is a task or a list of tasks, not {shown(node.data)}")
    check_unique(node, passage)
    for item in [node] if node.items is None else node.items:
        if isinstance(item.data, str) and item.data not in passage.tasks:
            hint = passage.report.suggestion(item.data, passage.tasks)
            passage.problem("E201", item, f"Task '{item.data}' not found{hint}")


TASK_KEYS = {
    "name": Key(read=read_ignored),
    "version": Key(read=read_ignored),
    "type": Key(read=read_ignored),
    "description": Key(read=read_text_value, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "action": Key(read=_read_action, field="action"),
    "input": Key(read=read_mapping_or_expression, field="input"),
    "publish": Key(read=read_variables, field="publish"),
    "publish-on-error": Key(read=read_variables, field="publish_on_error"),
    "publish-on-skip": Key(read=read_variables, field="publish_on_skip"),
    "on-success": Key(read=read_clause, field="on_success", moment=Moment.AFTER),
    "on-error": Key(read=read_clause, field="on_error", moment=Moment.AFTER),
    "on-complete": Key(read=read_clause, field="on_complete", moment=Moment.AFTER),
    "on-skip": Key(read=read_clause, field="on_skip", moment=Moment.AFTER),
    "join": Key(read=_read_join, field="join"),
    "keep-result": Key(read=read_flag, field="keep_result"),
    "safe-rerun": Key(read=read_flag, field="safe_rerun"),
    "target": Key(read=read_text_template, field="target"),
    "workflow": later(),
    "with-items": later("variables"),
    "concurrency": later(),
    "retry": later(),
    "wait-before": later(),
    "wait-after": later(),
    "timeout": later(),
    "pause-before": later(),
    "fail-on": later(),
}
"""Every key of a task in a direct workflow."""

REVERSE_TASK_KEYS = {
    **{name: key for name, key in TASK_KEYS.items() if name not in (*CLAUSES, "join")},
    "requires": Key(read=_read_requires),
}
"""Every key of a task in a reverse workflow."""


def read_task(
    name: str, nodes: tuple[Node, Node], passage: Passage, keys: Mapping[str, Key]
) -> TaskSpec | None:
    """Read one task; None if there is nothing that could be called one."""
    name_node, node = nodes
    if not is_filled_mapping(node, passage):
        passage.doubt("transitions", "variables")
        return None
    _check_belongs_here(node, passage)
    fields = read_keys(node, passage, keys)
    fields.setdefault("description", "")
    check_name(name, name_node, passage, LONGEST_JOIN_NAME if "join" in fields else LONGEST_NAME)
    return _task_spec(name, name_node, node, fields)


def _task_spec(name: str, name_node: Node, node: Node, fields: dict[str, JSON]) -> TaskSpec:
    invocation: dict[str, JSON] = fields.pop("action", {})
    action: Template = invocation.get("action") or template(DEFAULT_ACTION)
    return TaskSpec(
        name=name,
        action=action,
        parameters=invocation.get("parameters"),
        source=node.data,
        place=name_node.place,
        places={**dict(node.places()), **invocation.get("places", {})},
        **fields,
    )


def _check_belongs_here(node: Node, passage: Passage) -> None:
    keys = node.members or {}
    if "action" in keys and "workflow" in keys:
        message = "a task runs an 'action' or a 'workflow', not both; remove one of the two keys"
        passage.problem("E112", keys["workflow"][0], message)
