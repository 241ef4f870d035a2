"""Where a resumed execution goes on: from the chosen tasks, and from all that is still alive.

The chosen tasks run again or count as done. What they had led to is history
(``gone``). Everything else that has not ended goes on beside them: work that
is under way, tasks that wait for a resume, joins with what has arrived.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.commands import TaskResumption
from wf_es.execution.context import holds, inbound_again, patch
from wf_es.execution.lifecycle import COMPLETED, DELAYED, IDLE, SUCCESS, WAITING
from wf_es.execution.requirements.choice import Choice, is_waiting_to_go_on
from wf_es.execution.requirements.facts import NOTHING, Facts, Name, Origin, Vocabulary, together
from wf_es.execution.requirements.overrides import Overrides, kept, wished
from wf_es.execution.requirements.shape import Shape
from wf_es.execution.state import Context, ExecutionState, TaskExecution, has_not_begun


class Declared(NamedTuple):
    """A task that counts as done with a result: what it sees, and what it is said to have published."""

    facts: Facts
    given: tuple[str, ...]


class Ended(NamedTuple):
    """A task that is not routed yet: how it ended, what it has left behind."""

    outcome: str
    facts: Facts


class Beginnings(msgspec.Struct, kw_only=True):
    """The points at which an execution goes on, by the name of the task.

    ``begins``: it begins its work, with these facts; ``works``: its work is
    under way; ``publishes``: it counts as done, and publishes; ``ended``: only
    its routing is left. ``arrived`` is what tasks have brought to a join by
    now, ``counted`` whether that is certain to count; ``closed`` are the joins
    to which nothing can come any more; ``goes_on`` are tasks at work that
    have items which have not begun, ``kept_lists`` those of whose items only
    some run again. ``begun_with`` and ``works_with`` are the patches on the input
    of the runs that begin, and that are under way. ``ran`` are the tasks that have run,
    ``left`` is what ended tasks leave behind for the end of the workflow.
    """

    begins: dict[str, list[Facts]] = msgspec.field(default_factory=lambda: defaultdict(list))
    works: dict[str, list[Facts]] = msgspec.field(default_factory=lambda: defaultdict(list))
    publishes: dict[str, list[Declared]] = msgspec.field(default_factory=lambda: defaultdict(list))
    ended: dict[str, list[Ended]] = msgspec.field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, dict[str, list[Facts]]] = msgspec.field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    counted: set[tuple[str, str]] = msgspec.field(default_factory=set)
    closed: set[str] = msgspec.field(default_factory=set)
    goes_on: set[str] = msgspec.field(default_factory=set)
    kept_lists: set[str] = msgspec.field(default_factory=set)
    begun_with: dict[str, list[Overrides]] = msgspec.field(default_factory=lambda: defaultdict(list))
    works_with: dict[str, list[Overrides]] = msgspec.field(default_factory=lambda: defaultdict(list))
    ran: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    left: Facts = NOTHING

    def names(self) -> list[str]:
        """Return the tasks at which something goes on, joins that wait included."""
        parts = (self.begins, self.works, self.publishes, self.ended, self.arrived)
        return list(dict.fromkeys(name for part in parts for name in part))


def fresh(shape: Shape) -> Beginnings:
    """Return how an execution begins that has not been started yet."""
    found = Beginnings()
    for name in shape.starts():
        found.begins[name].append(NOTHING)
    return found


def resumed(
    state: ExecutionState, shape: Shape, chosen: list[Choice], followed: Set[str], words: Vocabulary
) -> Beginnings:
    """Return how an execution goes on from the chosen tasks, and from what is alive.

    ``followed`` are tasks, by id, that run again with a sub-workflow that is resumed.
    """
    return _Resumed(state, shape, (chosen, followed), words).beginnings()


class _Resumed:
    def __init__(
        self,
        state: ExecutionState,
        shape: Shape,
        going: tuple[list[Choice], Set[str]],
        words: Vocabulary,
    ) -> None:
        chosen, followed = going
        self._followed = [state.tasks[task_id] for task_id in sorted(followed)]
        self._state = state
        self._shape = shape
        self._chosen = sorted(chosen, key=lambda choice: choice[0].number)
        self._ids = frozenset(task.id for task, _ in chosen) | followed
        self._words = words
        self._writers = _writers(state)
        going_on = [*(task for task, _ in chosen), *self._followed]
        self._gone = _gone(state, sorted(going_on, key=lambda task: task.number), followed)
        self._looped = shape.graph.reachable_from(shape.graph.looping)
        self._found = Beginnings(ran=frozenset(state.latest), gone=frozenset(self._gone))

    def beginnings(self) -> Beginnings:
        for task, wish in self._chosen:
            if self._is_known(task) and task.id not in self._gone:
                self._choose(task, wish)
        for task in self._followed:
            if self._is_known(task) and task.id not in self._gone:
                self._work_on(task)
        left = []
        for task in self._state.tasks.values():
            if not self._is_known(task):
                continue
            if self._counts(task):
                self._go_on(task)
                if task.processed and task.id in self._state.leaves:
                    left.append(self._facts(task.outbound))
            if self._shape.is_join(task.name):
                self._arrive(task)
        self._take_backlog()
        self._meet()
        self._found.left = together(left, (), 0)
        return self._found

    def _is_known(self, task: TaskExecution) -> bool:
        return task.name in self._shape.spec.tasks

    def _counts(self, task: TaskExecution) -> bool:
        """Whether a run that was not chosen still counts after the resume."""
        return task.id not in self._ids and task.id not in self._gone and not task.superseded

    # -- the chosen tasks -----------------------------------------------------------

    def _choose(self, task: TaskExecution, wish: TaskResumption) -> None:
        found, name = self._found, task.name
        if wish.action == "continue" and is_waiting_to_go_on(task, wish):
            found.ended[name].append(Ended(SUCCESS, self._facts(task.outbound)))
            return
        facts = self._overridden(self._inbound(task), wish.context, task)
        said = Origin("override", task.name)
        for variable, value in wish.published.items():
            self._words.note(Name("branch", variable), said, value)
        if wish.action == "rerun":
            found.begins[name].append(facts)
            found.begun_with[name].append(wished(self._state, task, wish))
            if task.items is not None and wish.items != "all":
                found.kept_lists.add(name)
            return
        given = tuple(wish.published)
        if wish.result is msgspec.UNSET:
            found.ended[name].append(Ended(SUCCESS, self._declared(facts, task, given)))
        else:
            found.publishes[name].append(Declared(facts, given))

    def _declared(self, facts: Facts, task: TaskExecution, given: tuple[str, ...]) -> Facts:
        """Return what is there behind a task that counts as done; one that succeeded keeps what it gave."""
        if task.state == SUCCESS:
            gave = Origin("context", task.name, task.event)
            for name, value in task.published.items():
                self._words.note(Name("branch", name), gave, value)
            facts = self._words.overlaid(facts, task.published, gave)
        return self._words.overlaid(facts, given, Origin("override", task.name))

    def _inbound(self, task: TaskExecution) -> Facts:
        """Return what a task would see if it ran again; a join may not have begun yet."""
        if task.started_at is not None or not task.arrived:
            return self._facts(task.inbound)
        return together([self._facts(source.outbound) for source in self._sources(task)], (), 0)

    def _overridden(self, facts: Facts, changes: dict[str, JSON], task: TaskExecution) -> Facts:
        """Return the facts after a merge patch of the request; null removes a variable."""
        chosen = self._words.facts(Name("chosen", task.name), Origin("override", task.name))
        certain, possible = facts.certain, facts.possible | chosen.possible
        state, given = self._state, Origin("override", task.name)
        below = ChainMap(state.published_global, state.vars, state.input)
        changed = patch(inbound_again(state, task), changes, state.version, below)
        for name, value in changes.items():
            key = Name("branch", name)
            bit = self._words.certain(key)
            certain, possible = certain & ~bit, possible & ~self._words.mask(key)
            if value is not None:
                certain |= bit
                possible |= self._words.possible(key, given)
                self._words.note(key, given, changed[name].value)
        return Facts(certain, possible)

    # -- what goes on beside them -----------------------------------------------------

    def _go_on(self, task: TaskExecution) -> None:
        found, name = self._found, task.name
        if task.state in COMPLETED:
            if not task.processed:
                found.ended[name].append(Ended(task.state, self._facts(task.outbound)))
        elif task.state == IDLE or (task.state == DELAYED and task.outcome is None):
            found.begins[name].append(self._facts(task.inbound))
            found.begun_with[name].append(kept(task))
        elif task.state != WAITING:
            self._work_on(task)

    def _work_on(self, task: TaskExecution) -> None:
        """Note a task that is at work, and whether it has items that have not begun."""
        self._found.works[task.name].append(self._facts(task.inbound))
        self._found.works_with[task.name].append(kept(task))
        if task.items is not None and task.items.left:
            self._found.goes_on.add(task.name)

    def _arrive(self, join: TaskExecution) -> None:
        """Note what has arrived at a join, or that nothing can come to it any more."""
        is_history = join.id in self._gone or (join.superseded and join.id not in self._ids)
        waits = not is_history and join.id not in self._ids and has_not_begun(join)
        if not is_history and not waits and self._is_the_one(join):
            self._found.closed.add(join.name)
        if self._shape.is_reverse or join.name in self._found.closed:
            return
        for source in self._sources(join):
            self._found.arrived[join.name][source.name].append(self._facts(source.outbound))
            if waits and join.state == WAITING and source.name in join.arrived:
                self._found.counted.add((join.name, source.name))

    def _is_the_one(self, join: TaskExecution) -> bool:
        """Whether what comes to a join comes to this run of it, and there is no other turn."""
        if self._shape.is_reverse:
            return self._state.latest.get(join.name) == join.id
        is_current = self._state.turns.get((join.name, join.turn)) == join.id
        return is_current and join.name not in self._looped

    def _sources(self, join: TaskExecution) -> Iterator[TaskExecution]:
        """Yield the runs that have led to a join and still count."""
        for trigger in (*join.triggered_by, *join.late):
            source = self._state.tasks[trigger.task_id]
            if holds(source) and source.id not in self._gone and source.id not in self._ids:
                yield source

    def _meet(self) -> None:
        """Note which requirements of the tasks of a reverse workflow are met."""
        for name, met in self._state.met.items():
            for source_id in met.values() if name in self._shape.spec.tasks else ():
                source = self._state.tasks[source_id]
                if self._counts(source) and holds(source):
                    self._found.arrived[name][source.name].append(self._facts(source.outbound))
                    self._found.counted.add((name, source.name))

    def _take_backlog(self) -> None:
        """Note the transitions that wait for the resume."""
        for source_id, transitions in self._state.backlog:
            source = None if source_id is None else self._state.tasks[source_id]
            if source is not None and not self._counts(source):
                continue
            facts = NOTHING if source is None else self._facts(source.outbound)
            for taken in transitions:
                if taken.command or taken.target not in self._shape.spec.tasks:
                    continue
                if source is not None and self._shape.is_join(taken.target):
                    self._found.arrived[taken.target][source.name].append(facts)
                    self._found.counted.add((taken.target, source.name))
                else:
                    self._found.begins[taken.target].append(facts)

    def _facts(self, context: Context) -> Facts:
        certain = possible = 0
        for name, variable in context.variables.items():
            key = Name("branch", name)
            certain |= self._words.certain(key)
            origin = Origin("context", self._writers.get(variable.event), variable.event)
            possible |= self._words.possible(key, origin)
            self._words.note(key, origin, variable.value)
        return Facts(certain, possible)


def _writers(state: ExecutionState) -> dict[int, str]:
    """Return which task an event is about that has written variables: its end, or what changed it."""
    writers: dict[int, str] = {}
    for task in state.tasks.values():
        writers[task.event] = task.name
        if task.revision:
            writers.setdefault(task.revision, task.name)
    return writers


def _gone(state: ExecutionState, chosen: Iterable[TaskExecution], followed: Set[str]) -> set[str]:
    """Return the runs that will not count any more once the chosen tasks go on, the earliest first."""
    followers: dict[str, list[str]] = defaultdict(list)
    for task in state.tasks.values():
        for trigger in (*task.triggered_by, *task.late):
            followers[trigger.task_id].append(task.id)
    gone: set[str] = set()
    for task in chosen:
        if task.id not in followed:
            gone.discard(task.id)
        found, waiting = {task.id}, [task.id]
        while waiting:
            fresh = [follower for follower in followers[waiting.pop()] if follower not in found]
            found.update(fresh)
            waiting += fresh
        gone |= found - {task.id}
    return gone
