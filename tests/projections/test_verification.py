"""Tests of comparing rows with the log."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from projections import Views, verify
from projections.tables import ACTION_EXECUTIONS, EXECUTIONS, TASKS
from wf_es.execution import events as log

ONE = "aaaaaaaa-0000-5000-8000-000000000001"


@pytest.fixture
def folded(story: Any, views: Views) -> Views:
    """Views over one finished execution."""
    story.start(ONE, input={"n": 1})
    story.record(
        ONE,
        log.TaskScheduled(task_id="t", name="a"),
        log.ActionScheduled(action_id="x", task_id="t", name="std.echo"),
        log.ActionCompleted(action_id="x", state="SUCCESS", output=1),
        log.TaskCompleted(task_id="t", state="SUCCESS", published={"p": "hunter2"}, transitions=[]),
        log.WorkflowCompleted(state="SUCCESS", output={"o": 1}),
    )
    views.catch_up()
    return views


def damage(views: Views, statement: Any) -> None:
    """Change a row behind the fold's back."""
    with views._database.writing() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (update(EXECUTIONS).values(state="ERROR"), [f"execution {ONE}: state"]),
        (update(EXECUTIONS).values(output='{"o":true}'), [f"execution {ONE}: output"]),
        (update(EXECUTIONS).values(version=2), [f"execution {ONE}: version"]),
        (update(TASKS).values(published="{}", processed=False), ["task t: published", "task t: processed"]),
        (update(TASKS).values(result="true"), ["task t: result"]),
        (update(ACTION_EXECUTIONS).values(accepted=False), ["action x: accepted"]),
        (delete(EXECUTIONS), [f"execution {ONE}: row"]),
        (delete(TASKS), ["task t: row"]),
        (delete(ACTION_EXECUTIONS), ["action x: row"]),
        (
            insert(TASKS).from_select(
                [column.name for column in TASKS.columns],
                TASKS.select().with_only_columns(
                    *[column if column.name != "id" else TASKS.c.name for column in TASKS.columns]
                ),
            ),
            ["task a: row"],
        ),
    ],
)
def test_every_kind_of_damage_is_found(
    statement: Any, expected: list[str], story: Any, folded: Views
) -> None:
    """A wrong, missing or additional row is reported by its place, and nothing else is."""
    assert verify(story.state(ONE), folded) == []
    damage(folded, statement)
    found = verify(story.state(ONE), folded)
    assert [str(difference).removesuffix(" is not what the log says") for difference in found] == expected
    assert "hunter2" not in "".join(map(str, found))


def test_a_row_of_a_deleted_execution_is_a_difference(story: Any, folded: Views) -> None:
    """What was deleted must not be shown."""
    story.record(ONE, log.ExecutionDeleted())
    [difference] = verify(story.state(ONE), folded)
    assert (difference.subject, difference.field) == (f"execution {ONE}", "row")
    folded.catch_up()
    assert verify(story.state(ONE), folded) == []


def test_executions_with_many_tasks_are_compared_whole(story: Any, views: Views) -> None:
    """The comparison goes beyond the first page of rows."""
    story.start(ONE)
    story.record(ONE, *[log.TaskScheduled(task_id=f"t{n:04}", name="a") for n in range(1010)])
    views.catch_up()
    assert verify(story.state(ONE), views) == []
    damage(views, delete(TASKS).where(TASKS.c.id == "t1005"))
    assert [difference.subject for difference in verify(story.state(ONE), views)] == ["task t1005"]
