"""A collection: one view's rows, found by id or listed by a query."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, Table, select, true

from projections.encoding import dump, is_storable, load
from projections.queries import Page, Query, Row, conditions, fields_of, limit_of, order_of
from projections.tables import kind, shown
from wf_es.errors import NotFound

Visible = Callable[[Table, str], ColumnElement[bool]]
"""Which rows of a table a project may see."""


class Serving(Protocol):
    """A database, as those see it who only read."""

    def serving(self) -> AbstractContextManager[Connection]:
        """Give a connection for queries."""


def own(table: Table, project: str) -> ColumnElement[bool]:
    """Show a project its own rows only."""
    return table.c.project_id == project


def own_or_public(table: Table, project: str) -> ColumnElement[bool]:
    """Show a project its own rows and what others made public."""
    return (table.c.project_id == project) | (table.c.scope == "public")


class Collection:
    """The rows of one table as readers see them.

    Rows are plain dicts in the order of the table's columns: JSON decoded,
    times as ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC.
    """

    def __init__(self, database: Serving, table: Table, noun: str, visible: Visible = own) -> None:
        """Look at a table; ``noun`` is what one row is called in messages."""
        self._database = database
        self._table = table
        self._noun = noun
        self._visible = visible

    @property
    def fields(self) -> tuple[str, ...]:
        """The names that filters, sort keys and ``fields`` may use, in order."""
        return tuple(shown(self._table))

    def get(self, identifier: str, project: str | None) -> Row:
        """Return one row.

        Args:
            identifier: The row's id.
            project: Who asks; None for the system itself.

        Raises:
            NotFound: There is no such row, or it belongs to another project.

        """
        row = self.find(identifier, project)
        if row is None:
            raise self._not_found(identifier)
        return row

    def find(self, identifier: str, project: str | None) -> Row | None:
        """Return one row, or None if there is none that the project may see."""
        return self.first(project, id=identifier)

    def first(self, project: str | None, **values: str) -> Row | None:
        """Return the first row with these values, the project's own ones first."""
        if not all(is_storable(value) for value in values.values()):
            return None
        table = self._table
        columns = list(shown(table).values())
        statement = select(*columns).where(self._seen_by(project))
        statement = statement.where(*(table.c[name] == value for name, value in values.items()))
        if project is not None:
            statement = statement.order_by((table.c.project_id == project).desc())
        with self._database.serving() as connection:
            found = connection.execute(statement.order_by(table.c.created_at, table.c.id).limit(1)).first()
        return None if found is None else _row(columns, found)

    def list(self, query: Query) -> Page:
        """Return one page of rows.

        Raises:
            InvalidRequest: The query names something that is not there, or
                a value that does not fit.
            NotFound: The marker is the id of no row that the project may see.

        """
        order, limit = order_of(query, self._table), limit_of(query)
        columns = fields_of(query, self._table)
        statement = select(*columns).where(self._seen_by(query.project), *conditions(query, self._table))
        last = self._last(query)
        if last is not None:
            statement = statement.where(order.after(self._table, last))
        statement = order.apply(statement, self._table).limit(limit)
        with self._database.serving() as connection:
            rows = [_row(columns, found) for found in connection.execute(statement)]
        return Page(
            rows=rows,
            marker=rows[-1]["id"] if len(rows) == limit else None,
            limit=limit,
            sort_keys=order.keys,
            sort_dirs=order.directions,
        )

    def _last(self, query: Query) -> dict[str, Any] | None:
        """Return the row that a page comes after, as the database holds it or would hold it."""
        if query.marker is not None:
            return self._stored(query.marker, query.project)
        if query.after is None:
            return None
        columns = shown(self._table)
        return {
            name: dump(value) if name in columns and kind(columns[name]) in ("json", "tags") else value
            for name, value in query.after.items()
        }

    def _stored(self, identifier: str, project: str | None) -> dict[str, Any]:
        """Return a row as the database holds it, for comparing with others."""
        statement = select(self._table).where(self._table.c.id == identifier, self._seen_by(project))
        found = None
        if is_storable(identifier):
            with self._database.serving() as connection:
                found = connection.execute(statement).mappings().one_or_none()
        if found is None:
            raise self._not_found(identifier)
        return dict(found)

    def _not_found(self, identifier: str) -> NotFound:
        return NotFound(f"{self._noun} not found [id={identifier}]", kind=self._noun, id=identifier)

    def _seen_by(self, project: str | None) -> ColumnElement[bool]:
        return true() if project is None else self._visible(self._table, project)


def _row(columns: list[Column[Any]], found: Any) -> Row:
    return {
        column.name: load(value) if kind(column) in ("json", "tags") else value
        for column, value in zip(columns, found, strict=True)
    }
