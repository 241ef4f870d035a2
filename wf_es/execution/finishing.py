"""From the end of an action or a sub-workflow to the end of its task.

What a task waits for may be one of them, or one for each item of a list, and
``items`` says when all of that has ended. This is then the end of the task's
attempt. What its policies make of that comes in Mistral's order:

* ``wait-after`` remembers the outcome and waits, once in the run of a task;
* ``fail-on`` turns a success into an error; what the task publishes is then
  still what it publishes on success;
* ``retry`` begins another attempt, or the task ends.

A superseded task, and one whose execution has ended, gets no policy: its end
is recorded and leads to nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from wf_es.definition import RetrySpec, TaskSpec
from wf_es.errors import EvaluationError
from wf_es.execution import policies, scope
from wf_es.execution.completing import Ending, complete_task
from wf_es.execution.decision import Draft
from wf_es.execution.events import RetryScheduled, TaskCompleted, TaskDelayed, TaskHeld, TaskTimedOut
from wf_es.execution.failure import completion_not_handled, delayed, text_of
from wf_es.execution.items import item_ended
from wf_es.execution.lifecycle import CANCELLED, ERROR, SUCCESS, WORKING, may_begin_more
from wf_es.execution.publishing import published, published_names
from wf_es.execution.scheduling import begin_task
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import TaskExecution, Timer
from wf_es.execution.timing import RETRY, WAIT_AFTER, set_timer, shown
from wf_es.expressions import Scope, Template

FAIL_ON = "fail-on"


def action_ended(draft: Draft, action_id: str, cause: int | None) -> None:
    """Go on after an action has ended: what its task waited for may be done."""
    action = draft.state.actions[action_id]
    task = draft.state.tasks[action.task_id]
    if task.state not in WORKING:
        return
    if task.items is not None:
        item_ended(draft, task.id, cause)
        return
    info = text_of(action.output) if action.state == ERROR else None
    work_ended(draft, action.task_id, action.state, info, cause)


def sub_workflow_ended(draft: Draft, execution_id: str, cause: int | None) -> None:
    """Go on after a sub-workflow has ended, unless its task has gone on without it."""
    child = draft.state.children[execution_id]
    task = draft.state.tasks[child.task_id]
    if child.superseded or child.alone or task.state not in WORKING:
        return
    if task.items is not None:
        item_ended(draft, task.id, cause)
    else:
        info = None if child.state == SUCCESS else child.state_info
        work_ended(draft, task.id, child.state, info, cause)


def work_ended(draft: Draft, task_id: str, outcome: str, info: str | None, cause: int | None) -> None:
    """Go on after all the work of a task's attempt has ended in ``outcome``."""
    _apply_policies(draft, task_id, Ending(outcome, info), cause)


def attempt_timed_out(draft: Draft, timer: Timer, cause: int) -> None:
    """End an attempt that took too long, as an error that can be handled or retried."""
    timed_out = draft.emit(TaskTimedOut(task_id=timer.task_id), cause)
    info = f"Task timed out [timeout(s)={shown(timer.seconds)}]."
    work_ended(draft, timer.task_id, ERROR, info, timed_out)


def wait_after_ended(draft: Draft, timer: Timer, cause: int) -> None:
    """Go on with the outcome that was remembered while ``wait-after`` held."""
    task = draft.state.tasks[timer.task_id]
    if task.outcome is not None:
        work_ended(draft, task.id, task.outcome, task.outcome_info, cause)


def _apply_policies(draft: Draft, task_id: str, end: Ending, cause: int | None) -> None:
    task = draft.state.tasks[task_id]
    spec = draft.definition.workflow.spec.tasks[task.name]
    is_history = task.superseded or draft.state.is_completed
    if not is_history and any((spec.wait_after, spec.fail_on, spec.retry)):
        try:
            goes_on = _goes_on(draft, task, spec, end, cause)
        except EvaluationError as error:
            reason = completion_not_handled(draft.state.workflow_name, task.name, error)
            fail_task_by_force(draft, task_id, reason, cause)
            return
        if goes_on is None:
            return
        end = goes_on
    complete_task(draft, task_id, end, cause)


def _goes_on(
    draft: Draft, task: TaskExecution, spec: TaskSpec, end: Ending, cause: int | None
) -> Ending | None:
    """Return how the task ends; None if it waits or is tried again.

    Raises:
        EvaluationError: A policy cannot be evaluated, or is of no use.

    """
    end, sees = _seen(draft, task, spec, end)
    if WAIT_AFTER not in task.passed and (wait := policies.seconds(WAIT_AFTER, spec.wait_after, sees)) > 0:
        info = delayed(WAIT_AFTER, shown(wait)) if end.info is None else end.info
        event = TaskDelayed(task_id=task.id, policy=WAIT_AFTER, outcome=end.outcome, state_info=info)
        set_timer(draft, task.id, WAIT_AFTER, wait, draft.emit(event, cause))
        return None
    if end.outcome == SUCCESS and policies.holds(FAIL_ON, spec.fail_on, sees):
        end = replace(end, outcome=ERROR, info=f"Failed by '{FAIL_ON}' policy", publishes_as=SUCCESS)
    if spec.retry is not None and _is_tried_again(task, spec.retry, end, sees):
        _try_again(draft, task, spec.retry, end, sees, cause)
        return None
    return end


def _is_tried_again(task: TaskExecution, retry: RetrySpec, end: Ending, sees: Scope) -> bool:
    if end.outcome == CANCELLED or task.retries >= policies.count("retry.count", retry.count, sees):
        return False
    if retry.continue_on is None:
        if end.outcome == SUCCESS:
            return False
    elif not policies.holds("retry.continue-on", retry.continue_on, sees):
        return False
    return end.outcome == SUCCESS or not policies.holds("retry.break-on", retry.break_on, sees)


def _try_again(
    draft: Draft, task: TaskExecution, retry: RetrySpec, end: Ending, sees: Scope, cause: int | None
) -> None:
    """Schedule another attempt; one that ends as soon as it begins waits for a timer, for ever if need be."""
    delay = policies.seconds("retry.delay", retry.delay, sees)
    info = delayed(RETRY, shown(delay)) if end.info is None else end.info
    event = RetryScheduled(task_id=task.id, attempt=task.attempt + 1, state_info=info)
    scheduled = draft.emit(event, cause)
    if delay > 0 or task.id in draft.begun:
        set_timer(draft, task.id, RETRY, delay, scheduled)
    elif may_begin_more(draft.state, task):
        begin_task(draft, task.id, scheduled)
    else:
        draft.emit(TaskHeld(task_id=task.id, policy=RETRY), scheduled)


# --- what the policies see -----------------------------------------------------------


def _seen(draft: Draft, task: TaskExecution, spec: TaskSpec, end: Ending) -> tuple[Ending, Scope]:
    """Return the end and the scope of the policies: both with what the task publishes, if they read that.

    It is not evaluated otherwise: an attempt that is to be repeated may not
    have yet what the task publishes in the end.
    """
    ended = end.ended(draft.state, task)
    names = published_names(spec, end.outcome)
    if not any(_reads(template, names) for template in _templates(spec)):
        return end, scope.for_publish(draft, draft.state, ended)
    given = published(draft, ended)
    event = TaskCompleted(
        task_id=task.id,
        state=end.outcome,
        state_info=end.info,
        published=given.branch,
        published_global=given.global_,
        published_atomic=given.atomic,
    )
    return replace(end, published=given), scope.for_routing(draft, draft.preview(event), task.id)


def _templates(spec: TaskSpec) -> list[Template]:
    templates = [spec.wait_after, spec.fail_on]
    if spec.retry is not None:
        retry = spec.retry
        templates += [retry.count, retry.delay, retry.break_on, retry.continue_on]
    return [template for template in templates if template is not None]


def _reads(template: Template, names: set[str]) -> bool:
    return any(
        expression.reads.undetermined or any(read.name in names for read in expression.reads.variables)
        for expression in template.expressions
    )
