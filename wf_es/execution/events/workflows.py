"""What can happen to an execution as a whole."""

from __future__ import annotations

from wf_es.envelope import JSON, Event
from wf_es.execution.events.parts import Pin, Transition


class WorkflowStarted(Event, frozen=True, kw_only=True, tag="WorkflowStarted@1"):
    """An execution began; ``input`` has the defaults, ``vars`` are evaluated.

    A sub-workflow knows the execution and the task that it belongs to, the
    parent's event that scheduled it (``order``), and how many executions
    stand above it (``depth``).
    """

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
    parent_execution_id: str | None = None
    depth: int = 0
    order: int = 0


class WorkflowPaused(Event, frozen=True, kw_only=True, tag="WorkflowPaused@1"):
    """The execution was paused; ``backlog`` are transitions kept for the resume.

    ``order`` is the parent's event that demanded it, 0 if none did.
    """

    order: int = 0
    state_info: str | None = None
    task_id: str | None = None
    backlog: list[Transition] = []


class WorkflowResumed(Event, frozen=True, kw_only=True, tag="WorkflowResumed@1"):
    """The execution goes on; ``env`` is a merge patch on its environment.

    ``tasks`` names the tasks that were resumed in the same request and
    ``forced`` says that missing requirements were overruled; ``order`` as for
    a pause.
    """

    order: int = 0
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
    """The execution ended: SUCCESS, ERROR or CANCELLED.

    ``stopped``: somebody demanded it, so its sub-workflows are to end, too.
    ``order`` as for a pause.
    """

    order: int = 0
    stopped: bool = False
    state: str
    state_info: str | None = None
    output: JSON = None


class ExecutionUpdated(Event, frozen=True, kw_only=True, tag="ExecutionUpdated@1"):
    """The description or the environment was changed from outside."""

    description: str | None = None
    env: dict[str, JSON] | None = None


class DefinitionChosen(Event, frozen=True, kw_only=True, tag="DefinitionChosen@1"):
    """From here on another version of its definition counts for the execution."""

    definition: Pin


class ExecutionForked(Event, frozen=True, kw_only=True, tag="ExecutionForked@1"):
    """The execution goes on from here by itself: all before is a copy of another one's history.

    ``source_execution_id`` names that one, ``source_event`` its last event
    that was copied and ``source_digest`` the SHA-256 of this one's text. The
    ``actions`` had not ended there: they are run anew here. ``definition`` is
    what counts from now on, if another one was chosen.
    """

    source_execution_id: str
    source_event: int
    source_digest: str
    actions: list[str] = []
    definition: Pin | None = None


class ExecutionDeleted(Event, frozen=True, kw_only=True, tag="ExecutionDeleted@1"):
    """The execution was deleted: reads no longer show it, its id stays taken."""
