"""How tasks and executions come to their end.

A task's completion is one event that also carries what it published and which
transitions fired, if the workflow is running; otherwise routing waits for a
resume. The execution ends when a transition or a person says so, when a task
fails by force, or when a joint situation demands it (see ``lifecycle``).
"""

from __future__ import annotations

from msgspec.structs import replace

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution import scope
from wf_es.execution.bounds import check_field
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskCompleted, WorkflowCompleted
from wf_es.execution.failure import cancelled_tasks, failed_tasks, output_on_error_failed
from wf_es.execution.lifecycle import CANCELLED, ERROR, PAUSED, RUNNING, SUCCESS
from wf_es.expressions import Template


def fail_task_by_force(
    draft: Draft, task_id: str, info: str, cause: int | None, ended: TaskCompleted | None = None
) -> None:
    """End a task in ERROR that no ``on-error`` may handle, and the workflow with it.

    ``ended`` is how it would have ended if what follows it were known: what it
    publishes stays published. A superseded run ends alone: it has no say in
    how the workflow ends.
    """
    task = draft.state.tasks[task_id]
    if ended is None:
        ended = TaskCompleted(task_id=task_id, state=ERROR, published=task.published)
    completed = draft.emit(replace(ended, state=ERROR, state_info=info, transitions=[], forced=True), cause)
    if draft.state.state in (RUNNING, PAUSED) and not task.superseded:
        end_workflow(draft, ERROR, info, completed)


def end_workflow(
    draft: Draft,
    outcome: str,
    info: str | None,
    cause: int | None,
    *,
    stopped: bool = False,
    order: int = 0,
) -> None:
    """End the execution and evaluate its output.

    ``stopped``: somebody demands it, by the parent's ``order`` if there is one.

    If the output of a successful execution cannot be evaluated, the execution
    ends in ERROR instead and says why.
    """
    spec = draft.definition.workflow.spec
    output: JSON = None
    if outcome == SUCCESS:
        try:
            output = _success_output(draft, spec.output)
        except EvaluationError as error:
            info = f"Failed to evaluate the output of workflow '{spec.name}': {error}"
            outcome = ERROR
    if outcome == ERROR:
        info, output = _error_output(draft, spec.output_on_error, info)
    elif outcome == CANCELLED:
        output = {"result": info}
    completed = WorkflowCompleted(state=outcome, state_info=info, output=output, stopped=stopped, order=order)
    draft.emit(completed, cause)


def _success_output(draft: Draft, template: Template | None) -> JSON:
    if template is None:
        output: JSON = _left_behind(draft)
    else:
        output = template.evaluate(scope.for_output(draft))
    check_field(output, "output", draft.definition.limits)
    return output


def _left_behind(draft: Draft) -> dict[str, JSON]:
    """Return the variables that are left; of a reverse workflow those that its target has left behind."""
    state = draft.state
    if draft.definition.workflow.spec.type == "reverse" and state.params["task_name"] not in state.latest:
        return {}
    return scope.final_values(state)


def _error_output(
    draft: Draft, template: Template | None, info: str | None
) -> tuple[str | None, dict[str, JSON]]:
    """Return why the execution failed, and its output: the reason, and what it declares or has left.

    An ``output-on-error`` that is of no use is told with the reason.
    """
    try:
        if template is None:
            given: JSON = _left_behind(draft)
        else:
            given = template.evaluate(scope.for_output(draft))
        check_field(given, "output", draft.definition.limits)
    except EvaluationError as error:
        if template is not None:
            info = output_on_error_failed(draft.state.workflow_name, error, info)
        return info, {"result": info}
    return info, {"result": info, **given} if isinstance(given, dict) else {"result": info}


def end_as_forced(draft: Draft, outcome: str, cause: int | None) -> None:
    """End the execution as the joint situation demands."""
    if outcome == CANCELLED:
        end_workflow(draft, CANCELLED, cancelled_tasks(draft.state), cause)
    elif outcome == ERROR:
        end_workflow(draft, ERROR, failed_tasks(draft.state), cause)
    else:
        end_workflow(draft, SUCCESS, None, cause)
