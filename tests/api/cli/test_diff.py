"""``wf-es execution diff`` as typed."""

from __future__ import annotations

import json
from typing import Any

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
OTHER = "bbbb0000-0000-4000-8000-000000000002"
PATH = f"executions/{ID}/diff"


def side(identifier: str, number: int, state: str, version: int | None = 1) -> dict[str, Any]:
    """Return one side as the server tells it."""
    return {
        "execution_id": identifier,
        "workflow_name": "w",
        "workflow_version": version,
        "number": number,
        "time": "2030-01-01T00:00:00+00:00",
        "state": state,
    }


def change(name: str, **values: Any) -> dict[str, Any]:
    """Return a change as the server tells it."""
    kind = "changed" if len(values) == 2 else "removed" if "from" in values else "added"
    return {"path": name.split("."), "name": name, "change": kind, **values}


SAME: dict[str, Any] = {
    "from": side(ID, 3, "RUNNING"),
    "to": side(ID, 9, "RUNNING"),
    "same": True,
    "execution": [],
    "tasks": [],
    "unchanged_tasks": 2,
    "context": [],
    "global": [],
    "output": [],
    "omitted": 0,
}
DIFFERENT: dict[str, Any] = SAME | {
    "same": False,
    "to": side(ID, 9, "SUCCESS"),
    "execution": [change("state", **{"from": "RUNNING", "to": "SUCCESS"})],
    "tasks": [
        {
            "task": "a",
            "run": 2,
            "change": "changed",
            "changes": [
                change("published.x", **{"from": "1", "to": 1}),
                change("state_info", **{"from": "two\n  lines"}),
                change("result", to={"k": None}),
            ],
        },
        {"task": "b", "run": 1, "change": "added", "changes": [change("state", to="RUNNING")]},
    ],
    "output": [change("", **{"from": [], "to": ""})],
}


def test_a_comparison_is_lines(fake: FakeServer, wf: Type) -> None:
    """Both sides, then part by part what was added, removed and changed."""
    fake.on("GET", PATH, DIFFERENT)

    result = wf("execution", "diff", ID, "--from", "3")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split()[:4] == ["from", ID, "w", "(version"]
    assert lines[1].endswith("SUCCESS")
    assert lines[2:] == [
        "execution:",
        "  ~  state  RUNNING -> SUCCESS",
        "task 'a', run 2:",
        '  ~  published.x  "1" -> 1',
        "  -  state_info   two lines",
        '  +  result       {"k": null}',
        "task 'b' (new):",
        "  +  state  RUNNING",
        "2 other runs of tasks do not differ",
        "output:",
        '  ~  (all of it)  [] -> ""',
    ]
    assert fake.queries(PATH) == [{"from": "3"}]
    assert f"wf-es execution events {ID} --from 4 --to 9" in result.stderr


def test_sub_workflows_follow(fake: FakeServer, wf: Type) -> None:
    """With their paths and ids; tasks and variables there have the path before them."""
    nothing: dict[str, Any] = {name: [] for name in ("execution", "tasks", "context", "global", "output")} | {
        "unchanged_tasks": 1
    }
    changed = nothing | {
        "path": "a[1]",
        "change": "changed",
        "from": side("c1", 4, "ERROR"),
        "to": side("c2", 7, "RUNNING"),
        "execution": [change("state", **{"from": "ERROR", "to": "RUNNING"})],
        "tasks": [
            {"task": "t", "run": 1, "change": "changed", "changes": [change("result", to=1)]},
        ],
        "context": [change("x", to=1)],
    }
    gone = nothing | {"path": "a[1]/u", "change": "removed", "from": side("c3", 4, "ERROR"), "to": None}
    answer = {**SAME, "same": False, "below": [changed, gone], "unchanged_below": 3, "not_compared": 9}
    fake.on("GET", PATH, answer)

    result = wf("execution", "diff", ID, "--from", "3", "--deep")

    assert result.stdout.splitlines()[2:] == [
        "2 runs of tasks do not differ",
        "workflow 'a[1]':",
        "  w (version 1) c1 -> c2",
        "  ~  state  ERROR -> RUNNING",
        "task 'a[1]/t':",
        "  +  result  1",
        "context of 'a[1]':",
        "  +  x  1",
        "workflow 'a[1]/u' (gone):",
        "  w (version 1) c3",
        "3 other sub-workflows do not differ",
    ]
    assert "9 further sub-workflows were not compared" in result.stderr
    assert fake.queries(PATH) == [{"from": "3", "deep": "true"}]


def test_nothing_differs(fake: FakeServer, wf: Type) -> None:
    """That is said."""
    fake.on("GET", PATH, SAME)

    assert wf("execution", "diff", ID, "--from", "3").stdout.splitlines()[2:] == ["nothing differs"]


def test_two_executions_are_named_as_everywhere(fake: FakeServer, wf: Type) -> None:
    """Also as the newest one; moments are those of each."""
    fake.on("GET", "executions", {"executions": [{"id": OTHER}]})
    fake.on("GET", PATH, DIFFERENT | {"to": side(OTHER, 9, "SUCCESS")})

    result = wf("execution", "diff", ID, "@latest", "--from", "3", "--to", "7")

    assert result.stderr == ""
    assert fake.queries(PATH) == [{"with": OTHER, "from": "3", "to": "7"}]


def test_data_is_the_answer(fake: FakeServer, wf: Type) -> None:
    """Whole."""
    fake.on("GET", PATH, DIFFERENT)

    assert json.loads(wf("execution", "diff", ID, "--from", "3", "-o", "json").stdout) == DIFFERENT


def test_what_is_left_out_is_said(fake: FakeServer, wf: Type) -> None:
    """Beside the data."""
    fake.on("GET", PATH, DIFFERENT | {"omitted": 12})

    result = wf("execution", "diff", ID, "--from", "3")

    assert "12 further changes are left out" in result.stderr
    assert "12" not in result.stdout


def test_something_must_be_compared(wf: Type) -> None:
    """An execution alone is wrong usage."""
    result = wf("execution", "diff", ID)

    assert result.exit_code == 2
    assert "--from NUMBER|TIME, or a second execution" in result.stderr
