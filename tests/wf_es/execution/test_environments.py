"""The environment of a request: variables, or the name of a stored one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from wf_es.envelope import Origin
from wf_es.errors import InvalidRequest
from wf_es.execution.commands import RunAction
from wf_es.execution.decision import Recording
from wf_es.execution.environments import evaluated_environment, given_environment
from wf_es.execution.foreign import Needs, environment_named
from wf_es.execution.reducer import initial
from wf_es.expressions import Scope
from wf_es.limits import DEFAULT_LIMITS

ID = "44444444-4444-4444-8444-444444444444"


def recording(**stored: Any) -> Recording:
    """Return a recording that knows these stored environments; null is none."""
    origin = Origin(actor="ada", project="p", command="c", now=datetime(2026, 1, 1, tzinfo=UTC))
    command = RunAction(execution_id=ID, origin=origin, name="std.noop")
    answers = {environment_named(name): env for name, env in stored.items()}
    return Recording(command, initial(ID), DEFAULT_LIMITS, answers)


@pytest.mark.parametrize(
    ("given", "variables"), [(None, {}), ({}, {}), ("", {}), ({"a": 1}, {"a": 1}), ("stage", {"b": 2})]
)
def test_variables_or_a_name(given: Any, variables: dict[str, Any]) -> None:
    """Nothing is an environment without variables."""
    assert given_environment(recording(stage={"b": 2}), given) == variables


def test_a_stored_one_is_asked_for() -> None:
    """The decision breaks off until somebody has looked it up."""
    with pytest.raises(Needs) as needs:
        given_environment(recording(), "stage")
    assert needs.value.query == environment_named("stage")


@pytest.mark.parametrize(
    ("given", "words"),
    [(5, "[environment=5, type=int]"), (["a"], "type=list"), ("gone", "Environment is not found: gone")],
)
def test_anything_else_is_refused(given: Any, words: str) -> None:
    """The refusal says what it should have been."""
    with pytest.raises(InvalidRequest, match=re.escape(words)):
        given_environment(recording(gone=None), given)


def test_expressions_are_evaluated() -> None:
    """They see what the caller lets them see; one that fails makes a bad request."""
    env = {"a": 1, "b": ["<% $.a + 1 %>"]}
    assert evaluated_environment(env, lambda: Scope((env,))) == {"a": 1, "b": [2]}
    with pytest.raises(InvalidRequest, match="The environment cannot be evaluated: .*'a' is not set"):
        evaluated_environment(env, lambda: Scope(()))
