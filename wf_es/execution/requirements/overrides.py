"""What a resume gives the work of a task beside what its author wrote: merge patches on its input.

A patch may add a name, take one away, or take the place of what an expression
would have given; then nobody evaluates that expression. Patches on single
items matter for these alone, so there are as many *variants* of what is given
as there are items with names of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from wf_es.definition import TaskSpec
from wf_es.envelope import JSON
from wf_es.execution.choosing import inputs_of_items, items_to_run
from wf_es.execution.commands import TaskResumption
from wf_es.execution.context import replaced_by
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.expressions import Template

Names = frozenset[str] | None
"""Names that are given to what is called; None if they are computed."""


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """Merge patches on the input of one run of a task.

    ``patch`` goes for the whole run, ``items`` are those on the items that
    begin; an item without one has an empty one.
    """

    patch: Mapping[str, JSON] = {}
    items: tuple[Mapping[str, JSON], ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any patch."""
        return bool(self.patch) or any(self.items)

    def needless(self) -> Set[str]:
        """Return the inputs whose expressions nobody evaluates."""
        own = (replaced_by([patch]) for patch in self.items)
        everywhere = frozenset.intersection(*own) if self.items else frozenset[str]()
        return replaced_by([self.patch]) | everywhere

    def doubtful(self, spec: TaskSpec) -> Set[str]:
        """Return those among them that an item without a patch may need after all, in another attempt."""
        return self.needless() - replaced_by([self.patch]) if spec.retry is not None else frozenset()

    def variants(self, names: frozenset[str]) -> list[frozenset[str]]:
        """Return which names are given, in each way in which they are."""
        whole = _patched(names, self.patch)
        return list(dict.fromkeys(_patched(whole, patch) for patch in self.items or ({},)))


NO_OVERRIDES = Overrides()


def wished(state: ExecutionState, task: TaskExecution, wish: TaskResumption) -> Overrides:
    """Return the patches of a request on the input of a task that is to run again."""
    by_index = inputs_of_items(wish.items)
    indexes = (items_to_run(state, task, wish.items) or ()) if by_index else ()
    return Overrides(patch=wish.input, items=_of_items(by_index, indexes))


def kept(task: TaskExecution) -> Overrides:
    """Return the patches that an earlier request has left with a run that has not ended."""
    items = task.items if task.item_patches else None
    indexes = items.indexes[items.begun :] if items is not None else ()
    return Overrides(patch=task.input_patch or {}, items=_of_items(task.item_patches, indexes))


def combined(runs: Sequence[Overrides], number: int) -> Overrides:
    """Return what several runs of one task are given; of ``number`` runs those that are not said are not."""
    if len(runs) == 1 == number:
        return runs[0]
    items = [{**run.patch, **patch} for run in runs for patch in run.items or ({},)]
    return Overrides(items=tuple(items if len(runs) == number else [*items, {}]))


def given_to(spec: TaskSpec, overrides: Overrides) -> list[Names]:
    """Return which names a task gives to what it calls, in each way in which it does."""
    found: set[str] = set()
    for template in (spec.input, spec.parameters):
        names = names_of(template)
        if names is None:
            return [None]
        found |= names
    return list(overrides.variants(frozenset(found)))


def names_of(template: Template | None) -> Names:
    """Return the names that a mapping gives, None if it is computed."""
    if template is None:
        return frozenset()
    return frozenset(template.source) if isinstance(template.source, dict) else None


def _of_items(
    patches: Mapping[str, Mapping[str, JSON]], indexes: Iterable[int]
) -> tuple[Mapping[str, JSON], ...]:
    """Return the patches of some items, once each that changes the same names in the same way."""
    found: dict[tuple[frozenset[str], ...], Mapping[str, JSON]] = {}
    for index in indexes:
        patch = patches.get(str(index), {})
        found.setdefault((frozenset(patch), replaced_by([patch]), _removed(patch)), patch)
    return tuple(found.values())


def _removed(patch: Mapping[str, JSON]) -> frozenset[str]:
    return frozenset(name for name, change in patch.items() if change is None)


def _patched(names: frozenset[str], patch: Mapping[str, JSON]) -> frozenset[str]:
    return names.union(patch) - _removed(patch)
