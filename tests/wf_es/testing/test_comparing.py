"""What is not as expected, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.wf_es.testing.conftest import Theatre
from wf_es.testing import differences
from wf_es.testing.comparing import contains

Make = Callable[..., Theatre]

GIVEN = "given: {tasks: {ask: {success: {a: 1, b: [2]}, after: 5}}}\n"
UNHANDLED = """
version: '2.0'
w: {tasks: {ask: {action: std.http url=x, on-complete: later}, later: {action: std.noop}}}
"""

RIGHT = [
    "{}",
    "{output: {got: {a: 1, b: [2]}}, output-contains: {got: {a: 1}}, variables: {got: {b: [2]}}}",
    "{path: [ask: SUCCESS, tell], path-includes: [tell], path-excludes: [excuse], duration: 5}",
    "{tasks: {ask: {state: SUCCESS, result: {a: 1, b: [2]}, runs: 1, attempts: 1}}}",
    "{tasks: {ask: {published: {got: {a: 1}}}}}",
    "{tasks: {tell: SUCCESS, excuse: {runs: 0}}}",
    "{calls: {ask: 1, std.http: [{url: http://there/1}], std.echo: 1, std.email: 0}}",
]


@pytest.mark.parametrize("expect", RIGHT)
def test_what_is_as_expected_is_not_told(theatre: Make, expect: str) -> None:
    """Every kind of expectation can be met."""
    assert theatre(f"{GIVEN}expect: {expect}").told() == []


WRONG = {
    "{state: ERROR}": "state: expected ERROR, got SUCCESS",
    "{state-info: full}": 'state-info: does not contain "full"; it is:',
    "{output: 3}": 'output: expected 3, got {"got": {"a": 1, "b": [2]}}',
    "{output: {got: {a: true, b: [2]}}}": "output: - expected, + got",
    "{output-contains: {got: {c: 1}}}": "output-contains: - expected, + got",
    "{variables: {x: 1}}": "variables: - expected, + got",
    "{path: [ask]}": "path: - expected, + got",
    "{path-includes: [tell, ask]}": (
        "path-includes: ask is not on the path, or not at its place; - expected, + got"
    ),
    "{path-excludes: [ask, tell, excuse]}": "path-excludes: ask, tell ran, and should not",
    "{paths: {ask: [a]}}": "paths.ask: - expected, + got",
    "{tasks: {tell: ERROR}}": "tasks.tell.state: expected ERROR, got SUCCESS",
    "{tasks: {tell: {state-info: x}}}": 'tasks.tell.state-info: does not contain "x"; it is:',
    "{tasks: {tell: {result: 1}}}": 'tasks.tell.result: expected 1, got {"a": 1, "b": [2]}',
    "{tasks: {tell: {published: {x: 1}}}}": "tasks.tell.published: - expected, + got",
    "{tasks: {tell: {runs: 2}}}": "tasks.tell: expected 2 runs, got 1",
    "{tasks: {tell: {attempts: 2}}}": "tasks.tell: expected 2 attempts, got 1",
    "{tasks: {excuse: SUCCESS}}": "tasks.excuse: it did not run",
    "{calls: {ask: 2}}": "calls.ask: expected 2 calls, got 1 call:",
    "{calls: {std.email: 1}}": "calls.std.email: expected 1 call, got 0 calls",
    "{calls: {ask: [{url: x}]}}": "calls.ask no. 1: - expected, + got",
    "{duration: 6}": "duration: expected 6 s, got 5 s",
}


@pytest.mark.parametrize(("expect", "told"), WRONG.items(), ids=WRONG)
def test_what_is_not_as_expected_is_told(theatre: Make, expect: str, told: str) -> None:
    """Once, in one line that says what it is about."""
    assert theatre(f"{GIVEN}expect: {expect}").told() == [told]


def test_a_failure_shows_its_reason(theatre: Make) -> None:
    """Nobody has to run it again to see why."""
    case = "given: {tasks: {ask: {error: full}}}\nexpect: {path: [ask: SUCCESS, tell]}"
    made = theatre(case, UNHANDLED)

    state, path = differences(made.case().expect, made.play())

    assert state.message == "expected SUCCESS, got ERROR"
    assert any("full" in line for line in state.lines)
    assert path.lines == ("- ask SUCCESS", "- tell", "+ ask ERROR", "+ later SUCCESS")


def test_a_case_that_cannot_go_on_shows_how_far_it_came(theatre: Make) -> None:
    """Only what has stopped it, and the path."""
    made = theatre("expect: {path: [ask: SUCCESS], output: 3}")

    about = [one.about for one in differences(made.case().expect, made.play())]

    assert about == ["case", "path"]


CONTAINED = {
    "a part of a mapping": ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2}}, True),
    "another value": ({"a": 1}, {"a": 2}, False),
    "no such key": ({"a": 1}, {"b": None}, False),
    "true is not 1": ({"a": 1}, {"a": True}, False),
    "items": ([{"a": 1, "b": 2}], [{"a": 1}], True),
    "fewer items": ([1, 2], [1], False),
    "a text is no list": ("ab", ["a", "b"], False),
}


@pytest.mark.parametrize(("actual", "expected", "does"), CONTAINED.values(), ids=CONTAINED)
def test_what_contains_what(actual: object, expected: object, does: bool) -> None:
    """Mappings may hold more, lists may not."""
    assert contains(actual, expected) is does
