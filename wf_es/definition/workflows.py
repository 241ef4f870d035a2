"""Reading one workflow by its table of keys."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.characters import Limits
from wf_es.definition.keys import Key, later, read_keys
from wf_es.definition.model import InputParameter, TaskSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import TOPICS, Moment, Passage
from wf_es.definition.problems import shown
from wf_es.definition.tasks import REVERSE_TASK_KEYS, TASK_KEYS, read_task
from wf_es.definition.values import (
    check_name,
    check_variable_name,
    is_filled_mapping,
    read_description,
    read_ignored,
    read_mapping,
    read_tags,
    read_template,
    read_variables,
    wrong_type,
)


def _read_type(node: Node, passage: Passage) -> str:
    if node.data == "reverse":
        passage.problem("E108", node, "workflows of type 'reverse' are not run by this version of wf_es")
        passage.doubt(*TOPICS)
        return "reverse"
    if node.data != "direct":
        passage.problem("E105", node, f"'type' {shown(node.data)} is not one of ['direct', 'reverse']")
    return "direct"


def _read_input(node: Node, passage: Passage) -> tuple[InputParameter, ...]:
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
        default = read_template(value, passage.within(name, Moment.NEVER))
        return InputParameter(name=name, required=False, default=default, place=name_node.place)
    words = "is not valid under any of the given schemas"
    message = f"an input is a name, or a name with a default: {shown(node.data)} {words}"
    passage.problem("E105", node, message)
    return None


def _check_parameter_name(name: str, node: Node, passage: Passage) -> None:
    check_name(name, node, passage)
    check_variable_name(name, node, passage)


WORKFLOW_KEYS = {
    "name": Key(read=read_ignored),
    "version": Key(read=read_ignored),
    "type": Key(read=_read_type, field="type"),
    "description": Key(read=read_description, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "input": Key(read=_read_input, field="input"),
    "vars": Key(read=read_variables, field="vars", moment=Moment.VARS),
    "output": Key(read=read_mapping, field="output", moment=Moment.END),
    "output-on-error": Key(read=read_mapping, field="output_on_error", moment=Moment.END),
    "task-defaults": later(*TOPICS),
    "tasks": Key(read=read_ignored),
}
"""Every key of a workflow; ``tasks`` is read by itself, with the limit in view."""


def read_workflow(
    name: str, nodes: tuple[Node, Node], passage: Passage, limits: Limits
) -> WorkflowSpec | None:
    """Read one workflow; None if there are no tasks that could be checked."""
    name_node, node = nodes
    if not is_filled_mapping(node, passage.within(name)):
        return None
    fields = read_keys(node, passage, WORKFLOW_KEYS)
    keys = REVERSE_TASK_KEYS if fields.get("type") == "reverse" else TASK_KEYS
    if not _has_tasks(name_node, node, passage, limits):
        return None
    tasks = _read_tasks(node.at(["tasks"]), passage, keys)
    if fields.get("type") == "reverse":
        return None
    fields["tasks"] = tasks
    places = dict(node.places(without=("tasks",)))
    return WorkflowSpec(name=name, source=node.data, place=name_node.place, places=places, **fields)


def _has_tasks(name_node: Node, node: Node, passage: Passage, limits: Limits) -> bool:
    """Whether there are tasks to read, and not too many; reports if not."""
    if "tasks" not in (node.members or {}):
        passage.problem("E107", name_node, "'tasks' is a required property; name at least one task")
        return False
    tasks = node.at(["tasks"])
    if not is_filled_mapping(tasks, passage.within("tasks")):
        return False
    if len(tasks.data) > limits.tasks:
        message = f"{len(tasks.data)} tasks, the limit is {limits.tasks}; split the workflow up"
        passage.problem("E101", tasks, message)
        return False
    return True


def _read_tasks(node: Node, passage: Passage, keys: Mapping[str, Key]) -> dict[str, TaskSpec]:
    names = dict.fromkeys(node.data)
    tasks: dict[str, TaskSpec] = {}
    for name, name_node, task_node in node.entries():
        inner = msgspec.structs.replace(passage, subject=f"task '{name}'", task=name, tasks=names)
        task = read_task(name, (name_node, task_node), inner, keys)
        if task is not None:
            tasks[name] = task
    return tasks
