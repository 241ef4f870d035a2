"""The work of a task: which action it runs, and with which input."""

from __future__ import annotations

import re
from typing import Any

import pytest


def test_input_and_inline_parameters_merge(story: Any) -> None:
    """Both count; where they clash the inline one wins."""
    told = story(
        "w: {vars: {m: GET},"
        " tasks: {a: {action: std.http url=inline, input: {url: given, method: <% $.m %>}}}}"
    )
    told.start()
    assert told.unfinished()[0].input == {"url": "inline", "method": "GET"}


def test_dynamic_input(story: Any) -> None:
    """The whole input may come from an expression."""
    told = story("w: {input: [i], tasks: {a: {action: std.echo, input: <% $.i %>}}}")
    told.start(input={"i": {"output": 1}})
    assert told.unfinished()[0].input == {"output": 1}


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("{action: no.such}", r"Failed to find action \[action_name=no.such", id="unknown"),
        pytest.param("{action: std.echo}", "missing=\\['output'\\]", id="missing"),
        pytest.param("{action: std.noop x=1}", "unexpected=\\['x'\\]", id="unexpected"),
        pytest.param("{action: std.echo, input: <% $.i %>}", "Wrong dynamic input", id="no mapping"),
        pytest.param("{action: std.echo output=<% $.nowhere %>}", "nowhere", id="unset variable"),
        pytest.param("{action: <% $.i %>}", "Failed to find action", id="dynamic name"),
    ],
)
def test_what_cannot_run_fails_by_force(story: Any, task: Any, words: Any) -> None:
    """Task and workflow end in ERROR, whatever on-error says."""
    told = story(
        "w: {input: [i], tasks: {a: %s, h: {join: all}}}" % task.replace("{action", "{on-error: h, action")
    )
    told.start(input={"i": 5})
    assert told.state.state == "ERROR"
    assert told.tasks() == {"a": ["ERROR"]}
    assert re.search(words, told.state.state_info)


def test_dynamic_action_name(story: Any) -> None:
    """The action's name may come from an expression."""
    told = story("w: {input: [i], tasks: {a: {action: <% $.i %>}}}")
    told.start(input={"i": "std.noop"})
    assert told.unfinished()[0].name == "std.noop"


def test_what_a_runner_must_know_is_in_the_event(story: Any) -> None:
    """Kind, repeatability and target are recorded with the action."""
    told = story("w: {tasks: {a: {action: std.http url=u, safe-rerun: true, target: <% 'node' + '1' %>}}}")
    told.start()
    action = told.unfinished()[0]
    assert (action.is_async, action.idempotent, action.safe_rerun, action.target) == (
        False,
        False,
        True,
        "node1",
    )
