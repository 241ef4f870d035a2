"""Filtering, sorting and paging in memory follow the rules of the views."""

from __future__ import annotations

import pytest

from api.rest.sifting import sift
from projections.queries import Query
from wf_es.errors import InvalidRequest

NAMES = ("id", "name", "tags", "is_system", "created_at")
ROWS = [
    {"id": name, "name": name, "tags": tags, "is_system": False, "created_at": None}
    for name, tags in [("std.http", ["net"]), ("std.echo", []), ("my.act", ["net", "x"]), ("std.noop", ["x"])]
]


def names_of(**query: object) -> list[object]:
    """Return the names on the page that a query gives."""
    page = sift(ROWS, Query(project="p", **query), NAMES, default_sort="name")  # type: ignore[arg-type]
    return [row["name"] for row in page.rows]


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("name", "eq", "std.http", ["std.http"]),
        ("name", "neq", "std.http", ["my.act", "std.echo", "std.noop"]),
        ("name", "in", "std.noop,std.echo", ["std.echo", "std.noop"]),
        ("name", "nin", "std.noop,std.echo", ["my.act", "std.http"]),
        ("name", "has", "std", ["std.echo", "std.http", "std.noop"]),
        ("name", "gt", "std.echo", ["std.http", "std.noop"]),
        ("name", "lte", "std.echo", ["my.act", "std.echo"]),
        ("tags", "eq", "net,x", ["my.act"]),
        ("tags", "neq", "net", ["std.echo", "std.noop"]),
        ("tags", "in", "net,x", ["my.act", "std.http", "std.noop"]),
        ("tags", "nin", "net", ["std.echo", "std.noop"]),
        ("is_system", "eq", "false", ["my.act", "std.echo", "std.http", "std.noop"]),
    ],
)
def test_filters(field: str, operator: str, value: str, expected: list[str]) -> None:
    """Each operator means what it means for the views."""
    assert names_of(filters={field: [(operator, value)]}) == expected


def test_pages_follow_each_other() -> None:
    """A full page gives the marker of the next one, and none is skipped."""
    first = sift(ROWS, Query(project="p", limit=3), NAMES, default_sort="name")
    second = sift(ROWS, Query(project="p", limit=3, marker=first.marker), NAMES, default_sort="name")
    assert [row["id"] for row in first.rows + second.rows] == ["my.act", "std.echo", "std.http", "std.noop"]
    assert (first.marker, second.marker) == ("std.http", None)
    assert (first.sort_keys, first.sort_dirs) == (("name", "id"), ("asc", "asc"))


def test_descending() -> None:
    """Directions belong to their keys."""
    assert names_of(sort_keys=("name",), sort_dirs=("desc",)) == [
        "std.noop",
        "std.http",
        "std.echo",
        "my.act",
    ]


def test_nulls() -> None:
    """Only rows without the named values remain."""
    assert len(names_of(nulls=("created_at",))) == 4
    assert names_of(nulls=("name",)) == []


@pytest.mark.parametrize(
    "query",
    [{"sort_keys": ("colour",)}, {"sort_dirs": ("up",)}, {"sort_dirs": ("asc", "asc")}, {"marker": "gone"}],
)
def test_refusals(query: dict[str, object]) -> None:
    """Unknown keys, directions and markers are refused."""
    with pytest.raises(InvalidRequest):
        names_of(**query)
