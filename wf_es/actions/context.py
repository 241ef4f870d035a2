"""What an action may know about the place it runs in."""

from __future__ import annotations

from dataclasses import dataclass

from wf_es.limits import DEFAULT_LIMITS


@dataclass(frozen=True, kw_only=True)
class ActionContext:
    """Who calls the action: ids, names, and where to report an end that comes later.

    ``callback_url`` is absolute and complete: whoever POSTs or PUTs
    ``{"state": ..., "output": ...}`` to it completes this action, so treat it
    as a secret. ``attempt`` counts the runs of the task from 1. ``actor`` is
    who asked for the execution, as far as the runner knows. ``result_nesting``
    is how many lists and dicts may be nested in each other in the result.
    """

    action_execution_id: str
    action_name: str = ""
    workflow_name: str = ""
    workflow_execution_id: str = ""
    task_name: str = ""
    task_execution_id: str = ""
    callback_url: str = ""
    project: str = ""
    actor: str = ""
    attempt: int = 1
    index: int | None = None
    result_nesting: int = DEFAULT_LIMITS.result_nesting

    def __repr__(self) -> str:
        """Show the ids but not the callback URL, which must not reach a log."""
        return (
            f"ActionContext(action={self.action_name!r}, action_execution_id={self.action_execution_id!r}, "
            f"workflow_execution_id={self.workflow_execution_id!r}, task={self.task_name!r})"
        )
