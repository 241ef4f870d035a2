"""Checks of tasks and ad-hoc actions against the actions that are there.

All of these are warnings: Mistral takes such a text and fails when the task
runs, and an action may be installed later or get inputs from the environment
(``__actions``).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.model import ActionSpec, AdHocSpec, Place, TaskSpec, WorkflowSpec
from wf_es.definition.problems import Report
from wf_es.expressions import Template

_PREFIX = "std."


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """An action's name, where it stands, and the templates that give its inputs, by key."""

    subject: str
    key: str
    name: str
    inputs: Mapping[str, Template | None]
    place: Place
    places: Mapping[str, Place]


def check_invocations(spec: WorkflowSpec, actions: Mapping[str, ActionSpec], report: Report) -> None:
    """Report unknown actions, and inputs that do not fit, as far as known beforehand."""
    for task in spec.tasks.values():
        if report.is_full:
            return
        if task.workflow is None and task.action.is_constant and "action" in task.source:
            _check_call(_call_of_task(task), actions, report)


def check_base(spec: AdHocSpec, actions: Mapping[str, ActionSpec], report: Report) -> None:
    """Report an unknown base of an ad-hoc action, and inputs that do not fit it."""
    call = _Call(
        subject=f"action '{spec.name}'",
        key="base",
        name=spec.base,
        inputs={"base-input": spec.base_input, "parameters": spec.parameters},
        place=spec.place,
        places=spec.places,
    )
    _check_call(call, actions, report)


def _call_of_task(task: TaskSpec) -> _Call:
    return _Call(
        subject=f"task '{task.name}'",
        key="action",
        name=task.action.source,
        inputs={"input": task.input, "parameters": task.parameters},
        place=task.place,
        places=task.places,
    )


def _check_call(call: _Call, actions: Mapping[str, ActionSpec], report: Report) -> None:
    action = actions.get(call.name) or actions.get(f"{_PREFIX}{call.name}")
    if action is None:
        message = f"unknown action '{call.name}'{report.suggestion(call.name, actions)}"
        report.add("W502", call.places[call.key], message, call.subject)
        return
    given = _given_inputs(call)
    if given is not None:
        _check_inputs(call, action, given, report)


def _check_inputs(call: _Call, action: ActionSpec, given: Mapping[str, str], report: Report) -> None:
    missing = [name for name, required in action.inputs.items() if required and name not in given]
    if missing:
        message = f"Invalid input of action '{action.name}': missing={missing}"
        report.add("W503", call.places[call.key], message, call.subject)
    if action.any_input:
        return
    for name, key in given.items():
        if name not in action.inputs:
            hint = report.suggestion(name, action.inputs)
            message = f"Invalid input of action '{action.name}': unexpected=['{name}']{hint}"
            report.add("W504", call.places.get(key, call.place), message, call.subject)


def _given_inputs(call: _Call) -> dict[str, str] | None:
    """Return the names of the given inputs and their keys; None if not known yet."""
    given: dict[str, str] = {}
    for key, template in call.inputs.items():
        names = _names(template)
        if names is None:
            return None
        given.update({name: f"{key}.{name}" for name in names})
    return given


def _names(template: Template | None) -> tuple[str, ...] | None:
    if template is None:
        return ()
    return tuple(template.source) if isinstance(template.source, dict) else None
