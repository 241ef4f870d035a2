"""The shape of a workflow: what follows a task, what joins, what is reachable.

Tasks are the nodes; every transition that names a task is an edge, whatever
its clause and guard (engine commands are no nodes). Whether a guard holds is
not known here, so the graph answers what *can* happen. In a reverse workflow
there are no transitions: an edge leads from each required task to the one that
requires it.

A graph is built once per definition and asked at every completion, so the
answers are prepared: edges and start tasks when it is built, reachability on
first need. Sets of tasks are given as views on bit sets, so that asking for
one costs nothing, however many names it stands for; ask ``name in set`` where
you can, and iterate only over the smaller side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from wf_es.definition.model import Clause, TaskSpec
from wf_es.definition.reachability import NameSet, Reachability, components, reachable


class Graph:
    """Tasks and the transitions between them.

    ``start_tasks`` have no inbound transition. ``inbound`` and ``outbound``
    give the neighbours of a task, each once and in the order of the
    definition. ``looping`` holds the tasks that lie on a cycle; ``loops`` are
    the groups of them that all reach each other. ``requires`` is what each
    task of a reverse workflow requires.
    """

    __slots__ = (
        "_backward",
        "_forward",
        "_joins",
        "_looped_feeders",
        "_names",
        "_numbers",
        "_predecessors",
        "_successors",
        "inbound",
        "looping",
        "loops",
        "outbound",
        "requires",
        "start_tasks",
    )

    inbound: Mapping[str, tuple[str, ...]]
    outbound: Mapping[str, tuple[str, ...]]
    requires: Mapping[str, tuple[str, ...]]
    loops: tuple[tuple[str, ...], ...]
    looping: frozenset[str]
    start_tasks: tuple[str, ...]

    def __init__(self, tasks: Mapping[str, TaskSpec]) -> None:
        """Build the graph of the given tasks."""
        self._names = tuple(tasks)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._joins = {name: task.join for name, task in tasks.items() if task.join is not None}
        self.requires = {name: task.requires for name, task in tasks.items()}
        self._successors = self._edges(tasks)
        self._predecessors: list[list[int]] = [[] for _ in self._names]
        for number, successors in enumerate(self._successors):
            for successor in successors:
                self._predecessors[successor].append(number)
        self.outbound = self._by_name(self._successors)
        self.inbound = self._by_name(self._predecessors)
        self.start_tasks = tuple(name for name in self._names if not self.inbound[name])
        self.loops = self._cycles()
        self.looping = frozenset(name for loop in self.loops for name in loop)
        self._forward: Reachability | None = None
        self._backward: Reachability | None = None
        self._looped_feeders: dict[tuple[str, str], NameSet] = {}

    def required(self, join: str) -> int:
        """Return how many inbound tasks must trigger a join; 1 for any other task."""
        value = self._joins.get(join, 1)
        if value == "all":
            return len(self.inbound[join])
        return value if isinstance(value, int) else 1

    def feeders(self, join: str, via: str) -> Set[str]:
        """Return the tasks from which ``via`` can still be reached, and ``via``.

        Paths through ``join`` do not count: what runs after the join cannot be
        what the join waits for.
        """
        known = self._looped_feeders.get((join, via))
        return known if known is not None else self._feeders(join, via)

    def descendants(self, name: str) -> Set[str]:
        """Return the tasks that can run after a task; itself only if it loops."""
        return self._set(self._forward_reachability().reached(self._numbers[name]))

    def reaches(self, start: str, end: str) -> bool:
        """Whether ``end`` can run after ``start``, in one step or more."""
        return self._forward_reachability().reaches(self._numbers[start], self._numbers[end])

    def reachable_from(self, starts: Iterable[str]) -> Set[str]:
        """Return the given tasks and all that can run after them."""
        numbers = [self._numbers[name] for name in starts]
        return self._set(reachable(numbers, self._successors))

    def needed_for(self, target: str) -> tuple[str, ...]:
        """Return the tasks of a reverse workflow to run for a target, itself included.

        They are in the order of the definition.
        """
        number = self._numbers[target]
        return tuple(self._set(self.precedes().reached(number) | 1 << number))

    def precedes(self) -> Reachability:
        """Return what can run before each task; nodes are places in the definition."""
        if self._backward is None:
            self._backward = Reachability(self._predecessors)
        return self._backward

    def _feeders(self, join: str, via: str) -> NameSet:
        end, barrier = self._numbers[via], self._numbers[join]
        if end == barrier:
            return self._set(1 << end)
        if not self.precedes().reaches(end, barrier):
            return self._set(self.precedes().reached(end) | 1 << end)
        feeders = self._set(reachable([end], self._predecessors, without=barrier))
        self._looped_feeders[join, via] = feeders
        return feeders

    def _forward_reachability(self) -> Reachability:
        if self._forward is None:
            self._forward = Reachability(self._successors)
        return self._forward

    def _set(self, bits: int) -> NameSet:
        return NameSet(bits, self._names, self._numbers)

    def _edges(self, tasks: Mapping[str, TaskSpec]) -> list[list[int]]:
        found = [self._targets(task) for task in tasks.values()]
        for number, task in enumerate(tasks.values()):
            for name in task.requires:
                if name in self._numbers:
                    found[self._numbers[name]].append(number)
        return found

    def _targets(self, task: TaskSpec) -> list[int]:
        clauses = (task.on_success, task.on_error, task.on_complete, task.on_skip)
        found = {number for clause in clauses for number in self._targets_of(clause)}
        return sorted(found)

    def _targets_of(self, clause: Clause | None) -> Iterable[int]:
        for transition in clause.next if clause else ():
            if transition.command is None and transition.target in self._numbers:
                yield self._numbers[transition.target]

    def _by_name(self, edges: list[list[int]]) -> dict[str, tuple[str, ...]]:
        names = self._names
        return {name: tuple([names[end] for end in ends]) for name, ends in zip(names, edges, strict=True)}

    def _cycles(self) -> tuple[tuple[str, ...], ...]:
        return tuple(
            tuple(self._names[number] for number in sorted(component))
            for component in components(self._successors)
            if len(component) > 1 or component[0] in self._successors[component[0]]
        )
