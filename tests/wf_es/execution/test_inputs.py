"""The input of an action: defaults from the environment, and what does not fit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from wf_es.definition import ActionSpec
from wf_es.errors import EvaluationError, InvalidInput
from wf_es.execution.inputs import check_input, filled

HTTP = ActionSpec(name="std.http", inputs={"url": True, "method": False, "headers": False})

FILLED = [
    pytest.param({}, {"url": "given"}, {"url": "given"}, id="no defaults"),
    pytest.param({"std.ssh": {"cmd": 1}}, {"url": "u"}, {"url": "u"}, id="defaults of another action"),
    pytest.param({"std.http": {"url": "default"}}, {}, {"url": "default"}, id="what is missing is filled in"),
    pytest.param({"std.http": {"url": "default"}}, {"url": None}, {"url": None}, id="null was given"),
    pytest.param(
        {"std.http": {"url": "default", "method": "PUT"}},
        {"url": "given"},
        {"url": "given", "method": "PUT"},
        id="what is given wins",
    ),
    pytest.param(
        {"std.http": {"headers": {"A": 1, "B": 2}}},
        {"headers": {"A": 3}},
        {"headers": {"A": 3, "B": 2}},
        id="mappings are filled up",
    ),
]


@pytest.mark.parametrize(("defaults", "given", "whole"), FILLED)
def test_defaults_of_the_environment(defaults: Any, given: Any, whole: Any) -> None:
    """They count where nothing is given, and the given input is left as it was."""
    before = dict(given)

    assert filled({"__actions": defaults}, HTTP, given) == whole
    assert given == before


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        pytest.param("x", "'__actions' of the environment must be a mapping", id="all of them"),
        pytest.param({"std.http": [1]}, "'__actions.std.http' of the environment", id="those of the action"),
    ],
)
def test_defaults_that_are_no_mapping_are_refused(defaults: Any, words: str) -> None:
    """The message says which part of the environment is meant."""
    with pytest.raises(EvaluationError, match=re.escape(words)):
        filled({"__actions": defaults}, HTTP, {})


def test_what_does_not_fit_is_named() -> None:
    """Missing and unexpected names are in the text and in the error."""
    with pytest.raises(InvalidInput) as refusal:
        check_input(HTTP, {"colour": "red"})

    assert str(refusal.value) == (
        "Invalid input [name=std.http, class=Action, missing=['url'], unexpected=['colour']]"
    )
    assert (refusal.value.missing, refusal.value.unexpected) == (("url",), ("colour",))


def test_an_action_may_take_any_input() -> None:
    """Then only what is required is asked for."""
    action = ActionSpec(name="any", inputs={"a": True}, any_input=True)
    check_input(action, {"a": 1, "b": 2})
    with pytest.raises(InvalidInput, match="missing"):
        check_input(action, {"b": 2})
