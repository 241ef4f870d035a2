"""What can happen to one execution. The log is made of these and nothing else.

Events say what happened, in the past tense, and carry the difference they
made, never a whole context: a task's inbound context is folded from what its
predecessors published. The names after ``tag=`` are stored for ever.

Actions and tasks are named by ids derived from the execution's id and a
counter, so deciding the same command again gives the same ids.
"""

from __future__ import annotations

import msgspec

from wf_es.envelope import JSON, Event


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a definition an execution runs: never the text itself."""

    stream: str
    version: int
    hash: str


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """What made a task start: a task execution and the clause that fired."""

    task_id: str
    event: str


class Transition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A transition that fired: to a task, or to an engine command with a message."""

    target: str
    event: str
    command: bool = False
    message: str | None = None


class WorkflowStarted(Event, frozen=True, kw_only=True, tag="WorkflowStarted@1"):
    """An execution began; ``input`` has the defaults, ``vars`` are evaluated."""

    workflow_name: str
    workflow_namespace: str = ""
    definition: Pin
    input: dict[str, JSON] = {}
    params: dict[str, JSON] = {}
    env: dict[str, JSON] = {}
    vars: dict[str, JSON] = {}
    description: str = ""
    tags: list[str] = []
    root_execution_id: str | None = None
    task_execution_id: str | None = None
    source_execution_id: str | None = None


class TaskScheduled(Event, frozen=True, kw_only=True, tag="TaskScheduled@1"):
    """A task execution came into being: RUNNING, WAITING (a join) or IDLE.

    ``turn`` counts the runs of a join; ``round`` counts, for a task on a
    cycle, how often it has run along this chain of triggers (0: not on one).
    """

    task_id: str
    name: str
    state: str = "RUNNING"
    triggered_by: list[Trigger] = []
    turn: int = 1
    round: int = 0


class JoinTriggered(Event, frozen=True, kw_only=True, tag="JoinTriggered@1"):
    """A transition reached a join; ``late`` when the join had already begun."""

    task_id: str
    trigger: Trigger
    late: bool = False


class TaskStarted(Event, frozen=True, kw_only=True, tag="TaskStarted@1"):
    """A task that was WAITING or IDLE began to run."""

    task_id: str


class ActionScheduled(Event, frozen=True, kw_only=True, tag="ActionScheduled@1"):
    """An action is to be run, with this input; runners find it in the log."""

    action_id: str
    task_id: str
    name: str
    input: dict[str, JSON] = {}
    is_async: bool = False
    idempotent: bool = False
    safe_rerun: bool = False
    index: int | None = None
    target: str | None = None


class ActionStarted(Event, frozen=True, kw_only=True, tag="ActionStarted@1"):
    """A runner began to run the action (recorded before the call if unsafe to repeat)."""

    action_id: str
    runner: str = ""


class ActionDelegated(Event, frozen=True, kw_only=True, tag="ActionDelegated@1"):
    """Another system took the asynchronous action over and will call back."""

    action_id: str


class ActionPaused(Event, frozen=True, kw_only=True, tag="ActionPaused@1"):
    """The system that runs the asynchronous action reported that it is paused."""

    action_id: str


class ActionResumed(Event, frozen=True, kw_only=True, tag="ActionResumed@1"):
    """The system that runs the asynchronous action reported that it goes on."""

    action_id: str


class ActionCompleted(Event, frozen=True, kw_only=True, tag="ActionCompleted@1"):
    """The action ended: SUCCESS, ERROR or CANCELLED, with any JSON output."""

    action_id: str
    state: str
    output: JSON = None


class CompletionRefused(Event, frozen=True, kw_only=True, tag="CompletionRefused@1"):
    """A completion came for an attempt that had been superseded; no effect."""

    action_id: str
    state: str


class TaskCompleted(Event, frozen=True, kw_only=True, tag="TaskCompleted@1"):
    """A task ended. ``transitions`` is None while routing waits for a resume.

    ``published`` and ``published_global`` are what it added to its branch and
    to the workflow's context. ``result`` is only given where it is not the
    output of the task's action. ``forced`` marks an error that no ``on-error``
    may handle; ``handled`` an error that one did.
    """

    task_id: str
    state: str
    state_info: str | None = None
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    transitions: list[Transition] | None = None
    handled: bool = False
    forced: bool = False
    keep_result: bool = True


class TransitionsTaken(Event, frozen=True, kw_only=True, tag="TransitionsTaken@1"):
    """The routing of a completed task that had waited for a resume was done."""

    task_id: str
    transitions: list[Transition] = []
    handled: bool = False


class TaskRerun(Event, frozen=True, kw_only=True, tag="TaskRerun@1"):
    """A task is to run again; earlier attempts no longer count.

    ``context`` is a JSON merge patch (RFC 7396) on the inbound context,
    ``input`` one on the evaluated action input. ``supersedes`` names the runs
    that an earlier end of this task had led to: they no longer count.
    """

    task_id: str
    context: dict[str, JSON] = {}
    input: dict[str, JSON] = {}
    state: str = "RUNNING"
    supersedes: list[str] = []


class TaskContinued(Event, frozen=True, kw_only=True, tag="TaskContinued@1"):
    """A failed task was declared done: its work was finished by other means.

    ``context`` is a JSON merge patch on the inbound context, ``published``
    and ``result`` are what the task should have given; ``supersedes`` as in
    :class:`TaskRerun`.
    """

    task_id: str
    context: dict[str, JSON] = {}
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    result: JSON = None
    supersedes: list[str] = []


class TaskSkipped(Event, frozen=True, kw_only=True, tag="TaskSkipped@1"):
    """A failed task was skipped; what follows a skip runs next."""

    task_id: str
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    supersedes: list[str] = []


class WorkflowPaused(Event, frozen=True, kw_only=True, tag="WorkflowPaused@1"):
    """The execution was paused; ``backlog`` are transitions kept for the resume."""

    state_info: str | None = None
    task_id: str | None = None
    backlog: list[Transition] = []


class WorkflowResumed(Event, frozen=True, kw_only=True, tag="WorkflowResumed@1"):
    """The execution goes on; ``env`` is a merge patch on its environment.

    ``tasks`` names the tasks that were resumed in the same request and
    ``forced`` says that missing requirements were overruled.
    """

    env: dict[str, JSON] = {}
    tasks: list[str] = []
    forced: bool = False


class TransitionsHeld(Event, frozen=True, kw_only=True, tag="TransitionsHeld@1"):
    """Transitions were held back for a resume: one before them stopped the execution.

    That happens when a task cannot even be started. Without ``task_id`` they
    lead to start tasks.
    """

    task_id: str | None = None
    transitions: list[Transition] = []


class BacklogTaken(Event, frozen=True, kw_only=True, tag="BacklogTaken@1"):
    """Transitions that had been held back were taken up."""

    task_id: str | None = None
    transitions: list[Transition] = []


class WorkflowCompleted(Event, frozen=True, kw_only=True, tag="WorkflowCompleted@1"):
    """The execution ended: SUCCESS, ERROR or CANCELLED."""

    state: str
    state_info: str | None = None
    output: JSON = None


class ExecutionUpdated(Event, frozen=True, kw_only=True, tag="ExecutionUpdated@1"):
    """The description or the environment was changed from outside."""

    description: str | None = None
    env: dict[str, JSON] | None = None


class ExecutionDeleted(Event, frozen=True, kw_only=True, tag="ExecutionDeleted@1"):
    """The execution was deleted: reads no longer show it, its id stays taken."""


EXECUTION_EVENTS: tuple[type[Event], ...] = (
    WorkflowStarted,
    TaskScheduled,
    JoinTriggered,
    TaskStarted,
    ActionScheduled,
    ActionStarted,
    ActionDelegated,
    ActionPaused,
    ActionResumed,
    ActionCompleted,
    CompletionRefused,
    TaskCompleted,
    TransitionsTaken,
    TaskRerun,
    TaskContinued,
    TaskSkipped,
    WorkflowPaused,
    WorkflowResumed,
    TransitionsHeld,
    BacklogTaken,
    WorkflowCompleted,
    ExecutionUpdated,
    ExecutionDeleted,
)
