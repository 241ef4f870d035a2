"""What differs between two executions, or between two moments of one.

Runs of tasks are compared with those of the same name that came into being
at the same place in the order of that task's runs: the second run of a task
with the second run. So two executions of one workflow can be compared, and
an execution with its fork. Ids inside messages say nothing there, because
each execution has its own: they are left out of what the engine says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.context import merge, plain
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED, Delta, deltas
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.scope import final_context
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.units import result_of

_ID = re.compile(r"(?<=_ex_id=)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_ID = "<id>"

_Seen = Callable[[JSON], JSON]

_FIELDS = ("state", "state_info", "attempts", "superseded", "published", "global", "result", "next")
"""What is compared of a run of a task, in this order."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two that are compared: an execution right after its event ``number``."""

    execution_id: str
    workflow_name: str
    workflow_version: int | None
    number: int
    time: datetime | None
    state: str


class TaskDelta(msgspec.Struct, frozen=True, kw_only=True):
    """What differs in one run of a task, or that only one side has it.

    ``run`` counts the runs of the task from 1. The first name of a delta's path
    is ``state``, ``state_info``, ``attempts``, ``published``, ``global``, ``result``,
    ``superseded`` or ``next`` (where its transitions led).
    """

    task: str
    run: int
    change: str
    deltas: tuple[Delta, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What differs; empty where nothing does.

    ``execution`` is about the execution as a whole (``state``, ``state_info``,
    ``workflow``, ``version``, ``description``, ``input``, ``params``, ``env``), ``context``
    about the variables of all branches together, and
    ``globals`` about those of the whole workflow. ``unchanged`` counts the runs
    of tasks that are alike.
    """

    before: Side
    after: Side
    execution: tuple[Delta, ...]
    tasks: tuple[TaskDelta, ...]
    context: tuple[Delta, ...]
    globals: tuple[Delta, ...]
    output: tuple[Delta, ...]
    unchanged: int

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.execution or self.tasks or self.context or self.globals or self.output)


def compare(before: ExecutionState, after: ExecutionState) -> Comparison:
    """Say what differs between two states: of one execution, or of two."""
    seen = _as_it_is if before.id == after.id else _anonymous
    tasks, unchanged = _tasks(before, after, seen)
    return Comparison(
        before=_side(before),
        after=_side(after),
        execution=tuple(deltas(_whole(before, seen), _whole(after, seen))),
        tasks=tasks,
        context=tuple(deltas(_variables(before), _variables(after))),
        globals=tuple(deltas(before.published_global, after.published_global)),
        output=tuple(deltas(seen(_output(before)), seen(_output(after)))),
        unchanged=unchanged,
    )


def _variables(state: ExecutionState) -> dict[str, JSON]:
    """Return the variables of all branches together: of those that have ended and of those that go on."""
    runs = sorted(state.tasks.values(), key=lambda run: run.number)
    going_on = [run.inbound for run in runs if run.state not in COMPLETED and not run.superseded]
    return plain(merge([*going_on, final_context(state)]))


def _output(state: ExecutionState) -> JSON:
    """Return the output; none yet is as good as an empty one."""
    return {} if state.output is None else state.output


def _side(state: ExecutionState) -> Side:
    return Side(
        execution_id=state.id,
        workflow_name=state.workflow_name,
        workflow_version=None if state.definition is None else state.definition.version,
        number=state.version,
        time=state.updated_at,
        state=state.state,
    )


def _anonymous(value: JSON) -> JSON:
    """Return a value without the ids that the engine's messages name."""
    if isinstance(value, str):
        return _ID.sub(_NO_ID, value) if "_ex_id=" in value else value
    if isinstance(value, dict):
        return {name: _anonymous(item) for name, item in value.items()}
    return [_anonymous(item) for item in value] if isinstance(value, list) else value


def _as_it_is(value: JSON) -> JSON:
    return value


def _whole(state: ExecutionState, seen: _Seen) -> dict[str, JSON]:
    """Return what is compared of an execution as a whole; nothing of one that has not begun."""
    if not state.version:
        return {}
    found: dict[str, JSON] = {
        "state": state.state,
        "state_info": seen(state.state_info),
        "workflow": state.workflow_name,
        "version": None if state.definition is None else state.definition.version,
        "description": state.description or None,
        "input": state.input,
        "params": {name: value for name, value in state.params.items() if name != "env"},
        "env": state.env,
    }
    return {name: value for name, value in found.items() if value is not None}


def _tasks(before: ExecutionState, after: ExecutionState, seen: _Seen) -> tuple[tuple[TaskDelta, ...], int]:
    """Return the runs that differ, in the order in which they came into being, and how many do not."""
    old, new = runs_of(before), runs_of(after)
    found, unchanged = [], 0
    for key in [*old, *(key for key in new if key not in old)]:
        name, run = key
        left, right = old.get(key), new.get(key)
        if left is right:
            unchanged += 1
            continue
        differing = sorted(deltas(_shown(before, left, seen), _shown(after, right, seen)), key=_place)
        change = ADDED if left is None else REMOVED if right is None else CHANGED
        if differing:
            found.append(TaskDelta(task=name, run=run, change=change, deltas=tuple(differing)))
        else:
            unchanged += 1
    return tuple(found), unchanged


def runs_of(state: ExecutionState) -> dict[tuple[str, int], TaskExecution]:
    """Return the runs of tasks by name and count, the oldest first."""
    counts: dict[str, int] = {}
    found = {}
    for task in sorted(state.tasks.values(), key=lambda run: run.number):
        counts[task.name] = counts.get(task.name, 0) + 1
        found[task.name, counts[task.name]] = task
    return found


def _place(delta: Delta) -> int:
    return _FIELDS.index(str(delta.path[0]))


def _shown(state: ExecutionState, task: TaskExecution | None, seen: _Seen) -> dict[str, JSON]:
    """Return what is compared of a run; what is empty is left out."""
    if task is None:
        return {"published": {}, "global": {}}
    found: dict[str, JSON] = {
        "state": task.state,
        "state_info": seen(task.state_info),
        "attempts": task.attempt if task.attempt > 1 else None,
        "published": task.published,
        "global": task.published_global,
        "result": seen(result_of(state, task)),
        "superseded": task.superseded or None,
        "next": ", ".join(transition.target for transition in task.transitions or ()) or None,
    }
    return {name: value for name, value in found.items() if value is not None}
