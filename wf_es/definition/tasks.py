"""Reading one task by its table of keys."""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition.calls import Call, read_call
from wf_es.definition.defaults import CLAUSE_KEYS
from wf_es.definition.items import read_with_items
from wf_es.definition.keys import Key, read_keys
from wf_es.definition.model import TaskSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.policies import POLICY_KEYS
from wf_es.definition.problems import shown
from wf_es.definition.requirements import read_requires
from wf_es.definition.values import (
    LONGEST_NAME,
    check_name,
    is_filled_mapping,
    read_flag,
    read_ignored,
    read_mapping_or_expression,
    read_tags,
    read_text_template,
    read_text_value,
    read_variables,
)
from wf_es.envelope import JSON
from wf_es.expressions import template

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


COMMON_KEYS = {
    "name": Key(read=read_ignored),
    "version": Key(read=read_ignored),
    "type": Key(read=read_ignored),
    "description": Key(read=read_text_value, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "action": Key(read=read_call, field="action", moment=Moment.ITEM),
    "workflow": Key(read=read_call, field="workflow", moment=Moment.ITEM),
    "input": Key(read=read_mapping_or_expression, field="input", moment=Moment.ITEM),
    "with-items": Key(read=read_with_items, field="with_items"),
    "publish": Key(read=read_variables, field="publish"),
    "publish-on-error": Key(read=read_variables, field="publish_on_error"),
    "publish-on-skip": Key(read=read_variables, field="publish_on_skip"),
    **POLICY_KEYS,
    "keep-result": Key(read=read_flag, field="keep_result"),
    "safe-rerun": Key(read=read_flag, field="safe_rerun"),
    "target": Key(read=read_text_template, field="target", moment=Moment.ITEM),
}
"""Every key that tasks of both types of workflows may have."""

TASK_KEYS = {**COMMON_KEYS, "join": Key(read=_read_join, field="join"), **CLAUSE_KEYS}
"""Every key of a task in a direct workflow."""

REVERSE_TASK_KEYS = {**COMMON_KEYS, "requires": Key(read=read_requires, field="requires")}
"""Every key of a task in a reverse workflow."""


def read_task(
    name: str, nodes: tuple[Node, Node], passage: Passage, keys: Mapping[str, Key]
) -> TaskSpec | None:
    """Read one task; None if there is nothing that could be called one."""
    name_node, node = nodes
    if not is_filled_mapping(node, passage):
        passage.doubt("transitions", "variables")
        return None
    _check_together(node, passage)
    fields = read_keys(node, passage, keys)
    fields.setdefault("description", "")
    check_name(name, name_node, passage, LONGEST_JOIN_NAME if "join" in fields else LONGEST_NAME)
    return _task_spec(name, name_node, node, fields)


def _task_spec(name: str, name_node: Node, node: Node, fields: dict[str, JSON]) -> TaskSpec:
    action: Call | None = fields.pop("action", None)
    workflow: Call | None = fields.pop("workflow", None)
    call = workflow or action or Call(name=None)
    return TaskSpec(
        name=name,
        action=(action.name if action else None) or template(DEFAULT_ACTION),
        workflow=workflow.name if workflow else None,
        parameters=call.parameters,
        source=node.data,
        place=name_node.place,
        places={**dict(node.places()), **call.places},
        **fields,
    )


def _check_together(node: Node, passage: Passage) -> None:
    """Report keys that exclude each other, or mean nothing without each other."""
    keys = node.members or {}
    if "action" in keys and "workflow" in keys:
        message = "a task runs an 'action' or a 'workflow', not both; remove one of the two keys"
        passage.problem("E112", keys["workflow"][0], message)
    if "concurrency" in keys and "with-items" not in keys:
        message = "'concurrency' has no effect without 'with-items'; remove it"
        passage.problem("W507", keys["concurrency"][0], message)
