"""Reverse workflows: a target, and what it requires, run from the ground up.

Nothing follows by transitions here. A task that succeeded, or was skipped,
*releases* the tasks that require it, as far as the target needs them, and one
that has been released by all that it requires is started, once. Its inbound
context is what those have left behind together. An error releases nothing, so
what depends on it never comes into being.

Which requirements of a task are met, and by which runs, is an index of the
state (``met``), so an end costs what is released by it, and no more. It counts
only runs that count: a requirement that is run again is met again when that
run has ended.
"""

from __future__ import annotations

from immutables import Map

from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.decision import Definition, Draft
from wf_es.execution.events import Transition, Trigger
from wf_es.execution.events.parts import REQUIRES
from wf_es.execution.lifecycle import SKIPPED, SUCCESS
from wf_es.execution.scheduling import start_task
from wf_es.execution.state import ExecutionState


def is_reverse(definition: Definition) -> bool:
    """Return whether a workflow runs what a target requires."""
    return definition.workflow.spec.type == "reverse"


def check_target(definition: Definition, params: dict[str, JSON]) -> None:
    """Refuse parameters that do not say which task an execution is to reach.

    Raises:
        InvalidRequest: ``task_name`` is not given, or there is no such task.

    """
    spec = definition.workflow.spec
    target = params.get("task_name")
    if target is None:
        message = f"Workflow '{spec.name}' is of type 'reverse': name the task to reach in params.task_name"
        raise InvalidRequest(message, field="params.task_name")
    if not isinstance(target, str) or target not in spec.tasks:
        message = f"Invalid task name [wf_spec={spec.name}, task_name={target}]: there is no such task"
        raise InvalidRequest(message, field="params.task_name")


def first(definition: Definition, target: str) -> list[Transition]:
    """Return how an execution begins: with what the target needs and requires nothing."""
    graph = definition.workflow.graph
    return [
        Transition(target=name, event="start")
        for name in graph.needed_for(target)
        if not graph.requires[name]
    ]


def released(definition: Definition, state: ExecutionState, name: str, outcome: str) -> list[Transition]:
    """Return what the end of a task releases, in the order of the definition."""
    if outcome not in (SUCCESS, SKIPPED):
        return []
    graph, target = definition.workflow.graph, state.params["task_name"]
    return [
        Transition(target=follower, event=REQUIRES)
        for follower in graph.outbound[name]
        if follower == target or graph.reaches(follower, target)
    ]


def start_if_ready(draft: Draft, name: str, cause: int | None) -> None:
    """Start a task if all that it requires is there and it has not been started."""
    requires = draft.definition.workflow.graph.requires[name]
    met: Map[str, str] = draft.state.met.get(name, Map())
    if len(met) < len(requires) or _has_run(draft.state, name):
        return
    start_task(draft, name, [Trigger(task_id=met[source], event=REQUIRES) for source in requires], cause)


def _has_run(state: ExecutionState, name: str) -> bool:
    """Whether a run of the task counts; it may be running again."""
    latest = state.latest.get(name)
    return latest is not None and not state.tasks[latest].superseded
