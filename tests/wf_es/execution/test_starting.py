"""How an execution begins."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import EvaluationError, InvalidInput, InvalidRequest
from wf_es.execution.foreign import environment_named

ECHO = """
w:
  input: [x, {y: 2}, {z: <% $.x %>}]
  vars: {total: <% $.x + $.y %>}
  output: {total: <% $.total %>, z: <% $.z %>}
  tasks:
    a: {action: std.noop}
"""


def test_start_schedules_every_start_task(story: Any) -> None:
    """Each task that nothing leads to is scheduled with its action."""
    told = story("w: {tasks: {a: {action: std.noop}, b: {on-success: c}, c: {action: std.noop}}}")
    assert told.start() == [
        "WorkflowStarted",
        "TaskScheduled a",
        "ActionScheduled std.noop",
        "TaskScheduled b",
        "ActionScheduled std.noop",
    ]


def test_start_again_changes_nothing(story: Any) -> None:
    """Starting an execution that has begun is harmless."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.start()
    assert told.start() == []


def test_vars_are_evaluated_and_defaults_are_not(story: Any) -> None:
    """Defaults of the input are taken as they stand, vars see all of the input."""
    told = story(ECHO)
    told.start(input={"x": 1})
    told.run_everything()
    assert told.state.input == {"x": 1, "y": 2, "z": "<% $.x %>"}
    assert told.state.output == {"total": 3, "z": "<% $.x %>"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({}, "missing=['x']", id="missing"),
        pytest.param({"x": 1, "zz": 2}, "unexpected=['zz']", id="unexpected"),
    ],
)
def test_input_must_fit(story: Any, given: Any, words: Any) -> None:
    """Missing and undeclared names are refused by name and nothing happens."""
    told = story(ECHO)
    with pytest.raises(InvalidInput, match=words.replace("[", r"\[").replace("]", r"\]")):
        told.start(input=given)
    assert told.state.version == 0


def test_environment_is_evaluated_against_itself(story: Any) -> None:
    """Expressions inside an environment see the environment."""
    told = story("w: {output: {u: <% env().url %>}, tasks: {a: {action: std.noop}}}")
    told.start(params={"env": {"host": "h", "url": "http://<% $.host %>/"}})
    told.run_everything()
    assert told.state.output == {"u": "http://h/"}


def test_environment_stays_as_it_is_when_asked(story: Any) -> None:
    """evaluate_env false keeps expressions as text."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.start(params={"env": {"u": "<% $.host %>"}, "evaluate_env": False})
    assert told.state.env == {"u": "<% $.host %>"}


@pytest.mark.parametrize("env", ["stored", [1], {"u": "<% $.nowhere %>"}])
def test_unusable_environment_is_refused(story: Any, env: Any) -> None:
    """An environment that is no mapping or cannot be evaluated starts nothing."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    with pytest.raises(InvalidRequest):
        told.start(params={"env": env})
    assert told.state.version == 0


def test_what_cannot_be_evaluated_at_the_start_starts_nothing(story: Any) -> None:
    """As with an environment, whoever asks is told at once."""
    told = story("w: {vars: {v: <% $.nowhere %>}, tasks: {a: {action: std.noop}}}")
    with pytest.raises(EvaluationError, match="nowhere"):
        told.start()
    assert told.state.version == 0


def test_start_expressions_may_ask_about_the_execution(story: Any) -> None:
    """env() and execution() know the execution that begins, also in vars."""
    told = story(
        """
w:
  input: [x]
  vars: {e: <% env().e %>, name: <% execution().name %>, x: <% execution().input.x %>}
  output:
    seen: <% [$.e, $.name, $.x] %>
  tasks: {a: {action: std.noop}}
"""
    )
    told.start(input={"x": 1}, params={"env": {"e": "E"}})
    told.run_everything()
    assert told.state.output == {"seen": ["E", "w", 1]}


def test_start_tasks_behind_one_that_cannot_run_are_held(story: Any) -> None:
    """Once the faulty task is resumed with what it lacked, the other start tasks run too."""
    told = story(
        """
w:
  tasks:
    a: {action: std.noop, target: <% $.where %>, on-success: z}
    b: {action: std.noop, on-success: z}
    z: {join: all}
"""
    )
    assert told.start()[-2:] == ["WorkflowCompleted ERROR", "TransitionsHeld -> b"]
    assert told.tasks() == {"a": ["ERROR"]}
    told.resume_from({"task": "a", "context": {"where": "here"}})
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"], "z": ["SUCCESS"]}
    assert told.state.state == "SUCCESS"


STORED = {"k": 1, "twice": "<% env().k * 2 %>", "text": "{{ _.k }} and more"}


@pytest.mark.parametrize(
    ("params", "env"),
    [
        ({"env": "e"}, {"k": 1, "twice": 2, "text": "1 and more"}),
        ({"env": "e", "evaluate_env": False}, STORED),
    ],
)
def test_a_stored_environment_is_asked_for_by_its_name(story: Any, params: Any, env: Any) -> None:
    """It counts as if it had been given, and is kept as it was at the start."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.answer = lambda question: STORED if question == environment_named("e") else None
    told.start(params=params)

    assert told.questions[0] == environment_named("e")
    assert told.state.env == env
    assert told.state.params == {**params, "env": env, "namespace": ""}


def test_an_unknown_environment_is_refused(story: Any) -> None:
    """Nothing has begun then."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    with pytest.raises(InvalidRequest, match="Environment is not found: nobody"):
        told.start(params={"env": "nobody"})
    assert told.events == []


def test_a_repeated_start_asks_for_nothing(story: Any) -> None:
    """The execution has its environment already, whatever became of the stored one."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.answer = lambda question: {"k": 1}
    told.start(params={"env": "e"})
    told.questions.clear()

    assert told.start(params={"env": "e"}) == []
    assert told.questions == []
