"""What a resume needs before it can be granted: computed, not guessed.

For each chosen task the expressions that will certainly be evaluated are
scanned for the variables they read:

* run again: its action, input and target with the inbound context, what it
  publishes on success, its guards with what it will have published;
* continue: its guards with what the caller says it published;
* both: action, input and target of the tasks that follow directly;
* all of these: what ad-hoc actions read that the tasks call by a plain name.

A variable is *missing* when neither the context, nor the patch, nor anything
published on the way provides it. Reads that cannot fail (``$.get(x)``) need
nothing. Names that are computed at run time are reported as undetermined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import msgspec

from wf_es.definition import AdHocSpec, Place, TaskSpec
from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.adhoc import adhoc_chain
from wf_es.execution.choosing import actions_again, refusal_of_items
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.execution.context import inbound_again
from wf_es.execution.decision import Definition
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, SUCCESS
from wf_es.execution.publishing import global_names, published_names
from wf_es.execution.readings import Reads, adhoc_reads, after_work, before_items, guards, inputs, publishes
from wf_es.execution.reverse import is_reverse, released
from wf_es.execution.routing import clauses
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.timing import TIMEOUT

_RESERVED = frozenset({"__env", "__execution", "__task_execution", "openstack"})
"""Variables that the engine itself provides, everywhere."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Where a variable is read: task, key, expression, and place in the text."""

    task: str
    key: str
    expression: str
    line: int
    column: int


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that nothing provides, and one expression that needs it."""

    variable: str
    needed_by: Use


class Undetermined(msgspec.Struct, frozen=True, kw_only=True):
    """An expression whose variables cannot be told without running it."""

    why: str
    needed_by: Use


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """An action that will be called once more."""

    task: str
    action: str
    id: str
    state: str


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """An action whose result has not arrived yet, or a time that has not come.

    For a time ``action`` is the policy that waits for it, and ``due`` when it
    comes, in UTC.
    """

    task: str
    action: str
    id: str
    is_async: bool
    due: str | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen task that cannot be resumed, and the reason."""

    task: str
    why: str


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "could I resume like this?"; ``position`` is the event number asked at."""

    resumable: bool
    will_run: list[str]
    repeats: list[Repeat]
    missing: list[Missing]
    undetermined: list[Undetermined]
    outstanding: list[Outstanding]
    refused: list[Refused]
    position: int

    def sentence(self) -> str:
        """Say in one sentence why the resume is not possible."""
        if self.refused:
            return "; ".join(f"Task '{item.task}' cannot be resumed: {item.why}" for item in self.refused)
        names = ", ".join(sorted({item.variable for item in self.missing}))
        return f"The execution cannot be resumed yet. Missing variables: {names}"


def find_task(state: ExecutionState, task: str) -> TaskExecution:
    """Return a task by its id, or the latest run of that name.

    Raises:
        NotFound: The execution has no such task.

    """
    found = state.tasks.get(task) or state.tasks.get(state.latest.get(task, ""))
    if found is None:
        raise NotFound(
            f"Task execution not found [id={task}]; the execution has run: {', '.join(sorted(state.latest))}",
            kind="Task execution",
            id=task,
        )
    return found


def requirements(
    state: ExecutionState, definition: Definition, command: ResumeFrom, ask: Callable[[Query], Answer]
) -> Requirements:
    """Work out what a resume would need, repeat and run; changes nothing.

    Args:
        state: The execution as it stands.
        definition: What it has pinned.
        command: The resume that is considered.
        ask: Answers what names of actions mean.

    Raises:
        NotFound: One of the chosen tasks does not exist.

    """
    chosen = [(find_task(state, wish.task), wish) for wish in command.tasks]
    refused = [
        Refused(task=task.name, why=why)
        for number, (task, wish) in enumerate(chosen)
        if (why := _refusal(state, task, wish, command.allow_succeeded))
        or (why := _repetition(task, chosen[:number]))
        or (why := refusal_of_items(state, task, wish))
    ]
    refused += [] if chosen else _unchosen(state)
    ids = {task.id for task, _ in chosen}
    analysis = _Analysis(state, definition, ids, ask)
    for task, wish in chosen:
        analysis.resume(task, wish)
    return Requirements(
        resumable=not refused and not analysis.missing and bool(chosen or not state.is_completed),
        will_run=analysis.will_run,
        repeats=_repeats(state, chosen),
        missing=list(analysis.missing.values()),
        undetermined=list(analysis.undetermined.values()),
        outstanding=_outstanding(state, ids),
        refused=refused,
        position=state.version,
    )


def _unchosen(state: ExecutionState) -> list[Refused]:
    """Refuse to go on from nowhere: an execution that has ended needs a task."""
    if not state.is_completed:
        return []
    failed = sorted({state.tasks[task_id].name for task_id in state.failed}) or sorted(state.latest)
    return [
        Refused(task=name, why="no task was chosen to resume from; name this one or another")
        for name in failed
    ]


def _refusal(
    state: ExecutionState, task: TaskExecution, wish: TaskResumption, allow_succeeded: bool
) -> str | None:
    reserved = sorted(_RESERVED & {*wish.context, *wish.published})
    if reserved:
        return f"'{reserved[0]}' belongs to the engine and cannot be set"
    if task.state not in COMPLETED and not _was_stopped(state):
        return f"it is still {task.state}"
    if task.state == SUCCESS:
        return _refusal_of_succeeded(task, wish, allow_succeeded)
    return None


def _was_stopped(state: ExecutionState) -> bool:
    """Whether somebody ended the execution while it worked: there is no failed task to resume from."""
    return state.is_completed and not state.failed and not state.cancelled


def _refusal_of_succeeded(task: TaskExecution, wish: TaskResumption, allowed: bool) -> str | None:
    if wish.action == "rerun":
        return None if allowed else "already succeeded (ask with allow_succeeded if you want it to run again)"
    if is_waiting_to_go_on(task, wish):
        return None
    return "already succeeded, so there is nothing to declare as done"


def is_waiting_to_go_on(task: TaskExecution, wish: TaskResumption) -> bool:
    """Whether all that is asked is to go on behind a task that succeeded after the execution's end."""
    given = wish.context or wish.published or wish.result is not msgspec.UNSET
    return task.state == SUCCESS and not task.processed and not given


def _repetition(task: TaskExecution, before: list[tuple[TaskExecution, TaskResumption]]) -> str | None:
    return "it is named twice" if any(task.id == other.id for other, _ in before) else None


def _repeats(state: ExecutionState, chosen: list[tuple[TaskExecution, TaskResumption]]) -> list[Repeat]:
    return [
        Repeat(task=task.name, action=action.name, id=action.id, state=action.state)
        for task, wish in chosen
        if wish.action == "rerun"
        for action in actions_again(state, task, wish)
    ]


def _outstanding(state: ExecutionState, resumed: Set[str]) -> list[Outstanding]:
    actions = (
        state.actions[action_id] for action_id in sorted(state.unfinished, key=state.unfinished.__getitem__)
    )
    found = [
        Outstanding(
            task=state.tasks[action.task_id].name,
            action=action.name,
            id=action.id,
            is_async=action.is_async,
        )
        for action in actions
        if action.task_id not in resumed
    ]
    timers = sorted(state.timers.values(), key=lambda timer: timer.due)
    return found + [
        Outstanding(
            task=state.tasks[timer.task_id].name,
            action=timer.kind,
            id=timer.id,
            is_async=True,
            due=timer.due.isoformat(" ", "seconds")[:19],
        )
        for timer in timers
        if timer.kind != TIMEOUT and timer.task_id not in resumed
    ]


class _Analysis:
    """Collects what is missing while it walks over the chosen tasks."""

    def __init__(
        self,
        state: ExecutionState,
        definition: Definition,
        chosen: Set[str],
        ask: Callable[[Query], Answer],
    ) -> None:
        self._ask = ask
        self._state = state
        self._definition = definition
        self._chosen = chosen
        tasks = definition.workflow.spec.tasks.values()
        self._global = _RESERVED | {*state.vars, *state.published_global, *global_names(tasks)}
        self._everywhere = _RESERVED | {*state.vars, *state.published_global, *state.input}
        self.missing: dict[tuple[str, str, str], Missing] = {}
        self.undetermined: dict[tuple[str, str, str], Undetermined] = {}
        self.will_run: list[str] = []

    def resume(self, task: TaskExecution, wish: TaskResumption) -> None:
        """Check one chosen task and what follows it directly."""
        spec = self._definition.workflow.spec.tasks[task.name]
        inbound = set(inbound_again(self._state, task))
        known = self._everywhere | _patched(inbound, wish.context)
        if wish.action == "rerun":
            self._will_run(task.name)
            self._check_inputs(spec, known)
        after = known | set(wish.published)
        if is_waiting_to_go_on(task, wish):
            after |= set(task.outbound)
        if wish.action == "rerun" or wish.result is not msgspec.UNSET:
            self._check(spec, publishes(spec), known)
            after |= published_names(spec, SUCCESS)
        if wish.action == "rerun":
            self._check(spec, after_work(spec), after)
        self._check(spec, guards(spec), after)
        for name in self._followers(spec):
            self._follow(name, task, after)

    def _followers(self, spec: TaskSpec) -> list[str]:
        if not is_reverse(self._definition):
            return _targets(spec)
        following = released(self._definition, self._state, spec.name, SUCCESS)
        return [item.target for item in following if not self._is_blocked(item.target, spec.name)]

    def _is_blocked(self, name: str, resumed: str) -> bool:
        """Whether a task of a reverse workflow lacks more than what is resumed."""
        for other in self._definition.workflow.graph.requires[name]:
            run = self._state.tasks.get(self._state.latest.get(other, ""))
            failed = run is not None and run.state in (ERROR, CANCELLED) and run.id not in self._chosen
            if other != resumed and failed:
                return True
        return False

    def _follow(self, name: str, task: TaskExecution, known: Set[str]) -> None:
        spec = self._definition.workflow.spec.tasks[name]
        self._will_run(name)
        if spec.join is not None or spec.requires:
            known = known | self._brought_by_others(name, task.name)
        self._check_inputs(spec, known)

    def _check_inputs(self, spec: TaskSpec, known: Set[str]) -> None:
        self._check(spec, before_items(spec), known)
        self._check(spec, inputs(spec), known | {item.name for item in spec.with_items})
        for adhoc in self._adhoc_actions(spec):
            self._check(spec, adhoc_reads(adhoc), self._global | {item.name for item in adhoc.input})

    def _adhoc_actions(self, spec: TaskSpec) -> Iterator[AdHocSpec]:
        """Return the ad-hoc actions that a task calls, if its name for them is plain."""
        if spec.workflow is not None or not spec.action.is_constant:
            return iter(())
        installed, state = self._definition.actions, self._state
        named = (spec.action.source, state.workflow_namespace, state.workflow_name)
        return adhoc_chain(installed, self._ask, *named)

    def _brought_by_others(self, join: str, resumed: str) -> set[str]:
        workflow, names = self._definition.workflow, set[str]()
        for source in workflow.graph.inbound[join]:
            if source == resumed:
                continue
            for feeder in workflow.graph.feeders(join, source):
                run = self._state.tasks.get(self._state.latest.get(feeder, ""))
                names.update(run.outbound if run is not None else ())
                if run is None or run.state not in COMPLETED or run.id in self._chosen:
                    names |= published_names(workflow.spec.tasks[feeder], SUCCESS)
        return names

    def _will_run(self, name: str) -> None:
        if name not in self.will_run:
            self.will_run.append(name)

    def _check(self, spec: TaskSpec, templates: Reads, known: Set[str]) -> None:
        for key, template in templates:
            for expression in template.expressions if template is not None else ():
                use = _use(spec, key, expression.path, expression.text)
                for why in expression.reads.undetermined:
                    found = Undetermined(why=why, needed_by=use)
                    self.undetermined.setdefault((why, spec.name, use.key), found)
                for read in expression.reads.variables:
                    if not read.optional and read.name not in known:
                        missing = Missing(variable=read.name, needed_by=use)
                        self.missing.setdefault((read.name, spec.name, use.key), missing)


def _patched(names: set[str], changes: dict[str, JSON]) -> set[str]:
    removed = {name for name, value in changes.items() if value is None}
    return (names | set(changes)) - removed


def _targets(spec: TaskSpec) -> list[str]:
    return [
        item.target for _, clause in clauses(spec, SUCCESS) for item in clause.next if item.command is None
    ]


def _use(spec: TaskSpec, key: str, path: tuple[str | int, ...], expression: str) -> Use:
    parts = [str(part) for part in path]
    place = _place(spec, [*key.split("."), *parts])
    return Use(
        task=spec.name,
        key=".".join([key, *parts]),
        expression=expression,
        line=place.line,
        column=place.column,
    )


def _place(spec: TaskSpec, parts: list[str]) -> Place:
    """Return the nearest place that is known for a key inside the task."""
    for length in range(len(parts), 0, -1):
        place = spec.places.get(".".join(parts[:length]))
        if place is not None:
            return place
    return spec.place
