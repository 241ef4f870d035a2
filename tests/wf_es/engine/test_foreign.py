"""Questions about other executions: within the project, from the log."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.wf_es.engine.counters import WAIT
from wf_es.engine import DEFAULT_PROJECT, Engine
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution.commands import DeleteExecution, StartWorkflow, StopWorkflow
from wf_es.execution.foreign import query

TEXT = """\
version: '2.0'
w:
  tasks:
    a:
      action: std.async_noop
    b:
      action: std.async_noop
"""


def start(engine: Engine, project: str = DEFAULT_PROJECT) -> str:
    """Start the workflow in a project."""
    execution_id = str(uuid4())
    engine.execute(
        StartWorkflow(execution_id=execution_id, origin=engine.origin("ann", project), workflow_name="w"),
        WAIT,
    )
    return execution_id


@pytest.fixture
def executions(engine: Engine) -> list[str]:
    """Two executions, the second one cancelled, and two that must not be seen."""
    for project in (DEFAULT_PROJECT, "q"):
        engine.definitions.create(TEXT, origin=engine.origin("ann", project))
    first, second, deleted, _ = start(engine), start(engine), start(engine), start(engine, "q")
    origin = engine.origin("ann")
    engine.execute(StopWorkflow(execution_id=second, origin=origin, state="CANCELLED"), WAIT)
    engine.execute(DeleteExecution(execution_id=deleted, origin=origin, force=True), WAIT)
    return [first, second]


def ask(engine: Engine, function: str, **arguments: JSON) -> list[dict[str, JSON]]:
    """Ask as an expression of the default project would."""
    answer: list[dict[str, JSON]] = engine._foreign.answer(query(function, **arguments), DEFAULT_PROJECT)
    return answer


EXECUTIONS: dict[str, tuple[dict[str, JSON], list[int]]] = {
    "all of the project": ({}, [0, 1]),
    "by state": ({"state": "CANCELLED"}, [1]),
    "by root": ({"root_execution_id": "nothing"}, []),
    "since long ago": ({"from_time": "2025-01-01 00:00:00"}, [0, 1]),
    "until long ago": ({"to_time": "2026-01-01T00:00:00"}, []),
}


@pytest.mark.parametrize(("arguments", "found"), EXECUTIONS.values(), ids=EXECUTIONS)
def test_executions(
    engine: Engine, executions: list[str], arguments: dict[str, JSON], found: list[int]
) -> None:
    """Neither another project's nor a deleted one is seen."""
    answer = ask(engine, "executions", **arguments)

    assert [row["id"] for row in answer] == [executions[index] for index in found]


def test_one_execution(engine: Engine, executions: list[str]) -> None:
    """By its id, with what Mistral shows of it."""
    (row,) = ask(engine, "executions", id=executions[1])

    assert (row["id"], row["workflow_name"], row["state"]) == (executions[1], "w", "CANCELLED")
    assert ask(engine, "executions", id="nothing") == []


def test_tasks(engine: Engine, executions: list[str]) -> None:
    """Of one execution or of all; by state."""
    assert [row["name"] for row in ask(engine, "tasks", workflow_execution_id=executions[0])] == ["a", "b"]
    assert len(ask(engine, "tasks")) == 4
    assert ask(engine, "tasks", state="SUCCESS") == []
    (row, _) = ask(engine, "tasks", workflow_execution_id=executions[0], recursive=True, flat=True)
    assert (row["workflow_execution_id"], row["type"]) == (executions[0], "ACTION")
    assert row["spec"]["action"] == "std.async_noop"


def test_an_unknown_question_is_an_error_of_the_expression(engine: Engine) -> None:
    """It ends the task that asked, and nothing else."""
    with pytest.raises(EvaluationError, match="weather"):
        ask(engine, "weather")


def test_a_decision_waits_for_the_answer(engine: Engine, executions: list[str]) -> None:
    """An expression sees the project's other executions."""
    text = TEXT.replace("w:", "asking:").replace(
        "tasks:", "vars:\n    others: <% executions() %>\n  tasks:", 1
    )
    engine.definitions.create(text, origin=engine.origin("ann"))
    command = StartWorkflow(execution_id=str(uuid4()), origin=engine.origin("ann"), workflow_name="asking")

    state = engine.execute(command, WAIT).state

    assert state is not None
    assert [row["id"] for row in state.vars["others"]] == executions
