"""What can happen to a task."""

from __future__ import annotations

from wf_es.envelope import JSON, Event
from wf_es.execution.events.parts import Transition, Trigger


class TaskScheduled(Event, frozen=True, kw_only=True, tag="TaskScheduled@1"):
    """A task execution came into being: RUNNING, WAITING (a join) or IDLE.

    ``kind`` is ACTION or WORKFLOW, by what the task runs. ``turn`` counts the
    runs of a join; ``round`` counts, for a task on a cycle, how often it has
    run along this chain of triggers (0: not on one). ``replaces`` is the run of
    a join whose place this one takes after a correction.
    """

    task_id: str
    name: str
    kind: str = "ACTION"
    state: str = "RUNNING"
    triggered_by: list[Trigger] = []
    turn: int = 1
    round: int = 0
    replaces: str | None = None


class JoinTriggered(Event, frozen=True, kw_only=True, tag="JoinTriggered@1"):
    """A transition reached a join; ``late`` when the join had already begun."""

    task_id: str
    trigger: Trigger
    late: bool = False


class JoinReopened(Event, frozen=True, kw_only=True, tag="JoinReopened@1"):
    """A join that had failed waits again, because a branch was corrected.

    ``supersedes`` are the runs that its failure had led to.
    """

    task_id: str
    supersedes: list[str]


class TaskStarted(Event, frozen=True, kw_only=True, tag="TaskStarted@1"):
    """A task that was WAITING or IDLE began to run."""

    task_id: str


class TaskCompleted(Event, frozen=True, kw_only=True, tag="TaskCompleted@1"):
    """A task ended. ``transitions`` is None while routing waits for a resume.

    ``published`` and ``published_global`` are what it added to its branch and
    to the workflow's context; ``published_atomic`` are variables of the latter
    that it computed from their newest values. ``result`` is only given where it is not the
    output of the task's action. ``forced`` marks an error that no ``on-error``
    may handle; ``handled`` an error that one did.
    """

    task_id: str
    state: str
    state_info: str | None = None
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    published_atomic: dict[str, JSON] = {}
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
    that an earlier end of this task had led to: they no longer count. With
    ``items`` only these run again, by their index, and the others are kept;
    ``item_input`` are merge patches on the input of single items, by index.
    """

    task_id: str
    context: dict[str, JSON] = {}
    input: dict[str, JSON] = {}
    state: str = "RUNNING"
    supersedes: list[str] = []
    items: list[int] | None = None
    item_input: dict[str, dict[str, JSON]] = {}


class TaskContinued(Event, frozen=True, kw_only=True, tag="TaskContinued@1"):
    """A task was declared done: its work was finished by other means.

    ``context`` is a JSON merge patch on the inbound context, ``published``
    and ``result`` are what the task should have given; ``supersedes`` as in
    :class:`TaskRerun`. ``state`` is how the work ended, ``state_info`` what is
    said about that.
    """

    task_id: str
    context: dict[str, JSON] = {}
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    published_atomic: dict[str, JSON] = {}
    result: JSON = None
    supersedes: list[str] = []
    state: str = "SUCCESS"
    state_info: str | None = None


class TaskSkipped(Event, frozen=True, kw_only=True, tag="TaskSkipped@1"):
    """A failed task was skipped; what follows a skip runs next."""

    task_id: str
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    published_atomic: dict[str, JSON] = {}
    supersedes: list[str] = []
