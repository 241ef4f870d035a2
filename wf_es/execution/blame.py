"""Who wrote what a context holds: for each leaf the event that wrote it, and its earlier values.

A *leaf* is a value that is no mapping, or an empty one, at a path of names that
begins with the variable. An event writes a leaf if it publishes the variable
(as a whole, so every leaf of it), or if it changes the context by a merge patch
that names the leaf; what a patch leaves alone keeps the event that wrote it.

Events hold what was written, states what has become of it. So one replay of
the events is enough: it gives the context, and on the way what each write found.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from wf_es.envelope import JSON, Event, Recorded
from wf_es.errors import NotFound
from wf_es.execution import events as log
from wf_es.execution.context import inbound_again
from wf_es.execution.leaves import ABSENT, Path, leaves, value_at
from wf_es.execution.reducer import evolve, initial
from wf_es.execution.scope import final_context
from wf_es.execution.state import Context, ExecutionState, TaskExecution, Variable

_PUBLISHING = log.TaskCompleted | log.TaskContinued | log.TaskSkipped
_PATCHING = log.TaskRerun | log.TaskContinued


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """A value and the event that wrote it: its number, time, actor and task, and why it was asked for.

    Without a task it came with the start of the execution.
    """

    value: JSON
    event: int
    time: datetime
    actor: str
    reason: str | None = None
    task: str | None = None
    task_id: str | None = None


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A value in a context, who wrote it, and what was written there before (oldest first).

    Earlier values also come from attempts that were run again since, and from
    branches that lost where branches met.
    """

    path: Path
    value: JSON
    written: Write
    earlier: list[Write]


class TaskBlame(msgspec.Struct, frozen=True, kw_only=True):
    """The leaves of what a task saw and left behind, and of what every task sees beside its branch.

    Paths in ``workflow`` begin with ``global``, ``vars`` or ``input``.
    """

    task_id: str
    name: str
    inbound: list[Leaf]
    outbound: list[Leaf]
    workflow: list[Leaf]


class FinalBlame(msgspec.Struct, frozen=True, kw_only=True):
    """The leaves of what all branches have left behind together; ``workflow`` as in :class:`TaskBlame`."""

    variables: list[Leaf]
    workflow: list[Leaf]


class _Patch(msgspec.Struct, frozen=True):
    """What a patch did to one variable: the patch, what it found, and what it made of that."""

    change: JSON
    found: Variable | None
    below: Path
    made: Variable | None


class Chronicle:
    """The events of one execution up to a moment, ready to be asked who wrote what.

    ``state`` is the execution at that moment.
    """

    def __init__(self, execution_id: str, events: Iterable[Recorded]) -> None:
        """Replay the events, from the first one on."""
        self.state = initial(execution_id)
        self._events: dict[int, Recorded] = {}
        self._reasons: dict[str, str] = {}
        self._started = 0
        self._published: dict[str, list[Recorded]] = {}
        self._patched: dict[str, list[Recorded]] = {}
        self._patches: dict[tuple[int, str], _Patch] = {}
        self._shared: dict[str, list[Recorded]] = {}
        for recorded in events:
            before, self.state = self.state, evolve(self.state, recorded)
            self._note(before, recorded)

    # -- questions ----------------------------------------------------------------

    def task(self, task_id: str) -> TaskBlame:
        """Return who wrote what a task saw and left behind.

        Raises:
            NotFound: The execution had no such task at that moment.

        """
        task = self.state.tasks.get(task_id)
        if task is None:
            message = f"Task execution not found [id={task_id}]"
            raise NotFound(message, kind="Task execution", id=task_id)
        above = _ancestors(self.state, [task])
        return TaskBlame(
            task_id=task.id,
            name=task.name,
            inbound=self._leaves(task.inbound, above),
            outbound=self._leaves(task.outbound, above),
            workflow=self._workflow(),
        )

    def execution(self) -> FinalBlame:
        """Return who wrote what all branches have left behind together."""
        above = _ancestors(self.state, [self.state.tasks[task_id] for task_id in self.state.leaves])
        return FinalBlame(variables=self._leaves(final_context(self.state), above), workflow=self._workflow())

    # -- replaying ------------------------------------------------------------------

    def _note(self, before: ExecutionState, recorded: Recorded) -> None:
        data = recorded.data
        if recorded.reason is not None:
            self._reasons[recorded.command] = recorded.reason
        if isinstance(data, log.WorkflowStarted):
            self._started = recorded.version
        elif not isinstance(data, _PUBLISHING | log.TaskRerun):
            return
        self._events[recorded.version] = recorded
        if isinstance(data, _PUBLISHING):
            for name in data.published:
                self._published.setdefault(name, []).append(recorded)
            for name in {*data.published_global, *data.published_atomic}:
                self._shared.setdefault(name, []).append(recorded)
        if isinstance(data, _PATCHING) and data.context:
            self._note_patch(before, recorded, data)

    def _note_patch(
        self, before: ExecutionState, recorded: Recorded, data: log.TaskRerun | log.TaskContinued
    ) -> None:
        found = inbound_again(before, before.tasks[data.task_id])
        made = self.state.tasks[data.task_id].inbound
        for name, change in data.context.items():
            self._patched.setdefault(name, []).append(recorded)
            self._patches[recorded.version, name] = _Patch(
                change, found.variables.get(name), _below(before, name), made.variables.get(name)
            )

    # -- who wrote a leaf -----------------------------------------------------------

    def _leaves(self, context: Context, above: frozenset[str]) -> list[Leaf]:
        return [
            self._leaf(path, value, self._writer(path, (name,), context[name]), above)
            for name in sorted(context)
            for path, value in leaves(context[name].value, (name,))
        ]

    def _leaf(self, path: Path, value: JSON, event: int, above: frozenset[str]) -> Leaf:
        earlier = [write for write in self._writes(path, above) if write.event < event]
        return Leaf(path=path, value=value, written=self._write(event, value), earlier=earlier)

    def _writer(self, path: Path, at: Path, variable: Variable) -> int:
        """Return the event that wrote a leaf of a variable, or of the part of one that is at ``at``."""
        if variable.parts is not None and len(path) > len(at):
            deeper = path[: len(at) + 1]
            return self._writer(path, deeper, variable.parts[deeper[-1]])
        patched = self._patches.get((variable.event, path[0]))
        if patched is None or self._is_published(variable, at) or _touches(patched.change, path[1:]):
            return variable.event
        if patched.found is not None:
            return self._writer(path, path[:1], patched.found)
        return self._shared_writer((*patched.below, *path[1:]), variable.event) or self._started

    def _is_published(self, variable: Variable, at: Path) -> bool:
        data = self._events[variable.event].data
        published = data.published if isinstance(data, _PUBLISHING) else {}
        return at[0] in published and value_at(published, at) is variable.value

    def _writes(self, path: Path, above: frozenset[str]) -> Iterator[Write]:
        """Yield what came with the start at a path, and what any of the given tasks wrote; oldest first."""
        name = path[0]
        given = value_at(ChainMap(self.state.vars, self.state.input), path)
        if given is not ABSENT:
            yield self._write(self._started, given)
        events = {recorded.version: recorded for recorded in self._published.get(name, ())}
        events |= {recorded.version: recorded for recorded in self._patched.get(name, ())}
        for event in sorted(events):
            if task_of(events[event].data) not in above:
                continue
            value = self._written(event, path)
            if value is not ABSENT:
                yield self._write(event, value)

    def _written(self, event: int, path: Path) -> JSON:
        """Return what an event wrote at a path; if it did so twice, what it published."""
        data = self._events[event].data
        if isinstance(data, _PUBLISHING) and path[0] in data.published:
            return value_at(data.published, path)
        patched = self._patches[event, path[0]]
        if patched.made is None or not _touches(patched.change, path[1:]):
            return ABSENT
        return value_at({path[0]: patched.made.value}, path)

    def _write(self, event: int, value: JSON) -> Write:
        recorded = self._events[event]
        task_id = task_of(recorded.data)
        return Write(
            value=value,
            event=event,
            time=recorded.time,
            actor=recorded.actor,
            reason=self._reasons.get(recorded.command),
            task=None if task_id is None else self.state.tasks[task_id].name,
            task_id=task_id,
        )

    # -- what every task sees -------------------------------------------------------

    def _workflow(self) -> list[Leaf]:
        state, found = self.state, []
        for path, value in leaves(state.published_global, ("global",)) if state.published_global else ():
            event = self._shared_writer(path, state.version + 1) or self._started
            earlier = [write for write in self._shared_writes(path) if write.event < event]
            found.append(Leaf(path=path, value=value, written=self._write(event, value), earlier=earlier))
        for layer, values in (("vars", state.vars), ("input", state.input)):
            for path, value in leaves(values, (layer,)) if values else ():
                written = self._write(self._started, value)
                found.append(Leaf(path=path, value=value, written=written, earlier=[]))
        return found

    def _shared_writer(self, path: Path, before: int) -> int:
        """Return the last event before a number that wrote a leaf of a global variable, 0 if none did."""
        if path[0] != "global":
            return 0
        known = (recorded for recorded in self._shared.get(path[1], ()) if recorded.version < before)
        wrote = (recorded.version for recorded in known if _shared_value(recorded, path[1:]) is not ABSENT)
        return max(wrote, default=0)

    def _shared_writes(self, path: Path) -> Iterator[Write]:
        given = value_at(self.state.vars, path[1:])
        if given is not ABSENT:
            yield self._write(self._started, given)
        for recorded in self._shared.get(path[1], ()):
            value = _shared_value(recorded, path[1:])
            if value is not ABSENT:
                yield self._write(recorded.version, value)


def task_of(data: Event) -> str | None:
    """Return the id of the task that an event is about; None if it is about none."""
    task_id: str | None = getattr(data, "task_id", None)
    return task_id


def _ancestors(state: ExecutionState, tasks: Iterable[TaskExecution]) -> frozenset[str]:
    """Return the ids of tasks and of all that have led to them."""
    found: set[str] = set()
    pending = list(tasks)
    while pending:
        task = pending.pop()
        if task.id not in found:
            found.add(task.id)
            pending += [state.tasks[trigger.task_id] for trigger in (*task.triggered_by, *task.late)]
    return frozenset(found)


def _below(state: ExecutionState, name: str) -> Path:
    """Return where a task finds a variable that its branch has not set."""
    layers = (("global", state.published_global), ("vars", state.vars), ("input", state.input))
    return next(((layer, name) for layer, values in layers if name in values), ("input", name))


def _touches(change: JSON, path: Path) -> bool:
    """Return whether a merge patch sets what is at a path below it."""
    for name in path:
        if not isinstance(change, dict):
            return True
        if name not in change:
            return False
        change = change[name]
    return True


def _shared_value(recorded: Recorded, path: Path) -> JSON:
    """Return what an event wrote at the path of a global variable: replaced as a whole, or merged."""
    data = recorded.data
    if not isinstance(data, _PUBLISHING):
        return ABSENT
    is_replaced = path[0] in data.published_atomic
    return value_at(data.published_atomic if is_replaced else data.published_global, path)
