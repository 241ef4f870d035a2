"""decide: what a command means for an execution in the state it is in.

A pure function. It either refuses by raising an error, and then nothing has
happened, or returns the events that follow, which may be none: asking again
for something that is already in effect changes nothing.

Every decision ends the same way: what follows work that turned out to be done
is taken up, joins that may have become impossible are looked at, then whatever
the joint situation forces is done, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from wf_es.errors import InvalidRequest, NotAllowed
from wf_es.execution import joins
from wf_es.execution.acting import complete_action, pause_action, refuse_deletion, resume_action
from wf_es.execution.commands import (
    ActivateExecution,
    Command,
    CompleteAction,
    CompleteTask,
    ConfirmDelivery,
    ContinueItems,
    DelegateAction,
    DeleteAction,
    DeleteExecution,
    FireTimer,
    FollowOrder,
    ForkExecution,
    ForkSubWorkflow,
    PauseAction,
    PauseWorkflow,
    RefuseSubWorkflow,
    ReportSubWorkflow,
    RerunTask,
    ResumeAction,
    ResumeFrom,
    ResumeWorkflow,
    SkipTask,
    StartAction,
    StartWorkflow,
    StopWorkflow,
    UpdateExecution,
)
from wf_es.execution.completing import Ending, complete_task
from wf_es.execution.decision import Decision, Definition, Draft, WorkDone, not_found
from wf_es.execution.declaring import complete_task_by_hand
from wf_es.execution.events import ExecutionDeleted, ExecutionUpdated, WorkflowPaused
from wf_es.execution.finishing import work_ended
from wf_es.execution.firing import fire_timer
from wf_es.execution.foreign import Answer, Needs, Query
from wf_es.execution.forking import fork_execution, fork_sub_workflow
from wf_es.execution.freezing import activate, check_frozen
from wf_es.execution.items import continue_items
from wf_es.execution.lifecycle import (
    CANCELLED,
    COMPLETED,
    ERROR,
    IDLE,
    JOIN_FAILS,
    PAUSED,
    RUNNING,
    SUCCESS,
    WAITING,
    WORKFLOW,
    WORKING,
    forced_by,
    may_follow,
)
from wf_es.execution.obeying import confirm_delivery, follow_order
from wf_es.execution.reports import delegate_action, start_action
from wf_es.execution.resuming import illegal_change, rerun_task, resume_workflow, skip_task
from wf_es.execution.resumption import resume_from
from wf_es.execution.settling import end_as_forced, end_workflow, fail_task_by_force
from wf_es.execution.starting import start_workflow
from wf_es.execution.state import ExecutionState
from wf_es.execution.subworkflows import refuse_sub_workflow, report_sub_workflow

_CIRCLE_LIMIT = 100
"""How often one join may be entered and fail in a single decision."""

_NO_ANSWERS: Mapping[Query, Answer] = MappingProxyType({})


def decide(
    command: Command,
    state: ExecutionState,
    definition: Definition,
    answers: Mapping[Query, Answer] = _NO_ANSWERS,
) -> Decision | Query:
    """Decide what a command means.

    Args:
        command: What is asked, by whom, and when.
        state: The execution as it stands; ``initial(id)`` if there is none.
        definition: The workflow that the execution has pinned.
        answers: What is known of other executions, and of what was uploaded.

    Returns:
        The events to be recorded, perhaps none, and the state after them; or
        a question that must be answered first.

    Raises:
        RequestError: The command cannot be carried out; nothing happens.
        ConflictError: It collides with what is recorded; nothing happens.

    """
    is_gone = state.deleted and not isinstance(command, ConfirmDelivery | ForkSubWorkflow)
    if is_gone or (state.version == 0 and not isinstance(command, StartWorkflow)):
        raise not_found(state.id)
    check_frozen(command, state)
    draft = Draft(command, state, definition, answers)
    if command.origin.key is None or command.origin.key not in state.keys:
        try:
            _HANDLERS[type(command)](draft, command)
            _settle(draft)
        except Needs as needs:
            return needs.query
    return draft.decision()


def _settle(draft: Draft) -> None:
    while True:
        while draft.finished or draft.doubtful:
            if draft.finished:
                _finish(draft, draft.finished.popleft())
            else:
                _fail_if_impossible(draft, draft.doubtful.popleft())
        outcome = forced_by(draft.state)
        if outcome is None:
            return
        if outcome == JOIN_FAILS:
            waiting = draft.state.waiting
            oldest = min(waiting, key=waiting.__getitem__)
            _fail_join(draft, oldest, joins.absent(draft, draft.state.tasks[oldest]))
        else:
            end_as_forced(draft, outcome, draft.state.version)


def _finish(draft: Draft, done: WorkDone) -> None:
    task = draft.state.tasks[done.task_id]
    if task.state in WORKING or (task.superseded and task.state not in COMPLETED):
        work_ended(draft, *done)


def _fail_if_impossible(draft: Draft, task_id: str) -> None:
    join = draft.state.tasks[task_id]
    if draft.state.state != RUNNING or join.state != WAITING:
        return
    lost = joins.missing(draft, join)
    if lost and not joins.regain(draft, task_id, lost):
        _fail_join(draft, task_id, lost)


def _fail_join(draft: Draft, task_id: str, lost: list[str]) -> None:
    join = draft.state.tasks[task_id]
    info = f"Failed by tasks: {lost}"
    if draft.is_new(join):
        draft.failures[join.name] += 1
    if draft.failures[join.name] > _CIRCLE_LIMIT:
        info = f"{info}, again and again: what follows its failure leads back to it with nothing in between"
        fail_task_by_force(draft, task_id, info, draft.state.version)
    else:
        complete_task(draft, task_id, Ending(ERROR, info), draft.state.version)


def _pause(draft: Draft, command: PauseWorkflow) -> None:
    if draft.state.state == PAUSED:
        return
    if not may_follow(WORKFLOW, draft.state.state, PAUSED):
        raise illegal_change(draft, PAUSED)
    draft.emit(WorkflowPaused(state_info=command.message))


def _stop(draft: Draft, command: StopWorkflow) -> None:
    if command.state not in (SUCCESS, ERROR, CANCELLED):
        raise InvalidRequest(
            f"An execution can be stopped as SUCCESS, ERROR or CANCELLED, not as {command.state}",
            field="state",
        )
    if draft.state.is_completed and command.state != SUCCESS:
        return
    if not may_follow(WORKFLOW, draft.state.state, command.state):
        raise illegal_change(draft, command.state)
    if not draft.state.is_completed:
        end_workflow(draft, command.state, command.message, None, stopped=True)


def _update(draft: Draft, command: UpdateExecution) -> None:
    if command.env is not None and draft.state.state not in (IDLE, PAUSED, ERROR):
        raise NotAllowed(
            "The property env can only be updated when workflow execution "
            "is not running or on resume from pause.",
            id=draft.state.id,
        )
    description = command.description if command.description != draft.state.description else None
    env = command.env or None
    if description is not None or env is not None:
        draft.emit(ExecutionUpdated(description=description, env=env))


def _delete(draft: Draft, command: DeleteExecution) -> None:
    if not draft.state.is_completed and not command.force:
        raise NotAllowed(
            "Only completed executions can be deleted. Use --force to override this. "
            f"Execution {draft.state.id} is in {draft.state.state} state",
            id=draft.state.id,
        )
    draft.emit(ExecutionDeleted())


_HANDLERS: dict[type[Command], Callable[[Draft, Any], None]] = {
    ActivateExecution: activate,
    StartWorkflow: start_workflow,
    StartAction: start_action,
    DelegateAction: delegate_action,
    CompleteAction: complete_action,
    PauseAction: pause_action,
    ResumeAction: resume_action,
    ContinueItems: continue_items,
    FireTimer: fire_timer,
    PauseWorkflow: _pause,
    ResumeWorkflow: resume_workflow,
    ResumeFrom: resume_from,
    ForkExecution: fork_execution,
    ForkSubWorkflow: fork_sub_workflow,
    RerunTask: rerun_task,
    CompleteTask: complete_task_by_hand,
    SkipTask: skip_task,
    StopWorkflow: _stop,
    UpdateExecution: _update,
    DeleteExecution: _delete,
    DeleteAction: refuse_deletion,
    ReportSubWorkflow: report_sub_workflow,
    RefuseSubWorkflow: refuse_sub_workflow,
    FollowOrder: follow_order,
    ConfirmDelivery: confirm_delivery,
}
