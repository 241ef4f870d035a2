"""Checks of calls between the workflows of one text or workbook.

A workflow that is not in the text may be uploaded elsewhere, so nothing is
said about it, and nothing about a name that an expression gives. All findings
are warnings: Mistral takes such a text, and fails or goes on for ever when it
runs.

Names that a sub-workflow does not declare as input become parameters of its
execution (``env``, ``task_name``...), as in Mistral.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wf_es.definition.graph import Graph
from wf_es.definition.model import TaskSpec, TransitionSpec, WorkflowSpec
from wf_es.definition.problems import Report, circle
from wf_es.expressions import Template

PARAMETERS = ("env", "evaluate_env", "namespace", "notify", "task_name")
"""What an execution knows as a parameter."""


def check_calls(local: Mapping[str, WorkflowSpec], report: Report) -> None:
    """Report calls that do not fit, and calls that go round without end.

    Args:
        local: the workflows of one text, by each name they may be called.
        report: where problems go.
    """
    workflows = {spec.name: spec for spec in local.values()}
    for spec in workflows.values():
        for task in spec.tasks.values():
            callee = _callee(task, local)
            if callee is not None:
                _check_inputs(task, callee, report)
    _check_circles(workflows, local, report)


def _callee(task: TaskSpec, local: Mapping[str, WorkflowSpec]) -> WorkflowSpec | None:
    if task.workflow is None or not task.workflow.is_constant:
        return None
    return local.get(task.workflow.source)


def _check_inputs(task: TaskSpec, callee: WorkflowSpec, report: Report) -> None:
    given = _given(task)
    if given is None:
        return
    subject, called = f"task '{task.name}'", task.workflow.source if task.workflow else ""
    declared = {parameter.name: parameter for parameter in callee.input}
    needed = [name for name, parameter in declared.items() if parameter.required]
    needed += ["task_name"] if callee.type == "reverse" else []
    missing = [name for name in needed if name not in given]
    if missing:
        message = f"Invalid input of workflow '{called}': missing={missing}"
        report.add("W503", task.places["workflow"], message, subject)
    for name, key in given.items():
        if name not in declared and name not in PARAMETERS:
            hint = report.suggestion(name, [*declared, *PARAMETERS])
            message = (
                f"workflow '{called}' has no input '{name}', and no execution has such a parameter{hint}"
            )
            report.add("W504", task.places.get(key, task.place), message, subject)


def _given(task: TaskSpec) -> dict[str, str] | None:
    """Return the names that a task gives and their keys; None if not known yet."""
    given: dict[str, str] = {}
    for key, template in (("input", task.input), ("parameters", task.parameters)):
        names = _names(template)
        if names is None:
            return None
        given.update({name: f"{key}.{name}" for name in names})
    return given


def _names(template: Template | None) -> tuple[str, ...] | None:
    if template is None:
        return ()
    return tuple(template.source) if isinstance(template.source, dict) else None


# --- calls without end ---------------------------------------------------------


def _check_circles(
    workflows: Mapping[str, WorkflowSpec], local: Mapping[str, WorkflowSpec], report: Report
) -> None:
    """Follow the calls that are certain, and report those that come back."""
    certain = {spec.name: list(_certain_calls(spec, local)) for spec in workflows.values()}
    seen: set[str] = set()
    for name in certain:
        _follow(name, certain, seen, report)


def _follow(
    start: str, certain: Mapping[str, list[tuple[TaskSpec, str]]], seen: set[str], report: Report
) -> None:
    """Walk the calls depth first; each workflow is looked at once."""
    way: list[tuple[str, Iterator[tuple[TaskSpec, str]]]] = []
    if start not in seen:
        seen.add(start)
        way.append((start, iter(certain[start])))
    on_way = {start: None}
    while way:
        call = next(way[-1][1], None)
        if call is None:
            way.pop()
            on_way.popitem()
            continue
        task, callee = call
        if callee in on_way:
            names = list(on_way)
            _report_circle(task, [*names[names.index(callee) :], callee], report)
        elif callee not in seen:
            seen.add(callee)
            on_way[callee] = None
            way.append((callee, iter(certain[callee])))


def _report_circle(task: TaskSpec, way: list[str], report: Report) -> None:
    what = f"workflow '{way[0]}' always calls itself"
    if len(way) > 2:
        what = f"workflows always call each other in a circle ({circle(way)})"
    message = f"{what}, up to the limit of depth; call it behind a guard that ends the circle"
    report.add("W511", task.places["workflow"], message, f"task '{task.name}'")


def _certain_calls(spec: WorkflowSpec, local: Mapping[str, WorkflowSpec]) -> Iterator[tuple[TaskSpec, str]]:
    """Yield the calls that each execution makes, if nothing fails."""
    # A list of items may be empty, and a reverse workflow runs only what its target needs.
    calls = {
        task.name: callee
        for task in spec.tasks.values()
        if spec.type == "direct" and not task.with_items and (callee := _callee(task, local)) is not None
    }
    for name in _certain_tasks(spec) if calls else ():
        if name in calls:
            yield spec.tasks[name], calls[name].name


def _certain_tasks(spec: WorkflowSpec) -> list[str]:
    """Return the tasks that run in each execution, if nothing fails."""
    graph = Graph(spec.tasks)
    certain = dict.fromkeys(name for name in graph.start_tasks if spec.tasks[name].join is None)
    if any(item.command is not None for task in spec.tasks.values() for item in _next(task)):
        return list(certain)
    come: dict[str, set[str]] = {}
    waiting = list(certain)
    while waiting:
        name = waiting.pop()
        for item in _next(spec.tasks[name]):
            if item.guard is not None or item.target not in spec.tasks:
                continue
            come.setdefault(item.target, set()).add(name)
            if item.target not in certain and len(come[item.target]) >= graph.required(item.target):
                certain[item.target] = None
                waiting.append(item.target)
    return list(certain)


def _next(task: TaskSpec) -> Iterator[TransitionSpec]:
    for clause in (task.on_success, task.on_complete):
        if clause is not None:
            yield from clause.next
