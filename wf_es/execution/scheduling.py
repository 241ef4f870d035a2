"""From "this task is next" to "this action is to be run".

A task without ``join`` runs once for every trigger. Its action's name, input
and target are evaluated when it starts; what cannot be evaluated, or does
not fit the action, fails the task and the workflow at once and no
``on-error`` can handle it (Mistral's forced failure).
"""

from __future__ import annotations

from wf_es.definition import ActionSpec, TaskSpec
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidInput, NotFound, WfEsError
from wf_es.execution import scope
from wf_es.execution.context import deep_merge, merge_patch
from wf_es.execution.decision import Draft
from wf_es.execution.events import ActionScheduled, TaskScheduled, TaskStarted, Trigger
from wf_es.execution.failure import task_did_not_run
from wf_es.execution.lifecycle import RUNNING
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import TaskExecution
from wf_es.expressions import Scope


def start_task(draft: Draft, name: str, trigger: Trigger | None, cause: int | None) -> None:
    """Schedule a task that is no join and run it."""
    task_id = draft.next_id()
    triggers = [] if trigger is None else [trigger]
    scheduled = draft.emit(
        TaskScheduled(
            task_id=task_id,
            name=name,
            state=RUNNING,
            triggered_by=triggers,
            round=next_round(draft, name, triggers),
        ),
        cause,
    )
    run_task(draft, task_id, scheduled)


def next_round(draft: Draft, name: str, triggers: list[Trigger]) -> int:
    """Return how often a task has run along its triggers, 0 if on no cycle."""
    if name not in draft.definition.workflow.graph.looping:
        return 0
    sources = (draft.state.tasks[trigger.task_id] for trigger in triggers)
    return 1 + max((source.rounds.get(name, 0) for source in sources), default=0)


def begin_task(draft: Draft, task_id: str, cause: int | None) -> None:
    """Run a task that was WAITING or IDLE."""
    started = draft.emit(TaskStarted(task_id=task_id), cause)
    run_task(draft, task_id, started)


def run_task(draft: Draft, task_id: str, cause: int) -> None:
    """Schedule the action of a RUNNING task, or fail the task by force."""
    task = draft.state.tasks[task_id]
    spec = draft.definition.workflow.spec.tasks[task.name]
    try:
        scheduled = _action(draft, task, spec)
    except (EvaluationError, InvalidInput, NotFound) as error:
        info = task_did_not_run(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, info, cause)
        return
    draft.emit(scheduled, cause)


def _action(draft: Draft, task: TaskExecution, spec: TaskSpec) -> ActionScheduled:
    sees = scope.for_input(draft, task)
    action = _find_action(draft, spec, sees)
    given = _input(spec, sees)
    if task.input_patch:
        given = merge_patch(given, task.input_patch)
    check_input(action, given)
    target = spec.target.evaluate(sees) if spec.target is not None else None
    safe_rerun = spec.safe_rerun.evaluate(sees) if spec.safe_rerun is not None else False
    return ActionScheduled(
        action_id=draft.next_id(),
        task_id=task.id,
        name=action.name,
        input=given,
        is_async=action.is_async,
        idempotent=action.idempotent,
        safe_rerun=bool(safe_rerun),
        target=None if target is None else str(target),
    )


def _find_action(draft: Draft, spec: TaskSpec, sees: Scope) -> ActionSpec:
    name = spec.action.evaluate(sees)
    action = draft.definition.actions.get(name) if isinstance(name, str) else None
    if action is None:
        namespace = draft.state.workflow_namespace
        raise NotFound(
            f"Failed to find action [action_name={name}, namespace={namespace}]", kind="Action", id=name
        )
    return action


def _input(spec: TaskSpec, sees: Scope) -> dict[str, JSON]:
    given = spec.input.evaluate(sees) if spec.input is not None else {}
    if not isinstance(given, dict):
        raise EvaluationError(
            f"Wrong dynamic input for task: the input of task '{spec.name}' must be a mapping, "
            f"and its expression gave {type(given).__name__}"
        )
    if spec.parameters is None:
        return given
    merged: dict[str, JSON] = deep_merge(given, spec.parameters.evaluate(sees))
    return merged


def check_input(action: ActionSpec, given: dict[str, JSON]) -> None:
    """Refuse an input that lacks a required name or has one too many.

    Raises:
        InvalidInput: With the missing and unexpected names.

    """
    missing = [name for name, required in action.inputs.items() if required and name not in given]
    unexpected = [] if action.any_input else [name for name in given if name not in action.inputs]
    if missing or unexpected:
        raise invalid_input(action.name, "Action", sorted(missing), sorted(unexpected))


def invalid_input(name: str, kind: str, missing: list[str], unexpected: list[str]) -> WfEsError:
    """Return the error that names what is missing and what was not declared."""
    parts = [f"name={name}", f"class={kind}"]
    parts += [f"missing={missing}"] if missing else []
    parts += [f"unexpected={unexpected}"] if unexpected else []
    return InvalidInput(
        f"Invalid input [{', '.join(parts)}]", missing=tuple(missing), unexpected=tuple(unexpected)
    )
