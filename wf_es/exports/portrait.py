"""What an execution has become, in a few short marks that any release can compare.

A mark says the state of a task (an action, a sub-workflow, the execution
itself) and gives a digest of everything that belongs to it. What belongs to it
is written down here field by field, so that a field which a later release adds to
its states does not make old exports look different.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from wf_es.envelope import JSON, Recorded
from wf_es.execution.events import Transition
from wf_es.execution.state import ActionExecution, Context, ExecutionState, SubExecution, TaskExecution

EXECUTION = "execution"
"""The subject that is the execution itself."""

_ENCODER = msgspec.json.Encoder(order="sorted")
_SHORT = 16
_IDS = ("task_id", "action_id", "execution_id")


def marks(state: ExecutionState, subjects: Iterable[str]) -> dict[str, str]:
    """Return the marks of the execution itself, and of the subjects among its parts."""
    found = {EXECUTION: _mark(state.state, _of_execution(state))}
    for subject in sorted(set(subjects)):
        if subject in state.tasks:
            task = state.tasks[subject]
            found[f"task {subject}"] = _mark(task.state, _of_task(task))
        elif subject in state.actions:
            action = state.actions[subject]
            found[f"action {subject}"] = _mark(action.state, _of_action(action))
        elif subject in state.children:
            child = state.children[subject]
            found[f"execution {subject}"] = _mark(child.state, _of_child(child))
    return found


def touched(events: Iterable[Recorded]) -> set[str]:
    """Return the ids of what events are about."""
    ids: set[str] = set()
    for recorded in events:
        ids.update(getattr(recorded.data, name, None) or "" for name in _IDS)
        ids.update(getattr(recorded.data, "supersedes", ()))
    return ids


def everything(state: ExecutionState) -> set[str]:
    """Return the ids of all parts of an execution."""
    return {*state.tasks, *state.actions, *state.children}


def _mark(state: str, content: JSON) -> str:
    return f"{state} {sha256(_ENCODER.encode(content)).hexdigest()[:_SHORT]}"


def _of_execution(state: ExecutionState) -> JSON:
    backlog = [[task_id, _transitions(held)] for task_id, held in state.backlog]
    timers = sorted((timer.id, timer.kind, timer.due.isoformat()) for timer in state.timers.values())
    return [
        [state.version, state.state_info, state.description, list(state.tags), state.deleted, state.counter],
        [state.input, state.params, state.env, state.vars, state.published_global, state.output],
        [backlog, timers, sorted(state.unfinished), state.reopened],
    ]


def _of_task(task: TaskExecution) -> JSON:
    return [
        [task.name, task.type, task.state_info, task.attempt, task.retries, task.turn],
        [task.processed, task.handled, task.superseded],
        [[trigger.task_id, trigger.event] for trigger in task.triggered_by],
        None if task.transitions is None else _transitions(task.transitions),
        [_values(task.inbound), _values(task.outbound), task.published, task.published_global, task.result],
    ]


def _of_action(action: ActionExecution) -> JSON:
    return [
        [action.name, action.task_id, action.index, action.attempt, action.is_async],
        [action.started, action.delegated, action.accepted, action.superseded],
        [action.input, action.output, action.base, action.base_input, action.digest],
    ]


def _of_child(child: SubExecution) -> JSON:
    return [
        [child.workflow_name, child.task_id, child.index, child.accepted, child.superseded],
        [child.input, child.output, child.state_info],
    ]


def _transitions(taken: Sequence[Transition]) -> JSON:
    return [[one.target, one.event, one.command, one.message] for one in taken]


def _values(context: Context) -> JSON:
    return {name: context[name].value for name in context}
