"""Joins that can never be satisfied, and transitions that are never taken.

Both are told from the transitions alone, whatever guards and actions give. Two
things make a join impossible:

* something it needs can only come after it (a loop that leads back into a
  ``join: all``), or cannot run at all;
* what it needs excludes itself: one branch begins when a task succeeds and
  another when the same run of it fails.

The findings are warnings: a task that fails can be set right by hand, and then
both of its outcomes have happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from wf_es.definition.graph import Graph
from wf_es.definition.model import Clause, TaskSpec, WorkflowSpec
from wf_es.definition.problems import Report, listed
from wf_es.definition.reachability import components

_SUCCESS, _ERROR, _ANY = "success", "error", "any"
_ENDING = ("fail", "succeed")
_SHOWN = 5


class _Edge(msgspec.Struct, frozen=True):
    """A transition between two tasks, and the outcome after which it is taken."""

    source: str
    target: str
    outcome: str


def check_feasibility(spec: WorkflowSpec, graph: Graph, report: Report) -> None:
    """Report impossible joins and transitions that are never taken."""
    edges = [edge for task in spec.tasks.values() for edge in _edges(task)]
    for task in spec.tasks.values():
        _check_endings(task, report)
    late = _never_satisfied(spec, graph, edges)
    for name, absent in late.items():
        names = listed(absent[:_SHOWN]).replace(" or ", " and ")
        _report_join(spec.tasks[name], f"{names} can only come after it, or not at all", report)
    torn = _torn(spec, graph, edges)
    for name, chooser in torn.items():
        if name not in late:
            why = f"one branch begins when task '{chooser}' succeeds, another when it fails"
            _report_join(spec.tasks[name], why, report)


def _report_join(task: TaskSpec, why: str, report: Report) -> None:
    message = f"'join: {task.join}' can never be satisfied: {why}; lower the number, or write 'join: one'"
    report.add("W508", task.places["join"], message, f"task '{task.name}'")


def _clauses(task: TaskSpec) -> Iterator[tuple[str, Clause, str]]:
    table = (
        ("on-success", task.on_success, _SUCCESS),
        ("on-skip", task.on_skip, _ERROR),
        ("on-error", task.on_error, _ERROR),
        ("on-complete", task.on_complete, _ANY),
    )
    for key, clause, outcome in table:
        if clause is not None:
            yield key, clause, outcome


def _edges(task: TaskSpec) -> Iterator[_Edge]:
    for _, clause, outcome in _clauses(task):
        for item in clause.next:
            if item.command is None:
                yield _Edge(task.name, item.target, outcome)


def _check_endings(task: TaskSpec, report: Report) -> None:
    """Report what stands behind a command that ends the workflow."""
    for key, clause, _ in _clauses(task):
        if key not in task.source:
            continue
        ended = None
        for item in clause.next:
            if ended is not None:
                message = (
                    f"'{item.target}' is never started: '{ended}' stands before it and ends the workflow; "
                    "put it first, or give the command a guard"
                )
                report.add("W509", item.place, message, f"task '{task.name}'")
            elif item.command in _ENDING and item.guard is None:
                ended = item.command


# --- what can only come too late -------------------------------------------------


def _never_satisfied(spec: WorkflowSpec, graph: Graph, edges: list[_Edge]) -> dict[str, list[str]]:
    """Return the joins that something leads to and that cannot begin, with what they lack.

    Whatever can run is let run, from the start tasks on. A join begins when
    enough of its inbound tasks have come; one that has not begun may still
    fail, so what follows its failure can run as well.
    """
    following: dict[str, list[_Edge]] = {name: [] for name in spec.tasks}
    for edge in edges:
        if edge.target in following:
            following[edge.source].append(edge)
    come: dict[str, set[str]] = {name: set() for name in spec.tasks}
    running: set[str] = set()
    failing: set[str] = set()
    waiting = [(name, True) for name in graph.start_tasks if spec.tasks[name].join is None]
    while waiting:
        name, begins = waiting.pop()
        known = running if begins else failing
        if name in known:
            continue
        known.add(name)
        for edge in following[name]:
            if begins or edge.outcome != _SUCCESS:
                come[edge.target].add(name)
                enough = len(come[edge.target]) >= graph.required(edge.target)
                waiting.append((edge.target, enough))
    return {
        name: [source for source in graph.inbound[name] if source not in come[name]]
        for name, task in spec.tasks.items()
        if task.join is not None and name in failing and name not in running and _is_complete(task, graph)
    }


def _is_complete(task: TaskSpec, graph: Graph) -> bool:
    """Whether enough tasks lead to a join; if not, that is reported already."""
    return len(graph.inbound[task.name]) >= max(1, graph.required(task.name))


# --- what excludes itself ----------------------------------------------------------


def _torn(spec: WorkflowSpec, graph: Graph, edges: list[_Edge]) -> dict[str, str]:
    """Return the joins that need both outcomes of one run, and the task whose they are.

    For each task the outcomes are gathered that must have happened for it to
    run, as bits: those of every inbound edge for a join that needs all of
    them, and those that all edges have in common for anything else. Several
    edges from one task count as one, by what they have in common. Tasks that
    all reach each other are entered together: by any edge that leads to one of
    them from outside. Outcomes count only of tasks that run once.
    """
    names = list(spec.tasks)
    numbers = {name: number for number, name in enumerate(names)}
    successes = int("01" * len(names), 2)
    inbound: dict[str, list[_Edge]] = {name: [] for name in spec.tasks}
    for edge in edges:
        if edge.target in inbound:
            inbound[edge.target].append(edge)
    once = _running_once(spec, graph, inbound)
    any_of: dict[str, int] = {}
    all_of: dict[str, int] = {}
    torn: dict[str, str] = {}
    for group in _in_order(spec, graph):
        needs: dict[str, list[int]] = {}
        for name in group:
            by_source: dict[str, list[int]] = {}
            for edge in inbound[name]:
                if edge.source not in group:
                    by_source.setdefault(edge.source, []).append(_needs(edge, any_of, all_of, once, numbers))
            needs[name] = [_common(of_one) for of_one in by_source.values()]
        entered = _common([bits for own in needs.values() for bits in own])
        for name, own in needs.items():
            any_of[name] = all_of[name] = entered
            if spec.tasks[name].join is not None and graph.required(name) == len(graph.inbound[name]):
                all_of[name] |= _union(own)
                both = _both_outcomes(all_of[name], successes)
                if both and not _both_outcomes(entered, successes):
                    torn[name] = names[both.bit_length() // 2]
    return torn


def _needs(
    edge: _Edge,
    any_of: Mapping[str, int],
    all_of: Mapping[str, int],
    once: set[str],
    numbers: Mapping[str, int],
) -> int:
    """Return the outcomes that must have happened for an edge to be taken."""
    bits = all_of[edge.source] if edge.outcome == _SUCCESS else any_of[edge.source]
    if edge.outcome == _ANY or edge.source not in once:
        return bits
    return bits | 1 << (2 * numbers[edge.source] + (edge.outcome == _ERROR))


def _common(needs: list[int]) -> int:
    common = needs[0] if needs else 0
    for bits in needs:
        common &= bits
    return common


def _union(needs: list[int]) -> int:
    union = 0
    for bits in needs:
        union |= bits
    return union


def _both_outcomes(bits: int, successes: int) -> int:
    """Return a bit for each task both of whose outcomes are among the bits."""
    return bits & successes & bits >> 1


def _in_order(spec: WorkflowSpec, graph: Graph) -> Iterator[frozenset[str]]:
    """Yield each task, with those on a cycle with it, after all that lead to it."""
    names = list(spec.tasks)
    numbers = {name: number for number, name in enumerate(names)}
    successors = [[numbers[target] for target in graph.outbound[name]] for name in names]
    for component in reversed(components(successors)):
        yield frozenset(names[number] for number in component)


def _running_once(spec: WorkflowSpec, graph: Graph, inbound: Mapping[str, list[_Edge]]) -> set[str]:
    """Return the tasks that run at most once."""
    once: set[str] = set()
    for group in _in_order(spec, graph):
        (name, *others) = group
        if others or name in graph.outbound[name]:
            continue
        sources = Counter(edge.source for edge in inbound[name])
        has_one_way = spec.tasks[name].join is not None or sources.total() <= 1
        if has_one_way and all(source in once for source in sources):
            once.add(name)
    return once
