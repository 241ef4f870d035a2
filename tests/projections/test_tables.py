"""Tests of the shape of the tables."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from projections.tables import LAYOUT, METADATA, ROW_TABLES, kind, shown

_SHAPE = (11, "becfc784f4713f07")
"""A layout, and the digest of the tables that have it."""

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


def test_other_tables_have_another_layout() -> None:
    """A view file of the same layout is taken over as it is, and does not fit if its tables have changed."""
    dialect = make_url("sqlite://").get_dialect()()
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    made += [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in METADATA.sorted_tables
        for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]
    digest = hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]
    message = "raise LAYOUT in projections/tables.py, then put it here with the new digest"
    assert (LAYOUT, digest) == _SHAPE, message
