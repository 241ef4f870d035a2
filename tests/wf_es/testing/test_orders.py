"""Readers for commands from outside."""

from __future__ import annotations

import pytest

from tests.wf_es.testing.mistakes import case_of, mistakes_in


def test_commands_are_read_in_order() -> None:
    """With their moment, their task and what else they say."""
    orders = case_of(
        "commands: [{at: 3, command: pause, message: wait}, {command: continue, task: a/b, result: null}]"
    ).commands

    assert [(order.command, order.at, order.task) for order in orders] == [
        ("pause", 3.0, None),
        ("continue", None, "a/b"),
    ]
    assert [order.fields for order in orders] == [{"message": "wait"}, {"result": None}]


WRONG = {
    "{at: 3}": "E107 a command is missing; give 'command'",
    "{command: puase}": "E105 'commands.0.command' must be 'pause'",
    "{command: skip}": "E107 the command 'skip' needs 'task'",
    "{command: stop}": "E107 the command 'stop' needs 'state'",
    "{command: pause, task: a}": "E112 'task' has no meaning for the command 'pause'",
    "{command: stop, state: PAUSED}": "E105 'commands.0.state' must be 'SUCCESS', 'ERROR' or 'CANCELLED'",
    "{command: pause, at: soon}": "E105 'commands.0.at' must be a number of seconds",
    "{command: rerun, task: a, context: 3}": "E105 'commands.0.context' must be a mapping",
    "pause": "E105 'commands.0' must be a mapping",
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items(), ids=WRONG)
def test_mistakes(text: str, expected: str) -> None:
    """Each says what is wrong and what is right."""
    found = mistakes_in(f"commands: [{text}]")

    assert any(one.startswith(expected) for one in found), found
