"""``task-defaults``: what holds for every task that does not say otherwise.

The defaults are read once and merged into the tasks right away, so nothing
behind the reading knows of them:

* a policy and ``safe-rerun`` count where the task has none of the kind;
* a clause counts where the task's own has no ``next``; a transition to the
  task itself is left out, and what the task's own clause publishes wins;
* ``requires`` are added to the task's own, without the task itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.keys import Key, read_keys
from wf_es.definition.model import Clause, TaskSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.policies import POLICY_KEYS
from wf_es.definition.requirements import read_requires
from wf_es.definition.transitions import CLAUSES, read_clause
from wf_es.definition.values import is_filled_mapping, read_flag
from wf_es.envelope import JSON

CLAUSE_KEYS = {
    name: Key(read=read_clause, field=name.replace("-", "_"), moment=Moment.AFTER) for name in CLAUSES
}
"""Every key that holds transitions."""

DEFAULTS_KEYS = {
    **POLICY_KEYS,
    **CLAUSE_KEYS,
    "safe-rerun": Key(read=read_flag, field="safe_rerun"),
    "requires": Key(read=read_requires, field="requires"),
}
"""Every key of ``task-defaults``."""

_CLAUSE_FIELDS = tuple(key.field for key in CLAUSE_KEYS.values())


def read_defaults(node: Node, passage: Passage) -> dict[str, JSON]:
    """Read the defaults as fields of a task."""
    if not is_filled_mapping(node, passage):
        passage.doubt("transitions", "variables")
        return {}
    return read_keys(node, passage, DEFAULTS_KEYS)


def report_without_effect(node: Node, passage: Passage, type_: str, has_items: bool) -> None:
    """Report defaults that mean nothing in a workflow of this type, or with no task over items."""
    idle = ("requires",) if type_ == "direct" else CLAUSES
    for name, name_node, _ in node.entries():
        if name in idle:
            message = f"'task-defaults.{name}' has no effect in a workflow of type '{type_}'; remove it"
            passage.problem("W507", name_node, message)
        elif name == "concurrency" and not has_items:
            message = "'task-defaults.concurrency' has no effect, no task has 'with-items'; remove it"
            passage.problem("W507", name_node, message)


def count_added(defaults: Mapping[str, JSON]) -> int:
    """Return how many transitions and requirements the defaults add to one task at most."""
    clauses = sum(len(defaults[field].next) for field in _CLAUSE_FIELDS if field in defaults)
    return clauses + len(defaults.get("requires", ()))


def with_defaults(task: TaskSpec, defaults: Mapping[str, JSON], type_: str) -> TaskSpec:
    """Return a task with the defaults of its workflow."""
    changes: dict[str, JSON] = {}
    for field, default in defaults.items():
        if field in _CLAUSE_FIELDS:
            if type_ == "direct":
                changes[field] = _clause(getattr(task, field), default, task.name)
        elif field == "requires":
            if type_ == "reverse":
                both = dict.fromkeys([*task.requires, *default])
                changes[field] = tuple(name for name in both if name != task.name)
        elif getattr(task, field) is None:
            changes[field] = default
    return msgspec.structs.replace(task, **changes) if changes else task


def _clause(own: Clause | None, default: Clause, task: str) -> Clause | None:
    if own is not None and own.next:
        return own
    following = tuple(item for item in default.next if item.command is not None or item.target != task)
    publish = own.publish if own is not None and own.publish is not None else default.publish
    if not following and publish is None:
        return own
    return Clause(publish=publish, next=following)
