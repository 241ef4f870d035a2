"""Versions of definitions as typed: alike for all kinds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type


def version(number: int, **fields: Any) -> dict[str, Any]:
    """Return a version as the server tells it."""
    return {
        "version": number,
        "change": "updated",
        "created_at": "2026-01-02 03:04:05",
        "actor": "ann",
        "withdrawn_at": None,
        **fields,
    }


DIFFERENT: dict[str, Any] = {
    "from": version(1, change="created"),
    "to": version(3),
    "same": False,
    "changes": [
        {"kind": "key", "name": "output", "change": "changed", "keys": []},
        {"kind": "task", "name": "deploy", "change": "changed", "keys": ["action", "publish"]},
        {"kind": "task", "name": "announce", "change": "added", "keys": []},
    ],
    "diff": "--- w version 1\n+++ w version 3\n",
}
KINDS = ["workflow", "workbook", "action", "environment"]


@pytest.mark.parametrize("kind", KINDS)
def test_versions_are_a_table(fake: FakeServer, wf: Type, kind: str) -> None:
    """The number, what happened, when and by whom."""
    fake.on("GET", f"{kind}s/a%2Fb/versions", {"versions": [version(1), version(2)]})

    lines = wf(kind, "versions", "a/b").stdout.splitlines()

    assert lines[0].split() == ["VERSION", "CHANGE", "CREATED_AT", "ACTOR", "WITHDRAWN_AT"]
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_difference_is_parts_and_lines(fake: FakeServer, wf: Type, kind: str) -> None:
    """Tasks before other keys, then the text."""
    fake.on("GET", f"{kind}s/w/diff", DIFFERENT)

    result = wf(kind, "diff", "w", "1", "3")

    assert result.stdout.splitlines() == [
        "from  version 1  created 2026-01-02 03:04:05 by ann",
        "to    version 3  updated 2026-01-02 03:04:05 by ann",
        "tasks:",
        "  ~  deploy    action, publish",
        "  +  announce",
        "other keys:",
        "  ~  output",
        "",
        "--- w version 1",
        "+++ w version 3",
    ]
    assert fake.queries(f"{kind}s/w/diff") == [{"from": "1", "to": "3"}]


def test_keys_alone_are_not_other_keys(fake: FakeServer, wf: Type) -> None:
    """An action has nothing else."""
    fake.on("GET", "actions/w/diff", DIFFERENT | {"changes": DIFFERENT["changes"][:1]})

    assert wf("action", "diff", "w").stdout.splitlines()[2:4] == ["keys:", "  ~  output"]


def test_both_versions_may_be_left_out(fake: FakeServer, wf: Type) -> None:
    """Then the server compares what the last one has changed."""
    fake.on("GET", "workflows/w/diff", DIFFERENT | {"same": True})

    result = wf("workflow", "diff", "w", "--namespace", "n")

    assert result.stdout.splitlines()[2:] == ["nothing differs"]
    assert fake.queries("workflows/w/diff") == [{"namespace": "n"}]


def test_data_is_the_answer(fake: FakeServer, wf: Type) -> None:
    """Whole."""
    fake.on("GET", "workflows/w/diff", DIFFERENT)
    fake.on("GET", "workflows/w/versions", {"versions": [version(1)]})

    assert json.loads(wf("workflow", "diff", "w", "-o", "json").stdout) == DIFFERENT
    assert json.loads(wf("workflow", "versions", "w", "-o", "json").stdout) == [version(1)]


@pytest.mark.parametrize("kind", KINDS)
def test_one_version_is_shown(fake: FakeServer, wf: Type, kind: str) -> None:
    """As the current one is."""
    fake.on("GET", f"{kind}s/w/versions/2", version(2, definition="text\n"))

    assert "created_at    2026-01-02 03:04:05" in wf(kind, "get", "w", "--version", "2").stdout


def test_the_text_of_one_version(fake: FakeServer, wf: Type) -> None:
    """And nothing else."""
    fake.on("GET", "workflows/w/versions/2", version(2, definition="text\n"))

    result = wf("workflow", "get-definition", "w", "--version", "2", "--namespace", "n")

    assert result.stdout == "text\n"
    assert fake.queries("workflows/w/versions/2") == [{"namespace": "n"}]


@pytest.mark.parametrize("number", ["0", "x"])
def test_versions_are_numbers_from_one(wf: Type, number: str) -> None:
    """Anything else is wrong usage."""
    assert wf("workflow", "get", "w", "--version", number).exit_code == 2
    assert wf("workflow", "diff", "w", number).exit_code == 2
