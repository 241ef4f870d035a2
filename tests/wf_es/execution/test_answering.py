"""What tasks() and executions() give when they are asked about other executions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from immutables import Map

from tests.wf_es.execution.conftest import EXECUTION_ID, Story
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, NotFound
from wf_es.execution.answering import Answers, Archive
from wf_es.execution.foreign import query
from wf_es.execution.state import ExecutionState

CHILD_ID = "33333333-3333-4333-8333-333333333333"
WORKFLOW = """
w:
  tasks:
    a: {action: std.async_noop}
    b: {action: std.async_noop}
"""


@pytest.fixture
def ask(story: Callable[..., Story]) -> Callable[..., list[dict[str, JSON]]]:
    """Return a function that asks about a parent and its child, and one that is not there."""
    told = story(WORKFLOW)
    told.start()
    told.complete("a", 1)
    child = msgspec.structs.replace(
        told.state,
        id=CHILD_ID,
        task_execution_id=told.task("b").id,
        tasks=Map({f"child-{task_id}": task for task_id, task in told.state.tasks.items()}),
    )
    children: Any = Map({CHILD_ID: "only the ids count"})
    parent = msgspec.structs.replace(told.state, children=children)
    states = {EXECUTION_ID: parent, CHILD_ID: child}

    def state(execution_id: str) -> ExecutionState:
        if execution_id not in states:
            raise NotFound(f"no execution {execution_id}")
        return states[execution_id]

    archive = Archive(ids=lambda: [*states, "gone"], state=state, source=lambda _, name: {"name": name})

    def asked(function: str, project: str = "p", **arguments: Any) -> list[dict[str, JSON]]:
        found: list[dict[str, JSON]] = Answers(archive).answer(query(function, **arguments), project)
        return found

    return asked


def test_executions_are_those_of_the_project(ask: Callable[..., list[dict[str, JSON]]]) -> None:
    """One that has gone meanwhile is left out, and so is another project's."""
    assert [row["id"] for row in ask("executions")] == [EXECUTION_ID, CHILD_ID]
    assert ask("executions", project="q") == []


def test_executions_are_chosen_by_state_and_time(ask: Callable[..., list[dict[str, JSON]]]) -> None:
    """The beginning of a span counts in, its end does not."""
    created = ask("executions", id=EXECUTION_ID)[0]["created_at"]

    assert len(ask("executions", from_time=created, state="RUNNING")) == 2
    assert ask("executions", to_time=created.replace(" ", "T")) == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [({}, ["a", "b"]), ({"recursive": True}, ["a", "b", "a", "b"]), ({"state": "SUCCESS"}, ["a"])],
)
def test_tasks_are_those_of_an_execution(
    ask: Callable[..., list[dict[str, JSON]]], arguments: dict[str, JSON], found: list[str]
) -> None:
    """Oldest first, those of its sub-workflows after its own, each with its source."""
    rows = ask("tasks", workflow_execution_id=EXECUTION_ID, **arguments)

    assert [row["name"] for row in rows] == found
    assert rows[0]["spec"] == {"name": rows[0]["name"]}


def test_there_are_no_other_questions(ask: Callable[..., list[dict[str, JSON]]]) -> None:
    """Whatever else is asked is an error of the expression."""
    with pytest.raises(EvaluationError, match="weather"):
        ask("weather")
