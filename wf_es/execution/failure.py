"""The sentences that tell why a task or an execution failed.

Operators search logs and tickets for these texts, so they follow Mistral's
wording, without the stack traces that Mistral appends.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from wf_es.envelope import JSON
from wf_es.execution.lifecycle import ERROR
from wf_es.execution.state import ActionExecution, ExecutionState, SubExecution, TaskExecution
from wf_es.execution.units import unit_of

_TEXT_LIMIT = 65_500
"""Characters of a ``state_info``, as in Mistral."""

_LINES = _TEXT_LIMIT // len("    [action_ex_id=11111111-1111-4111-8111-111111111111, idx=0]: \n")
"""More lines about failed items than these would be cut off anyway."""


def text_of(value: JSON) -> str:
    """Return error data as a text: what an expression within a text would give for it."""
    return str(value)[:_TEXT_LIMIT]


def task_did_not_run(workflow: str, task: str, error: Exception) -> str:
    """Say that a task could not even be started."""
    return f"Failed to run task [error={error}, wf={workflow}, task={task}]"[:_TEXT_LIMIT]


def action_not_completed(action: str, error: Exception) -> str:
    """Say that an action ran but what it is to give could not be worked out."""
    return f"Failed to complete action [error={error}, action={action}]"[:_TEXT_LIMIT]


def action_timed_out(timeout: str) -> str:
    """Say that an action that ran by itself took longer than it may."""
    return f"Action timed out [timeout(s)={timeout}]."


def completion_not_handled(workflow: str, task: str, error: Exception) -> str:
    """Say that a task ended but what follows could not be worked out."""
    return f"Failed to handle action completion [error={error}, wf={workflow}, task={task}]"[:_TEXT_LIMIT]


def output_on_error_failed(workflow: str, error: Exception, reason: str | None) -> str:
    """Say that an execution failed, and that what it is to give then could not be worked out either."""
    why = f"; it failed with: {reason}" if reason else ""
    return f"Failed to evaluate the output-on-error of workflow '{workflow}': {error}{why}"[:_TEXT_LIMIT]


def failed_tasks(state: ExecutionState) -> str:
    """Say which tasks failed the execution, and which of their actions."""
    tasks = sorted((state.tasks[task_id] for task_id in state.failed), key=lambda task: task.number)
    names = ", ".join(sorted({task.name for task in tasks}))
    parts = [f"Failure caused by error in tasks: {names}\n"]
    for task in tasks:
        parts.append(f"\n  {task.name} [task_ex_id={task.id}] -> {task.state_info}\n")
        parts.extend(islice(_failed_units(state, task), _LINES))
    return "".join(parts)[:_TEXT_LIMIT]


def _failed_units(state: ExecutionState, task: TaskExecution) -> Iterator[str]:
    for index, unit in _units(state, task):
        if unit.state != ERROR:
            continue
        if isinstance(unit, ActionExecution):
            yield f"    [action_ex_id={unit.id}, idx={index}]: {text_of(unit.output)}\n"
        elif unit.event:
            yield f"    [wf_ex_id={unit.id}, idx={index}]: {unit.state_info}\n"


def _units(
    state: ExecutionState, task: TaskExecution
) -> Iterator[tuple[int, ActionExecution | SubExecution]]:
    """Yield what counts with its index; after retries all attempts count, in the order of their begin."""
    if not task.retries:
        return ((index, unit_of(state, task.units[index])) for index in sorted(task.units))
    first = task.attempt - task.retries
    begun = sorted({**task.actions, **task.children}.items())
    units = (unit_of(state, unit_id) for _, unit_id in begun)
    return enumerate(unit for unit in units if unit.attempt >= first)


def delayed(policy: str, seconds: str) -> str:
    """Say that a task waits because a policy demands it."""
    return f"Delayed by '{policy}' policy [delay={seconds}]"


def cancelled_tasks(state: ExecutionState) -> str:
    """Say which tasks cancelled the execution."""
    names = sorted({state.tasks[task_id].name for task_id in state.cancelled})
    return f"Cancelled tasks: {', '.join(names)}"
