"""Which command has led to recorded events, told from these events.

Events hold what a decision made of its command, and for nearly every command that
is enough to write it down again. Where the log leaves something open (whether a
pause was ordered, say) there are several candidates: one that leads to the
recorded events is as good as the one that was given. What was given and is
only recorded in its evaluated form (an input with its defaults, an
environment) is taken as given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import cast

from wf_es.envelope import JSON, Event
from wf_es.execution import commands
from wf_es.execution.commands import Command, FollowOrder, ParentLink
from wf_es.execution.events import (
    ActionCompleted,
    ActionDelegated,
    ActionPaused,
    ActionResumed,
    ActionStarted,
    CompletionRefused,
    DefinitionChosen,
    Delivered,
    ExecutionActivated,
    ExecutionDeleted,
    ExecutionForked,
    ExecutionImported,
    ExecutionUpdated,
    OrderReceived,
    SubWorkflowCompleted,
    SubWorkflowPaused,
    SubWorkflowReopened,
    SubWorkflowResumed,
    TaskContinued,
    TaskRerun,
    TaskSkipped,
    TimerFired,
    WorkflowCompleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowStarted,
)
from wf_es.execution.lifecycle import CANCELLED, PAUSED, RUNNING, SUCCESS
from wf_es.execution.state import ExecutionState
from wf_es.exports.rebuilt_resumes import Report, forks, reported, resumes
from wf_es.exports.tracing import NotRebuiltError, Trace, is_consequence

_EXPRESSIONS = ("<%", "{{", "{%")


def commands_for(trace: Trace) -> list[Command]:
    """Return the commands that may have led to the first event of a trace and what follows from it.

    Raises:
        NotRebuiltError: The log does not tell.

    """
    rebuild = _BEGINNINGS.get(type(trace.first.data))
    if rebuild is not None:
        return list(rebuild(trace))
    task_id = _deferred_task(trace.first.data, trace.state)
    if task_id is None:
        raise NotRebuiltError("no command is known that begins with it")
    return [trace.asks(commands.ContinueItems, task_id=task_id)]


def may_begin(trace: Trace, offset: int, state: ExecutionState) -> bool:
    """Whether a decision may begin with one of the events of a trace, in the state before it."""
    recorded = trace.events[offset]
    is_known = type(recorded.data) in _BEGINNINGS or _deferred_task(recorded.data, state) is not None
    return is_known and not is_consequence(recorded)


def _deferred_task(data: Event, state: ExecutionState) -> str | None:
    """Return the task whose deferred items a command has let begin, if an event is about such a task."""
    task_id: str | None = getattr(data, "task_id", None)
    return task_id if task_id in state.deferred else None


# --- executions ----------------------------------------------------------------


def _start(trace: Trace) -> Iterator[Command]:
    data = trace.data(WorkflowStarted)
    if data.params.get("evaluate_env") is not False and data.parent_execution_id is None:
        _refuse_expressions(data.env)
    parent = None
    if data.parent_execution_id is not None:
        parent = ParentLink(
            execution_id=data.parent_execution_id,
            workflow_name="",
            order=data.order,
            depth=data.depth,
            env=data.env,
        )
    yield trace.asks(
        commands.StartWorkflow,
        workflow_name=data.workflow_name,
        workflow_namespace=data.workflow_namespace,
        input=data.input,
        params=data.params,
        description=data.description,
        root_execution_id=data.root_execution_id,
        task_execution_id=data.task_execution_id,
        source_execution_id=data.source_execution_id,
        parent=parent,
    )


def _refuse_expressions(env: JSON) -> None:
    """Refuse an environment whose values would be evaluated a second time."""
    if any(mark in repr(env) for mark in _EXPRESSIONS):
        raise NotRebuiltError("its environment holds texts that look like expressions")


def _pause(trace: Trace) -> Iterator[Command]:
    data = trace.data(WorkflowPaused)
    if data.order:
        yield _order(trace, data.order, PAUSED, message=data.state_info)
    else:
        yield trace.asks(commands.PauseWorkflow, message=data.state_info)


def _resume(trace: Trace) -> Iterator[Command]:
    data = trace.data(WorkflowResumed)
    if not data.order:
        return resumes(trace)
    state = trace.state
    env = _wanted(state.env, data.env)
    return iter([_order(trace, data.order, RUNNING, known=state.turned, env=env)])


def _wanted(env: Mapping[str, JSON], change: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the environment that a change leads to."""
    removed = {name for name, value in change.items() if value is None and name in env}
    return {name: value for name, value in {**env, **change}.items() if name not in removed}


def _end(trace: Trace) -> Iterator[Command]:
    data = trace.data(WorkflowCompleted)
    if data.order:
        yield _order(trace, data.order, CANCELLED, message=data.state_info)
    else:
        yield trace.asks(commands.StopWorkflow, state=data.state, message=data.state_info)


def _heed(trace: Trace) -> Iterator[Command]:
    data = trace.data(OrderReceived)
    yield _order(trace, data.order, data.action)


def _order(trace: Trace, order: int, demand: str, known: int = 0, **fields: JSON) -> FollowOrder:
    return trace.asks(FollowOrder, order=order, demand=demand, known=known, **fields)


def _update(trace: Trace) -> Iterator[Command]:
    data = trace.data(ExecutionUpdated)
    if data.description is None:
        yield from resumes(trace)
    yield trace.asks(commands.UpdateExecution, description=data.description, env=data.env)


def _delete(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.DeleteExecution, force=True)


def _activate(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.ActivateExecution)


def _confirm(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.ConfirmDelivery, event=trace.data(Delivered).event)


def _import(_trace: Trace) -> Iterator[Command]:
    raise NotRebuiltError("it came from a file: nothing was decided")


# --- actions, timers and items -------------------------------------------------


def _start_action(trace: Trace) -> Iterator[Command]:
    data = trace.data(ActionStarted)
    following = trace.events[1].data if len(trace.events) > 1 else None
    if isinstance(following, ActionCompleted) and following.action_id == data.action_id:
        yield _completion(trace, following, data.runner)
    yield trace.asks(commands.StartAction, action_id=data.action_id, runner=data.runner)


def _complete(trace: Trace) -> Iterator[Command]:
    yield _completion(trace, trace.data(ActionCompleted), None)


def _completion(trace: Trace, data: ActionCompleted, started_by: str | None) -> Command:
    """Return the report of an end; that of an ad-hoc action with what was made of it."""
    if data.reported is not None and data.state != SUCCESS:
        raise NotRebuiltError("the log has no longer what an ad-hoc action failed to make something of")
    return trace.asks(
        commands.CompleteAction,
        action_id=data.action_id,
        state=data.state,
        output=data.output,
        started_by=started_by,
    )


def _complete_too_late(trace: Trace) -> Iterator[Command]:
    data = trace.data(CompletionRefused)
    yield trace.asks(commands.CompleteAction, action_id=data.action_id, state=data.state)


def _delegate(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.DelegateAction, action_id=trace.data(ActionDelegated).action_id)


def _pause_action(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.PauseAction, action_id=trace.data(ActionPaused).action_id)


def _resume_action(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.ResumeAction, action_id=trace.data(ActionResumed).action_id)


def _fire(trace: Trace) -> Iterator[Command]:
    yield trace.asks(commands.FireTimer, timer_id=trace.data(TimerFired).timer_id)


# --- sub-workflows -------------------------------------------------------------


def _report(trace: Trace) -> Iterator[Command]:
    """Yield what a sub-workflow may have reported: the log does not say whether it turned by itself."""
    data = cast(Report, trace.first.data)
    if isinstance(data, SubWorkflowCompleted) and not data.event:
        message = data.state_info or ""
        yield trace.asks(commands.RefuseSubWorkflow, sub_execution_id=data.execution_id, message=message)
        return
    if isinstance(data, SubWorkflowReopened):
        later = (one.data for one in trace.events[1:] if not is_consequence(one))
        told = (one for one in later if isinstance(one, Report) and one.event == data.event)
        ends = [data, *(one for one in told if one.execution_id == data.execution_id)]
    else:
        ends = [data]
    for last, is_own in product(reversed(ends), (True, False)):
        yield reported(trace, last, is_own)
    if isinstance(data, SubWorkflowReopened):
        yield from resumes(trace)


_BEGINNINGS: Mapping[type[Event], Callable[[Trace], Iterator[Command]]] = {
    WorkflowStarted: _start,
    WorkflowPaused: _pause,
    WorkflowResumed: _resume,
    WorkflowCompleted: _end,
    OrderReceived: _heed,
    ExecutionUpdated: _update,
    ExecutionDeleted: _delete,
    ExecutionActivated: _activate,
    ExecutionImported: _import,
    ExecutionForked: forks,
    DefinitionChosen: resumes,
    TaskRerun: resumes,
    TaskContinued: resumes,
    TaskSkipped: resumes,
    Delivered: _confirm,
    ActionStarted: _start_action,
    ActionCompleted: _complete,
    CompletionRefused: _complete_too_late,
    ActionDelegated: _delegate,
    ActionPaused: _pause_action,
    ActionResumed: _resume_action,
    TimerFired: _fire,
    SubWorkflowPaused: _report,
    SubWorkflowResumed: _report,
    SubWorkflowCompleted: _report,
    SubWorkflowReopened: _report,
}
"""The events with which decisions begin. What else comes first begins deferred items."""
