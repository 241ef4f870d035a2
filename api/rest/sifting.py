"""Rows in memory, listed together with those of a view, by the view's rules.

What is installed is known to this process only, what is uploaded is in a view.
A page of both is made of the page of the view and the rows in memory: whatever
comes first is among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from projections.encoding import dump
from projections.queries import MAX_LIMIT, Page, Query
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

Row = dict[str, JSON]


def listed_together(
    rows: Sequence[Row],
    query: Query,
    names: Collection[str],
    stored: Callable[[Query], Page],
    marked: Callable[[str], Row | None],
) -> Page:
    """Return the page of rows in memory and of stored ones that a query asks for.

    Args:
        rows: The rows in memory.
        query: What is asked for, with at least one sort key.
        names: The names of all fields.
        stored: Gives a page of the stored rows.
        marked: Gives the stored row of an id.

    Raises:
        InvalidRequest: a sort key or direction is unknown, or the marker is no row's.
    """
    keys, directions = _order(query, names)
    last = _last(rows, query.marker, marked)
    limit = min(query.limit or MAX_LIMIT, MAX_LIMIT)
    page = stored(replace(query, marker=None, after=last, fields=(), limit=limit, by_birth=False))
    found = [*page.rows, *(row for row in rows if _fits(row, query))]
    if last is not None and all(row["id"] != last["id"] for row in found):
        found.append(last)
    for key, direction in reversed(list(zip(keys, directions, strict=True))):
        found.sort(key=partial(_rank, key), reverse=direction == "desc")
    if last is not None:
        found = found[[row["id"] for row in found].index(last["id"]) + 1 :]
    shown = found[:limit]
    marker = str(shown[-1]["id"]) if shown and len(shown) == limit else None
    return Page(rows=shown, marker=marker, limit=limit, sort_keys=keys, sort_dirs=directions)


def _order(query: Query, names: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    keys = tuple(query.sort_keys)
    directions = tuple(query.sort_dirs)
    unknown = [key for key in keys if key not in names]
    if unknown:
        raise InvalidRequest(f"Unknown sort keys {unknown}, please choose from {list(names)}")
    if len(directions) > len(keys) or set(directions) - {"asc", "desc"}:
        raise InvalidRequest("Give at most one sort direction per sort key, asc or desc.")
    directions += ("asc",) * (len(keys) - len(directions))
    return (keys, directions) if "id" in keys else ((*keys, "id"), (*directions, "asc"))


def _last(rows: Sequence[Row], marker: str | None, marked: Callable[[str], Row | None]) -> Row | None:
    if marker is None:
        return None
    found = next((row for row in rows if row["id"] == marker), None) or marked(marker)
    if found is None:
        raise InvalidRequest(f"The marker {marker[:255]!r} is not the id of a row of this list.")
    return found


def _rank(key: str, row: Row) -> tuple[bool, str]:
    value = row[key]
    text = dump(value) if isinstance(value, list | dict) else str(value)
    return value is not None, "" if value is None else text


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
    if value is None:
        return operator in ("neq", "nin")
    text = str(value).lower() if isinstance(value, bool) else str(value)
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
