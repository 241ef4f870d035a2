"""What a task's runtime context says, read from the state: under Mistral's names, where it has them."""

from __future__ import annotations

from projections.encoding import moment
from projections.items import context_of_items
from wf_es.envelope import JSON
from wf_es.execution.state import ExecutionState, TaskExecution


def runtime_context_of(state: ExecutionState, task: TaskExecution) -> dict[str, JSON]:
    """Return how a task came to run and how far its policies and items are.

    Beside what Mistral keeps there, ``timer`` tells what the task waits for.
    """
    triggers = [{"task_id": trigger.task_id, "event": trigger.event} for trigger in task.triggered_by]
    context: dict[str, JSON] = {"triggered_by": triggers} if triggers else {}
    context |= context_of_items(task)
    if "wait-before" in task.passed:
        context["wait_before_policy"] = {"skip": True}
    if "wait-after" in task.passed:
        context["wait_after_policy"] = {"skip": True}
    if task.retries:
        context["retry_task_policy"] = {"retry_no": task.retries}
    if task.timer is not None:
        timer = state.timers[task.timer]
        context["timer"] = {"kind": timer.kind, "due": moment(timer.due)}
    return context
