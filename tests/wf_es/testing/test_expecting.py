"""Readers for what is expected."""

from __future__ import annotations

import pytest

from tests.wf_es.testing.mistakes import case_of, mistakes_in
from wf_es.testing.model import Calls, Exactly, Expectation, Step, TaskExpectation


def expected(keys: str) -> Expectation:
    """Return what is expected by these keys."""
    return case_of(f"expect: {{{keys}}}").expect


def test_success_is_expected_if_nothing_is_said() -> None:
    """Everything else is not looked at."""
    assert expected("duration: 3") == Expectation(duration=3, places=expected("duration: 3").places)


def test_a_path_is_tasks_with_or_without_states() -> None:
    """In their order."""
    read = expected("path: [a, b: ERROR], path-includes: [c], path-excludes: [d], paths: {a: [e]}")

    assert read.path == (Step(task="a"), Step(task="b", state="ERROR"))
    assert (read.path_includes, read.path_excludes) == ((Step(task="c"),), ("d",))
    assert read.paths == {"a": (Step(task="e"),)}


def test_null_can_be_expected() -> None:
    """It is not the same as nothing."""
    assert expected("output: null").output == Exactly(None)
    assert expected("state: ERROR").output is None


def test_a_task_is_a_state_or_more() -> None:
    """As short as it can be."""
    read = expected("tasks: {a: ERROR, b: {result: 3, runs: 2}}").tasks

    assert read == {"a": TaskExpectation(state="ERROR"), "b": TaskExpectation(result=Exactly(3), runs=2)}


def test_calls_are_counted_or_listed() -> None:
    """A list says what each input contains."""
    assert expected("calls: {a: 2, b: [{x: 1}]}").calls == {
        "a": Calls(count=2),
        "b": Calls(count=1, inputs=({"x": 1},)),
    }


WRONG = {
    "state: DONE": "E105 'expect.state' must be 'SUCCESS'",
    "stat: ERROR": "E104 unknown key 'stat'; did you mean 'state'?",
    "state-info: 3": "E105 'expect.state-info' must be text",
    "path: a": "E105 'expect.path' must be a list",
    "path: [3]": "E105 'expect.path.0' must be a task, or a task with its state, not 3",
    "path: [{a: SUCCESS, b: ERROR}]": "E105 'expect.path.0' must be a task",
    "path: [a: DONE]": "E105 'expect.path.0.a' must be 'IDLE'",
    "tasks: {a: DONE}": "E105 'expect.tasks.a' must be 'IDLE'",
    "tasks: {a: 3}": "E105 'expect.tasks.a' must be a mapping",
    "tasks: {a: {runs: -1}}": "E105 'expect.tasks.a.runs' must be a whole number",
    "calls: {a: -1}": "E105 'expect.calls.a' must be a whole number",
    "calls: {a: often}": "E105 'expect.calls.a' must be a list",
    "variables: 3": "E105 'expect.variables' must be a mapping",
    "duration: long": "E105 'expect.duration' must be a number of seconds",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_mistakes(text: str, message: str) -> None:
    """Each says what is wrong and what is right."""
    found = mistakes_in(f"expect: {{{text}}}")

    assert any(one.startswith(message) for one in found), found
