"""What can be asked of one execution: the imperative side of the events.

Every command carries an :class:`~wf_es.envelope.Origin` (who, when, which
request) and a ``seed``; both stay the same when a decision is made again, so
``uuid()``, ``now()`` and random numbers in expressions give the same values.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from wf_es.envelope import JSON, Origin


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked of the execution ``execution_id``."""

    execution_id: str
    origin: Origin
    seed: int = 0


class ParentLink(msgspec.Struct, frozen=True, kw_only=True):
    """What a sub-workflow is told about its parent at its start.

    ``order`` is the parent's event that scheduled it, ``depth`` how many
    executions stand above it, ``env`` the environment that it inherits.
    """

    execution_id: str
    workflow_name: str
    order: int
    depth: int
    env: dict[str, JSON] = {}


class StartWorkflow(Command, frozen=True, kw_only=True):
    """Begin an execution. Repeating it for the same id changes nothing.

    With ``parent`` it is a sub-workflow: its name is looked for as its parent
    means it, and input that it does not declare becomes ``params``.
    """

    workflow_name: str
    workflow_namespace: str = ""
    input: dict[str, JSON] = {}
    params: dict[str, JSON] = {}
    description: str = ""
    root_execution_id: str | None = None
    task_execution_id: str | None = None
    source_execution_id: str | None = None
    parent: ParentLink | None = None


class RunAction(Command, frozen=True, kw_only=True):
    """Run an action outside of any workflow. Repeating it for the same id changes nothing.

    ``execution_id`` names the run, ``env`` (variables, or the name of a stored
    environment) is what ``env()`` and the defaults of actions see; after
    ``timeout`` seconds it ends in ERROR.
    """

    name: str
    namespace: str = ""
    input: dict[str, JSON] = {}
    env: JSON = None
    description: str = ""
    target: str | None = None
    timeout: float | None = None


class StartAction(Command, frozen=True, kw_only=True):
    """A runner is about to run the action (or has just run an idempotent one)."""

    action_id: str
    runner: str = ""


class DelegateAction(Command, frozen=True, kw_only=True):
    """Another system has taken the asynchronous action over."""

    action_id: str


class CompleteAction(Command, frozen=True, kw_only=True):
    """The action ended: ``state`` is SUCCESS, ERROR or CANCELLED.

    ``started_by`` names the runner when the start of an idempotent action is
    recorded together with its end.
    """

    action_id: str
    state: str
    output: JSON = None
    started_by: str | None = None


class DeleteAction(Command, frozen=True, kw_only=True):
    """Forget an action that ran outside of any workflow, when it has ended."""

    action_id: str


class PauseAction(Command, frozen=True, kw_only=True):
    """The system that runs the asynchronous action reports it as paused."""

    action_id: str


class ResumeAction(Command, frozen=True, kw_only=True):
    """The system that runs the asynchronous action reports it as running again."""

    action_id: str


class ContinueItems(Command, frozen=True, kw_only=True):
    """Begin those items of a task that were deferred; none of them is no event."""

    task_id: str


class FireTimer(Command, frozen=True, kw_only=True):
    """The time that a timer stands for has come; one that nobody waits for is ignored."""

    timer_id: str


class PauseWorkflow(Command, frozen=True, kw_only=True):
    """Start nothing new until a resume."""

    message: str | None = None


class ResumeWorkflow(Command, frozen=True, kw_only=True):
    """Go on after a pause, in Mistral's way: a no-op unless PAUSED or IDLE."""

    env: dict[str, JSON] = {}


class ItemResumption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a list that is to run again, with a merge patch on its own input."""

    index: int
    input: dict[str, JSON] = {}


class TaskResumption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do about one task: ``rerun`` it, or ``continue`` with what follows.

    ``task`` is a task's name or id, or its path through sub-workflows such as
    ``outer/inner/task`` or ``outer[2]/task``. ``context`` and ``input`` are JSON merge
    patches; ``published`` and ``result`` are what a continued task should
    have given; with a result the task's own publish clauses are evaluated
    too, for the names that ``published`` does not give. ``items`` says which
    items of a list run again: all of them, as the list is evaluated then,
    those that have not succeeded, or chosen ones by their index, each perhaps
    with changed input of its own.
    """

    task: str
    action: Literal["rerun", "continue"] = "rerun"
    context: dict[str, JSON] = {}
    input: dict[str, JSON] = {}
    published: dict[str, JSON] = {}
    result: JSON | msgspec.UnsetType = msgspec.UNSET
    items: Literal["all", "failed"] | list[int | ItemResumption] = "all"


class ResumeFrom(Command, frozen=True, kw_only=True):
    """Go on from the given tasks with changed data; refuses if data is missing.

    Without ``tasks`` a paused execution simply goes on. With ``failed`` all
    tasks are chosen that failed, also in sub-workflows, and ``context`` is a
    merge patch on what each of them sees. ``force`` overrules missing
    requirements, ``allow_succeeded`` permits tasks that succeeded.
    ``position`` is the event number that the execution must be at, if that
    matters. ``children`` are sub-workflows that the same request has resumed.
    ``definition`` says which version counts from then on: the one that has
    counted so far (``original``), the ``latest``, or one by its number;
    ``definitions`` says the same for sub-workflows on the way to the tasks, by
    their paths.
    """

    tasks: tuple[TaskResumption, ...] = ()
    failed: bool = False
    context: dict[str, JSON] = {}
    env: dict[str, JSON] = {}
    definition: Literal["original", "latest"] | int = "original"
    definitions: dict[str, Literal["original", "latest"] | int] = {}
    force: bool = False
    allow_succeeded: bool = False
    position: int | None = None
    children: tuple[ResumedChild, ...] = ()


class ForkExecution(ResumeFrom, frozen=True, kw_only=True):
    """Go on by itself, from the moment up to which another execution's events were copied here.

    ``source_event`` is the last one that was copied, ``source_digest`` the
    SHA-256 of its text. With ``tasks`` it goes on from them, and those may
    also be ones that had not ended; without, it goes on where it stands.
    """

    source_execution_id: str
    source_event: int
    source_digest: str


class ForkSubWorkflow(Command, frozen=True, kw_only=True):
    """Go on below an execution that was forked; the fields as for :class:`ForkExecution`.

    With ``is_over`` its parent has no use for it any more: it is to end.
    """

    source_execution_id: str
    source_event: int
    source_digest: str
    is_over: bool = False


class RerunTask(Command, frozen=True, kw_only=True):
    """Run a failed task again, in Mistral's way.

    Without ``reset`` only those items of a task with ``with-items`` run again
    that have not succeeded.
    """

    task_id: str
    reset: bool = True
    env: dict[str, JSON] = {}


class SkipTask(Command, frozen=True, kw_only=True):
    """Treat a failed task as skipped and go on with what follows a skip."""

    task_id: str


class CompleteTask(Command, frozen=True, kw_only=True):
    """Somebody says that a task is done: it ended in ``state``, by other means than its own.

    ``published`` and ``result`` are what it has given; with a result its own
    publish clauses are evaluated too, for the names that ``published`` does
    not give. ``message`` says more about the state. ``force`` overrules
    missing requirements of what follows.
    """

    task_id: str
    state: str = "SUCCESS"
    result: JSON | msgspec.UnsetType = msgspec.UNSET
    published: dict[str, JSON] = {}
    message: str | None = None
    force: bool = False


class StopWorkflow(Command, frozen=True, kw_only=True):
    """End the execution now as SUCCESS, ERROR or CANCELLED."""

    state: str
    message: str | None = None


class UpdateExecution(Command, frozen=True, kw_only=True):
    """Change the description, or merge a patch into the environment."""

    description: str | None = None
    env: dict[str, JSON] | None = None


class DeleteExecution(Command, frozen=True, kw_only=True):
    """Forget the execution in all views; ``force`` also while it is running."""

    force: bool = False


class ReportSubWorkflow(Command, frozen=True, kw_only=True):
    """A sub-workflow tells its parent how it stands since its event ``event``.

    ``order`` is the latest order of the parent's that it has received, and
    ``is_own`` says that it was not an order that turned it.
    """

    sub_execution_id: str
    event: int
    order: int
    is_own: bool
    state: str
    state_info: str | None = None
    output: JSON = None


class ResumedChild(msgspec.Struct, frozen=True, kw_only=True):
    """How a sub-workflow stands that the same request has resumed.

    ``reopened`` is its event that began a run after its end, 0 if it had not
    ended.
    """

    report: ReportSubWorkflow
    reopened: int = 0


class RefuseSubWorkflow(Command, frozen=True, kw_only=True):
    """A sub-workflow could not be started; ``message`` says why."""

    sub_execution_id: str
    message: str


class FollowOrder(Command, frozen=True, kw_only=True):
    """A parent wants its sub-workflow PAUSED, RUNNING or CANCELLED.

    ``order`` is the parent's event that demands it, ``known`` the latest event
    of the child that the parent had heard of, ``env`` what the environment
    is to be when it goes on.
    """

    order: int
    demand: str
    known: int
    message: str | None = None
    env: dict[str, JSON] = {}


class ActivateExecution(Command, frozen=True, kw_only=True):
    """Let an imported execution run."""


class ConfirmDelivery(Command, frozen=True, kw_only=True):
    """What other executions had to hear of, up to event ``event``, they have heard."""

    event: int
