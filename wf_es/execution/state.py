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

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from immutables import Map

from wf_es.envelope import JSON
from wf_es.execution.events import DirectRun, Lineage, Pin, Transition, Trigger


class Variable(msgspec.Struct, frozen=True, gc=False):
    """One variable of a branch: its value, how often and by which event written.

    ``writes`` counts the publishes of this name along the branch and
    ``event`` is the version of the event that wrote it last; together they
    decide which value wins where branches meet. ``parts`` is there when the
    value was merged from several branches key by key. ``bytes`` is the size of
    the value as JSON.

    ``rivals`` are other values, by the event that wrote them, which branches
    had written equally often where they met: this one was only written later.
    They are kept until the variable is written again.
    """

    value: JSON
    writes: int
    event: int
    bytes: int
    parts: dict[str, Variable] | None = None
    rivals: Map[int, Variable] = Map()


class Context(msgspec.Struct, frozen=True, gc=False):
    """A branch's context: its variables by name, with origin.

    ``weight`` is the size of its members as JSON, each with a comma. It is
    carried along, so that knowing it costs nothing however much there is.
    """

    variables: Map[str, Variable] = Map()
    weight: int = 0

    @property
    def bytes(self) -> int:
        """The size of the variables as one JSON object."""
        return object_bytes(self.weight)

    def __getitem__(self, name: str) -> Variable:
        """Return a variable; KeyError if it is not set."""
        return self.variables[name]

    def __contains__(self, name: object) -> bool:
        """Return whether a variable is set."""
        return name in self.variables

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names that are set."""
        return iter(self.variables)

    def __len__(self) -> int:
        """Return how many variables are set."""
        return len(self.variables)


def object_bytes(weight: int) -> int:
    """Return the size of a JSON object whose members weigh so much, each with a comma."""
    return weight + 1 if weight else 2


EMPTY = Context()
"""The context of a branch in which nothing was published."""


class ActionExecution(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One action of one task, as far as it has come.

    ``delegated``: another system has taken it over. ``superseded``: a rerun
    took its place. ``digest`` stands for an output that was not kept,
    ``reported`` for what was reported where ``output`` was made of it.

    Of an ad-hoc action, ``name`` and ``input`` are its own; ``base`` is what
    runs, with ``base_input``, and ``chain`` pins the ad-hoc actions above it.
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
    base: str | None = None
    base_input: dict[str, JSON] = {}
    chain: tuple[Pin, ...] = ()
    digest: str | None = None
    reported: str | None = None
    output: JSON = None
    created_at: datetime
    updated_at: datetime
    event: int


class Items(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How far a task with ``with-items`` has come.

    ``values`` has the list of each variable, all of them ``count`` long.
    ``indexes`` are the items that this attempt runs, in order; the first
    ``begun`` of them have begun. ``running`` of these have not ended, some of
    them ``paused``. ``succeeded``, ``failed`` and ``cancelled`` count ends,
    also those of kept items of an earlier attempt. ``concurrency`` is how
    many may run at a time (0: all). ``deferred``: items that may begin wait
    for a decision of their own, or for the execution to go on.
    """

    values: Mapping[str, Sequence[JSON]]
    count: int
    concurrency: int = 0
    indexes: Sequence[int] = ()
    begun: int = 0
    running: int = 0
    paused: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    deferred: bool = False

    @property
    def left(self) -> int:
        """How many items have not begun."""
        return len(self.indexes) - self.begun

    @property
    def startable(self) -> int:
        """How many items may begin now."""
        return min(self.left, max(0, self.concurrency - self.running)) if self.concurrency else self.left


class Timer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A time that a task waits for; ``seconds`` is how long it was when it was set.

    ``kind`` is ``wait-before``, ``wait-after``, ``retry`` or ``timeout``.
    """

    id: str
    task_id: str
    kind: str
    due: datetime
    seconds: float


class SubExecution(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One sub-workflow of one task, as far as this execution has heard of it.

    ``event`` is the child's event that the latest report was about, 0 before
    the first one; ``order`` the latest order that the child had received by
    then; ``ordered`` is the latest one that it was given, and ``demand`` the
    state that this one wants. ``alone``: its task has gone on for good. ``counted``
    is the end that its task has counted.
    """

    id: str
    task_id: str
    workflow_name: str
    workflow_namespace: str
    number: int
    attempt: int
    state: str
    input: dict[str, JSON]
    index: int | None = None
    scheduled: int
    event: int = 0
    order: int
    ordered: int
    demand: str = "RUNNING"
    accepted: bool = False
    superseded: bool = False
    alone: bool = False
    counted: str | None = None
    state_info: str | None = None
    output: JSON = None
    created_at: datetime
    updated_at: datetime


class TaskExecution(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One run of a task (each round of a loop is a run of its own).

    ``inbound`` and ``outbound`` are its contexts; ``result`` is what
    ``task().result`` gives. ``processed`` is true once routing has been done,
    ``handled`` when an ``on-error`` transition took care of its error.

    ``rounds`` tells, for tasks on a cycle, how often each has run along the
    chain of triggers that led here. ``revision`` is the version of the latest
    rerun that this run descends from (0: none). ``arrived`` counts, for a
    join, the triggers that count by the name of the task they came from;
    ``late`` are those that came after it had failed without having begun.

    ``begun`` is what the execution's counter stood at when a join began;
    ``scheduled`` is the event with which the run came into being.
    ``input_patch`` changes the input of its work, ``item_patches`` that of single items by index.

    ``actions`` are the ids of its actions by their number, those of all
    attempts; :func:`actions_of` gives them in order. ``units`` are the ids of
    what the attempt that counts has begun, by the index of the item; a task
    without ``items`` has one, at 0. ``children`` are the ids of its
    sub-workflows by their number.

    ``attempt`` counts all attempts, ``retries`` those that the ``retry``
    policy has added since the task was started or rerun. ``passed`` are the
    policies that hold once for all of these and have done so; ``outcome`` and
    ``outcome_info`` are how the work ended, while ``wait-after`` holds.
    ``timer`` is the id of the one timer that the task waits for.

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
    retries: int = 0
    passed: tuple[str, ...] = ()
    outcome: str | None = None
    outcome_info: str | None = None
    timer: str | None = None
    turn: int = 1
    triggered_by: tuple[Trigger, ...] = ()
    late: tuple[Trigger, ...] = ()
    replaces: str | None = None
    rounds: Map[str, int] = Map()
    revision: int = 0
    arrived: Map[str, int] = Map()
    begun: int = 0
    inbound: Context = EMPTY
    outbound: Context = EMPTY
    input_patch: dict[str, JSON] | None = None
    item_patches: Mapping[str, dict[str, JSON]] = {}
    published: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    result: JSON = None
    keep_result: bool = True
    actions: Map[int, str] = Map()
    units: Map[int, str] = Map()
    items: Items | None = None
    children: Map[int, str] = Map()
    transitions: tuple[Transition, ...] | None = None
    processed: bool = False
    handled: bool = False
    superseded: bool = False
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    event: int
    scheduled: int = 0


def round_of(task: TaskExecution) -> int:
    """Return in which round of its loop a task ran, or of the loop that led to it."""
    own = task.rounds.get(task.name)
    return max(task.rounds.values(), default=1) if own is None else own


def has_not_begun(join: TaskExecution) -> bool:
    """Return whether a join waits, or has failed because a branch could not come."""
    return join.started_at is None and join.state in ("WAITING", "ERROR")


class ExecutionState(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The whole execution after its event number ``version``.

    Indexes: the ``latest`` run by task name; how many runs are
    ``incomplete``, and by name how many of them are ``live`` (count); the numbers, by id, of
    tasks that are ``waiting`` (joins), ``idle``, ``unprocessed`` (completed,
    not routed), ``failed`` (unhandled), ``cancelled`` or ``leaves`` (nothing
    follows) or ``deferred`` (items wait to begin), and of ``unfinished``
    actions. ``paused`` are actions and sub-workflows. ``turns`` gives a join's run by
    name and turn, ``arrivals`` the turn by (join, source, round), ``arrived``
    how many rounds by (join, source). ``met`` gives, for a task of a reverse
    workflow, the runs that meet its requirements by the names of their tasks.
    ``timers`` are those that tasks wait for, by id. ``keys`` are the idempotency
    keys. ``global_bytes`` is the size of ``published_global`` as JSON, and
    ``env_events`` tells which event has changed a name of ``env`` after the start.

    Beside them, for what other executions must hear of: ``children`` are the
    sub-workflows; those that have not ended, as far as is known, are ``open``
    (by number), and ``orders`` gives for those that may not know it yet what
    they were ordered last. ``turned`` is the event that changed ``state``
    last, ``by_order`` whether the parent demanded it, ``order`` the latest
    order that came from there, and ``delivered`` up to which event it is
    recorded that others have heard of it. ``stopped`` says that somebody
    demanded the end; ``reopened`` is the event that began a run after an end.

    ``backlog`` holds the transitions that wait for a resume, with the task
    that they follow (None: they lead to start tasks). ``frozen``: imported and
    not activated; ``masked``: imported without its secrets. With ``direct`` this
    is an action that was run by itself: there is just that action, and no task.
    """

    id: str
    version: int = 0
    project: str = ""
    workflow_name: str = ""
    workflow_namespace: str = ""
    definition: Pin | None = None
    definition_since: int = 0
    direct: DirectRun | None = None
    state: str = "IDLE"
    state_info: str | None = None
    input: dict[str, JSON] = {}
    params: dict[str, JSON] = {}
    env: dict[str, JSON] = {}
    env_events: dict[str, int] = {}
    vars: dict[str, JSON] = {}
    published_global: dict[str, JSON] = {}
    global_bytes: int = 2
    description: str = ""
    tags: tuple[str, ...] = ()
    output: JSON = None
    root_execution_id: str | None = None
    task_execution_id: str | None = None
    source_execution_id: str | None = None
    parent_execution_id: str | None = None
    forked_from: Lineage | None = None
    depth: int = 0
    order: int = 0
    turned: int = 0
    by_order: bool = False
    stopped: bool = False
    reopened: int = 0
    delivered: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted: bool = False
    frozen: bool = False
    masked: bool = False
    counter: int = 0
    tasks: Map[str, TaskExecution] = Map()
    actions: Map[str, ActionExecution] = Map()
    children: Map[str, SubExecution] = Map()
    open: Map[str, int] = Map()
    orders: Map[str, int] = Map()
    latest: Map[str, str] = Map()
    live: Map[str, int] = Map()
    incomplete: int = 0
    waiting: Map[str, int] = Map()
    idle: Map[str, int] = Map()
    unprocessed: Map[str, int] = Map()
    deferred: Map[str, int] = Map()
    unfinished: Map[str, int] = Map()
    paused: Map[str, int] = Map()
    failed: Map[str, int] = Map()
    cancelled: Map[str, int] = Map()
    leaves: Map[str, int] = Map()
    timers: Map[str, Timer] = Map()
    backlog: tuple[tuple[str | None, tuple[Transition, ...]], ...] = ()
    turns: Map[tuple[str, int], str] = Map()
    arrivals: Map[tuple[str, str, int], int] = Map()
    arrived: Map[tuple[str, str], int] = Map()
    met: Map[str, Map[str, str]] = Map()
    keys: Map[str, int] = Map()

    @property
    def is_completed(self) -> bool:
        """Whether the execution has ended (it may still be resumed)."""
        return self.state in ("SUCCESS", "ERROR", "CANCELLED")


def actions_of(state: ExecutionState, task: TaskExecution) -> list[ActionExecution]:
    """Return the actions of a task, of all its attempts, the oldest first."""
    return [state.actions[task.actions[number]] for number in sorted(task.actions)]
