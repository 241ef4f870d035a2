"""The sentences that tell why a task or an execution failed.

Operators search logs and tickets for these texts, so they follow Mistral's
wording, without the stack traces that Mistral appends.
"""

from __future__ import annotations

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.lifecycle import ERROR
from wf_es.execution.state import ExecutionState, TaskExecution

_TEXT_LIMIT = 65_500
"""Characters of a ``state_info``, as in Mistral."""


def text_of(value: JSON) -> str:
    """Return error data as a text: a string as it is, anything else as JSON."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text[:_TEXT_LIMIT]


def task_did_not_run(workflow: str, task: str, error: Exception) -> str:
    """Say that a task could not even be started."""
    return f"Failed to run task [error={error}, wf={workflow}, task={task}]"[:_TEXT_LIMIT]


def completion_not_handled(workflow: str, task: str, error: Exception) -> str:
    """Say that a task ended but what follows could not be worked out."""
    return f"Failed to handle action completion [error={error}, wf={workflow}, task={task}]"[:_TEXT_LIMIT]


def failed_tasks(state: ExecutionState) -> str:
    """Say which tasks failed the execution, and which of their actions."""
    tasks = sorted((state.tasks[task_id] for task_id in state.failed), key=lambda task: task.number)
    names = ", ".join(sorted({task.name for task in tasks}))
    parts = [f"Failure caused by error in tasks: {names}\n"]
    for task in tasks:
        parts.append(f"\n  {task.name} [task_ex_id={task.id}] -> {task.state_info}\n")
        parts.extend(_failed_actions(state, task))
    return "".join(parts)[:_TEXT_LIMIT]


def _failed_actions(state: ExecutionState, task: TaskExecution) -> list[str]:
    actions = [state.actions[action_id] for action_id in task.actions]
    return [
        f"    [action_ex_id={action.id}, idx={action.index or 0}]: {text_of(action.output)}\n"
        for action in actions
        if action.state == ERROR and not action.superseded
    ]


def cancelled_tasks(state: ExecutionState) -> str:
    """Say which tasks cancelled the execution."""
    names = sorted({state.tasks[task_id].name for task_id in state.cancelled})
    return f"Cancelled tasks: {', '.join(names)}"
