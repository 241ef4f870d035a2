"""Where the size of what an execution keeps is checked: before it is kept.

While an execution runs, what is too large fails the task that would bring it
(no ``on-error`` handles that, as in Mistral). What comes from outside, such as
the input of a new execution or a changed context, is refused as a request.
Each check costs what is added, never what is there already.
"""

from __future__ import annotations

from wf_es.envelope import JSON, Event
from wf_es.errors import InvalidRequest, TooLarge
from wf_es.execution.context import publish, with_globals
from wf_es.execution.events import (
    ActionScheduled,
    ExecutionUpdated,
    TaskCompleted,
    TaskContinued,
    TaskRerun,
    TaskSkipped,
    WorkflowResumed,
    WorkflowStarted,
)
from wf_es.execution.sizes import check_given, check_size, size_of
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.limits import Limits

_TASK, _WORKFLOW, _ACTION = "TaskExecution", "WorkflowExecution", "ActionExecution"


def check_published(state: ExecutionState, task: TaskExecution, event: TaskCompleted, limits: Limits) -> None:
    """Refuse what a task is about to publish, or what that would add up to.

    Args:
        state: The execution before the task ends.
        task: The task, with what it has seen.
        event: How it is to end.
        limits: The limits that hold.

    Raises:
        TooLarge: It, or all of it together, is too large.

    """
    if event.published:
        check_size(size_of(event.published), _TASK, "published", limits)
        check_size(publish(task.inbound, event.published, 0).bytes, _TASK, "context", limits)
    merged, replaced = event.published_global, event.published_atomic
    if merged or replaced:
        check_size(size_of({**merged, **replaced}), _TASK, "published_global", limits)
        check_size(with_globals(state, merged, replaced)[1], _WORKFLOW, "published_global", limits)


def check_inbound(task: TaskExecution, limits: Limits) -> None:
    """Refuse to begin a task whose branches have together brought too much.

    Raises:
        TooLarge: Its context is too large.

    """
    check_size(task.inbound.bytes, _TASK, "context", limits)


def check_action_input(given: JSON, limits: Limits) -> None:
    """Refuse the input that a task would give to its action.

    Raises:
        TooLarge: It is too large.

    """
    check_size(size_of(given), _ACTION, "input", limits)


def check_field(value: JSON, field: str, limits: Limits) -> None:
    """Refuse a field of the execution itself, such as its output.

    Raises:
        TooLarge: It is too large.

    """
    check_size(size_of(value), _WORKFLOW, field, limits)


def refuse_too_large(state: ExecutionState, event: Event, limits: Limits) -> None:
    """Refuse what a request from outside has made too large.

    Args:
        state: The execution after the event.
        event: What would be recorded.
        limits: The limits that hold.

    Raises:
        InvalidRequest: The event, or what it leads to, is too large.

    """
    if isinstance(event, WorkflowStarted):
        check_given(event.input, _WORKFLOW, "input", limits)
        check_given(event.params, _WORKFLOW, "params", limits)
    elif isinstance(event, WorkflowResumed | ExecutionUpdated):
        if event.env:
            check_given(state.params, _WORKFLOW, "params", limits)
    elif isinstance(event, TaskRerun | TaskContinued | TaskSkipped):
        _refuse_task(state, event, limits)
    elif isinstance(event, ActionScheduled) and event.direct is not None:
        check_given(event.input, _ACTION, "input", limits)
        check_given(event.base_input, _ACTION, "input", limits)
        check_given(event.direct.env, _ACTION, "params", limits)


def _refuse_task(
    state: ExecutionState, event: TaskRerun | TaskContinued | TaskSkipped, limits: Limits
) -> None:
    task = state.tasks[event.task_id]
    if isinstance(event, TaskRerun):
        for given in (event.input, *event.item_input.values()):
            check_given(given, _ACTION, "input", limits)
    else:
        check_given(event.published, _TASK, "published", limits)
    try:
        check_size(max(task.inbound.bytes, task.outbound.bytes), _TASK, "context", limits)
        check_size(state.global_bytes, _WORKFLOW, "published_global", limits)
    except TooLarge as error:
        raise InvalidRequest(error.message, field=error.field) from error
