"""What may be asked of a list: filters, sorting, fields and paging.

One implementation for every view. The rules are Mistral's: ``id`` is always
the last sort key, ``created_at`` the first unless another is asked for, a page
has at most 1,000 rows, and a full page names the row that the next one begins
after. Where ``id`` only decides between equals, the log decides before it: what
began at the same moment, such as the actions for the items of a list, comes in
the order in which it began. What filters can say stands in ``filters``. An empty column sorts before
every value. Names are checked against the columns of the view.

Pages follow each other by the values of their last row, so a page neither
skips nor repeats a row when rows are added or removed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, and_, case, false, literal, or_

from projections.filters import condition
from projections.tables import BORN, shown
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

MAX_LIMIT = 1000
"""Most rows of one page, and the number given when none is asked for."""

Row = dict[str, JSON]
"""One row as a reader gets it: JSON columns decoded, times as text."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """One request for a list.

    ``project`` hides the rows of other projects; None, for the system's own
    use, hides nothing. ``limit`` is capped at ``MAX_LIMIT``; ``marker`` is the
    id of the last row of the page before, and ``after`` that row itself where
    it need not be one of this view; ``nulls`` names columns that must
    be empty; ``fields`` names the columns wanted (default: all). Rows that are
    otherwise alike come in the order in which they began; not ``by_birth``, where
    they are listed with others that have none, but by id.
    """

    project: str | None
    filters: Mapping[str, Sequence[tuple[str, JSON]]] = field(default_factory=dict)
    limit: int | None = None
    marker: str | None = None
    after: Mapping[str, JSON] | None = None
    sort_keys: Sequence[str] = ()
    sort_dirs: Sequence[str] = ()
    fields: Sequence[str] = ()
    nulls: Sequence[str] = ()
    by_birth: bool = True


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of a list; ``marker`` leads to the next page if this one is full.

    ``sort_keys`` and ``sort_dirs`` are those that were used, ``id`` included,
    for a link to the next page.
    """

    rows: list[Row]
    marker: str | None
    limit: int
    sort_keys: tuple[str, ...]
    sort_dirs: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """The sort keys of a list with their directions; ``id`` comes last."""

    keys: tuple[str, ...]
    descending: tuple[bool, ...]
    by_birth: bool = True

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions as words."""
        return tuple("desc" if descending else "asc" for descending in self.descending)

    def apply(self, statement: Select[Any], table: Table) -> Select[Any]:
        """Return the statement with this order."""
        for column, descending in self._columns(table):
            for part in _sort_parts(column):
                statement = statement.order_by(part.desc() if descending else part.asc())
        return statement

    def after(self, table: Table, last: Mapping[str, Any]) -> ColumnElement[bool]:
        """Return the condition for rows that come after the given one."""
        condition: ColumnElement[bool] = false()
        for column, descending in reversed(self._columns(table)):
            value = last[column.name]
            condition = or_(_beyond(column, value, descending), and_(_same(column, value), condition))
        return condition

    def _columns(self, table: Table) -> list[tuple[Column[Any], bool]]:
        """Return what is compared, one after the other; by itself ``id`` says nothing about order."""
        found = []
        for place, (key, descending) in enumerate(zip(self.keys, self.descending, strict=True)):
            if key == "id" and place > 0 and self.by_birth and BORN in table.c:
                found.append((table.c[BORN], descending))
            found.append((table.c[key], descending))
        return found


def order_of(query: Query, table: Table) -> Order:
    """Check the sort keys of a query and complete them with ``id``.

    Raises:
        InvalidRequest: A key is unknown, a direction is no direction, or
            there are more directions than keys.

    """
    keys = list(query.sort_keys) or ["created_at"]
    check_names(keys, table, "sort keys")
    if len(query.sort_dirs) > len(keys):
        raise InvalidRequest("There are more sort directions than sort keys")
    for direction in query.sort_dirs:
        if direction not in ("asc", "desc"):
            raise InvalidRequest(f"Unknown sort direction {direction!r}, choose asc or desc")
    directions = [direction == "desc" for direction in query.sort_dirs]
    directions += [False] * (len(keys) - len(directions))
    if "id" not in keys:
        keys, directions = [*keys, "id"], [*directions, False]
    return Order(tuple(keys), tuple(directions), query.by_birth)


def limit_of(query: Query) -> int:
    """Return how many rows a page may have.

    Raises:
        InvalidRequest: The limit is not positive.

    """
    if query.limit is None:
        return MAX_LIMIT
    if query.limit <= 0:
        raise InvalidRequest("Limit must be positive.")
    return min(query.limit, MAX_LIMIT)


def fields_of(query: Query, table: Table) -> list[Column[Any]]:
    """Return the columns that a query asks for, in the table's order.

    Raises:
        InvalidRequest: A field is unknown.

    """
    columns = shown(table)
    check_names(query.fields, table, "fields")
    wanted = {*query.fields, "id"} if query.fields else set(columns)
    return [column for name, column in columns.items() if name in wanted]


def check_names(names: Sequence[str], table: Table, what: str) -> None:
    """Refuse names that are no columns of the view.

    Raises:
        InvalidRequest: with the unknown names and those that are allowed.

    """
    columns = shown(table)
    unknown = sorted(set(names) - set(columns))
    if unknown:
        allowed = ", ".join(columns)
        message = f"Some {what} do not exist [{', '.join(unknown)}], please choose from [{allowed}]"
        raise InvalidRequest(message, unknown=unknown, allowed=list(columns))


def conditions(query: Query, table: Table) -> list[ColumnElement[bool]]:
    """Return what a row must meet to be in the list.

    Raises:
        InvalidRequest: A field or operator is unknown, or a value does not
            fit its field.

    """
    check_names(list(query.filters), table, "filter fields")
    check_names(query.nulls, table, "fields in nulls")
    found: list[ColumnElement[bool]] = [table.c[name].is_(None) for name in query.nulls]
    for name, wanted in query.filters.items():
        for operation, value in wanted:
            found.append(condition(table.c[name], operation, value))
    return found


def _sort_parts(column: Column[Any]) -> list[ColumnElement[Any]]:
    if not column.nullable:
        return [column]
    return [case((column.is_(None), 0), else_=1), column]


def _beyond(column: Column[Any], value: Any, descending: bool) -> ColumnElement[bool]:
    if value is None:
        return false() if descending else column.is_not(None)
    # As a literal, because a bare True or False has no order in SQLAlchemy.
    bound = literal(value, column.type)
    return or_(column < bound, column.is_(None)) if descending else column > bound


def _same(column: Column[Any], value: Any) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == literal(value, column.type)
