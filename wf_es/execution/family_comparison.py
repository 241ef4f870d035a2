"""What differs below two executions, or below one at two moments: in their sub-workflows, all the way down.

Sub-workflows are compared that stand in the same place: begun by the same run
of the same task, for the same item. What a place is called is its *path* from
the top, as in ``outer[2]/inner``; the second run of a task in a loop is
``task#2``. Of several attempts the last one counts, so a failed sub-workflow
is compared with the one that has taken its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from wf_es.errors import CorruptHistory
from wf_es.execution.comparison import Comparison, compare, runs_of
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.reducer import initial
from wf_es.execution.state import ExecutionState, SubExecution

Find = Callable[[str], ExecutionState | None]
"""Gives a sub-workflow by its id as it was at the moment; None if it had not begun, or is gone."""

MOST = 1_000
"""How many sub-workflows are compared at most."""


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """What differs in one sub-workflow: its path from the top, and whether only one side has it.

    The side that does not have it is an execution without any event.
    """

    path: str
    change: str
    comparison: Comparison


class FamilyComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What differs in an execution, and below it: each sub-workflow before those inside of it.

    ``unchanged`` counts the sub-workflows that are alike, ``uncompared`` those
    beyond the limit, or whose history is damaged (without what is inside of them).
    """

    top: Comparison
    below: tuple[Below, ...]
    unchanged: int
    uncompared: int

    @property
    def is_same(self) -> bool:
        """Whether nothing differs; what was not compared is not known."""
        return self.top.is_same and not self.below and not self.uncompared


def compare_families(
    sides: tuple[ExecutionState, ExecutionState], finds: tuple[Find, Find], most: int = MOST
) -> FamilyComparison:
    """Say what differs between two states and between their sub-workflows.

    Args:
        sides: The two at the top.
        finds: What gives the sub-workflows of each.
        most: How many places are looked at; first those of which the execution
            above has heard something different.

    """
    found, alike, looked, unreadable = list[tuple[_Rank, Below]](), 0, 0, 0
    agenda = _Agenda(_places(sides))
    while len(agenda) and looked < most:
        place = agenda.take()
        looked += 1
        try:
            pair = _pair(place.children, finds)
        except CorruptHistory:
            unreadable += 1
            continue
        if pair is None:
            continue
        below = _compared(place.path, pair)
        if below is None:
            alike += 1
        else:
            found.append((place.rank, below))
        agenda.add(_places(pair, place))
    return FamilyComparison(
        top=compare(*sides),
        below=tuple(below for _, below in sorted(found, key=lambda entry: entry[0])),
        unchanged=alike,
        uncompared=len(agenda) + unreadable,
    )


_Rank = tuple[int, ...]
_Children = tuple[SubExecution | None, SubExecution | None]


class _Place(msgspec.Struct, frozen=True):
    """Where sub-workflows stand: in which order, by which path, and what those above know of them."""

    rank: _Rank
    path: str
    children: _Children


class _Agenda:
    """Places to look at: those that sound alike after all others."""

    def __init__(self, places: Iterable[_Place]) -> None:
        self._first, self._later = deque[_Place](), deque[_Place]()
        self.add(places)

    def __len__(self) -> int:
        return len(self._first) + len(self._later)

    def add(self, places: Iterable[_Place]) -> None:
        for place in places:
            (self._later if _sounds_alike(*place.children) else self._first).append(place)

    def take(self) -> _Place:
        return (self._first or self._later).popleft()


def _places(sides: tuple[ExecutionState, ExecutionState], above: _Place | None = None) -> Iterator[_Place]:
    """Yield the places directly below two executions."""
    before, after = (_children(state) for state in sides)
    rank, way = ((), "") if above is None else (above.rank, f"{above.path}/")
    for number, step in enumerate([*before, *(step for step in after if step not in before)]):
        yield _Place((*rank, number), way + step, (before.get(step), after.get(step)))


def _children(state: ExecutionState) -> dict[str, SubExecution]:
    """Return the sub-workflows that count by the last steps of their paths, the oldest task first."""
    found = {}
    for (name, run), task in runs_of(state).items():
        task_name = name if run == 1 else f"{name}#{run}"
        for index, unit in sorted(task.units.items()):
            if unit in state.children:
                step = task_name if task.items is None else f"{task_name}[{index}]"
                found[step] = state.children[unit]
    return found


def _sounds_alike(before: SubExecution | None, after: SubExecution | None) -> bool:
    """Whether a sub-workflow had ended at both moments, and nothing was heard of it in between.

    Something may have happened there even so, such as a late result.
    """
    return before is not None and before == after and before.state in COMPLETED


def _compared(path: str, pair: tuple[ExecutionState, ExecutionState]) -> Below | None:
    """Return what differs between two executions in one place; None if nothing does."""
    before, after = pair
    comparison = compare(before, after)
    change = ADDED if not before.version else REMOVED if not after.version else CHANGED
    if comparison.is_same and change == CHANGED:
        return None
    return Below(path=path, change=change, comparison=comparison)


def _pair(children: _Children, finds: tuple[Find, Find]) -> tuple[ExecutionState, ExecutionState] | None:
    """Return the two executions in a place, one that is not there without any event; None if none is."""
    found = [None if child is None else find(child.id) for child, find in zip(children, finds, strict=True)]
    identifier = next((state.id for state in found if state is not None), None)
    if identifier is None:
        return None
    before, after = (initial(identifier) if state is None else state for state in found)
    return before, after
