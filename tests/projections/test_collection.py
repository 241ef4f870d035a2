"""Tests of lists: visibility, fields, sorting and paging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from projections.collection import Collection, own_or_public
from projections.database import Database
from projections.queries import MAX_LIMIT, Query, Row
from projections.tables import EXECUTIONS, TASKS, WORKFLOWS
from wf_es.errors import InvalidRequest, NotFound

_KEYS = ("state_info", "state", "created_at", "processed", "started_at", "name", "result")


def task_row(identifier: str, project: str = "home", **fields: Any) -> dict[str, Any]:
    """A row of the tasks table."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in TASKS.columns), "")
    row |= {"id": identifier, "project_id": project, "tags": "[]", "processed": False, "reset": False}
    row |= {"created_at": "2026-01-01 00:00:00.000000", "result": None, "published": '{"x":1}'}
    row |= {
        "runtime_context": "{}",
        "published_global": "{}",
        "env": None,
        "items": None,
        "keeps_result": True,
        "born": 1,
    }
    return {**row, **fields}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database with 60 tasks that have few different values, and some nulls."""
    database = Database("sqlite://")
    rows = [
        task_row(
            f"id-{number * 37 % 60:02}",
            state=("SUCCESS", "ERROR")[number % 2],
            state_info=(None, "a", "b")[number % 3],
            created_at=f"2026-01-01 00:00:0{number % 4}.000000",
            started_at=(None, "2026-01-01 00:00:00.000000")[number % 5 == 0],
            processed=number % 7 == 0,
            result=(None, "1", "null")[number % 3],
            born=number * 17 % 20,
        )
        for number in range(60)
    ]
    rows += [task_row(f"other-{number}", project="elsewhere") for number in range(3)]
    with database.writing() as connection:
        connection.execute(insert(TASKS), rows)
    yield database
    database.close()


@pytest.fixture(scope="module")
def tasks(database: Database) -> Collection:
    """The tasks of the sample database."""
    return Collection(database, TASKS, "Task execution")


def pages(tasks: Collection, query: Query) -> list[Row]:
    """Follow the markers to the end and return all rows."""
    rows: list[Row] = []
    while True:
        page = tasks.list(query)
        rows += page.rows
        if page.marker is None:
            return rows
        assert len(page.rows) == query.limit
        query = replace(query, marker=page.marker)


def born(identifier: str) -> int:
    """When the row with this id began."""
    number = next(number for number in range(60) if f"id-{number * 37 % 60:02}" == identifier)
    return number * 17 % 20


def expected_order(rows: Sequence[Row], keys: Sequence[str], directions: Mapping[str, str]) -> list[str]:
    """Sort rows in the plainest way: one stable sort per key, the last key first."""
    ordered = sorted(rows, key=lambda row: (born(str(row["id"])), str(row["id"])))
    for key in reversed([key for key in keys if key != "id"]):
        ordered.sort(
            key=lambda row, key=key: (row[key] is not None, row[key] if row[key] is not None else 0),  # type: ignore[misc]
            reverse=directions.get(key) == "desc",
        )
    return [str(row["id"]) for row in ordered]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(st.sampled_from(_KEYS[:-1]), unique=True, max_size=3),
    directions=st.lists(st.sampled_from(["asc", "desc"]), max_size=3),
    limit=st.integers(1, 61),
)
def test_pages_follow_each_other_without_gap(
    keys: list[str], directions: list[str], limit: int, tasks: Collection
) -> None:
    """Whatever the keys, directions and ties: all rows, each once, in order."""
    directions = directions[: len(keys)]
    query = Query(project="home", sort_keys=keys, sort_dirs=directions, limit=limit)
    rows = tasks.list(Query(project="home")).rows
    chosen = dict(zip(keys, directions, strict=False))
    assert [row["id"] for row in pages(tasks, query)] == expected_order(rows, keys or ["created_at"], chosen)


@pytest.mark.parametrize("directions", [["asc"], ["desc"]])
def test_the_id_may_be_a_sort_key_itself(directions: list[str], tasks: Collection) -> None:
    """Sorting by id gives each row once, in the direction asked for."""
    rows = pages(tasks, Query(project="home", sort_keys=["id"], sort_dirs=directions, limit=7))
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids, reverse=directions == ["desc"])
    assert len(set(ids)) == 60


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_began_at_the_same_moment_comes_in_the_order_of_the_log(direction: str) -> None:
    """Ids are random, so an ``id`` that only decides between equals does not decide first."""
    database = Database("sqlite://")
    tasks = Collection(database, TASKS, "Task execution")
    with database.writing() as connection:
        rows = [task_row(name, born=number) for number, name in enumerate(("c", "a", "d", "b"))]
        connection.execute(insert(TASKS), rows)
    query = Query(project="home", sort_keys=["created_at", "id"], sort_dirs=["asc", direction], limit=2)
    expected = ["c", "a", "d", "b"]
    assert [row["id"] for row in pages(tasks, query)] == expected[:: -1 if direction == "desc" else 1]
    assert [row["id"] for row in tasks.list(Query(project="home")).rows] == expected
    database.close()


def test_rows_that_come_and_go_disturb_no_page() -> None:
    """A page begins after the marker's place, whatever was added meanwhile."""
    database = Database("sqlite://")
    tasks = Collection(database, TASKS, "Task execution")
    with database.writing() as connection:
        connection.execute(insert(TASKS), [task_row(f"{number}") for number in (2, 4, 6, 8)])
    first = tasks.list(Query(project="home", limit=2))
    with database.writing() as connection:
        connection.execute(insert(TASKS), [task_row("1"), task_row("5")])
    second = tasks.list(Query(project="home", limit=2, marker=first.marker))
    assert [row["id"] for row in first.rows + second.rows] == ["2", "4", "5", "6"]
    database.close()


@pytest.mark.parametrize(("limit", "full"), [(59, True), (60, True), (61, False), (None, False)])
def test_a_full_page_has_a_marker(limit: int | None, full: bool, tasks: Collection) -> None:
    """``marker`` is there iff the page has as many rows as asked for."""
    page = tasks.list(Query(project="home", limit=limit))
    assert page.marker == (page.rows[-1]["id"] if full else None)
    assert page.limit == (limit or MAX_LIMIT)


def test_limits_are_capped(tasks: Collection) -> None:
    """Nobody gets more than the cap, however much they ask for."""
    assert tasks.list(Query(project="home", limit=10**30)).limit == MAX_LIMIT


def test_a_page_tells_how_it_was_sorted(tasks: Collection) -> None:
    """The link to the next page needs the keys that were used, with the id."""
    page = tasks.list(Query(project="home", sort_keys=["name", "state"], sort_dirs=["desc"]))
    assert page.sort_keys == ("name", "state", "id")
    assert page.sort_dirs == ("desc", "asc", "asc")


def test_only_wanted_fields_are_read(tasks: Collection) -> None:
    """``fields`` narrows the rows; the id is always there and the order is the table's."""
    page = tasks.list(Query(project="home", fields=["published", "name"], limit=1))
    assert list(page.rows[0]) == ["id", "name", "published"]
    assert page.rows[0]["published"] == {"x": 1}


def test_nulls_and_filters_combine(tasks: Collection) -> None:
    """All conditions must hold."""
    query = Query(
        project="home", nulls=["state_info"], filters={"state": [("eq", "ERROR")], "id": [("lt", "id-30")]}
    )
    rows = tasks.list(query).rows
    assert rows
    assert all(row["state_info"] is None and row["state"] == "ERROR" and row["id"] < "id-30" for row in rows)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"limit": 0}, "Limit must be positive"),
        ({"limit": -1}, "Limit must be positive"),
        ({"sort_keys": ["nope"]}, r"sort keys do not exist \[nope\], please choose from \[id, name, "),
        ({"sort_keys": ["id; DROP TABLE tasks"]}, "sort keys"),
        ({"sort_keys": ["name"], "sort_dirs": ["asc", "asc"]}, "more sort directions"),
        ({"sort_keys": ["name"], "sort_dirs": ["up"]}, "choose asc or desc"),
        ({"fields": ["nope"]}, r"Some fields do not exist \[nope\], please choose from"),
        ({"filters": {"nope": [("eq", 1)]}}, "filter fields"),
        ({"nulls": ["nope"]}, "nulls"),
    ],
)
def test_refused_queries(fields: dict[str, Any], message: str, tasks: Collection) -> None:
    """Unknown names and bad values are the caller's mistake, and say what is allowed."""
    with pytest.raises(InvalidRequest, match=message):
        tasks.list(Query(project="home", **fields))


def test_internal_columns_are_not_known_to_readers(database: Database) -> None:
    """What only the fold needs is in no row and cannot be sorted by."""
    executions = Collection(database, EXECUTIONS, "WorkflowExecution")
    assert not {"vars", "task_tags"} & set(executions.fields)
    with pytest.raises(InvalidRequest):
        executions.list(Query(project="home", sort_keys=["vars"]))


def test_other_projects_rows_are_hidden(tasks: Collection) -> None:
    """Neither lists nor look-ups nor markers show what belongs to others."""
    assert len(tasks.list(Query(project="elsewhere")).rows) == 3
    assert tasks.find("id-00", "elsewhere") is None
    with pytest.raises(NotFound, match=r"Task execution not found \[id=id-00\]"):
        tasks.get("id-00", "elsewhere")
    with pytest.raises(NotFound):
        tasks.list(Query(project="elsewhere", marker="id-00"))
    assert len(tasks.list(Query(project=None)).rows) == 63


@pytest.mark.parametrize("identifier", ["", "nope", "a\x00", "\ud800", "' OR 1=1 --"], ids=ascii)
def test_odd_ids_are_just_unknown(identifier: str, tasks: Collection) -> None:
    """Any text may be asked for; most of it is no id."""
    with pytest.raises(NotFound):
        tasks.get(identifier, "home")


def test_public_workflows_are_seen_by_all() -> None:
    """A public workflow of another project is visible, a private one is not."""
    database = Database("sqlite://")
    workflows = Collection(database, WORKFLOWS, "Workflow", own_or_public)
    row: dict[str, Any] = dict.fromkeys((column.name for column in WORKFLOWS.columns), "")
    row |= {"tags": "[]", "interface": "{}", "version": 1, "name": "w"}
    rows = [
        {**row, "id": "1", "project_id": "other", "scope": "public", "created_at": "1"},
        {**row, "id": "2", "project_id": "other", "scope": "private", "created_at": "2"},
        {**row, "id": "3", "project_id": "home", "scope": "private", "created_at": "3"},
    ]
    with database.writing() as connection:
        connection.execute(insert(WORKFLOWS), rows)
    assert [found["id"] for found in workflows.list(Query(project="home")).rows] == ["1", "3"]
    assert workflows.first("home", name="w") == workflows.get("3", "home")
    assert workflows.first("third", name="w") == workflows.get("1", "third")
    database.close()
