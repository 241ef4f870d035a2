"""Every state and every transition between states, in two small tables.

The first rule: what an event does to one workflow, task or action depends on
that one alone. ``WORKFLOW``, ``TASK`` and ``ACTION`` say which state may
follow which; the names and the transitions are Mistral's.

The second rule: a *joint situation* may force what no single event does: when
nothing is left to wait for, the workflow must end. ``JOINT`` lists these
situations in the order of precedence; the decider applies the first that
holds, and looks again, until none does.

Whoever asks "can a paused task fail?" finds the answer here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wf_es.execution.state import ExecutionState, TaskExecution

IDLE = "IDLE"
WAITING = "WAITING"
RUNNING = "RUNNING"
DELAYED = "DELAYED"
PAUSED = "PAUSED"
SUCCESS = "SUCCESS"
ERROR = "ERROR"
CANCELLED = "CANCELLED"
SKIPPED = "SKIPPED"

COMPLETED = frozenset({SUCCESS, ERROR, CANCELLED, SKIPPED})
"""States in which a task or action has ended."""

WORKING = frozenset({RUNNING, PAUSED})
"""States of a task in which the end of its work matters."""

WORKFLOW: Mapping[str, frozenset[str]] = {
    IDLE: frozenset({RUNNING, ERROR, CANCELLED}),
    RUNNING: frozenset({PAUSED, SUCCESS, ERROR, CANCELLED}),
    PAUSED: frozenset({RUNNING, ERROR, CANCELLED}),
    SUCCESS: frozenset(),
    ERROR: frozenset({RUNNING}),
    CANCELLED: frozenset({RUNNING}),
}
"""What may follow by Mistral's own commands; ``ResumeFrom`` may leave any state."""

TASK: Mapping[str, frozenset[str]] = {
    IDLE: frozenset({RUNNING, ERROR, CANCELLED}),
    WAITING: frozenset({RUNNING, ERROR, CANCELLED}),
    RUNNING: frozenset({PAUSED, IDLE, DELAYED, SUCCESS, ERROR, CANCELLED}),
    DELAYED: frozenset({IDLE, RUNNING, SUCCESS, ERROR, CANCELLED}),
    PAUSED: frozenset({RUNNING, DELAYED, SUCCESS, ERROR, CANCELLED}),
    SUCCESS: frozenset(),
    ERROR: frozenset({RUNNING, IDLE, WAITING, SKIPPED, SUCCESS}),
    CANCELLED: frozenset({RUNNING, IDLE, SUCCESS}),
    SKIPPED: frozenset(),
}
"""ERROR to SUCCESS is a failed task whose work was finished by other means."""

ACTION: Mapping[str, frozenset[str]] = {
    RUNNING: frozenset({PAUSED, SUCCESS, ERROR, CANCELLED}),
    PAUSED: frozenset({RUNNING, SUCCESS, ERROR, CANCELLED}),
    SUCCESS: frozenset(),
    ERROR: frozenset(),
    CANCELLED: frozenset(),
}


def may_follow(table: Mapping[str, frozenset[str]], before: str, after: str) -> bool:
    """Return whether a state may follow another; staying is always allowed."""
    return before == after or after in table.get(before, frozenset())


def may_begin_more(state: ExecutionState, task: TaskExecution) -> bool:
    """Return whether a task that is under way may begin more of its work: an attempt, or items.

    A pause holds what follows a task and not the task itself; only a
    sub-workflow that began now would not have heard of the pause.
    """
    return state.state == RUNNING or (state.state == PAUSED and task.type == "ACTION")


def _nothing_left(state: ExecutionState) -> bool:
    return state.state == RUNNING and state.incomplete == 0 and not state.unprocessed and not state.backlog


def _is_stuck(state: ExecutionState) -> bool:
    waiting = len(state.waiting)
    return (
        state.state == RUNNING
        and 0 < waiting == state.incomplete
        and not state.unprocessed
        and not state.backlog
    )


JOIN_FAILS = "join fails"

JOINT: tuple[tuple[str, Callable[[ExecutionState], bool]], ...] = (
    (JOIN_FAILS, _is_stuck),
    (CANCELLED, lambda state: _nothing_left(state) and bool(state.cancelled)),
    (ERROR, lambda state: _nothing_left(state) and bool(state.failed)),
    (SUCCESS, _nothing_left),
)
"""What a joint situation forces, first match first.

* Only joins are left and they wait for each other: the oldest one fails.
* All tasks ended: a cancelled one cancels the workflow, an unhandled error
  fails it, otherwise it succeeds.
"""


def forced_by(state: ExecutionState) -> str | None:
    """Return what the joint situation forces now, or None."""
    for outcome, holds in JOINT:
        if holds(state):
            return outcome
    return None
