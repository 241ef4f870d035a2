"""What is there when the workflow ends, for its output.

The final context is what all tasks left behind that nothing follows. Which
these will be is not known; but a chain of tasks that goes on from a certain
beginning ends somewhere, and whatever its task there has is there. So a
variable is certain if, from one beginning, every chain ends with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from wf_es.execution.lifecycle import ERROR
from wf_es.execution.requirements.facts import Facts
from wf_es.execution.requirements.flow import Flow
from wf_es.execution.requirements.shape import OUTCOMES

_ANYTHING = -1
"""What is certain where it does not matter: all bits."""


def final_facts(flow: Flow) -> Facts:
    """Return what is certain when the workflow succeeds, and what is possible."""
    left, reached = flow.beginnings.left, flow.reached()
    possible = left.possible
    for name in reached:
        for outcome in OUTCOMES:
            point = flow.routed(name, outcome)
            possible |= 0 if point is None else point.facts.possible
    certain = left.certain
    if not _may_be_ended_early(flow, reached):
        kept = _kept(flow, reached)
        for name in _certain_beginnings(flow):
            certain |= kept[name]
    return Facts(certain, possible)


def _certain_beginnings(flow: Flow) -> set[str]:
    begun = flow.beginnings
    return {*begun.begins, *begun.works, *begun.publishes, *begun.ended}


def _may_be_ended_early(flow: Flow, reached: list[str]) -> bool:
    """Whether ``succeed`` may end the workflow before its branches have come to their ends."""
    return any(
        item.command == "succeed"
        for name in reached
        for outcome in OUTCOMES
        if flow.routed(name, outcome) is not None
        for item in flow.shape.commands(name, outcome)
    )


def _kept(flow: Flow, reached: list[str]) -> dict[str, int]:
    """Return, for each task, what the ends of all chains from it have.

    A chain leaves a loop some time, so all tasks of a loop have what all ways out of it have.
    """
    kept = dict.fromkeys(reached, _ANYTHING)
    for group in reversed(flow.groups()):
        found = _ANYTHING
        for name in group:
            for outcome in OUTCOMES:
                found &= _kept_after(flow, name, outcome, kept, _late(flow, group))
        kept.update(dict.fromkeys(group, found))
    return kept


def _late(flow: Flow, group: Sequence[str]) -> set[str]:
    """Return the joins of a loop that need not wait for it: who comes round may be late and lead nowhere."""
    shape = flow.shape
    if shape.is_reverse:
        return set()
    inbound = shape.graph.inbound
    return {name for name in group if shape.is_join(name) and shape.required(name) < len(inbound[name])}


def _kept_after(flow: Flow, name: str, outcome: str, kept: dict[str, int], late: set[str]) -> int:
    """Return what the ends of the chains from a task have if it ends in ``outcome``."""
    point = flow.routed(name, outcome)
    if point is None or (outcome == ERROR and not _may_be_handled(flow, name)):
        return _ANYTHING
    certain: list[int] = []
    guarded = point.facts.certain
    for edge in flow.shape.edges(name, outcome):
        leads_on = edge.target not in flow.beginnings.closed and edge.target not in late
        end = kept.get(edge.target, _ANYTHING) if leads_on else 0
        if edge.is_guarded:
            guarded &= end
        else:
            certain.append(end)
    if not certain:
        return guarded
    found = 0
    for end in certain:
        found |= end
    return found


def _may_be_handled(flow: Flow, name: str) -> bool:
    """Whether a transition can take care of the error of a task; otherwise the workflow fails."""
    clause = flow.shape.task(name).on_error
    return not flow.shape.is_reverse and clause is not None and bool(clause.next)
