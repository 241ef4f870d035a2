"""Rows of a past moment: listed by the rules of the views."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projections import Query
from projections.past import Deferred, PastCollection
from projections.tables import EXECUTIONS
from wf_es.errors import InvalidRequest, NotFound

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def row(number: int, **fields: Any) -> dict[str, Any]:
    """Return the row of an execution, as it is made from a state."""
    return {
        "id": f"e{number}",
        "workflow_id": "w",
        "workflow_name": "flow",
        "workflow_namespace": "",
        "description": "",
        "tags": ["a", "b"] if number % 2 else [],
        "params": {"n": number},
        "task_execution_id": None,
        "root_execution_id": None,
        "source_execution_id": None,
        "state": "RUNNING" if number < 3 else "ERROR",
        "state_info": None,
        "input": {},
        "output": None,
        "created_at": NOON + timedelta(seconds=10 - number),
        "updated_at": NOON,
        "project_id": "p",
        "published_global": {},
        "env": {},
        "version": number,
        "position": number,
        "born": number,
        **fields,
    }


@pytest.fixture
def past() -> PastCollection:
    """Five executions; the first ones have begun last."""
    rows = [*(row(number) for number in range(1, 5)), row(5, project_id="q")]
    return PastCollection(EXECUTIONS, "WorkflowExecution", rows)


def ids(past: PastCollection, **query: Any) -> list[str]:
    """Return the ids of a list, in its order."""
    return [str(found["id"]) for found in past.list(Query(project="p", **query)).rows]


def test_a_list_is_sorted_as_lists_are(past: PastCollection) -> None:
    """By the time of creation unless asked otherwise."""
    assert ids(past) == ["e4", "e3", "e2", "e1"]
    assert ids(past, sort_keys=["version"], sort_dirs=["desc"]) == ["e4", "e3", "e2", "e1"]
    assert ids(past, sort_keys=["state", "id"]) == ["e3", "e4", "e1", "e2"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": [("eq", "ERROR")]}, ["e4", "e3"]),
        ({"tags": [("eq", "b,a")]}, ["e3", "e1"]),
        ({"tags": [("nin", "a")]}, ["e4", "e2"]),
        ({"version": [("gt", "1"), ("lte", "3")]}, ["e3", "e2"]),
        ({"params": [("eq", '{"n": 2}')]}, ["e2"]),
        ({"created_at": [("lte", "2026-01-01 12:00:07")]}, ["e4", "e3"]),
    ],
)
def test_a_list_is_filtered_as_lists_are(
    past: PastCollection, filters: dict[str, Any], found: list[str]
) -> None:
    """By any column, with any operator."""
    assert ids(past, filters=filters) == found


def test_a_list_has_pages(past: PastCollection) -> None:
    """Each begins after the last row of the one before."""
    first = past.list(Query(project="p", limit=3))
    second = past.list(Query(project="p", limit=3, marker=first.marker))

    assert [found["id"] for found in (*first.rows, *second.rows)] == ["e4", "e3", "e2", "e1"]
    assert (first.marker, second.marker) == ("e2", None)


def test_rows_are_as_those_of_the_views(past: PastCollection) -> None:
    """Values decoded, times as text; only the fields that were asked for."""
    (found,) = past.list(Query(project="q")).rows
    (short,) = past.list(Query(project="q", fields=["params", "created_at"])).rows

    assert (found["params"], found["tags"]) == ({"n": 5}, ["a", "b"])
    assert short == {"id": "e5", "params": {"n": 5}, "created_at": "2026-01-01 12:00:05.000000"}


def test_one_row_is_found_by_its_id(past: PastCollection) -> None:
    """In its own project."""
    assert past.get("e5", "q")["version"] == 5
    assert past.find("e5", None) == past.get("e5", "q")
    assert past.find("e5", "p") is None
    with pytest.raises(NotFound, match="it came into being later"):
        past.get("e5", "p")


def test_what_no_list_has_is_refused(past: PastCollection) -> None:
    """With the names that are allowed, all of them."""
    for query in (
        Query(project="p", sort_keys=["colour"]),
        Query(project="p", fields=["colour"]),
        Query(project="p", nulls=["colour"]),
        Query(project="p", filters={"colour": [("eq", "red")]}),
    ):
        with pytest.raises(InvalidRequest, match=r"colour.*choose from \[id, workflow_id, .*position.*\]"):
            past.list(query)
    with pytest.raises(NotFound):
        past.list(Query(project="p", marker="e99"))


def test_there_may_be_no_rows_at_all() -> None:
    """An empty list is no error."""
    assert ids(PastCollection(EXECUTIONS, "WorkflowExecution", [])) == []


def test_the_rest_of_a_row_is_worked_out_when_it_is_asked_for() -> None:
    """A list costs what it shows and is sorted by; whoever finds a row gets all of it."""
    worked_out: list[int] = []

    def deferred(number: int) -> Deferred:
        whole = row(number)
        brief = {name: whole[name] for name in ("id", "project_id", "created_at", "born", "state")}
        return Deferred(brief, lambda: worked_out.append(number) or whole)  # type: ignore[func-returns-value]

    past = PastCollection(EXECUTIONS, "WorkflowExecution", [deferred(number) for number in range(1, 5)])

    assert ids(past, fields=("state",), limit=2, filters={"state": [("eq", "ERROR")]}) == ["e4", "e3"]
    assert not worked_out
    page = past.list(Query(project="p", limit=1))
    assert (
        page.rows == PastCollection(EXECUTIONS, "WorkflowExecution", [row(4)]).list(Query(project="p")).rows
    )
    assert worked_out == [4]
    assert past.get("e4", "p")["created_at"] == "2026-01-01 12:00:06.000000"
    assert worked_out == [4]


def test_a_deferred_row_is_a_row() -> None:
    """With all its columns; what was at hand counts."""
    deferred = Deferred({"id": "a", "state": "ERROR"}, lambda: {"state": "RUNNING", "name": "b"})
    assert dict(deferred) == {"id": "a", "state": "ERROR", "name": "b"}
    assert len(deferred) == 3
    assert "name" in deferred
    assert "other" not in deferred
    with pytest.raises(KeyError):
        deferred["other"]
