"""Checks of tasks against the actions that are there.

All of these are warnings: Mistral takes such a workflow and fails when the
task runs, and an action may be installed later or get inputs from the
environment (``__actions``).
"""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition.model import ActionSpec, TaskSpec, WorkflowSpec
from wf_es.definition.problems import Report
from wf_es.expressions import Template

_PREFIX = "std."


def check_invocations(spec: WorkflowSpec, actions: Mapping[str, ActionSpec], report: Report) -> None:
    """Report unknown actions, and inputs that do not fit, as far as known beforehand."""
    for task in spec.tasks.values():
        if task.action.is_constant and "action" in task.source:
            _check_task(task, actions, report)


def _check_task(task: TaskSpec, actions: Mapping[str, ActionSpec], report: Report) -> None:
    name = task.action.source
    action = actions.get(name) or actions.get(f"{_PREFIX}{name}")
    if action is None:
        message = f"unknown action '{name}'{report.suggestion(name, actions)}"
        report.add("W502", task.places["action"], message, f"task '{task.name}'")
        return
    given = _given_inputs(task)
    if given is not None:
        _check_inputs(task, action, given, report)


def _check_inputs(task: TaskSpec, action: ActionSpec, given: Mapping[str, str], report: Report) -> None:
    missing = [name for name, required in action.inputs.items() if required and name not in given]
    if missing:
        message = f"Invalid input of action '{action.name}': missing={missing}"
        report.add("W503", task.places["action"], message, f"task '{task.name}'")
    if action.any_input:
        return
    for name, key in given.items():
        if name not in action.inputs:
            hint = report.suggestion(name, action.inputs)
            message = f"Invalid input of action '{action.name}': unexpected=['{name}']{hint}"
            report.add("W504", task.places.get(key, task.place), message, f"task '{task.name}'")


def _given_inputs(task: TaskSpec) -> dict[str, str] | None:
    """Return the names of a task's inputs and their keys; None if not known yet."""
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
