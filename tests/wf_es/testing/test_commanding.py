"""What an order means to the core."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.testing.mistakes import case_of
from wf_es.execution import commands
from wf_es.execution.commands import Command, TaskResumption
from wf_es.testing.commanding import Found, commanded

MEANINGS: dict[str, tuple[type[Command], dict[str, Any]]] = {
    "{command: pause, message: m}": (commands.PauseWorkflow, {"message": "m"}),
    "{command: resume, env: {a: 1}}": (commands.ResumeWorkflow, {"env": {"a": 1}}),
    "{command: cancel, message: m}": (commands.StopWorkflow, {"state": "CANCELLED", "message": "m"}),
    "{command: stop, state: SUCCESS}": (commands.StopWorkflow, {"state": "SUCCESS"}),
    "{command: skip, task: a}": (commands.SkipTask, {"task_id": "id of a"}),
    "{command: rerun, task: a, context: {x: 1}}": (
        commands.ResumeFrom,
        {"tasks": (TaskResumption(task="id of a", context={"x": 1}),)},
    ),
    "{command: continue, task: a, result: 3}": (
        commands.ResumeFrom,
        {"tasks": (TaskResumption(task="id of a", action="continue", result=3),)},
    ),
}


@pytest.mark.parametrize(("text", "expected"), MEANINGS.items(), ids=MEANINGS)
def test_each_order_is_a_command(text: str, expected: tuple[type[Command], dict[str, Any]]) -> None:
    """To the outermost execution, or to the one of the task that is meant."""
    (order,) = case_of(f"commands: [{text}]").commands

    found = commanded(order, "root", lambda path: Found("its own", f"id of {path}"))

    assert (found.kind, found.fields) == expected
    assert found.execution_id == ("root" if order.task is None else "its own")
