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


class StartWorkflow(Command, frozen=True, kw_only=True):
    """Begin an execution. Repeating it for the same id changes nothing."""

    workflow_name: str
    workflow_namespace: str = ""
    input: dict[str, JSON] = {}
    params: dict[str, JSON] = {}
    description: str = ""
    root_execution_id: str | None = None
    task_execution_id: str | None = None
    source_execution_id: str | None = None


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


class PauseAction(Command, frozen=True, kw_only=True):
    """The system that runs the asynchronous action reports it as paused."""

    action_id: str


class ResumeAction(Command, frozen=True, kw_only=True):
    """The system that runs the asynchronous action reports it as running again."""

    action_id: str


class PauseWorkflow(Command, frozen=True, kw_only=True):
    """Start nothing new until a resume."""

    message: str | None = None


class ResumeWorkflow(Command, frozen=True, kw_only=True):
    """Go on after a pause, in Mistral's way: a no-op unless PAUSED or IDLE."""

    env: dict[str, JSON] = {}


class TaskResumption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do about one task: ``rerun`` it, or ``continue`` with what follows.

    ``task`` is a task's name or id. ``context`` and ``input`` are JSON merge
    patches; ``published`` and ``result`` are what a continued task should
    have given; with a result the task's own publish clauses are evaluated
    too, for the names that ``published`` does not give.
    """

    task: str
    action: Literal["rerun", "continue"] = "rerun"
    context: dict[str, JSON] = {}
    input: dict[str, JSON] = {}
    published: dict[str, JSON] = {}
    result: JSON | msgspec.UnsetType = msgspec.UNSET


class ResumeFrom(Command, frozen=True, kw_only=True):
    """Go on from the given tasks with changed data; refuses if data is missing.

    Without ``tasks`` a paused execution simply goes on. ``force`` overrules
    missing requirements, ``allow_succeeded`` permits tasks that succeeded.
    """

    tasks: tuple[TaskResumption, ...] = ()
    env: dict[str, JSON] = {}
    force: bool = False
    allow_succeeded: bool = False


class RerunTask(Command, frozen=True, kw_only=True):
    """Run a failed task again, in Mistral's way."""

    task_id: str
    reset: bool = True
    env: dict[str, JSON] = {}


class SkipTask(Command, frozen=True, kw_only=True):
    """Treat a failed task as skipped and go on with what follows a skip."""

    task_id: str


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
