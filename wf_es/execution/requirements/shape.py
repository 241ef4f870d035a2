"""The shape of a workflow as a resume sees it: which task can lead to which, after which outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wf_es.definition import TaskSpec, TransitionSpec
from wf_es.execution.decision import Definition
from wf_es.execution.lifecycle import ERROR, SKIPPED, SUCCESS
from wf_es.execution.reverse import is_reverse
from wf_es.execution.routing import clauses

ENDS = (SUCCESS, ERROR)
"""How the work of a task may end; what a person does to it instead is not foreseen."""

OUTCOMES = (*ENDS, SKIPPED)
"""What a task may be routed after: also what a person has done to it before."""


class Edge(NamedTuple):
    """A transition to a task; ``is_guarded`` if a condition may keep it from being taken."""

    target: str
    is_guarded: bool


class Shape:
    """Tasks, and what may follow each of them.

    ``spec`` and ``graph`` are those of the definition. A reverse workflow runs
    what its ``target`` needs; without one (it is not known) all of it.
    """

    def __init__(self, definition: Definition, target: str | None) -> None:
        """Take a definition, and the target that a reverse workflow has."""
        self.spec = definition.workflow.spec
        self.graph = definition.workflow.graph
        self.is_reverse = is_reverse(definition)
        self._target = target
        self._edges: dict[tuple[str, str], tuple[Edge, ...]] = {}

    def task(self, name: str) -> TaskSpec:
        """Return what the author wrote about a task."""
        return self.spec.tasks[name]

    def is_join(self, name: str) -> bool:
        """Whether a task waits for others: a join, or one with requirements."""
        return bool(self.graph.requires[name]) if self.is_reverse else self.task(name).join is not None

    def required(self, name: str) -> int:
        """Return how many of the tasks that lead to it a task waits for."""
        return len(self.graph.requires[name]) if self.is_reverse else self.graph.required(name)

    def edges(self, name: str, outcome: str) -> tuple[Edge, ...]:
        """Return the transitions to tasks that may be taken after an outcome."""
        key = (name, outcome)
        if key not in self._edges:
            self._edges[key] = tuple(self._released(name, outcome) if self.is_reverse else self._next(*key))
        return self._edges[key]

    def commands(self, name: str, outcome: str) -> Iterator[TransitionSpec]:
        """Yield the transitions to engine commands that may be taken after an outcome."""
        if not self.is_reverse:
            for item in self._fired(name, outcome):
                if item.command is not None:
                    yield item

    def starts(self) -> tuple[str, ...]:
        """Return the tasks that a new execution begins with."""
        if not self.is_reverse:
            return self.graph.start_tasks
        wanted = self.spec.tasks if self._target is None else self.graph.needed_for(self._target)
        return tuple(name for name in wanted if not self.graph.requires[name])

    def order(self, beginnings: Iterable[str]) -> dict[str, int]:
        """Number the tasks that can be reached so that each comes after what leads to it, but for loops."""
        numbers: dict[str, int] = {}
        seen: set[str] = set()
        for beginning in reversed(list(beginnings)):
            if beginning not in seen:
                self._descend(beginning, seen, numbers)
        last = len(numbers) - 1
        return {name: last - number for name, number in numbers.items()}

    def _descend(self, beginning: str, seen: set[str], numbers: dict[str, int]) -> None:
        seen.add(beginning)
        work = [(beginning, iter(self.graph.outbound[beginning]))]
        while work:
            name, following = work[-1]
            target = next((target for target in following if target not in seen), None)
            if target is None:
                numbers[name] = len(numbers)
                work.pop()
            else:
                seen.add(target)
                work.append((target, iter(self.graph.outbound[target])))

    def _released(self, name: str, outcome: str) -> Iterator[Edge]:
        if outcome in (SUCCESS, SKIPPED):
            for follower in self.graph.outbound[name]:
                if self._target in (None, follower) or self.graph.reaches(follower, str(self._target)):
                    yield Edge(follower, is_guarded=False)

    def _next(self, name: str, outcome: str) -> Iterator[Edge]:
        for item in self._fired(name, outcome):
            if item.command is None:
                yield Edge(item.target, item.guard is not None)

    def _fired(self, name: str, outcome: str) -> Iterator[TransitionSpec]:
        """Yield what may fire; behind a command that ends the workflow in any case nothing does."""
        for _, clause in clauses(self.task(name), outcome):
            for item in clause.next:
                yield item
                if item.command in ("fail", "succeed") and item.guard is None:
                    return
