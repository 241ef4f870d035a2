"""From options to the request for a resume."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
ASK = f"executions/{ID}/resume-requirements"
READY = {"resumable": True, "will_run": ["deploy"], "missing": []}

BODIES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "after a pause": ((), {}),
    "with the latest version": (("--definition", "latest"), {"definition": "latest"}),
    "with a version by its number": (("--definition", "3"), {"definition": 3}),
    "with versions of sub-workflows": (
        ("--definition", "a/b=latest", "--definition", "*=3", "--definition", "original"),
        {"definition": "original", "definitions": {"a/b": "latest", "*": 3}},
    ),
    "some tasks again": (
        ("--from", "a", "--task", "in/b", "--set", "x=1", "--set", "y=null"),
        {
            "tasks": [
                {"task": "a", "action": "rerun", "context": {"x": 1, "y": None}},
                {"task": "in/b", "action": "rerun", "context": {"x": 1, "y": None}},
            ],
        },
    ),
    "what is done": (
        ("--continue", "a", "--published", "x=1", "--publish", "z:=[2]", "--result", "[2]"),
        {"tasks": [{"task": "a", "action": "continue", "published": {"x": 1, "z": [2]}, "result": [2]}]},
    ),
    "what is done, as an action": (
        ("--task", "a", "--action", "continue", "--publish", "x=1"),
        {"tasks": [{"task": "a", "action": "continue", "published": {"x": 1}}]},
    ),
    "one again, another one done": (
        ("--from", "a", "--continue", "b", "--set", "x=1", "--published", "y=2", "--input", "z=3"),
        {
            "tasks": [
                {"task": "a", "action": "rerun", "context": {"x": 1}, "input": {"z": 3}},
                {"task": "b", "action": "continue", "context": {"x": 1}, "published": {"y": 2}},
            ]
        },
    ),
    "each as it likes": (
        ("--wish", '{"task": "a", "context": {"x": 1}}', "--wish", '{"task": "b", "action": "continue"}'),
        {"tasks": [{"task": "a", "context": {"x": 1}}, {"task": "b", "action": "continue"}]},
    ),
    "a result of null": (
        ("--continue", "a", "--result", "null"),
        {"tasks": [{"task": "a", "action": "continue", "result": None}]},
    ),
    "failed items": (
        ("--from", "a", "--items", "failed"),
        {"tasks": [{"task": "a", "action": "rerun", "items": "failed"}]},
    ),
    "some items": (
        ("--from", "a", "--items", "0, 3"),
        {"tasks": [{"task": "a", "action": "rerun", "items": [0, 3]}]},
    ),
    "items with input": (
        ("--from", "a", "--items", "0,3", "--item-input", "3:u=x:y=z", "--item-input", "3:n:=4"),
        {
            "tasks": [
                {"task": "a", "action": "rerun", "items": [0, {"index": 3, "input": {"u": "x:y=z", "n": 4}}]}
            ]
        },
    ),
    "all that failed": (("--from", "failed", "--env", "e=1"), {"tasks": "failed", "env": {"e": 1}}),
    "all that failed, with data": (
        ("--from", "failed", "--set", "host=web2"),
        {"tasks": "failed", "context": {"host": "web2"}},
    ),
    "a task of this name": (
        ("--task", "failed"),
        {"tasks": [{"task": "failed", "action": "rerun"}]},
    ),
    "what has succeeded": (
        ("--from", "a", "--allow-succeeded"),
        {"tasks": [{"task": "a", "action": "rerun"}], "allow_succeeded": True},
    ),
}


@pytest.mark.parametrize(("arguments", "body"), BODIES.values(), ids=list(BODIES))
def test_what_was_typed_is_asked(
    fake: FakeServer, wf: Type, arguments: tuple[str, ...], body: dict[str, object]
) -> None:
    """Only what was given is sent."""
    fake.on("POST", ASK, READY)

    result = wf("execution", "requirements", ID, *arguments)

    assert (result.exit_code, fake.sent("POST", ASK)) == (0, [body])


NONSENSE = {
    "context without a task": ("--set", "x=1"),
    "done without a task": ("--action", "continue"),
    "a result of what runs again": ("--from", "a", "--result", "1"),
    "items without a task": ("--items", "failed"),
    "items of what is done": ("--continue", "a", "--items", "failed"),
    "items that are no numbers": ("--from", "a", "--items", "some"),
    "input for an item without number": ("--from", "a", "--item-input", "x=1"),
    "input for an item of all": ("--from", "a", "--items", "all", "--item-input", "1:x=1"),
    "all that failed, with an input": ("--from", "failed", "--input", "x=1"),
    "all that failed, and another one": ("--from", "failed", "--continue", "a"),
    "a wish that is no object": ("--wish", "[]"),
    "a version that is none": ("--definition", "a=newest"),
    "two versions": ("--definition", "a=1", "--definition", "a=2"),
}


@pytest.mark.parametrize("arguments", NONSENSE.values(), ids=list(NONSENSE))
def test_what_cannot_be_meant_is_not_sent(fake: FakeServer, wf: Type, arguments: tuple[str, ...]) -> None:
    """Exit code 2, before anything happens."""
    assert wf("execution", "resume", ID, *arguments).exit_code == 2
    assert fake.requests == []
