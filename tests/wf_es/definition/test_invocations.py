"""Checks against the actions that are there."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionSpec, read_workflows

ACTIONS = {
    "std.noop": ActionSpec(name="std.noop", inputs={}),
    "std.echo": ActionSpec(name="std.echo", inputs={"output": True, "delay": False}),
    "std.http": ActionSpec(name="std.http", inputs={"url": True}, any_input=True),
}

CASES = [
    ("{action: std.echo output=1}", []),
    ("{action: std.echo, input: {output: 1, delay: 2}}", []),
    ("{action: echo output=1}", []),
    ("{action: std.echo, input: <% $.x %>}", []),
    ("{action: <% $.x %>, input: {y: 1}}", []),
    ("{action: 'std.{{ _.x }}'}", []),
    ("{publish: {x: 1}}", []),
    ("{action: std.http url=x colour=red}", []),
    ("{action: std.ehco}", [("5:17", "W502", "unknown action 'std.ehco'; did you mean 'std.echo'?")]),
    ("{action: my.own}", [("5:17", "W502", "unknown action 'my.own'")]),
    ("{action: std.echo}", [("5:17", "W503", "missing=['output']")]),
    ("{action: std.http}", [("5:17", "W503", "missing=['url']")]),
    ("{action: std.noop x=1}", [("5:28", "W504", "unexpected=['x']")]),
    (
        "{action: std.echo output=1, input: {outptu: 2, delay: 3}}",
        [("5:52", "W504", "unexpected=['outptu']; did you mean 'output'?")],
    ),
]


@pytest.mark.parametrize(("task", "expected"), CASES)
def test_warns_of_actions_and_inputs_that_do_not_fit(task: str, expected: list[tuple[str, str, str]]) -> None:
    """Only what is certain beforehand is reported, as a warning."""
    text = f"version: '2.0'\nw:\n  input: [x]\n  tasks:\n    a: {task}\n"
    reading = read_workflows(text, actions=ACTIONS)
    found = [(f"{p.line}:{p.column}", p.code) for p in reading.problems]
    assert found == [case[:2] for case in expected]
    assert all(case[2] in problem.message for case, problem in zip(expected, reading.problems, strict=True))
    assert len(reading.workflows) == 1


def test_without_actions_nothing_is_checked() -> None:
    """Offline, without a catalogue, any action may exist."""
    text = "version: '2.0'\nw:\n  tasks:\n    a: {action: my.own x=1}\n"
    assert read_workflows(text).problems == ()
