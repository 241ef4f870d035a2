"""Filtering, sorting and paging of rows in memory and stored ones follow the rules of the views."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.rest.sifting import Row, listed_together
from projections import Views
from projections.queries import Page, Query
from wf_es.definition.versions import DefinitionCreated
from wf_es.envelope import Recorded
from wf_es.errors import InvalidRequest
from wf_es.ports import Batch
from wf_es.store import MemoryStore, standard_codec

NAMES = ("id", "name", "tags", "is_system", "created_at")
ROWS = [
    {"id": name, "name": name, "tags": tags, "is_system": False, "created_at": None}
    for name, tags in [("std.http", ["net"]), ("std.echo", []), ("my.act", ["net", "x"]), ("std.noop", ["x"])]
]


NOTHING = Page(rows=[], marker=None, limit=0, sort_keys=(), sort_dirs=())


def page_of(**query: Any) -> Page:
    """Return the page of the rows in memory that a query gives."""
    query.setdefault("sort_keys", ("name",))
    return listed_together(ROWS, Query(project="p", **query), NAMES, lambda _: NOTHING, lambda _: None)


def names_of(**query: Any) -> list[object]:
    """Return the names on that page."""
    return [row["name"] for row in page_of(**query).rows]


@pytest.mark.parametrize(
    ("field", "operation", "value", "expected"),
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
        ("created_at", "lt", "2026-01-01", []),
        ("created_at", "neq", "2026-01-01", ["my.act", "std.echo", "std.http", "std.noop"]),
    ],
)
def test_filters(field: str, operation: str, value: str, expected: list[str]) -> None:
    """Each operator means what it means for the views."""
    assert names_of(filters={field: [(operation, value)]}) == expected


def test_pages_follow_each_other() -> None:
    """A full page gives the marker of the next one, and none is skipped."""
    first = page_of(limit=3)
    second = page_of(limit=3, marker=first.marker)
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
def test_refusals(query: dict[str, Any]) -> None:
    """Unknown keys, directions and markers are refused."""
    with pytest.raises(InvalidRequest):
        names_of(**query)


STORED = [
    ("std.echo.mine", ["x"]),
    ("alpha", []),
    ("std.http2", ["net", "x"]),
    ("zulu", ["net"]),
    ("Zulu", []),
]


@pytest.fixture
def views() -> Iterator[Views]:
    """Views with some uploaded actions."""
    store, codec = MemoryStore(), standard_codec()
    for number, (name, tags) in enumerate(STORED):
        text = f"version: '2.0'\n{name}: {{base: std.noop}}\n"
        body = DefinitionCreated(kind="action", name=name, text=text, hash="h", checksum="c", tags=tags)
        recorded = Recorded(
            stream=f"stream-{number}",
            version=1,
            time=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
            actor="ann",
            project="p",
            command="c",
            data=body,
        )
        sealed = codec.seal(recorded, codec.genesis(recorded.stream))
        store.append([Batch(stream=recorded.stream, events=(sealed,))])
    views = Views("sqlite://", store, codec)
    views.catch_up()
    yield views
    views.close()


def whole_list(views: Views, limit: int, **query: Any) -> list[Row]:
    """Return all pages of a list of both."""
    found: list[Row] = []
    marker: str | None = None
    while True:
        page = listed_together(
            ROWS,
            Query(project="p", limit=limit, marker=marker, **query),
            NAMES,
            views.actions.list,
            lambda identifier: views.actions.find(identifier, "p"),
        )
        found += page.rows
        marker = page.marker
        if marker is None:
            return found


ORDERS: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("name",), ()),
    (("name",), ("desc",)),
    (("created_at",), ()),
    (("created_at",), ("desc",)),
    (("tags", "name"), ("desc", "asc")),
    (("is_system", "created_at"), ("asc", "desc")),
]


@pytest.mark.parametrize("order", ORDERS)
def test_however_it_is_cut_a_list_of_both_is_the_same(
    order: tuple[tuple[str, ...], tuple[str, ...]], views: Views
) -> None:
    """Nothing is skipped, nothing comes twice, whatever the size of a page."""
    keys, directions = order
    whole = whole_list(views, 100, sort_keys=keys, sort_dirs=directions)

    assert sorted(str(row["name"]) for row in whole) == sorted(
        [name for name, _ in STORED] + [str(row["name"]) for row in ROWS]
    )
    for limit in range(1, len(whole) + 1):
        assert whole_list(views, limit, sort_keys=keys, sort_dirs=directions) == whole


MEANINGS: dict[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "has": operator.contains,
}


def test_both_are_filtered_alike(views: Views) -> None:
    """Random filters give what the same filter gives on each side."""
    chance = random.Random(1)
    names = [name for name, _ in STORED] + [str(row["name"]) for row in ROWS]
    for _ in range(50):
        operation = chance.choice(sorted(MEANINGS))
        value = chance.choice(names)[: chance.randint(1, 9)]
        found = whole_list(views, 3, filters={"name": [(operation, value)]}, sort_keys=("name",))
        assert [row["name"] for row in found] == sorted(
            name for name in names if MEANINGS[operation](name, value)
        )
