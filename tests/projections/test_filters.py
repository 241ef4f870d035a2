"""Tests of single filters against rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select

from projections.database import Database
from projections.filters import condition
from projections.tables import WORKFLOWS, _flag, _id, _json, _number, _tags, _text, _time
from wf_es.errors import InvalidRequest

_TABLE = Table(
    "samples",
    MetaData(),
    _id(primary_key=True),
    _text("word", nullable=True),
    _json("data"),
    _tags(),
    _time("at"),
    _flag("ready"),
    _number("count"),
)

_ROWS = [
    ("1", "Alpha", '{"a":1}', '["x","y"]', "2026-01-01 10:00:00.000001", True, 1),
    ("2", "beta", "[]", '["y"]', "2026-01-01 10:00:00.900000", False, 20),
    ("3", None, None, "[]", "2026-01-01 10:00:01.000000", True, 3),
    ("4", "100%_", '"text"', '["xy","a\\"b"]', "2026-01-02 00:00:00.000000", False, -4),
]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database that holds the sample rows."""
    database = Database("sqlite://")
    with database.writing() as connection:
        _TABLE.create(connection)
        names = [column.name for column in _TABLE.columns]
        connection.execute(insert(_TABLE), [dict(zip(names, row, strict=True)) for row in _ROWS])
    yield database
    database.close()


def found(database: Database, field: str, operation: str, value: Any) -> str:
    """Return the ids of the rows that meet a filter, as one text."""
    statement = select(_TABLE.c.id).where(condition(_TABLE.c[field], operation, value)).order_by(_TABLE.c.id)
    with database.reading() as connection:
        return "".join(connection.execute(statement).scalars())


@pytest.mark.parametrize(
    ("field", "operation", "value", "expected"),
    [
        ("word", "eq", "beta", "2"),
        ("word", "eq", "BETA", ""),
        ("word", "eq", None, "3"),
        ("word", "neq", "beta", "134"),
        ("word", "neq", None, "124"),
        ("word", "gt", "Alpha", "2"),
        ("word", "lte", "Alpha", "14"),
        ("word", "in", "beta,Alpha", "12"),
        ("word", "in", ["beta"], "2"),
        ("word", "in", "", ""),
        ("word", "nin", "beta,Alpha", "34"),
        ("word", "nin", [], "1234"),
        ("word", "has", "eta", "2"),
        ("word", "has", "ETA", ""),
        ("word", "has", "%", "4"),
        ("word", "has", "_", "4"),
        ("word", "eq", "' OR 1=1 --", ""),
        ("data", "eq", '{ "a": 1 }', "1"),
        ("data", "eq", {"a": 1}, "1"),
        ("data", "eq", "not json", ""),
        ("data", "neq", "[]", "134"),
        ("data", "has", "tex", "4"),
        ("tags", "eq", "y", "12"),
        ("tags", "eq", "x,y", "1"),
        ("tags", "eq", ["y", "x"], "1"),
        ("tags", "eq", 'a"b', "4"),
        ("tags", "eq", "", "1234"),
        ("tags", "neq", "y", "34"),
        ("tags", "in", "x,xy", "14"),
        ("tags", "nin", "x,xy", "23"),
        ("at", "eq", "2026-01-01 10:00:00", "12"),
        ("at", "neq", "2026-01-01 10:00:00", "34"),
        ("at", "gt", "2026-01-01 10:00:00", "34"),
        ("at", "gte", "2026-01-01 10:00:00", "1234"),
        ("at", "lte", "2026-01-01 10:00:00", "12"),
        ("at", "eq", "2026-01-01 10:00:00.900000", "2"),
        ("at", "gt", "2026-01-01T10:00:00.5Z", "234"),
        ("at", "eq", "2026-01-01T12:00:01+02:00", "3"),
        ("at", "in", "2026-01-01 10:00:01,2026-01-02", "34"),
        ("ready", "eq", "True", "13"),
        ("ready", "eq", False, "24"),
        ("ready", "neq", "1", "24"),
        ("count", "gt", "2", "23"),
        ("count", "in", "1,-4", "14"),
    ],
)
def test_filters(database: Database, field: str, operation: str, value: Any, expected: str) -> None:
    """Each operator keeps exactly the rows it should."""
    assert found(database, field, operation, value) == expected


@pytest.mark.parametrize(
    ("field", "operation", "value", "message"),
    [
        ("word", "like", "x", "eq, neq, gt"),
        ("word", "gt", None, "null"),
        ("word", "eq", "a\x00", "characters"),
        ("word", "has", "\ud800", "characters"),
        ("data", "eq", "\x00", "characters"),
        ("tags", "gt", "x", "Tags"),
        ("tags", "eq", "\x00", "characters"),
        ("at", "eq", "yesterday", "YYYY"),
        ("ready", "eq", "maybe", "neither"),
        ("count", "eq", "many", "number"),
        ("count", "eq", "9" * 30, "large"),
        ("count", "in", "1," * 1001, "more than"),
        ("tags", "in", "x," * 101, "more than"),
    ],
)
def test_refused_filters(field: str, operation: str, value: Any, message: str) -> None:
    """What does not fit is refused, and the message says what would."""
    with pytest.raises(InvalidRequest, match=message):
        condition(_TABLE.c[field], operation, value)


def test_values_are_bound() -> None:
    """No value becomes part of the statement's text."""
    column: Column[Any] = WORKFLOWS.c.name
    for operation in ("eq", "neq", "gt", "in", "nin", "has"):
        assert "hunter" not in str(select(WORKFLOWS.c.id).where(condition(column, operation, "hunter")))


@pytest.mark.parametrize(
    ("field", "sample"), [("word", "beta"), ("at", "2026-01-02 00:00:00"), ("count", 20)]
)
def test_as_many_values_as_a_page_has_rows(database: Database, field: str, sample: Any) -> None:
    """A thousand values are one operand, not a chain that is too deep for a database."""
    values = [sample] * 1000
    assert found(database, field, "in", values) == found(database, field, "eq", sample) != ""
    assert found(database, field, "nin", values) == found(database, field, "neq", sample)
    assert found(database, "tags", "in", ["x"] * 100) == found(database, "tags", "eq", "x")
