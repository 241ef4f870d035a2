"""Which of several given results counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.wf_es.testing.conftest import Theatre
from wf_es.testing.giving import at_path
from wf_es.testing.model import Endings

FILE = "given: {tasks: {ask: {success: file task}}, actions: {std.http: {success: file action}}}"

GIVEN = {
    "the case's task": ("{tasks: {ask: {success: a}}, actions: {std.http: {success: b}}}", "a"),
    "the case's action": ("{actions: {std.http: {success: b}}}", "b"),
    "the file's task": ("{tasks: {tell: {success: c}}}", "file task"),
}


@pytest.mark.parametrize(("given", "expected"), GIVEN.values(), ids=GIVEN)
def test_what_is_nearest_counts(theatre: Callable[..., Theatre], given: str, expected: str) -> None:
    """The case before the file, the task before its action."""
    played = theatre(f"given: {given}\nexpect: {{}}", more=FILE).play()

    assert played.state is not None
    assert played.state.output == {"got": expected}


def test_an_action_that_runs_by_itself_can_be_given_a_result(theatre: Callable[..., Theatre]) -> None:
    """A result that is given always counts."""
    played = theatre("given: {tasks: {ask: success, tell: {error: deaf}}}\nexpect: {}").play()

    assert [run.state for run in played.runs[""]] == ["SUCCESS", "ERROR"]


def test_an_expression_that_fails_is_a_mistake_of_the_file(theatre: Callable[..., Theatre]) -> None:
    """It does not become the action's error."""
    trouble = theatre("given: {tasks: {ask: {success: <% $.nope %>}}}\nexpect: {}").play().trouble

    assert "what is given for the task 'ask' cannot be evaluated" in (trouble or "")


def test_the_longest_path_counts() -> None:
    """A name stands for a task wherever it is."""
    endings = {name: Endings(endings=(), place=None) for name in ("b", "a/b", "x/y")}  # type: ignore[arg-type]

    assert at_path(endings, "a/b") is endings["a/b"]
    assert at_path(endings, "z/b") is endings["b"]
    assert at_path(endings, "y") is None


ADHOC = """
version: '2.0'
w: {output: {r: <% $.r %>}, tasks: {a: {action: shop.buy what=pen, publish: {r: <% task().result %>}}}}
"""


def test_an_action_need_not_be_installed(theatre: Callable[..., Theatre]) -> None:
    """A given result is enough; without one the action is unknown, as on a server without it."""
    given = theatre("given: {actions: {shop.buy: {success: <% $.what %>}}}\nexpect: {}", ADHOC).play()
    unknown = theatre("expect: {}", ADHOC).play()

    assert given.state is not None
    assert given.state.output == {"r": "pen"}
    assert unknown.state is not None
    assert "Failed to find action" in (unknown.state.state_info or "")
