"""What an order in a test file means as a command to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from wf_es.execution import commands
from wf_es.execution.commands import Command, TaskResumption
from wf_es.execution.lifecycle import CANCELLED
from wf_es.testing.model import Order


class Found(NamedTuple):
    """A run of a task: the execution that it belongs to, and its id."""

    execution_id: str
    task_id: str


class Commanded(NamedTuple):
    """A command: to which execution, of which kind, and what else it says."""

    execution_id: str
    kind: type[Command]
    fields: dict[str, Any]


def commanded(order: Order, root: str, find: Callable[[str], Found]) -> Commanded:
    """Return the command that an order means.

    Args:
        order: What the file says.
        root: The id of the outermost execution.
        find: Finds the latest run of a task by its path; may raise NotFound.

    """
    fields = dict(order.fields)
    if order.task is None:
        if order.command == "cancel":
            fields["state"] = CANCELLED
        return Commanded(root, _OF_EXECUTIONS[order.command], fields)
    execution_id, task_id = find(order.task)
    if order.command == "skip":
        return Commanded(execution_id, commands.SkipTask, {"task_id": task_id})
    wish = TaskResumption(task=task_id, action=order.command, **fields)  # type: ignore[arg-type]
    return Commanded(execution_id, commands.ResumeFrom, {"tasks": (wish,)})


_OF_EXECUTIONS: dict[str, type[Command]] = {
    "pause": commands.PauseWorkflow,
    "resume": commands.ResumeWorkflow,
    "cancel": commands.StopWorkflow,
    "stop": commands.StopWorkflow,
}
