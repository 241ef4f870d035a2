"""What a task of a reverse workflow requires: reading it, and finding circles."""

from __future__ import annotations

from wf_es.definition.graph import Graph
from wf_es.definition.model import WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import Report, circle, shown
from wf_es.definition.transitions import COMMANDS
from wf_es.definition.values import check_unique, read_text_value


def read_requires(node: Node, passage: Passage) -> tuple[str, ...]:
    """Read a task or a list of tasks; the task itself cannot be one of them."""
    if node.items is None and not isinstance(node.data, str):
        message = f"{passage.here} is a task or a list of tasks, not {shown(node.data)}"
        passage.problem("E105", node, message)
        passage.doubt("transitions")
        return ()
    if node.items is not None and not node.items:
        passage.problem("E106", node, f"{passage.here} is empty: [] should be non-empty")
    check_unique(node, passage)
    found: dict[str, None] = {}
    for item in [node] if node.items is None else node.items:
        if _is_task(item, passage):
            found[item.data] = None
        else:
            passage.doubt("transitions")
    return tuple(found)


def _is_task(node: Node, passage: Passage) -> bool:
    name = read_text_value(node, passage)
    if name is None:
        return False
    if name == passage.task:
        passage.problem("E404", node, f"task '{name}' requires itself, so it could never start")
        return False
    if name in passage.tasks:
        return True
    if name in COMMANDS:
        hint = "; an engine command cannot be required"
    else:
        hint = passage.report.suggestion(name, passage.tasks)
    passage.problem("E201", node, f"Task '{name}' not found{hint}")
    return False


def check_requirements(spec: WorkflowSpec, graph: Graph, report: Report) -> None:
    """Report tasks that require each other in a circle, once per circle."""
    for loop in graph.loops:
        way = _way_round(graph, loop[0], set(loop))
        task = spec.tasks[way[0]]
        message = f"tasks require each other in a circle ({circle(way)}), so none of them could ever start"
        report.add("E404", task.places.get("requires", task.place), message, f"task '{task.name}'")


def _way_round(graph: Graph, start: str, tangled: set[str]) -> list[str]:
    """Return one circle among tasks that all reach each other, its first task repeated."""
    steps = {start: 0}
    path = [start]
    while True:
        following = next(name for name in graph.requires[path[-1]] if name in tangled)
        if following in steps:
            return [*path[steps[following] :], following]
        steps[following] = len(path)
        path.append(following)
