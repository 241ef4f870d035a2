"""One action to be run, and what may be done about it right now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from wf_es.actions import ActionContext
from wf_es.envelope import JSON
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.runners.engine_door import CallbackUrls

CUT_OFF_TEXT = (
    "The action had been started when its runner stopped, so it is unknown how far it came. It was not "
    "repeated, because it is neither declared idempotent nor does its task say safe-rerun."
)
CANCELLED_TEXT = "The execution, or its task, was cancelled before the action began."

_OPEN = ("RUNNING", "PAUSED")


@dataclass
class Job:
    """An action to be run. ``is_recovered``: found in the log, not just scheduled.

    ``is_elsewhere`` says that the process that started it is still alive,
    ``has_asked`` says that this process already asked to record the start,
    ``attempt`` how often the store was away when it did, and ``has_waited``
    that the callback of a cut-off hand-over had its time to come.
    """

    execution_id: str
    action_id: str
    actor: str = ""
    is_recovered: bool = False
    is_elsewhere: bool = False
    has_asked: bool = False
    has_waited: bool = False
    attempt: int = 0


class Step(Enum):
    """What to do about a job."""

    IGNORE = "it has ended, or somebody else takes care of it"
    AWAIT = "it may have been handed over before its process ended: the callback may still come"
    CUT_OFF = "it was started by a process that is gone, and must not be repeated"
    CANCEL = "it must not begin any more"
    CLAIM = "record the start, then run it"
    RUN = "run it"


def next_step(job: Job, state: ExecutionState) -> Step:
    """Say what to do about ``job`` as the log stands.

    The table of design section 6: what may be repeated is run; what may not
    is run once, after its start was recorded.
    """
    action = state.actions.get(job.action_id)
    if state.frozen or action is None or action.state not in _OPEN or action.superseded or action.delegated:
        return Step.IGNORE
    if action.started:
        return _next_step_if_started(job, action)
    task = state.tasks.get(action.task_id)
    if task is not None and task.state == "CANCELLED":
        return Step.CANCEL
    if action.idempotent:
        return Step.RUN
    return Step.CANCEL if state.state == "CANCELLED" else Step.CLAIM


def _next_step_if_started(job: Job, action: ActionExecution) -> Step:
    if job.has_asked:
        return Step.CLAIM
    if not job.is_recovered:
        return Step.IGNORE
    if action.idempotent or action.safe_rerun:
        return Step.RUN
    return Step.AWAIT if action.is_async and not job.has_waited else Step.CUT_OFF


def call_of(action: ActionExecution) -> tuple[str, dict[str, JSON]]:
    """Return the name and the input of what is to be run: for an ad-hoc action, its base's."""
    return (action.name, action.input) if action.base is None else (action.base, action.base_input)


def context_of(
    job: Job, state: ExecutionState, callbacks: CallbackUrls, limits: Limits = DEFAULT_LIMITS
) -> ActionContext:
    """Gather what the action may know about where it runs."""
    action = state.actions[job.action_id]
    task = state.tasks.get(action.task_id)
    return ActionContext(
        action_execution_id=action.id,
        action_name=action.name,
        workflow_name=state.workflow_name,
        workflow_execution_id=state.id,
        task_name=task.name if task else "",
        task_execution_id=action.task_id,
        callback_url=callbacks.url(action.id),
        project=state.project,
        actor=job.actor,
        attempt=action.attempt,
        index=action.index,
        result_nesting=limits.result_nesting,
    )
