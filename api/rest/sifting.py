"""Filtering, sorting and paging of rows that are already in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from projections.queries import MAX_LIMIT, Page, Query
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

Row = dict[str, JSON]


def sift(rows: Sequence[Row], query: Query, names: Collection[str], *, default_sort: str) -> Page:
    """Return the page of ``rows`` that a query asks for.

    Raises:
        InvalidRequest: a sort key or direction is unknown.
    """
    keys, directions = _order(query, names, default_sort)
    found = [row for row in rows if _fits(row, query)]
    for key, direction in reversed(list(zip(keys, directions, strict=True))):
        found.sort(key=partial(_rank, key), reverse=direction == "desc")
    found = _after(found, query.marker)
    limit = min(query.limit or MAX_LIMIT, MAX_LIMIT)
    page = found[:limit]
    marker = str(page[-1]["id"]) if page and len(page) == limit else None
    return Page(rows=page, marker=marker, limit=limit, sort_keys=keys, sort_dirs=directions)


def _order(query: Query, names: Collection[str], default: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    keys = tuple(query.sort_keys) or (default,)
    directions = tuple(query.sort_dirs)
    unknown = [key for key in keys if key not in names]
    if unknown:
        raise InvalidRequest(f"Unknown sort keys {unknown}, please choose from {list(names)}")
    if len(directions) > len(keys) or set(directions) - {"asc", "desc"}:
        raise InvalidRequest("Give at most one sort direction per sort key, asc or desc.")
    directions += ("asc",) * (len(keys) - len(directions))
    return (keys, directions) if "id" in keys else ((*keys, "id"), (*directions, "asc"))


def _rank(key: str, row: Row) -> tuple[bool, str]:
    value = row[key]
    return value is not None, "" if value is None else str(value)


def _after(rows: list[Row], marker: str | None) -> list[Row]:
    if marker is None:
        return rows
    for index, row in enumerate(rows):
        if row["id"] == marker:
            return rows[index + 1 :]
    raise InvalidRequest(f"The marker {marker[:255]!r} is not the id of a row of this list.")


def _fits(row: Row, query: Query) -> bool:
    if any(row.get(name) is not None for name in query.nulls):
        return False
    return all(
        _meets(row.get(name), operator, str(value))
        for name, wanted in query.filters.items()
        for operator, value in wanted
    )


def _meets(value: JSON, operator: str, wanted: str) -> bool:
    if isinstance(value, list):
        return _tags_meet({str(tag) for tag in value}, operator, set(wanted.split(",")))
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    match operator:
        case "eq":
            return text == wanted
        case "neq":
            return text != wanted
        case "in":
            return text in wanted.split(",")
        case "nin":
            return text not in wanted.split(",")
        case "has":
            return wanted in text
    ordering = {"gt": text > wanted, "gte": text >= wanted, "lt": text < wanted, "lte": text <= wanted}
    return ordering[operator]


def _tags_meet(tags: set[str], operator: str, wanted: set[str]) -> bool:
    if operator in ("in", "nin"):
        return bool(tags & wanted) is (operator == "in")
    return (wanted <= tags) is (operator != "neq")
