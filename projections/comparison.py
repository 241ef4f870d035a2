"""The comparison of two executions, or of two moments of one, as plain data with secrets masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from projections.encoding import plain
from projections.masking import masked_at
from wf_es.envelope import JSON
from wf_es.execution.comparison import Comparison, Side
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED, Delta
from wf_es.execution.family_comparison import FamilyComparison

Show = Callable[[Iterable[Delta]], list[JSON]]


class _Budget:
    """Shows deltas as long as there is room, and counts those that it leaves out."""

    def __init__(self, room: int, declared: frozenset[str]) -> None:
        self._room = room
        self._declared = declared
        self.omitted = 0

    def show(self, deltas: Iterable[Delta]) -> list[JSON]:
        """Return deltas as plain data; what is secret is shown once, as changed."""
        shown = deltas_view(deltas, self._declared)
        taken = list(islice(shown, self._room))
        self._room -= len(taken)
        self.omitted += sum(1 for _ in shown)
        return taken


def comparison_view(comparison: Comparison, declared: frozenset[str], limit: int) -> dict[str, JSON]:
    """Return a comparison as plain data.

    ``execution``, ``context``, ``global``, ``output`` and the ``changes`` of each task
    are lists of ``{"path": [...], "name": "a.b", "change": "added|removed|changed",
    "from": ..., "to": ...}``; a value that one side does not have is left out.

    Args:
        comparison: What differs.
        declared: The names that either side's environment declares as secrets.
        limit: How many changes are shown at most; ``omitted`` counts the others.

    """
    budget = _Budget(limit, declared)
    return _view(comparison, budget) | {"omitted": budget.omitted}


def family_comparison_view(
    comparison: FamilyComparison, declared: frozenset[str], limit: int
) -> dict[str, JSON]:
    """Return a comparison with all sub-workflows as plain data.

    What differs in the executions themselves stands as in :func:`comparison_view`; each
    entry of ``below`` is the same about a sub-workflow, with its ``path`` and its ``change``.
    One side of it is null if it is ``added`` or ``removed``. ``unchanged_below`` counts
    those that are alike, ``not_compared`` those beyond the limit.
    """
    budget = _Budget(limit, declared)
    view = _view(comparison.top, budget) | {"same": comparison.is_same}
    view["below"] = [
        {"path": one.path, "change": one.change, **_view(one.comparison, budget)} for one in comparison.below
    ]
    counts: dict[str, JSON] = {
        "unchanged_below": comparison.unchanged,
        "not_compared": comparison.uncompared,
        "omitted": budget.omitted,
    }
    return view | counts


def _view(comparison: Comparison, budget: _Budget) -> dict[str, JSON]:
    return {
        "from": _side(comparison.before),
        "to": _side(comparison.after),
        "same": comparison.is_same,
        "execution": budget.show(comparison.execution),
        "tasks": _tasks(comparison, budget),
        "unchanged_tasks": comparison.unchanged,
        "context": budget.show(comparison.context),
        "global": budget.show(comparison.globals),
        "output": budget.show(comparison.output),
    }


def _side(side: Side) -> JSON:
    """Return a side as plain data; null if the execution is not there."""
    if not side.number:
        return None
    time = None if side.time is None else side.time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return plain(side) | {"time": time}


def _tasks(comparison: Comparison, budget: _Budget) -> list[JSON]:
    return [
        {"task": one.task, "run": one.run, "change": one.change, "changes": budget.show(one.deltas)}
        for one in comparison.tasks
    ]


def deltas_view(deltas: Iterable[Delta], declared: frozenset[str]) -> Iterator[JSON]:
    """Yield differences as plain data, secrets masked; what lies within one is shown once, as changed."""
    hidden = set()
    for delta in deltas:
        path, before = masked_at(delta.path, delta.before, declared)
        _, after = masked_at(delta.path, delta.after, declared)
        if path in hidden:
            continue
        change = delta.change
        if len(path) < len(delta.path):
            hidden.add(path)
            change = CHANGED
        shown: dict[str, JSON] = {"path": list(path), "name": ".".join(map(str, path)), "change": change}
        if change != ADDED:
            shown["from"] = before
        if change != REMOVED:
            shown["to"] = after
        yield shown
