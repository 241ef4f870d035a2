"""Readers for what actions give."""

from __future__ import annotations

import pytest

from tests.wf_es.testing.mistakes import case_of, mistakes_in

ENDINGS = {
    "success": ("SUCCESS", None, 0.0),
    "never": (None, None, 0.0),
    "{success: 3}": ("SUCCESS", 3, 0.0),
    "{success: null, after: 1.5}": ("SUCCESS", None, 1.5),
    "{error: {code: 5}}": ("ERROR", {"code": 5}, 0.0),
    "{cancelled: true, after: 2}": ("CANCELLED", None, 2.0),
    "{never: true}": (None, None, 0.0),
}


@pytest.mark.parametrize(("text", "expected"), ENDINGS.items(), ids=ENDINGS)
def test_an_end_is_a_word_or_a_mapping(text: str, expected: tuple[object, ...]) -> None:
    """With a value, and after some seconds."""
    endings = case_of(f"given: {{tasks: {{a: {text}}}}}").given.tasks["a"]

    (ending,) = endings.endings
    value = None if ending.value is None else ending.value.source
    assert (ending.state, value, ending.after) == expected
    assert not endings.in_turn


def test_a_list_is_taken_in_turn() -> None:
    """Also one of one end."""
    given = case_of("given: {actions: {std.http: [error], std.email: [success, never]}}").given

    assert given.actions["std.http"].in_turn
    assert [ending.state for ending in given.actions["std.email"].endings] == ["SUCCESS", None]


WRONG = {
    "sucess": "E105 'given.tasks.a' must be 'success', 'error', 'cancelled' or 'never'",
    "3": "E105 'given.tasks.a' must be",
    "{after: 3}": "E107 'given.tasks.a' does not say how the action ends",
    "{success: 1, error: 2}": "E112 'given.tasks.a' says more than one end",
    "{sucess: 1}": "E104 unknown key 'sucess'; did you mean 'success'?",
    "{success: 1, after: -1}": "E105 'given.tasks.a.after' must be a number of seconds",
    "{success: 1, after: true}": "E105 'given.tasks.a.after' must be a number of seconds",
    "{cancelled: false}": "E105 'given.tasks.a.cancelled' can only be true",
    "[]": "E106 'given.tasks.a' is empty",
    "[success, [error]]": "E105 'given.tasks.a.1' must be",
    "{success: <% $. %>}": "E301",
    "{success: <% nofunction() %>}": "E302",
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items(), ids=WRONG)
def test_mistakes(text: str, expected: str) -> None:
    """Each says what is wrong and what is right."""
    found = mistakes_in(f"given: {{tasks: {{a: {text}}}}}")

    assert any(one.startswith(expected) for one in found), found


def test_given_is_by_task_and_by_action() -> None:
    """Anything else is a mistake."""
    assert mistakes_in("given: {task: {a: success}}")[0].startswith(
        "E104 unknown key 'task'; did you mean 'tasks'?"
    )
    assert mistakes_in("given: [success]")[0].startswith("E105 'given' must be a mapping")
