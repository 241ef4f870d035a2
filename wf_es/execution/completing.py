"""What it means that a task has ended: it publishes and is routed.

While the execution is paused or has ended, a completion is still recorded and
what it publishes is kept; only routing waits (for a resume or a rerun). The
end of a superseded run is recorded too, and leads to nothing: another run has
taken its place, so nobody may see what it would publish.
"""

from __future__ import annotations

import msgspec

from wf_es.definition import TaskSpec
from wf_es.errors import EvaluationError
from wf_es.execution import scope
from wf_es.execution.bounds import check_published
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskCompleted, TransitionsTaken
from wf_es.execution.failure import completion_not_handled
from wf_es.execution.lifecycle import RUNNING
from wf_es.execution.publishing import NOTHING, Published, published
from wf_es.execution.routing import dispatch, fired, handles_error, has_conditions
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.units import result_of


class Ending(msgspec.Struct, frozen=True):
    """How a task ends.

    ``outcome`` is the state that it ends in, ``info`` says why, if it is not a
    success. ``published`` is what it publishes, if somebody has had to know
    already; it is not evaluated again, since an expression may give another
    value each time. ``publishes_as`` is the outcome whose variables it
    publishes, if that is another one: the task sees itself in that one then.
    """

    outcome: str
    info: str | None = None
    publishes_as: str | None = None
    published: Published | None = None

    def ended(self, state: ExecutionState, task: TaskExecution) -> TaskExecution:
        """Return the task as it sees itself when it publishes."""
        as_it_is = self.outcome, self.info
        seen, info = as_it_is if self.publishes_as is None else (self.publishes_as, None)
        return msgspec.structs.replace(task, state=seen, state_info=info, result=result_of(state, task))


def complete_task(draft: Draft, task_id: str, end: Ending, cause: int | None) -> None:
    """End a task, publish, and start what follows.

    An expression that fails on the way fails the task and the workflow by
    force, as in Mistral.

    Args:
        draft: The decision in the making.
        task_id: The task that ends.
        end: How it ends.
        cause: The number of the event that ended it.

    """
    task = draft.state.tasks[task_id]
    completed: TaskCompleted | None = None
    try:
        completed = _completed(draft, task, end)
        completed = _routed(draft, task, completed)
    except EvaluationError as error:
        reason = completion_not_handled(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, reason, cause, completed)
        return
    number = draft.emit(completed, cause)
    if completed.transitions is not None and draft.state.state == RUNNING:
        dispatch(draft, task_id, completed.transitions, number)


def _completed(draft: Draft, task: TaskExecution, end: Ending) -> TaskCompleted:
    """Return how the task ends, with what it publishes."""
    spec = _spec(draft, task)
    ended = end.ended(draft.state, task)
    sees = scope.for_publish(draft, draft.state, ended)
    given = NOTHING if task.superseded else end.published or published(draft, ended)
    keep = True if spec.keep_result is None else bool(spec.keep_result.evaluate(sees))
    event = TaskCompleted(
        task_id=task.id,
        state=end.outcome,
        state_info=end.info,
        published=given.branch,
        published_global=given.global_,
        published_atomic=given.atomic,
        keep_result=keep,
    )
    check_published(draft.state, task, event, draft.definition.limits)
    return event


def _routed(draft: Draft, task: TaskExecution, event: TaskCompleted) -> TaskCompleted:
    """Return the end of a task with the transitions that fire, if the workflow is running."""
    spec = _spec(draft, task)
    if task.superseded:
        return msgspec.structs.replace(event, transitions=[])
    if draft.state.state != RUNNING:
        return event
    if has_conditions(spec, event.state):
        sees = scope.for_routing(draft, draft.preview(event), task.id)
    else:
        sees = scope.for_publish(draft, draft.state, task)
    transitions = fired(draft, spec, event.state, sees)
    handled = handles_error(event.state, transitions)
    return msgspec.structs.replace(event, transitions=transitions, handled=handled)


def route_task(draft: Draft, task_id: str, cause: int | None) -> None:
    """Do the routing of a completed task that had to wait for a resume."""
    task = draft.state.tasks[task_id]
    try:
        sees = scope.for_routing(draft, draft.state, task_id)
        transitions = fired(draft, _spec(draft, task), task.state, sees)
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
