"""The comparison of executions as plain data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from projections import comparison_view, family_comparison_view
from wf_es.execution.comparison import Comparison, Side, TaskDelta
from wf_es.execution.deltas import ADDED, CHANGED, REMOVED, Delta
from wf_es.execution.family_comparison import Below, FamilyComparison

SIDE = Side(
    execution_id="e",
    workflow_name="w",
    workflow_version=2,
    number=7,
    time=datetime(2026, 1, 2, tzinfo=UTC),
    state="ERROR",
)


def comparison(**fields: Any) -> Comparison:
    """Return a comparison in which only this differs."""
    nothing: dict[str, Any] = dict.fromkeys(("execution", "tasks", "context", "globals", "output"), ())
    return Comparison(before=SIDE, after=SIDE, unchanged=3, **(nothing | fields))


def view(found: Comparison, *secrets: str, limit: int = 100) -> dict[str, Any]:
    """Return it as plain data, which JSON can hold."""
    made = comparison_view(found, frozenset(secrets), limit)
    assert json.loads(json.dumps(made)) == made
    return made


def test_nothing_differs() -> None:
    """Every part is there, empty."""
    side = {
        "execution_id": "e",
        "workflow_name": "w",
        "workflow_version": 2,
        "number": 7,
        "time": "2026-01-02T00:00:00.000000Z",
        "state": "ERROR",
    }
    assert view(comparison()) == {
        "from": side,
        "to": side,
        "same": True,
        "execution": [],
        "tasks": [],
        "unchanged_tasks": 3,
        "context": [],
        "global": [],
        "output": [],
        "omitted": 0,
    }


def test_each_change_has_its_place_and_its_values() -> None:
    """A value that one side does not have is left out, a null is not."""
    found = view(
        comparison(
            context=(
                Delta(("a", 0, "b"), CHANGED, None, 1),
                Delta(("c",), ADDED, None, {"d": 1}),
                Delta(("e",), REMOVED, None),
            )
        )
    )

    assert found["context"] == [
        {"path": ["a", 0, "b"], "name": "a.0.b", "change": "changed", "from": None, "to": 1},
        {"path": ["c"], "name": "c", "change": "added", "to": {"d": 1}},
        {"path": ["e"], "name": "e", "change": "removed", "from": None},
    ]
    assert not found["same"]


def test_a_task_tells_its_run() -> None:
    """And whether both sides have it."""
    delta = Delta(("state",), ADDED, None, "RUNNING")
    found = view(comparison(tasks=(TaskDelta(task="a", run=2, change=ADDED, deltas=(delta,)),)))

    assert found["tasks"] == [
        {
            "task": "a",
            "run": 2,
            "change": "added",
            "changes": [{"path": ["state"], "name": "state", "change": "added", "to": "RUNNING"}],
        }
    ]


def test_secrets_do_not_show() -> None:
    """Neither under their names, nor within values or texts; that they differ does show."""
    found = view(
        comparison(
            execution=(
                Delta(("env", "password"), CHANGED, "one", "two"),
                Delta(("env", "pin"), ADDED, None, "three"),
                Delta(("state_info",), ADDED, None, "refused https://ann:four@h/"),
            ),
            output=(Delta(("r",), CHANGED, {"token": "five"}, 6),),
        ),
        "pin",
    )

    text = json.dumps(found)
    assert not [word for word in ("one", "two", "three", "four", "five") if word in text]
    assert found["execution"][0] == {
        "path": ["env", "password"],
        "name": "env.password",
        "change": "changed",
        "from": "***",
        "to": "***",
    }


def test_what_a_secret_consists_of_does_not_show() -> None:
    """A secret with many parts is one change, however many of them differ."""
    parts = tuple(Delta(("credentials", name), ADDED, None, name) for name in ("user", "key", "host"))

    (shown,) = view(comparison(context=parts))["context"]

    assert shown == {
        "path": ["credentials"],
        "name": "credentials",
        "change": "changed",
        "from": "***",
        "to": "***",
    }


def test_so_many_changes_are_shown() -> None:
    """Over all parts together; the others are counted."""
    deltas = tuple(Delta((number,), ADDED, None, number) for number in range(10))
    found = view(comparison(context=deltas, output=deltas), limit=12)

    assert (len(found["context"]), len(found["output"]), found["omitted"]) == (10, 2, 8)


def test_sub_workflows_have_their_paths() -> None:
    """Each with both sides, one of them null if it is not there; all share the room for changes."""
    nowhere = msgspec.structs.replace(SIDE, number=0)
    inner = comparison(output=(Delta(("x",), ADDED, None, 1), Delta(("y",), ADDED, None, 2)))
    below = (
        Below(path="a[0]", change=CHANGED, comparison=inner),
        Below(path="b", change=ADDED, comparison=msgspec.structs.replace(inner, before=nowhere)),
    )
    found = FamilyComparison(top=comparison(), below=below, unchanged=4, uncompared=5)

    made: Any = family_comparison_view(found, frozenset(), 3)

    assert json.loads(json.dumps(made)) == made
    assert made["same"] is False
    assert [(one["path"], one["change"], len(one["output"])) for one in made["below"]] == [
        ("a[0]", "changed", 2),
        ("b", "added", 1),
    ]
    assert (made["below"][1]["from"], made["below"][1]["to"]["number"]) == (None, 7)
    assert (made["unchanged_below"], made["not_compared"], made["omitted"]) == (4, 5, 1)
