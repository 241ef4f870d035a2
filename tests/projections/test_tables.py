"""Tests of the shape of the tables."""

from __future__ import annotations

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from projections.tables import METADATA, ROW_TABLES, kind, shown

_KINDS = {"text", "json", "tags", "time", "flag", "number"}


@pytest.mark.parametrize("table", ROW_TABLES, ids=lambda table: table.name)
def test_every_column_has_a_kind(table: Table) -> None:
    """Filters and readers rely on the kind of a column."""
    assert {kind(column) for column in table.columns} <= _KINDS
    assert "id" in shown(table)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_tables_can_be_made_everywhere(name: str) -> None:
    """Nothing in the tables belongs to one database only, and index names are unique."""
    dialect = make_url(f"{name}://").get_dialect()()
    names = set()
    for table in METADATA.sorted_tables:
        assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert index.name not in names
            names.add(index.name)
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
