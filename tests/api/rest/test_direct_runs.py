"""Running an action outside of any workflow: what is asked for, and what a run without a trace answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.rest.bodies import Body
from api.rest.direct_runs import Asked, action_of, asked_run, ended, must_be_kept, run_now
from wf_es.actions import LATER, Catalogue, Result, action
from wf_es.engine import Engine, SystemClock
from wf_es.errors import InvalidInput, InvalidRequest
from wf_es.store import open_store, standard_codec


@action("my.greet")
def greet(name: str, loud: bool = False) -> str:
    """Say hello."""
    return f"hello {name}".upper() if loud else f"hello {name}"


@action("my.crash")
def crash() -> None:
    """Raise something."""
    raise ZeroDivisionError("oops")


@action("my.wait")
def wait(seconds: float) -> Result:
    """Succeed after a while."""
    return Result.after(seconds, "done")


@action("my.hand_over")
def hand_over() -> Result:
    """Decide only now that another system goes on."""
    return LATER


@action("my.later", is_async=True)
def later() -> None:
    """End by a callback."""


CATALOGUE = Catalogue().with_actions(greet, crash, wait, hand_over, later)
ADHOC = """
version: '2.0'
shout: {base: my.greet loud=true, base-input: {name: <% $.who %>}, input: [who], output: {said: <% $ %>}}
broken: {base: my.greet name=x, output: <% $.no %>}
"""


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with ad-hoc actions."""
    made = Engine(open_store("memory://"), standard_codec(), SystemClock(), CATALOGUE)
    made.definitions.create(ADHOC, kind="action", origin=made.origin("ann"))
    yield made
    made.close()


def asked(engine: Engine, body: dict[str, Any], key: str | None = None) -> Asked:
    """Return what a body asks for."""
    return asked_run(Body(body), engine.origin("ann", key=key))


def run(engine: Engine, body: dict[str, Any]) -> dict[str, Any]:
    """Run an action without a trace, as a resource does; return its row."""
    wish = asked(engine, body)
    state = engine.consider(wish.command)
    return ended(engine, state, wish, run_now(CATALOGUE, state))


def test_the_row_has_the_output_and_no_id(engine: Engine) -> None:
    """Nothing is stored, so there is nothing to name."""
    before = engine.head()
    row = run(engine, {"name": "my.greet", "input": {"name": "ann"}, "description": "why"})
    assert (row["id"], row["state"], row["output"]) == (None, "SUCCESS", {"result": "hello ann"})
    assert (row["workflow_name"], row["task_execution_id"], row["description"]) == (None, None, "why")
    assert engine.head() == before


def test_an_adhoc_action_is_transformed(engine: Engine) -> None:
    """Unlike in Mistral, its output applies here, too."""
    row = run(engine, {"name": "shout", "input": '{"who": "ann"}'})
    assert (row["name"], row["input"]) == ("shout", {"who": "ann"})
    assert row["output"] == {"result": {"said": "HELLO ANN"}}


def test_an_output_that_fails_is_an_error_of_the_action(engine: Engine) -> None:
    """The base has run by then, so the request is answered."""
    row = run(engine, {"name": "broken"})
    assert row["state"] == "ERROR"
    assert "Failed to complete action" in row["output"]["result"]


def test_defaults_of_the_environment_count(engine: Engine) -> None:
    """They are given with the request."""
    env = {"__actions": {"my.greet": {"name": "<% env().who %>"}}, "who": "eve"}
    row = run(engine, {"name": "my.greet", "params": {"env": env}})
    assert row["output"] == {"result": "hello eve"}


def test_a_failure_is_an_answer(engine: Engine) -> None:
    """The action failed, the request did not."""
    row = run(engine, {"name": "my.crash"})
    assert row["state"] == "ERROR"
    assert "oops" in row["output"]["result"]


def test_a_result_that_counts_later(engine: Engine) -> None:
    """Whoever answers waits for it, without a thread."""
    state = engine.consider(asked(engine, {"name": "my.wait", "input": {"seconds": 5}}).command)
    assert run_now(CATALOGUE, state) == Result.after(5, "done")


def test_one_that_took_too_long(engine: Engine) -> None:
    """Its result is not waited for any longer."""
    wish = asked(engine, {"name": "my.wait", "input": {"seconds": 5}, "params": {"timeout": 0.5}})
    row = ended(engine, engine.consider(wish.command), wish, None)
    assert (row["state"], row["output"]) == ("ERROR", {"result": "Action timed out [timeout(s)=0.5]."})


def test_an_action_that_ends_elsewhere(engine: Engine) -> None:
    """It has begun, so this is no refusal; but nobody will learn how it ends."""
    row = run(engine, {"name": "my.hand_over"})
    assert (row["state"], row["output"], row["accepted"]) == ("RUNNING", None, False)
    assert "nobody will learn" in row["state_info"]


KEPT = [
    pytest.param("my.greet", {}, False, id="synchronous"),
    pytest.param("my.greet", {"run_sync": True}, False, id="awaited"),
    pytest.param("my.greet", {"save_result": True}, True, id="to be saved"),
    pytest.param("my.greet", {"save_result": True, "run_sync": True}, True, id="saved and awaited"),
    pytest.param("my.later", {}, True, id="asynchronous"),
]


@pytest.mark.parametrize(("name", "params", "kept"), KEPT)
def test_what_is_kept(engine: Engine, name: str, params: dict[str, Any], kept: bool) -> None:
    """What was asked to be, and what ends only later."""
    wish = asked(
        engine, {"name": name, "input": {"name": "a"} if name == "my.greet" else {}, "params": params}
    )
    assert must_be_kept(wish, engine.consider(wish.command)) is kept


def test_an_asynchronous_action_cannot_be_awaited(engine: Engine) -> None:
    """It ends by a callback, perhaps in months."""
    wish = asked(engine, {"name": "my.later", "params": {"run_sync": True}})
    with pytest.raises(InvalidRequest, match="does not support synchronous execution"):
        must_be_kept(wish, engine.consider(wish.command))


def test_all_that_can_be_asked_for(engine: Engine) -> None:
    """Each part of the body finds its way into the command."""
    params = {"target": "there", "timeout": 5, "save_result": True, "run_sync": True, "env": "stage"}
    wish = asked(engine, {"name": "shout", "workflow_namespace": "n", "description": "d", "params": params})
    command = wish.command
    assert (command.name, command.namespace, command.description) == ("shout", "n", "d")
    assert (command.target, command.timeout, command.env) == ("there", 5.0, "stage")
    assert (wish.save_result, wish.run_sync) == (True, True)


def test_the_same_key_is_the_same_run(engine: Engine) -> None:
    """Without a key each request is a run of its own."""
    body = {"name": "my.later"}
    ids = [asked(engine, body, key).command.execution_id for key in ("k", "k", "l", None, None)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


@pytest.mark.parametrize("timeout", [-1, "5", True, 1e12, []])
def test_a_timeout_is_a_number_of_seconds(engine: Engine, timeout: Any) -> None:
    """Within reason."""
    with pytest.raises(InvalidRequest, match="timeout"):
        asked(engine, {"name": "my.greet", "params": {"timeout": timeout}})


def test_no_timeout(engine: Engine) -> None:
    """0 stands for none, as in tasks."""
    assert asked(engine, {"name": "my.greet", "params": {"timeout": 0}}).command.timeout is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": "my.wait", "input": {"seconds": 3600}}, InvalidRequest),
        ({"name": "my.greet"}, InvalidInput),
        ({"name": "my.greet", "input": {"name": "a", "colour": 1}}, InvalidInput),
        ({"name": "shout"}, InvalidInput),
        ({"name": "none"}, InvalidRequest),
        ({"name": "my.greet", "params": {"env": "gone"}}, InvalidRequest),
        ({"name": "my.greet", "params": {"target": 5}}, InvalidRequest),
        ({"name": "my.greet", "params": {"colour": 5}}, InvalidRequest),
        ({}, InvalidRequest),
    ],
)
def test_refusals(engine: Engine, body: dict[str, Any], error: type[Exception]) -> None:
    """What cannot run is refused."""
    with pytest.raises(error):
        run(engine, body)


def test_the_only_action(engine: Engine) -> None:
    """A run has one."""
    state = engine.consider(asked(engine, {"name": "my.later"}).command)
    assert action_of(state).name == "my.later"
