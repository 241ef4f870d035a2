"""Data flow: what a task sees, what it adds, and how branches meet.

A branch's context maps each variable to a :class:`Variable`, which knows how
often the branch has written it and by which event it was written last. Three
rules are all there is:

* *publish* replaces variables by name; each replaced one counts one write more;
* *patch* (a JSON merge patch, RFC 7396) changes them from outside; a patched
  variable counts as written by the event that carries the patch;
* *merge* joins branches: mappings are merged key by key, and for everything
  else the value with more writes wins, then the one that was written later in
  the log. So the outcome depends on the log alone, never on chance.

The rule that more writes win is Mistral's; where Mistral leaves equal counts
to chance, the order of the log decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from immutables import Map

from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.state import Context, ExecutionState, TaskExecution, Variable


class ContextLayer(Mapping[str, JSON]):
    """A context seen as a plain read-only mapping from name to value."""

    __slots__ = ("_context",)

    def __init__(self, context: Context) -> None:
        """Wrap a context; nothing is copied."""
        self._context = context

    def __getitem__(self, name: str) -> JSON:
        """Return the value of a variable; KeyError if it is not set."""
        return self._context[name].value

    def get(self, name: str, default: Any = None) -> JSON:
        """Return the value of a variable, or the default if it is not set."""
        variable = self._context.get(name)
        return default if variable is None else variable.value

    def __contains__(self, name: object) -> bool:
        """Return whether the variable is set."""
        return name in self._context

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names that are set."""
        return iter(self._context)

    def __len__(self) -> int:
        """Return how many variables are set."""
        return len(self._context)


def publish(context: Context, published: Mapping[str, JSON], event: int) -> Context:
    """Return the context after an event published these variables."""
    if not published:
        return context
    changed = context.mutate()
    for name, value in published.items():
        before = context.get(name)
        writes = before.writes + 1 if before is not None else 1
        changed[name] = Variable(value, writes, event)
    return changed.finish()


def patch(context: Context, changes: Mapping[str, JSON], event: int, below: Mapping[str, JSON]) -> Context:
    """Return the context after a JSON merge patch; null removes a variable.

    ``below`` holds what a task sees where its branch has set nothing (global
    variables, vars, input), so that a patch can change a part of those too.
    """
    if not changes:
        return context
    changed = context.mutate()
    for name, change in changes.items():
        before = context.get(name)
        if change is None:
            changed.pop(name, None)
            continue
        value = merge_patch(before.value if before is not None else below.get(name), change)
        writes = before.writes + 1 if before is not None else 1
        changed[name] = Variable(value, writes, event)
    return changed.finish()


def merge_patch(target: JSON, change: JSON) -> JSON:
    """Apply a JSON merge patch (RFC 7396) and return the new value."""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def deep_merge(lower: JSON, upper: JSON) -> JSON:
    """Merge two values: mappings key by key, otherwise ``upper`` wins."""
    if not isinstance(lower, dict) or not isinstance(upper, dict):
        return upper
    merged = dict(lower)
    for name, value in upper.items():
        merged[name] = deep_merge(lower[name], value) if name in lower else value
    return merged


def merge(contexts: Iterable[Context]) -> Context:
    """Return what several branches know together."""
    merged: Context = Map()
    first = True
    for context in contexts:
        if first:
            merged, first = context, False
        elif context is not merged:
            merged = _merge_two(merged, context)
    return merged


def _merge_two(left: Context, right: Context) -> Context:
    changed = left.mutate()
    for name, theirs in right.items():
        ours = left.get(name)
        if ours is theirs:
            continue
        changed[name] = theirs if ours is None else _merge_variables(ours, theirs)
    return changed.finish()


def _merge_variables(ours: Variable, theirs: Variable) -> Variable:
    if ours.event == theirs.event and ours.parts is None and theirs.parts is None:
        return ours
    if isinstance(ours.value, dict) and isinstance(theirs.value, dict):
        return _merge_parts(ours, theirs)
    return max(ours, theirs, key=_strength)


def _merge_parts(ours: Variable, theirs: Variable) -> Variable:
    left, right = _parts(ours), _parts(theirs)
    parts = dict(left)
    for name, part in right.items():
        parts[name] = _merge_variables(left[name], part) if name in left else part
    return Variable(
        {name: part.value for name, part in parts.items()},
        max(ours.writes, theirs.writes),
        max(ours.event, theirs.event),
        parts,
    )


def _parts(variable: Variable) -> dict[str, Variable]:
    if variable.parts is not None:
        return variable.parts
    return {name: Variable(value, variable.writes, variable.event) for name, value in variable.value.items()}


def _strength(variable: Variable) -> tuple[int, int]:
    return variable.writes, variable.event


def inbound_again(state: ExecutionState, task: TaskExecution) -> Context:
    """Return what a task would see if it ran again; a join may not have begun yet."""
    return brought(state, task) if task.started_at is None and task.arrived else task.inbound


def brought(state: ExecutionState, join: TaskExecution) -> Context:
    """Merge what those branches have brought to a join whose arrival still counts."""
    sources = (state.tasks[trigger.task_id] for trigger in (*join.triggered_by, *join.late))
    return merge(source.outbound for source in sources if source.name in join.arrived and holds(source))


def holds(source: TaskExecution) -> bool:
    """Return whether a run has ended and no rerun has made history of it."""
    return source.state in COMPLETED and not source.superseded


def plain(context: Context) -> dict[str, JSON]:
    """Return the context as a plain dict, names in alphabetical order."""
    return {name: context[name].value for name in sorted(context)}


class TaskContext(msgspec.Struct, frozen=True, kw_only=True):
    """What one task saw, added and left behind; all plain dicts.

    ``origins`` maps each variable of ``outbound`` to the number of the event
    that wrote it last. ``workflow`` is what every task sees beside its
    branch: global variables, vars and input, by those three names.
    """

    task_id: str
    name: str
    state: str
    inbound: dict[str, JSON]
    published: dict[str, JSON]
    outbound: dict[str, JSON]
    origins: dict[str, int]
    workflow: dict[str, JSON]


def task_context(state: ExecutionState, task_id: str) -> TaskContext:
    """Return the inbound and outbound context of a task.

    Args:
        state: The execution, at any moment of its history.
        task_id: The id of one of its task executions.

    Raises:
        NotFound: The execution has no such task (yet).

    """
    task = state.tasks.get(task_id)
    if task is None:
        raise NotFound(f"Task execution not found [id={task_id}]", kind="Task execution", id=task_id)
    return TaskContext(
        task_id=task.id,
        name=task.name,
        state=task.state,
        inbound=plain(task.inbound),
        published=task.published,
        outbound=plain(task.outbound),
        origins={name: task.outbound[name].event for name in sorted(task.outbound)},
        workflow={"global": state.published_global, "vars": state.vars, "input": state.input},
    )
