"""The state of one execution: what is left when its events have been folded.

Immutable throughout (frozen structs, persistent maps), so a state can be
cached, shared with readers and thrown away after a failed append. Values that
tasks published and results of actions are shared references to what the
events carry, never copies.

Beside the tasks themselves the state keeps a few indexes (live tasks by name,
waiting joins, completed but not yet routed tasks...) so that deciding costs
what changed, not what exists.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from immutables import Map

from wf_es.envelope import JSON
from wf_es.execution.events import Pin, Transition, Trigger


class Variable(msgspec.Struct, frozen=True):
    """One variable of a branch: its value, how often and by which event written.

    ``writes`` counts the publishes of this name along the branch and
    ``event`` is the version of the event that wrote it last; together they
    decide which value wins where branches meet. ``parts`` is there when the
    value was merged from several branches key by key.
    """

    value: JSON
    writes: int
    event: int
    parts: dict[str, Variable] | None = None


Context = Map[str, Variable]
"""A branch's context: variable name to value with origin."""


class ActionExecution(msgspec.Struct, frozen=True, kw_only=True):
    """One action of one task, as far as it has come.

    ``delegated``: another system has taken it over. ``superseded``: a rerun
    took its place. ``digest`` stands for an output that was not kept.
    """

    id: str
    task_id: str
    name: str
    number: int
    attempt: int
    state: str
    input: dict[str, JSON]
    is_async: bool = False
    idempotent: bool = False
    safe_rerun: bool = False
    index: int | None = None
    target: str | None = None
    started: bool = False
    delegated: bool = False
    accepted: bool = False
    superseded: bool = False
    refused: bool = False
    digest: str | None = None
    output: JSON = None
    created_at: datetime
    updated_at: datetime
    event: int


class TaskExecution(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a task (each round of a loop is a run of its own).

    ``inbound`` and ``outbound`` are its contexts; ``result`` is what
    ``task().result`` gives. ``processed`` is true once routing has been done,
    ``handled`` when an ``on-error`` transition took care of its error.

    ``rounds`` tells, for tasks on a cycle, how often each has run along the
    chain of triggers that led here. ``revision`` is the version of the latest
    rerun that this run descends from (0: none). ``arrived`` counts, for a
    join, the triggers that count by the name of the task they came from;
    ``late`` are those that came after it had failed without having begun.

    ``superseded``: a task that it descends from was run again, skipped or
    declared done, so this run is history. It starts nothing and has no say in
    how the execution ends.
    """

    id: str
    number: int
    name: str
    state: str
    state_info: str | None = None
    type: str = "ACTION"
    attempt: int = 1
    turn: int = 1
    triggered_by: tuple[Trigger, ...] = ()
    late: tuple[Trigger, ...] = ()
    rounds: Map[str, int] = Map()
    revision: int = 0
    arrived: Map[str, int] = Map()
    inbound: Context = Map()
    outbound: Context = Map()
    input_patch: dict[str, JSON] | None = None
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    result: JSON = None
    keep_result: bool = True
    actions: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] | None = None
    processed: bool = False
    handled: bool = False
    superseded: bool = False
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    event: int


def round_of(task: TaskExecution) -> int:
    """Return in which round of its loop a task ran, or of the loop that led to it."""
    own = task.rounds.get(task.name)
    return max(task.rounds.values(), default=1) if own is None else own


def has_not_begun(join: TaskExecution) -> bool:
    """Return whether a join waits, or has failed because a branch could not come."""
    return join.started_at is None and join.state in ("WAITING", "ERROR")


class ExecutionState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole execution after its event number ``version``.

    Indexes: the ``latest`` run by task name; how many runs are
    ``incomplete``, and by name how many of them are ``live`` (count); the numbers, by id, of
    tasks that are ``waiting`` (joins), ``idle``, ``unprocessed`` (completed,
    not routed), ``failed`` (unhandled), ``cancelled`` or ``leaves`` (nothing
    follows), and of ``unfinished`` actions. ``turns`` gives a join's run by
    name and turn, ``arrivals`` the turn by (join, source, round), ``arrived``
    how many rounds by (join, source). ``keys`` are the idempotency keys.

    ``backlog`` holds the transitions that wait for a resume, with the task
    that they follow (None: they lead to start tasks).
    """

    id: str
    version: int = 0
    project: str = ""
    workflow_name: str = ""
    workflow_namespace: str = ""
    definition: Pin | None = None
    state: str = "IDLE"
    state_info: str | None = None
    input: dict[str, JSON] = {}
    params: dict[str, JSON] = {}
    env: dict[str, JSON] = {}
    vars: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    description: str = ""
    tags: tuple[str, ...] = ()
    output: JSON = None
    root_execution_id: str | None = None
    task_execution_id: str | None = None
    source_execution_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted: bool = False
    counter: int = 0
    tasks: Map[str, TaskExecution] = Map()
    actions: Map[str, ActionExecution] = Map()
    latest: Map[str, str] = Map()
    live: Map[str, int] = Map()
    incomplete: int = 0
    waiting: Map[str, int] = Map()
    idle: Map[str, int] = Map()
    unprocessed: Map[str, int] = Map()
    unfinished: Map[str, int] = Map()
    failed: Map[str, int] = Map()
    cancelled: Map[str, int] = Map()
    leaves: Map[str, int] = Map()
    backlog: tuple[tuple[str | None, tuple[Transition, ...]], ...] = ()
    turns: Map[tuple[str, int], str] = Map()
    arrivals: Map[tuple[str, str, int], int] = Map()
    arrived: Map[tuple[str, str], int] = Map()
    keys: Map[str, int] = Map()

    @property
    def is_completed(self) -> bool:
        """Whether the execution has ended (it may still be resumed)."""
        return self.state in ("SUCCESS", "ERROR", "CANCELLED")
