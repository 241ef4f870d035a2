"""Answers to what a decision asks of the definitions; other questions are passed on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.wf_es.engine.counters import WAIT, DisturbedStore
from wf_es.definition import ActionSpec
from wf_es.engine import DEFAULT_PROJECT, Engine
from wf_es.engine.definition_answers import DefinitionAnswers
from wf_es.envelope import JSON
from wf_es.errors import CorruptHistory
from wf_es.execution.commands import CompleteAction, StartWorkflow
from wf_es.execution.decision import StoredAction
from wf_es.execution.events import Pin
from wf_es.execution.foreign import Query, action_named, actions_pinned, environment_named, query

ACTION = """
version: '2.0'
shout:
  base: std.echo output="<% $.what %>!"
  input: [what]
  output: [<% $ %>]
"""


@pytest.fixture
def answers(library: Any) -> DefinitionAnswers:
    """Answers over a library with one ad-hoc action; what is passed on comes back."""
    library.create("action", ACTION)
    return DefinitionAnswers(library.definitions, lambda question, project: [question.function, project])


def test_an_installed_action(answers: DefinitionAnswers) -> None:
    """The catalogue's own description is the answer."""
    found = answers.answer(action_named("std.echo", "", "w"), DEFAULT_PROJECT)
    assert isinstance(found, ActionSpec)
    assert found.name == "std.echo"


def test_an_uploaded_action_and_what_was_pinned_of_it(library: Any, answers: DefinitionAnswers) -> None:
    """The pin leads to the same version again after another upload."""
    first = answers.answer(action_named("shout", "", "w"), DEFAULT_PROJECT)
    assert isinstance(first, StoredAction)
    library.definitions.update(ACTION.replace("!", "?"), kind="action", origin=library.origin())
    second = answers.answer(action_named("shout", "", "w"), DEFAULT_PROJECT)
    assert isinstance(second, StoredAction)

    assert second.pin.version == first.pin.version + 1
    assert answers.answer(actions_pinned([second.pin, first.pin]), DEFAULT_PROJECT) == (second, first)


def test_no_such_action_is_an_answer(answers: DefinitionAnswers) -> None:
    """It is for the decision to say what follows from it; another project sees nothing."""
    assert answers.answer(action_named("nobody", "", "w"), DEFAULT_PROJECT) is None
    assert answers.answer(action_named("shout", "", "w"), "another") is None


def test_a_pin_that_leads_nowhere_is_damage(answers: DefinitionAnswers) -> None:
    """It does not become a wrong result."""
    with pytest.raises(CorruptHistory):
        answers.answer(actions_pinned([Pin(stream=str(uuid4()), version=1, hash="0")]), DEFAULT_PROJECT)


def test_a_stored_environment(library: Any, answers: DefinitionAnswers) -> None:
    """Its variables as they are stored, to its own project only."""
    library.definitions.environments.create("e", {"k": "<% 1 %>"}, origin=library.origin())

    assert answers.answer(environment_named("e"), DEFAULT_PROJECT) == {"k": "<% 1 %>"}
    assert answers.answer(environment_named("e"), "another") is None
    assert answers.answer(environment_named("nobody"), DEFAULT_PROJECT) is None


def test_other_questions_are_passed_on(answers: DefinitionAnswers) -> None:
    """They are about executions."""
    question: Query = query("tasks", state="ERROR")
    assert answers.answer(question, "p") == ["tasks", "p"]


def test_an_execution_runs_what_the_name_means(engine: Engine, store: DisturbedStore) -> None:
    """The engine asks, pins and transforms; the log needs no more questions to be read."""
    origin = engine.origin("ann")
    engine.definitions.create(ACTION, kind="action", origin=origin)
    engine.definitions.create("version: '2.0'\nw: {tasks: {a: {action: shout what=hey}}}", origin=origin)
    execution = str(uuid4())
    engine.execute(StartWorkflow(execution_id=execution, origin=origin, workflow_name="w"), WAIT)
    (action,) = engine.state(execution).actions.values()
    assert (action.name, action.base, action.base_input) == ("shout", "std.echo", {"output": "hey!"})

    engine.definitions.delete("shout", kind="action", origin=origin)
    result: JSON = "hey!"
    done = CompleteAction(
        execution_id=execution, origin=origin, action_id=action.id, state="SUCCESS", output=result
    )
    engine.execute(done, WAIT)

    state = engine.state(execution)
    assert (state.state, state.actions[action.id].output) == ("SUCCESS", ["hey!"])
