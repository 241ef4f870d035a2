"""Tests of the rows one batch touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from projections.database import Database
from projections.tables import WORKFLOW_VERSIONS
from projections.worksheet import Sheet
from wf_es.errors import CorruptHistory


@pytest.fixture
def database() -> Iterator[Database]:
    """A database with two rows."""
    database = Database("sqlite://")
    with database.writing() as connection:
        rows = [{"id": "1", "task_tags": "one"}, {"id": "2", "task_tags": "two"}]
        connection.execute(insert(WORKFLOW_VERSIONS), rows)
    yield database
    database.close()


def written(database: Database) -> dict[str, Any]:
    """Return the rows of the table."""
    with database.reading() as connection:
        return {row.id: row.task_tags for row in connection.execute(select(WORKFLOW_VERSIONS))}


def test_rows_are_changed_in_memory_and_written_once(database: Database) -> None:
    """Inserting, changing and removing come out as if done one by one."""
    sheet = Sheet(WORKFLOW_VERSIONS, "task_tags")
    with database.writing() as connection:
        sheet.fetch(connection, ["1", "2", "9"])
        sheet.update("1", task_tags="changed")
        sheet.insert({"id": "3", "task_tags": "three"})
        sheet.update("3", task_tags="also changed")
        sheet.insert({"id": "4", "task_tags": "four"})
        sheet.remove("id", "2")
        sheet.remove("id", "4")
        sheet.insert({"id": "2", "task_tags": "again"})
        assert sheet.find("9") is None
        sheet.write(connection)
    assert written(database) == {"1": "changed", "2": "again", "3": "also changed"}


def test_a_row_is_inserted_once(database: Database) -> None:
    """A second row of the same id is refused before the database sees it."""
    sheet = Sheet(WORKFLOW_VERSIONS, "task_tags")
    sheet.insert({"id": "7", "task_tags": ""})
    with pytest.raises(CorruptHistory):
        sheet.insert({"id": "7", "task_tags": ""})


def test_many_rows_take_few_statements(database: Database) -> None:
    """The number of statements does not grow with the number of rows."""
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with database.writing() as connection:
        sheet = Sheet(WORKFLOW_VERSIONS, "task_tags")
        for number in range(100, 600):
            sheet.insert({"id": str(number), "task_tags": ""})
        sheet.write(connection)
        changed = Sheet(WORKFLOW_VERSIONS, "task_tags")
        changed.fetch(connection, [str(number) for number in range(100, 600)])
        for number in range(100, 600):
            changed.update(str(number), task_tags=str(number))
        changed.write(connection)
    assert len(statements) == 3
    assert written(database)["599"] == "599"
