"""Reading one workflow by its table of keys."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.defaults import count_added, read_defaults, report_without_effect, with_defaults
from wf_es.definition.documents import VERSION
from wf_es.definition.inputs import read_input
from wf_es.definition.keys import Key, read_keys
from wf_es.definition.model import TaskSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.problems import shown
from wf_es.definition.tasks import REVERSE_TASK_KEYS, TASK_KEYS, read_task
from wf_es.definition.values import (
    is_filled_mapping,
    read_description,
    read_ignored,
    read_mapping,
    read_tags,
    read_variables,
)
from wf_es.envelope import JSON

TYPES = ("direct", "reverse")
"""What ``type`` may be."""


def _read_type(node: Node, passage: Passage) -> str:
    if node.data not in TYPES:
        passage.problem("E105", node, f"'type' {shown(node.data)} is not one of {list(TYPES)}")
        passage.doubt("transitions", "variables")
        return "direct"
    return str(node.data)


WORKFLOW_KEYS = {
    "name": Key(read=read_ignored),
    "version": Key(read=read_ignored),
    "type": Key(read=_read_type, field="type"),
    "description": Key(read=read_description, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "input": Key(read=read_input, field="input"),
    "vars": Key(read=read_variables, field="vars", moment=Moment.VARS),
    "output": Key(read=read_mapping, field="output", moment=Moment.END),
    "output-on-error": Key(read=read_mapping, field="output_on_error", moment=Moment.END),
    "task-defaults": Key(read=read_defaults, field="defaults"),
    "tasks": Key(read=read_ignored),
}
"""Every key of a workflow; ``tasks`` is read by itself, with the limit in view."""


def read_workflow(name: str, nodes: tuple[Node, Node], passage: Passage) -> WorkflowSpec | None:
    """Read one workflow; None if there are no tasks that could be checked."""
    name_node, node = nodes
    if not is_filled_mapping(node, passage.within(name)):
        return None
    passage = msgspec.structs.replace(passage, tasks=_task_names(node))
    fields = read_keys(node, passage, WORKFLOW_KEYS)
    if not _has_tasks(name_node, node, passage):
        return None
    places = dict(node.places(without=("tasks",)))
    fields = _with_tasks(fields, node, passage)
    return WorkflowSpec(
        name=name,
        source=node.data,
        specification=_specification(name, node.data, fields),
        place=name_node.place,
        places=places,
        **fields,
    )


def _specification(name: str, source: Mapping[str, JSON], fields: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the plain data of a workflow with the keys that Mistral adds to it and its tasks."""
    added = {"version": VERSION, "type": fields.get("type", "direct")}
    tasks = {task.name: {**task.source, "name": task.name, **added} for task in fields["tasks"].values()}
    return {**source, "name": name, "version": VERSION, "tasks": tasks}


def _task_names(node: Node) -> Mapping[str, JSON]:
    """Return the names that transitions may mean, in their order."""
    tasks = node.data.get("tasks")
    return dict.fromkeys(tasks) if isinstance(tasks, dict) else {}


def _with_tasks(fields: dict[str, JSON], node: Node, passage: Passage) -> dict[str, JSON]:
    """Read the tasks and give them the defaults of the workflow."""
    type_ = fields.get("type", "direct")
    defaults: dict[str, JSON] | None = fields.pop("defaults", None)
    tasks = _read_tasks(node.at(["tasks"]), passage, REVERSE_TASK_KEYS if type_ == "reverse" else TASK_KEYS)
    if defaults is not None:
        has_items = any(task.with_items for task in tasks.values())
        report_without_effect(node.at(["task-defaults"]), passage, type_, has_items)
        fields["task_defaults"] = node.data["task-defaults"]
        if _is_bearable(defaults, node, passage):
            tasks = {name: with_defaults(task, defaults, type_) for name, task in tasks.items()}
    return {**fields, "tasks": tasks}


def _is_bearable(defaults: Mapping[str, JSON], node: Node, passage: Passage) -> bool:
    """Whether the defaults do not make a small text huge; reports if they do."""
    added = count_added(defaults) * len(node.data["tasks"])
    if added <= passage.limits.definitions.values:
        return True
    stated = passage.limits.definitions.stated("values")
    message = f"'task-defaults' add {added} transitions and requirements to the tasks, {stated}"
    passage.problem("E101", node.at(["task-defaults"]), message)
    passage.doubt("transitions", "variables")
    return False


def _has_tasks(name_node: Node, node: Node, passage: Passage) -> bool:
    """Whether there are tasks to read, and not too many; reports if not."""
    if "tasks" not in (node.members or {}):
        passage.problem("E107", name_node, "'tasks' is a required property; name at least one task")
        return False
    tasks = node.at(["tasks"])
    if not is_filled_mapping(tasks, passage.within("tasks")):
        return False
    if len(tasks.data) > passage.limits.definitions.tasks:
        stated = passage.limits.definitions.stated("tasks")
        message = f"{len(tasks.data)} tasks, {stated}; split the workflow up"
        passage.problem("E101", tasks, message)
        return False
    return True


def _read_tasks(node: Node, passage: Passage, keys: Mapping[str, Key]) -> dict[str, TaskSpec]:
    tasks: dict[str, TaskSpec] = {}
    for name, name_node, task_node in node.entries():
        inner = msgspec.structs.replace(passage, subject=f"task '{name}'", task=name)
        task = read_task(name, (name_node, task_node), inner, keys)
        if task is not None:
            tasks[name] = task
    return tasks
