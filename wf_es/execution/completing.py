"""What it means that a task has ended: it publishes and is routed.

While the execution is paused or has ended, a completion is still recorded and
what it publishes is kept; only routing waits (for a resume or a rerun). The
end of a superseded run is recorded too, and leads to nothing.
"""

from __future__ import annotations

import msgspec

from wf_es.definition import TaskSpec
from wf_es.errors import EvaluationError
from wf_es.execution import scope
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskCompleted, TransitionsTaken
from wf_es.execution.failure import completion_not_handled
from wf_es.execution.lifecycle import RUNNING
from wf_es.execution.publishing import published
from wf_es.execution.routing import dispatch, fired, handles_error, has_conditions
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import TaskExecution


def complete_task(draft: Draft, task_id: str, outcome: str, info: str | None, cause: int | None) -> None:
    """End a task, publish, and start what follows.

    An expression that fails on the way fails the task and the workflow by
    force, as in Mistral.
    """
    task = draft.state.tasks[task_id]
    try:
        completed = _completed(draft, task, outcome, info)
    except EvaluationError as error:
        reason = completion_not_handled(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, reason, cause)
        return
    number = draft.emit(completed, cause)
    if completed.transitions is not None and draft.state.state == RUNNING:
        dispatch(draft, task_id, completed.transitions, number)


def _completed(draft: Draft, task: TaskExecution, outcome: str, info: str | None) -> TaskCompleted:
    spec = _spec(draft, task)
    ended = msgspec.structs.replace(task, state=outcome, state_info=info)
    sees = scope.for_publish(draft, ended)
    branch, workflow = published(spec, outcome, sees)
    keep = True if spec.keep_result is None else bool(spec.keep_result.evaluate(sees))
    event = TaskCompleted(
        task_id=task.id,
        state=outcome,
        state_info=info,
        published=branch,
        published_global=workflow,
        keep_result=keep,
    )
    if task.superseded:
        return msgspec.structs.replace(event, transitions=[])
    if draft.state.state != RUNNING:
        return event
    if has_conditions(spec, outcome):
        sees = scope.for_routing(draft, draft.preview(event), task.id)
    transitions = fired(spec, outcome, sees)
    handled = handles_error(outcome, transitions)
    return msgspec.structs.replace(event, transitions=transitions, handled=handled)


def route_task(draft: Draft, task_id: str, cause: int | None) -> None:
    """Do the routing of a completed task that had to wait for a resume."""
    task = draft.state.tasks[task_id]
    try:
        sees = scope.for_routing(draft, draft.state, task_id)
        transitions = fired(_spec(draft, task), task.state, sees)
    except EvaluationError as error:
        reason = completion_not_handled(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, reason, cause)
        return
    taken = TransitionsTaken(
        task_id=task_id, transitions=transitions, handled=handles_error(task.state, transitions)
    )
    dispatch(draft, task_id, transitions, draft.emit(taken, cause))


def _spec(draft: Draft, task: TaskExecution) -> TaskSpec:
    return draft.definition.workflow.spec.tasks[task.name]
