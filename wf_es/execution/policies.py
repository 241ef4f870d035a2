"""Policies: what a task must wait for before its work, and what each value means.

In Mistral's order: ``pause-before``, then ``wait-before``, then the attempt's
``timeout`` starts with its work. The first two hold once in the run of a
task; a retry does not repeat them, a rerun does. What comes after the work
(``wait-after``, ``fail-on``, ``retry``) is told in ``finishing``.

A value that is an expression is evaluated when it is needed. One that fails,
or gives something that the policy cannot be, fails the task by force.
"""

from __future__ import annotations

from wf_es.definition import LARGEST_COUNT, LONGEST_WAIT, TaskSpec
from wf_es.definition.problems import shown
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution import scope
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskDelayed, TaskHeld, WorkflowPaused
from wf_es.execution.failure import delayed, task_did_not_run
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import TaskExecution
from wf_es.execution.timing import TIMEOUT, WAIT_BEFORE, set_timer
from wf_es.execution.timing import shown as shown_seconds
from wf_es.expressions import Scope, Template

PAUSE_BEFORE = "pause-before"


# --- before the work ---------------------------------------------------------------


def may_begin(draft: Draft, task_id: str, cause: int) -> bool:
    """Apply what comes before the work; return whether that may begin now."""
    task = draft.state.tasks[task_id]
    spec = draft.definition.workflow.spec.tasks[task.name]
    if spec.pause_before is None and spec.wait_before is None and spec.timeout is None:
        return True
    try:
        return _may_begin(draft, task, spec, cause)
    except EvaluationError as error:
        info = task_did_not_run(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, info, cause)
        return False


def _may_begin(draft: Draft, task: TaskExecution, spec: TaskSpec, cause: int) -> bool:
    sees = scope.for_input(draft, task)
    if not task.retries and WAIT_BEFORE not in task.passed:
        if PAUSE_BEFORE not in task.passed and flag(PAUSE_BEFORE, spec.pause_before, sees):
            _hold(draft, task, cause)
            return False
        wait = seconds(WAIT_BEFORE, spec.wait_before, sees)
        if wait > 0:
            event = TaskDelayed(
                task_id=task.id, policy=WAIT_BEFORE, state_info=delayed(WAIT_BEFORE, shown_seconds(wait))
            )
            set_timer(draft, task.id, WAIT_BEFORE, wait, draft.emit(event, cause))
            return False
    limit = seconds(TIMEOUT, spec.timeout, sees)
    if limit > 0:
        set_timer(draft, task.id, TIMEOUT, limit, cause)
    return True


def _hold(draft: Draft, task: TaskExecution, cause: int) -> None:
    info = f"Set by '{PAUSE_BEFORE}' policy"
    held = draft.emit(TaskHeld(task_id=task.id, policy=PAUSE_BEFORE, state_info=info), cause)
    draft.emit(WorkflowPaused(task_id=task.id), held)


# --- values ------------------------------------------------------------------------


def seconds(policy: str, template: Template | None, sees: Scope) -> float:
    """Return how long to wait; 0 if the policy is not given or says so.

    Raises:
        EvaluationError: It fails, or gives no number of seconds.

    """
    value = _value(policy, template, sees, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_WAIT:
        raise _wrong(policy, f"a number of seconds from 0 to {LONGEST_WAIT}", value)
    return value


def count(policy: str, template: Template | None, sees: Scope) -> int:
    """Return how often or how many; 0 if the policy is not given or says so.

    Raises:
        EvaluationError: It fails, or gives no whole number.

    """
    value = _value(policy, template, sees, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_COUNT:
        raise _wrong(policy, f"a whole number from 0 to {LARGEST_COUNT}", value)
    return value


def flag(policy: str, template: Template | None, sees: Scope) -> bool:
    """Return whether the policy holds; it does not if it is not given.

    Raises:
        EvaluationError: It fails, or gives neither true nor false.

    """
    value = _value(policy, template, sees, False)
    if not isinstance(value, bool):
        raise _wrong(policy, "true or false", value)
    return value


def holds(policy: str, template: Template | None, sees: Scope) -> bool:
    """Return whether a condition holds: any value counts as true or false, as for guards.

    Raises:
        EvaluationError: It fails.

    """
    return bool(_value(policy, template, sees, False))


def _value(policy: str, template: Template | None, sees: Scope, default: JSON) -> JSON:
    if template is None:
        return default
    try:
        return template.evaluate(sees)
    except EvaluationError as error:
        raise EvaluationError(f"'{policy}' cannot be evaluated: {error}") from error


def _wrong(policy: str, expected: str, value: JSON) -> EvaluationError:
    return EvaluationError(f"'{policy}' must be {expected}, and is {shown(value)}")
