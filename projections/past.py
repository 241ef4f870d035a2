"""Rows of a past moment, listed by the rules of the views.

The rows come from states, not from tables. So that filters, sorting and paging
cannot differ from those of the present, what a list is filtered and sorted by
goes into a table in memory that lives as long as the request, and the same
statements are run on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from projections.collection import Collection
from projections.encoding import dump, moment, storable
from projections.queries import Page, Query, Row, check_names, fields_of, order_of
from projections.tables import BORN, kind, shown
from wf_es.envelope import JSON
from wf_es.errors import NotFound

_ALWAYS = ("id", "project_id", "created_at", BORN)


class PastCollection:
    """What one view would have shown at a moment; read as :class:`~projections.collection.Collection` is."""

    def __init__(self, table: Table, noun: str, rows: Sequence[Row]) -> None:
        """Take the rows with the names of the table's columns; ``noun`` is what one is called in messages."""
        times = [name for name, column in shown(table).items() if kind(column) == "time"]
        self._table = table
        self._noun = noun
        self._rows = {str(row["id"]): _with_times(row, times) for row in rows}
        self._listed: dict[tuple[str, ...], Collection] = {}

    def find(self, identifier: str, project: str | None) -> Row | None:
        """Return one row, or None if there was none that the project may see."""
        row = self._rows.get(identifier)
        return row if row is not None and project in (None, row["project_id"]) else None

    def get(self, identifier: str, project: str | None) -> Row:
        """Return one row.

        Raises:
            NotFound: there was no such row then, or it belongs to another project.

        """
        row = self.find(identifier, project)
        if row is None:
            message = f"{self._noun} not found [id={identifier}] at that moment; it came into being later"
            raise NotFound(message, kind=self._noun, id=identifier)
        return row

    def list(self, query: Query) -> Page:
        """Return one page of rows.

        Raises:
            InvalidRequest: The query names something that is not there, or
                a value that does not fit.
            NotFound: The marker is the id of no row.

        """
        check_names(list(query.filters), self._table, "filter fields")
        check_names(query.nulls, self._table, "fields in nulls")
        wanted = [column.name for column in fields_of(query, self._table)]
        named = {*_ALWAYS, *order_of(query, self._table).keys, *query.filters, *query.nulls}
        page = self._list(tuple(sorted(named))).list(replace(query, fields=("id",)))
        rows = [self._rows[row["id"]] for row in page.rows]
        return replace(page, rows=[{name: row[name] for name in wanted if name in row} for row in rows])

    def _list(self, names: tuple[str, ...]) -> Collection:
        """Return a collection that knows these columns of all rows."""
        if names not in self._listed:
            table = Table(self._table.name, MetaData(), *(_copy(self._table.c[name]) for name in names))
            values = [
                {name: _stored(table.c[name], row.get(name)) for name in names} for row in self._rows.values()
            ]
            self._listed[names] = Collection(_Memory(table, values), table, self._noun)
        return self._listed[names]


class _Memory:
    """A database in memory with one table."""

    def __init__(self, table: Table, rows: list[dict[str, Any]]) -> None:
        self._engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool)
        with self._engine.begin() as connection:
            connection.execute(CreateTable(table))
            if rows:
                connection.execute(insert(table), rows)

    @contextmanager
    def serving(self) -> Iterator[Connection]:
        """Give a connection for queries."""
        with self._engine.connect() as connection:
            yield connection


def _copy(column: Column[Any]) -> Column[Any]:
    return Column(
        column.name,
        column.type,
        primary_key=column.primary_key,
        nullable=column.nullable,
        info=column.info,
    )


def _with_times(row: Row, times: Sequence[str]) -> Row:
    """Return a row whose times are text, as those of the views are."""
    texts = {name: moment(row[name]) for name in times if isinstance(row.get(name), datetime)}
    return {**row, **texts}


def _stored(column: Column[Any], value: JSON) -> Any:
    """Return a value as the views' database would hold it."""
    if kind(column) in ("json", "tags"):
        return None if value is None else dump(value)
    return storable(value) if isinstance(value, str) else value
