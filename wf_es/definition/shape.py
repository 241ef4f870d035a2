"""Checks on the shape of a workflow: starts, joins, tasks nobody reaches."""

from __future__ import annotations

from wf_es.definition.feasibility import check_feasibility
from wf_es.definition.graph import Graph
from wf_es.definition.model import TaskSpec, WorkflowSpec
from wf_es.definition.problems import Report
from wf_es.definition.requirements import check_requirements


def check_shape(spec: WorkflowSpec, graph: Graph, doubts: set[str], report: Report) -> None:
    """Report what cannot work, whatever the expressions give.

    If some transitions could not be read, only what holds without them is
    reported.
    """
    if spec.type == "reverse":
        if "transitions" not in doubts:
            check_requirements(spec, graph, report)
        return
    if spec.tasks and not graph.start_tasks:
        _report_no_start(spec, report)
    if "transitions" in doubts:
        return
    for task in spec.tasks.values():
        _check_join(task, graph, report)
    if graph.start_tasks:
        _report_unreached(spec, graph, report)
        check_feasibility(spec, graph, report)


def _report_no_start(spec: WorkflowSpec, report: Report) -> None:
    message = (
        "Failed to find start tasks in direct workflow. There must be at least one task without inbound "
        "transition; add a task that leads into the loop"
    )
    report.add("E401", spec.place, message, f"workflow '{spec.name}'")


def _check_join(task: TaskSpec, graph: Graph, report: Report) -> None:
    if task.join is None:
        return
    needed = max(1, graph.required(task.name))
    inbound = len(graph.inbound[task.name])
    if inbound < needed:
        message = (
            f"'join: {task.join}' needs at least {needed} inbound tasks, but {inbound} lead here; "
            "add transitions or lower the number"
        )
        report.add("E402", task.places["join"], message, f"task '{task.name}'")


def _report_unreached(spec: WorkflowSpec, graph: Graph, report: Report) -> None:
    reached = graph.reachable_from(graph.start_tasks)
    for name, task in spec.tasks.items():
        if name not in reached:
            message = "no start task leads here, so it never runs; add a transition or remove the task"
            report.add("W505", task.place, message, f"task '{name}'")
