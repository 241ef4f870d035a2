"""The std.* actions that need nothing but Python."""

from __future__ import annotations

import pytest

from wf_es.actions import LATER, ActionContext, Result, perform
from wf_es.actions.standard import standard_actions
from wf_es.envelope import JSON

ACTIONS = {action.spec.name: action for action in standard_actions()}
RAISED = "The action raised an exception [action={}, action_ex_id=a-1, msg='{}']"

CASES: list[tuple[str, dict[str, JSON], Result]] = [
    ("std.noop", {}, Result(None)),
    ("std.async_noop", {}, LATER),
    ("std.echo", {"output": {"a": [1, None]}}, Result({"a": [1, None]})),
    ("std.echo", {"output": "x", "delay": 2}, Result("x", delay=2.0)),
    (
        "std.echo",
        {},
        Result(error=RAISED.format("std.echo", "Invalid input [name=std.echo, missing=['output']]")),
    ),
    ("std.sleep", {}, Result(None, delay=1.0)),
    ("std.sleep", {"seconds": 0.5}, Result(None, delay=0.5)),
    (
        "std.sleep",
        {"seconds": "1"},
        Result(error=RAISED.format("std.sleep", "'seconds' must be a number of seconds, not str")),
    ),
    ("std.fail", {}, Result(error=RAISED.format("Fail action", "Fail action expected exception."))),
    (
        "std.fail",
        {"error_data": {}},
        Result(error=RAISED.format("Fail action", "Fail action expected exception.")),
    ),
    ("std.fail", {"error_data": {"code": 17}}, Result(error={"code": 17})),
    ("std.test_dict", {}, Result({})),
    (
        "std.test_dict",
        {"size": 3, "key_prefix": "k", "val": "v"},
        Result({"k0": "v", "k1": "v", "k2": "v"}),
    ),
    (
        "std.test_dict",
        {"size": -1},
        Result(error=RAISED.format("std.test_dict", "'size' must be a whole number from 0 to 1000000")),
    ),
]


@pytest.mark.parametrize(("name", "inputs", "expected"), CASES, ids=[f"{c[0]} {list(c[1])}" for c in CASES])
def test_results(name: str, inputs: dict[str, JSON], expected: Result, context: ActionContext) -> None:
    """Each action answers as Mistral's does."""
    assert perform(ACTIONS[name], inputs, context) == expected


def test_all_may_be_repeated() -> None:
    """None of them does anything that a second run would spoil."""
    assert all(action.spec.idempotent for action in ACTIONS.values())


def test_only_async_noop_waits() -> None:
    """The others end by themselves."""
    assert [name for name, action in ACTIONS.items() if action.spec.is_async] == ["std.async_noop"]
