"""What a picture of a workflow shows, before anybody decides how it looks.

A diagram is a list of nodes and a list of edges between their numbers. Nodes
are the tasks; one start, from which the tasks that begin are reached; and
small nodes where a path stops: an engine command, or an end. Those belong to
one task each, so that a picture need not draw long lines to a common one.

Every transition is an edge of its own, so two clauses between the same tasks
stay two edges. Whether a guard holds is not known here: an end stands where
nothing *has* to follow, that is, behind a task whose success leads nowhere or
only round a loop or into a command, each under a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from api.drawing.labels import condition, one_line
from wf_es.definition import Clause, Graph, TaskSpec, TransitionSpec, WorkflowSpec

REQUIRES = "requires"
"""The clause of an edge in a workflow of type ``reverse``: what has to be done before."""

TITLE, DETAIL, LABEL = 36, 40, 34
"""Characters of a task's name, of the line below it and of a guard that a picture shows."""


class Kind(StrEnum):
    """What a node stands for; a command has its Mistral name."""

    TASK = "task"
    START = "start"
    END = "end"
    FAIL = "fail"
    SUCCEED = "succeed"
    PAUSE = "pause"
    NOOP = "noop"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A task, a start or a place where a path stops.

    ``title`` and ``detail`` are cut to a bearable length, ``name`` is whole:
    the task's name or the command's message. ``marks`` are short words such
    as ``join all``.
    """

    kind: Kind
    name: str = ""
    title: str = ""
    detail: str = ""
    description: str = ""
    marks: tuple[str, ...] = ()
    is_join: bool = False
    is_workflow: bool = False
    is_repeated: bool = False


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """One transition, from the number of a node to another.

    ``clause`` is ``on-success`` and so on, ``requires``, or "" for what is no
    transition: the lines from the start and to an end. ``guard`` is whole,
    ``label`` cut.
    """

    source: int
    target: int
    clause: str = ""
    guard: str = ""
    label: str = ""


class Diagram(msgspec.Struct, frozen=True, kw_only=True):
    """A workflow as a picture shows it; all texts are on one line."""

    name: str
    description: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def diagram(workflow: WorkflowSpec) -> Diagram:
    """Return what a picture of a workflow shows."""
    drawing = _Drawing(workflow)
    if workflow.type == "reverse":
        drawing.require()
    else:
        drawing.follow()
    return Diagram(
        name=one_line(workflow.name),
        description=one_line(workflow.description),
        nodes=tuple(drawing.nodes),
        edges=tuple(drawing.edges),
    )


def clauses(task: TaskSpec) -> Iterator[tuple[str, Clause]]:
    """Yield the clauses that a task has, with their names."""
    found = {
        "on-success": task.on_success,
        "on-error": task.on_error,
        "on-complete": task.on_complete,
        "on-skip": task.on_skip,
    }
    for name, clause in found.items():
        if clause is not None:
            yield name, clause


class _Drawing:
    """Collects nodes and edges; the start is node 0, then come the tasks in their order."""

    def __init__(self, workflow: WorkflowSpec) -> None:
        self._tasks = workflow.tasks
        self._numbers = {name: number for number, name in enumerate(workflow.tasks, 1)}
        self._stops: dict[tuple[int, str, str], int] = {}
        self.nodes = [Node(kind=Kind.START), *map(_task, workflow.tasks.values())]
        self.edges: list[Edge] = []

    def follow(self) -> None:
        """Draw what follows what."""
        transitions = [
            edge
            for name, task in self._tasks.items()
            for edge in self._transitions(self._numbers[name], task)
        ]
        self._begin(transitions)
        reaches = Graph(self._tasks).reaches
        for name, task in self._tasks.items():
            if _may_end(task, reaches):
                has_guards = any(name in _AFTER_SUCCESS and clause.next for name, clause in clauses(task))
                stop = self._stop(self._numbers[name], Kind.END, "")
                label = "otherwise" if has_guards else ""
                self.edges.append(Edge(source=self._numbers[name], target=stop, label=label))

    def require(self) -> None:
        """Draw what has to be done before what."""
        needed = [
            Edge(source=self._numbers[before], target=number, clause=REQUIRES)
            for name, number in self._numbers.items()
            for before in self._tasks[name].requires
            if before in self._numbers
        ]
        self._begin(needed)

    def _begin(self, edges: list[Edge]) -> None:
        """Add edges, and before them those from the start to whatever has none."""
        reached = {edge.target for edge in edges}
        first = [number for number in self._numbers.values() if number not in reached]
        self.edges += [Edge(source=0, target=number) for number in first]
        self.edges += edges

    def _transitions(self, source: int, task: TaskSpec) -> Iterator[Edge]:
        for name, clause in clauses(task):
            for item in clause.next:
                guard = _written(item.guard.source) if item.guard else ""
                yield Edge(
                    source=source,
                    target=self._target(source, item),
                    clause=name,
                    guard=one_line(guard),
                    label=condition(guard, LABEL),
                )

    def _target(self, source: int, item: TransitionSpec) -> int:
        if item.command is None:
            return self._numbers[item.target]
        return self._stop(source, Kind(item.command), _written(item.message.source) if item.message else "")

    def _stop(self, source: int, kind: Kind, message: str) -> int:
        key = (source, kind, message)
        if key not in self._stops:
            self._stops[key] = len(self.nodes)
            detail = one_line(message, LABEL)
            title = "" if kind == Kind.END else str(kind)
            self.nodes.append(Node(kind=kind, name=one_line(message), title=title, detail=detail))
        return self._stops[key]


_AFTER_SUCCESS = ("on-success", "on-complete")


def _may_end(task: TaskSpec, reaches: Callable[[str, str], bool]) -> bool:
    after = [item for name, clause in clauses(task) if name in _AFTER_SUCCESS for item in clause.next]
    return all(item.guard and (item.command or reaches(item.target, task.name)) for item in after)


def _task(task: TaskSpec) -> Node:
    name = one_line(task.name)
    detail = (
        _written(task.action.source)
        if task.workflow is None
        else f"workflow {_written(task.workflow.source)}"
    )
    return Node(
        kind=Kind.TASK,
        name=name,
        title=one_line(name, TITLE) or "(no visible name)",
        detail=one_line(detail, DETAIL),
        description=one_line(task.description),
        marks=tuple(_marks(task)),
        is_join=task.join is not None,
        is_workflow=task.workflow is not None,
        is_repeated=bool(task.with_items),
    )


def _marks(task: TaskSpec) -> Iterator[str]:
    if task.join is not None:
        yield f"join {task.join}"
    if task.with_items:
        yield "with-items"
    if task.retry is not None:
        yield "retry"
    if task.pause_before is not None and task.pause_before.source is not False:
        yield "pause-before"


def _written(source: object) -> str:
    """Return an expression as it is written; data without one is a text or a number."""
    return source if isinstance(source, str) else msgspec.json.encode(source).decode()
