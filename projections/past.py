"""Rows of a past moment, listed by the rules of the views.

The rows come from states, not from tables. So that filters, sorting and paging
cannot differ from those of the present, what a list is filtered and sorted by
goes into a table in memory that lives as long as the request, and the same
statements are run on it. What is not shown and not sorted by need not be worked
out: rows may be :class:`Deferred`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, create_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from projections.collection import Collection
from projections.encoding import dump, moment, storable
from projections.queries import Page, Query, Row, check_names, fields_of, order_of
from projections.tables import BORN, kind
from wf_es.envelope import JSON
from wf_es.errors import NotFound

_ALWAYS = ("id", "project_id", "created_at", BORN)


class Deferred(Mapping[str, JSON]):
    """A row of which the rest is worked out once somebody asks for it."""

    __slots__ = ("_brief", "_rest", "_whole")

    def __init__(self, brief: Row, rest: Callable[[], Row]) -> None:
        """Take what is at hand, and what gives the other columns (or all)."""
        self._brief = brief
        self._rest = rest
        self._whole: Row | None = None

    def __getitem__(self, name: str) -> JSON:
        """Return what a column holds; KeyError if there is none of this name."""
        return self._brief[name] if name in self._brief else self._all()[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is a column of this name."""
        return name in self._brief or name in self._all()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of all columns."""
        return iter(self._all())

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._all())

    def _all(self) -> Row:
        if self._whole is None:
            self._whole = self._rest() | self._brief
        return self._whole


class PastCollection:
    """What one view would have shown at a moment; read as :class:`~projections.collection.Collection` is."""

    def __init__(self, table: Table, noun: str, rows: Sequence[Mapping[str, JSON]]) -> None:
        """Take the rows with the names of the table's columns; ``noun`` is what one is called in messages."""
        self._table = table
        self._noun = noun
        self._rows = {str(row["id"]): row for row in rows}
        self._listed: dict[tuple[str, ...], Collection] = {}

    def find(self, identifier: str, project: str | None) -> Row | None:
        """Return one row, or None if there was none that the project may see."""
        row = self._rows.get(identifier)
        if row is None or project not in (None, row["project_id"]):
            return None
        return {name: _as_listed(value) for name, value in row.items()}

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
        shown_rows = [{name: _as_listed(row[name]) for name in wanted if name in row} for row in rows]
        return replace(page, rows=shown_rows)

    def _list(self, names: tuple[str, ...]) -> Collection:
        """Return a collection that knows these columns of all rows."""
        if names not in self._listed:
            table = Table(self._table.name, MetaData(), *(_copy(self._table.c[name]) for name in names))
            kinds = [(name, kind(table.c[name])) for name in names]
            values = [
                tuple([_stored(what, row.get(name)) for name, what in kinds]) for row in self._rows.values()
            ]
            self._listed[names] = Collection(_Memory(table, values), table, self._noun)
        return self._listed[names]


class _Memory:
    """A database in memory with one table."""

    def __init__(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        self._engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool)
        with self._engine.begin() as connection:
            connection.execute(CreateTable(table))
            if rows:
                places = ", ".join("?" * len(table.columns))
                connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608

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


def _as_listed(value: JSON) -> JSON:
    """Return a value as the views show it: times are text."""
    return moment(value) if isinstance(value, datetime) else value


def _stored(what: str, value: JSON) -> Any:
    """Return a value of a kind as the views' database would hold it."""
    if what in ("json", "tags"):
        return None if value is None else dump(value)
    if isinstance(value, datetime):
        return moment(value)
    return storable(value) if isinstance(value, str) else value
