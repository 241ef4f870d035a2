"""One readable line about each kind of event.

Events name tasks and actions by id. :class:`Names` knows what they are called,
either from the events themselves (read from the first one on) or from a state,
so a line says "task 'sum'" and not an id nobody knows. Lines name variables
but never quote their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

import msgspec

from projections.masking import masked_text, secret_names
from wf_es.definition.versions import DefinitionCreated, DefinitionDeleted, DefinitionKept, DefinitionUpdated
from wf_es.envelope import JSON, Event, Recorded
from wf_es.execution import events as log
from wf_es.execution.state import ExecutionState

_SHORT = 8
_LONGEST = 200
_INFO = 120


class Names:
    """What the tasks and actions of one execution are called, and its secrets."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._tasks: dict[str, str] = {}
        self._actions: dict[str, tuple[str, str, int | None]] = {}
        self._children: dict[str, tuple[str, int | None]] = {}
        self._timers: dict[str, str] = {}
        self.secrets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: ExecutionState) -> Names:
        """Take the names from a state."""
        names = cls()
        names._tasks.update((task.id, task.name) for task in state.tasks.values())
        for action in state.actions.values():
            names._actions[action.id] = (action.name, action.task_id, action.index)
        for child in state.children.values():
            names._children[child.id] = (child.workflow_name, child.index)
        names._timers.update((timer.id, timer.kind) for timer in state.timers.values())
        names.secrets = secret_names(state.env)
        return names

    def learn(self, recorded: Recorded) -> None:
        """Take the names that an event introduces."""
        data = recorded.data
        if isinstance(data, log.TaskScheduled):
            self._tasks[data.task_id] = data.name
        elif isinstance(data, log.ActionScheduled):
            self._actions[data.action_id] = (data.name, data.task_id, data.index)
            self.secrets |= secret_names({} if data.direct is None else data.direct.env)
        elif isinstance(data, log.SubWorkflowScheduled):
            self._children[data.execution_id] = (data.workflow_name, data.index)
        elif isinstance(data, log.TimerSet):
            self._timers[data.timer_id] = data.kind
        elif isinstance(data, log.WorkflowStarted | log.WorkflowResumed | log.ExecutionUpdated):
            self.secrets |= secret_names(data.env)

    def task(self, task_id: str) -> str:
        """Return what to call a task in a sentence, or an action that runs by itself."""
        if task_id in self._actions:
            return self.action(task_id)
        name = self._tasks.get(task_id)
        return f"task {task_id[:_SHORT]}" if name is None else f"task '{name}'"

    def action(self, action_id: str) -> str:
        """Return what to call an action in a sentence."""
        known = self._actions.get(action_id)
        if known is None:
            return f"action {action_id[:_SHORT]}"
        name, task_id, index = known
        return f"action {name} of {self.task(task_id)}{_item(index)}" if task_id else f"action {name}"

    def child(self, execution_id: str, task_id: str) -> str:
        """Return what to call a sub-workflow of a task in a sentence."""
        name, index = self._children.get(execution_id, ("", None))
        short = execution_id[:_SHORT]
        which = f"'{name}' ({short})" if name else short
        return f"sub-workflow {which} of {self.task(task_id)}{_item(index)}"

    def timer(self, fired: log.TimerFired) -> str:
        """Return the kind of a timer that has fired; empty if it is not known any more."""
        return fired.kind or self._timers.get(fired.timer_id, "")


def summary(recorded: Recorded, names: Names | None = None) -> str:
    """Return one readable line about an event.

    Args:
        recorded: The event.
        names: What tasks and actions are called; without it, short ids are shown.

    """
    names = names or Names()
    line = _SUMMARIES[type(recorded.data)](_masked(recorded.data, names.secrets), names)
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _masked(data: Event, secrets: frozenset[str]) -> Event:
    """Mask what is said about a state while it is whole: half a secret would not be recognized."""
    info = getattr(data, "state_info", None)
    return msgspec.structs.replace(data, state_info=masked_text(info, secrets)) if info else data


def _item(index: int | None) -> str:
    return "" if index is None else f" for item {index}"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _because(info: str | None) -> str:
    """Return the first line of what is said about a state: the details below it are for other places."""
    line = next((line.strip() for line in (info or "").splitlines() if line.strip()), "")
    return f": {line if len(line) <= _INFO else f'{line[: _INFO - 1]}…'}" if line else ""


def _behind(data: log.TransitionsHeld | log.BacklogTaken, names: Names) -> str:
    return f"transitions of {names.task(data.task_id)}" if data.task_id is not None else "start tasks"


def _targets(transitions: Sequence[log.Transition] | None) -> str:
    if transitions is None:
        return "; what follows waits for a resume"
    return f"; next: {', '.join(item.target for item in transitions)}" if transitions else ""


def _published(published: dict[str, JSON]) -> str:
    return f"; published {_quoted(published)}" if published else ""


def _values(data: log.TaskCompleted | log.TaskContinued | log.TaskSkipped) -> dict[str, JSON]:
    return {**data.published, **data.published_global, **data.published_atomic}


def _sub_workflow_completed(data: log.SubWorkflowCompleted, names: Names) -> str:
    how = f"ended in {data.state}" if data.event else "could not start"
    return f"{_sub_workflow(data, names)} {how}{_because(data.state_info)}"


def _sub_workflow_reopened(data: log.SubWorkflowReopened, names: Names) -> str:
    alone = "; its task has gone on without it" if data.alone else ""
    return f"{_sub_workflow(data, names)} runs again after its end{alone}"


def _sub_workflow(data: Any, names: Names) -> str:
    return names.child(data.execution_id, data.task_id)


_ORDERS = {"PAUSED": "pause", "RUNNING": "resume", "CANCELLED": "cancel"}


def _workflow_started(data: log.WorkflowStarted, _names: Names) -> str:
    given = f" with input {_quoted(data.input)}" if data.input else ""
    version = f"(version {data.definition.version})"
    parent = data.parent_execution_id
    above = f" as a sub-workflow of execution {parent[:_SHORT]}" if parent else ""
    return f"workflow '{data.workflow_name}' {version} started{above}{given}"


def _task_scheduled(data: log.TaskScheduled, names: Names) -> str:
    waits = {"WAITING": " and waits for its branches", "IDLE": " and waits for a resume"}
    after = ", ".join(names.task(trigger.task_id) for trigger in data.triggered_by)
    instead = ", in place of an earlier run" if data.replaces else ""
    come = f" after {after}" if after else ""
    return f"{names.task(data.task_id)} scheduled{waits.get(data.state, '')}{come}{instead}"


def _join_triggered(data: log.JoinTriggered, names: Names) -> str:
    late = ", too late to count" if data.late else ""
    return f"{names.task(data.task_id)} reached from {names.task(data.trigger.task_id)}{late}"


def _join_reopened(data: log.JoinReopened, names: Names) -> str:
    return f"{names.task(data.task_id)} waits again: a branch was corrected after it had failed"


def _items_evaluated(data: log.ItemsEvaluated, names: Names) -> str:
    at_once = f", {data.concurrency} at a time" if data.concurrency else ""
    return f"{names.task(data.task_id)} has {data.count} items of {_quoted(data.values)}{at_once}"


def _action_scheduled(data: log.ActionScheduled, names: Names) -> str:
    kind = ", answers by callback" if data.is_async else ""
    return f"{names.action(data.action_id)} scheduled{kind}"


def _action_started(data: log.ActionStarted, names: Names) -> str:
    return f"{names.action(data.action_id)} started{f' by {data.runner}' if data.runner else ''}"


def _completion_refused(data: log.CompletionRefused, names: Names) -> str:
    return f"{names.action(data.action_id)}: late {data.state} refused, another attempt had replaced it"


def _task_completed(data: log.TaskCompleted, names: Names) -> str:
    handled = " (handled)" if data.handled else ""
    line = f"{names.task(data.task_id)} ended in {data.state}{handled}{_because(data.state_info)}"
    return f"{line}{_published(_values(data))}{_targets(data.transitions)}"


def _patched(context: dict[str, JSON]) -> str:
    return f" with changed context {_quoted(context)}" if context else ""


def _undone(supersedes: Sequence[str]) -> str:
    runs = "1 run" if len(supersedes) == 1 else f"{len(supersedes)} runs"
    return f"; {runs} that it had led to no longer count{'s' * (len(supersedes) == 1)}" if supersedes else ""


def _task_rerun(data: log.TaskRerun, names: Names) -> str:
    given = f" with changed input {_quoted(data.input)}" if data.input else ""
    items = "" if data.items is None else f" for {len(data.items)} of its items"
    changed = f" ({len(data.item_input)} with changed input)" if data.item_input else ""
    again = f"{names.task(data.task_id)} runs again{items}{changed}{_patched(data.context)}{given}"
    return f"{again}{_undone(data.supersedes)}"


def _task_continued(data: log.TaskContinued, names: Names) -> str:
    how = "done" if data.state == "SUCCESS" else f"ended in {data.state}{_because(data.state_info)}"
    done = f"{names.task(data.task_id)} declared {how} by hand{_patched(data.context)}"
    return f"{done}{_published(_values(data))}{_undone(data.supersedes)}"


def _task_skipped(data: log.TaskSkipped, names: Names) -> str:
    return f"{names.task(data.task_id)} skipped{_published(_values(data))}{_undone(data.supersedes)}"


def _task_held(data: log.TaskHeld, names: Names) -> str:
    return f"{names.task(data.task_id)} held until the execution goes on{_because(data.state_info)}"


def _task_delayed(data: log.TaskDelayed, names: Names) -> str:
    ended = f" after {data.outcome}" if data.outcome else ""
    return f"{names.task(data.task_id)} delayed by '{data.policy}'{ended}{_because(_reason(data))}"


def _retry_scheduled(data: log.RetryScheduled, names: Names) -> str:
    return f"{names.task(data.task_id)} needs attempt {data.attempt}{_because(_reason(data))}"


def _reason(data: log.TaskDelayed | log.RetryScheduled) -> str | None:
    """Return why the work ended as it did; that the task waits is said anyway."""
    return None if (data.state_info or "").startswith("Delayed by '") else data.state_info


_AT_THE_TIME = {
    "wait-before": "begins at {}",
    "retry": "is tried again at {}",
    "wait-after": "ends at {}",
    "timeout": "times out at {} unless it has ended by then",
}


def _timer_set(data: log.TimerSet, names: Names) -> str:
    due = data.due.astimezone(UTC).isoformat(" ", "seconds")[:19]
    return f"{names.task(data.task_id)} {_AT_THE_TIME.get(data.kind, '{}').format(f'{due} UTC')}"


_HAS_COME = {
    "wait-before": "the wait before {} is over",
    "retry": "the delay before the next attempt of {} is over",
    "wait-after": "the wait after {} is over",
    "timeout": "the time that {} may take is over",
}


def _timer_fired(data: log.TimerFired, names: Names) -> str:
    return _HAS_COME.get(names.timer(data), "the time of {} has come").format(names.task(data.task_id))


def _workflow_paused(data: log.WorkflowPaused, names: Names) -> str:
    by = f" by {names.task(data.task_id)}" if data.task_id else ""
    return f"execution paused{by}{_because(data.state_info)}"


def _workflow_resumed(data: log.WorkflowResumed, names: Names) -> str:
    tasks = f" from {', '.join(map(names.task, data.tasks))}" if data.tasks else ""
    env = f" with changed environment {_quoted(data.env)}" if data.env else ""
    return f"execution resumed{tasks}{env}{', missing variables overruled' if data.forced else ''}"


def _execution_forked(data: log.ExecutionForked, _names: Names) -> str:
    source = f"forked from execution {data.source_execution_id} after its event {data.source_event}"
    anew = f"; begun anew: {_counted(len(data.actions), 'action')}" if data.actions else ""
    version = f"; version {data.definition.version} of its workflow counts" if data.definition else ""
    return f"{source}{anew}{version}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _execution_updated(data: log.ExecutionUpdated, _names: Names) -> str:
    what = [name for name in ("description", "env") if getattr(data, name) is not None]
    return f"execution changed: {' and '.join(what)}"


_SUMMARIES: dict[type[Event], Callable[[Any, Names], str]] = {
    log.WorkflowStarted: _workflow_started,
    log.TaskScheduled: _task_scheduled,
    log.JoinReopened: _join_reopened,
    log.JoinTriggered: _join_triggered,
    log.TaskStarted: lambda data, names: f"{names.task(data.task_id)} started",
    log.ItemsEvaluated: _items_evaluated,
    log.ItemsDeferred: lambda data, names: f"further items of {names.task(data.task_id)} wait to begin",
    log.ActionScheduled: _action_scheduled,
    log.ActionStarted: _action_started,
    log.ActionDelegated: lambda data, names: (
        f"{names.action(data.action_id)} handed over, waiting for its callback"
    ),
    log.ActionPaused: lambda data, names: f"{names.action(data.action_id)} reported as paused",
    log.ActionResumed: lambda data, names: f"{names.action(data.action_id)} reported as running again",
    log.ActionCompleted: lambda data, names: f"{names.action(data.action_id)} ended in {data.state}",
    log.CompletionRefused: _completion_refused,
    log.SubWorkflowScheduled: lambda data, names: f"{_sub_workflow(data, names)} scheduled",
    log.SubWorkflowPaused: lambda data, names: f"{_sub_workflow(data, names)} stands still",
    log.SubWorkflowResumed: lambda data, names: f"{_sub_workflow(data, names)} goes on",
    log.SubWorkflowCompleted: _sub_workflow_completed,
    log.SubWorkflowReopened: _sub_workflow_reopened,
    log.OrderReceived: lambda data, _names: (
        f"the parent's order to {_ORDERS.get(data.action, data.action)} changed nothing"
    ),
    log.Delivered: lambda _data, _names: "all related executions have heard of it",
    log.TaskCompleted: _task_completed,
    log.TransitionsTaken: lambda data, names: (
        f"{names.task(data.task_id)} routed{_targets(data.transitions)}"
    ),
    log.TaskRerun: _task_rerun,
    log.TaskContinued: _task_continued,
    log.TaskSkipped: _task_skipped,
    log.TaskHeld: _task_held,
    log.TaskDelayed: _task_delayed,
    log.RetryScheduled: _retry_scheduled,
    log.TaskTimedOut: lambda data, names: f"{names.task(data.task_id)} took too long",
    log.TimerSet: _timer_set,
    log.TimerFired: _timer_fired,
    log.WorkflowPaused: _workflow_paused,
    log.WorkflowResumed: _workflow_resumed,
    log.TransitionsHeld: lambda data, names: f"{_behind(data, names)} held back{_targets(data.transitions)}",
    log.BacklogTaken: lambda data, names: f"held-back {_behind(data, names)} taken up",
    log.WorkflowCompleted: lambda data, _names: f"execution ended in {data.state}{_because(data.state_info)}",
    log.ExecutionUpdated: _execution_updated,
    log.DefinitionChosen: lambda data, _: (
        f"version {data.definition.version} of the workflow counts from here on"
    ),
    log.ExecutionForked: _execution_forked,
    log.ExecutionDeleted: lambda _data, _names: "execution deleted",
    log.ExecutionImported: lambda data, _names: (
        f"imported with {data.events} events, as exported at {data.exported_at}; frozen"
    ),
    log.ExecutionActivated: lambda _data, _names: "imported execution activated",
    DefinitionCreated: lambda data, _names: f"{data.kind} '{data.name}' created",
    DefinitionUpdated: lambda _data, _names: "definition changed",
    DefinitionDeleted: lambda _data, _names: "definition deleted",
    DefinitionKept: lambda data, _names: f"{data.kind} '{data.name}' kept for imported executions",
}
"""One line per event type; a test sees to it that none is missing."""
