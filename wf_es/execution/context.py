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
to chance, the order of the log decides. That is a *clash*: the variable keeps
the values that lost as its rivals until it is written again, so anybody can
see that there was a choice, and between what (see ``inspection``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from immutables import Map, MapMutation

from wf_es.envelope import JSON
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.sizes import size_of
from wf_es.execution.state import EMPTY, Context, ExecutionState, TaskExecution, Variable, object_bytes

_NONE: Map[int, Variable] = Map()


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
        variable = self._context.variables.get(name)
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
    variables, weight = context.variables.mutate(), context.weight
    for name, value in published.items():
        before = variables.get(name)
        variable = Variable(value, 1 if before is None else before.writes + 1, event, size_of(value))
        variables[name] = variable
        weight += _weight(name, variable) if before is None else variable.bytes - before.bytes
    return Context(variables.finish(), weight)


def patch(context: Context, changes: Mapping[str, JSON], event: int, below: Mapping[str, JSON]) -> Context:
    """Return the context after a JSON merge patch; null removes a variable.

    ``below`` holds what a task sees where its branch has set nothing (global
    variables, vars, input), so that a patch can change a part of those too.
    """
    if not changes:
        return context
    variables, weight = context.variables.mutate(), context.weight
    for name, change in changes.items():
        before = variables.get(name)
        weight -= _weight(name, before) if before is not None else 0
        if change is None:
            variables.pop(name, None)
            continue
        value = merge_patch(before.value if before is not None else below.get(name), change)
        writes = before.writes + 1 if before is not None else 1
        variables[name] = Variable(value, writes, event, size_of(value))
        weight += _weight(name, variables[name])
    return Context(variables.finish(), weight)


def _weight(name: str, variable: Variable) -> int:
    """Return what a variable adds to the size of its context: name, colon, value, comma."""
    return size_of(name) + 2 + variable.bytes


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


def replaced_by(patches: Iterable[Mapping[str, JSON]]) -> frozenset[str]:
    """Return the members of an object that merge patches replace or remove, whatever they were before."""
    return frozenset(
        name for patch in patches for name, change in patch.items() if not isinstance(change, dict)
    )


def deep_merge(lower: JSON, upper: JSON) -> JSON:
    """Merge two values: mappings key by key, otherwise ``upper`` wins."""
    if not isinstance(lower, dict) or not isinstance(upper, dict):
        return upper
    merged = dict(lower)
    for name, value in upper.items():
        merged[name] = deep_merge(lower[name], value) if name in lower else value
    return merged


def growth(lower: JSON, upper: JSON) -> int:
    """Return by how many bytes of JSON :func:`deep_merge` makes ``lower`` larger.

    It costs what ``upper`` holds and what that replaces, however large the rest is.
    """
    if not isinstance(lower, dict) or not isinstance(upper, dict):
        return size_of(upper) - size_of(lower)
    fresh = [size_of(name) + 2 + size_of(value) for name, value in upper.items() if name not in lower]
    grown = sum(growth(lower[name], value) for name, value in upper.items() if name in lower)
    return grown + sum(fresh) - (1 if fresh and not lower else 0)


def with_globals(
    state: ExecutionState, merged: Mapping[str, JSON], replaced: Mapping[str, JSON]
) -> tuple[dict[str, JSON], int]:
    """Return the global variables after a task published some, and their bytes as JSON.

    Args:
        state: The execution before.
        merged: What is merged into the variables that are there (``global``).
        replaced: What takes their place (``atomic``).

    """
    known, size = dict(state.published_global), state.global_bytes
    for name, value in merged.items():
        if name in known:
            size += growth(known[name], value)
            known[name] = deep_merge(known[name], value)
        else:
            size += growth(known, {name: deep_merge(state.vars.get(name), value)})
            known[name] = deep_merge(state.vars.get(name), value)
    for name, value in replaced.items():
        size += size_of(value) - size_of(known[name]) if name in known else growth(known, {name: value})
        known[name] = value
    return known, size


def merge(contexts: Iterable[Context]) -> Context:
    """Return what several branches know together."""
    branches = iter(contexts)
    first = next(branches, EMPTY)
    others = [context for context in branches if context is not first]
    if not others:
        return first
    variables, weight = first.variables.mutate(), first.weight
    for context in others:
        weight += _merge_into(variables, context)
    return Context(variables.finish(), weight)


def _merge_into(variables: MapMutation[str, Variable], context: Context) -> int:
    """Merge one more branch; return by how much that changes the weight."""
    added = 0
    for name, theirs in context.variables.items():
        ours = variables.get(name)
        if ours is None:
            variables[name] = theirs
            added += _weight(name, theirs)
        elif ours is not theirs:
            merged = _merge_variables(ours, theirs)
            variables[name] = merged
            added += merged.bytes - ours.bytes
    return added


def _merge_variables(ours: Variable, theirs: Variable) -> Variable:
    if ours.event == theirs.event and ours.parts is None and theirs.parts is None:
        return _beside(ours, theirs.rivals)
    if isinstance(ours.value, dict) and isinstance(theirs.value, dict):
        return _merge_parts(ours, theirs)
    winner, loser = (ours, theirs) if _strength(ours) >= _strength(theirs) else (theirs, ours)
    if winner.writes > loser.writes:
        return winner
    winner = _beside(winner, loser.rivals)
    if loser.bytes == winner.bytes and loser.value == winner.value:
        return winner
    alone = msgspec.structs.replace(loser, rivals=_NONE) if loser.rivals else loser
    return msgspec.structs.replace(winner, rivals=winner.rivals.set(loser.event, alone))


def _beside(variable: Variable, others: Map[int, Variable]) -> Variable:
    """Return a variable that has more rivals."""
    if not others or others is variable.rivals:
        return variable
    return msgspec.structs.replace(variable, rivals=_together(variable.rivals, others))


def _together(rivals: Map[int, Variable], others: Map[int, Variable]) -> Map[int, Variable]:
    larger, smaller = (rivals, others) if len(rivals) >= len(others) else (others, rivals)
    return larger.update(smaller) if smaller else larger


def _merge_parts(ours: Variable, theirs: Variable) -> Variable:
    left, right = _parts(ours), _parts(theirs)
    parts = dict(left)
    for name, part in right.items():
        parts[name] = _merge_variables(left[name], part) if name in left else part
    return Variable(
        {name: part.value for name, part in parts.items()},
        max(ours.writes, theirs.writes),
        max(ours.event, theirs.event),
        object_bytes(sum(_weight(name, part) for name, part in parts.items())),
        parts,
        _together(ours.rivals, theirs.rivals),
    )


def _parts(variable: Variable) -> dict[str, Variable]:
    if variable.parts is not None:
        return variable.parts
    return {
        name: Variable(value, variable.writes, variable.event, size_of(value))
        for name, value in variable.value.items()
    }


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
