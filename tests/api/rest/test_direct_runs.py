"""Running an action outside of any workflow."""

from __future__ import annotations

import pytest

from api.rest.direct_runs import row_of, run_directly
from wf_es.actions import LATER, Catalogue, Result, action
from wf_es.errors import InvalidInput, InvalidRequest


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


CATALOGUE = Catalogue().with_actions(greet, crash, wait, hand_over)


def test_the_row_has_the_output_and_no_id() -> None:
    """Nothing is stored, so there is nothing to name."""
    row = row_of(run_directly(CATALOGUE, {"name": "my.greet", "input": {"name": "ann"}}, "p"))
    assert (row["id"], row["state"], row["output"]) == (None, "SUCCESS", {"result": "hello ann"})
    assert row["project_id"] == "p"


def test_a_failure_is_an_answer() -> None:
    """The action failed, the request did not."""
    row = row_of(run_directly(CATALOGUE, {"name": "my.crash"}, "p"))
    assert row["state"] == "ERROR"
    assert "oops" in row["output"]["result"]


def test_a_result_that_counts_later() -> None:
    """Whoever answers waits for it, without a thread."""
    run = run_directly(CATALOGUE, {"name": "my.wait", "input": {"seconds": 5}}, "p")
    assert (run.result.delay, row_of(run)["output"]) == (5.0, {"result": "done"})


def test_an_action_that_ends_elsewhere() -> None:
    """It has begun, so this is no refusal; but nobody will learn how it ends."""
    row = row_of(run_directly(CATALOGUE, {"name": "my.hand_over"}, "p"))
    assert (row["state"], row["output"], row["accepted"]) == ("RUNNING", None, False)
    assert "nobody will learn" in row["state_info"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": "my.wait", "input": {"seconds": 3600}}, InvalidRequest),
        ({"name": "my.greet"}, InvalidInput),
        ({"name": "my.greet", "input": {"name": "a", "colour": 1}}, InvalidInput),
        ({"name": "none"}, InvalidRequest),
        ({}, InvalidRequest),
    ],
)
def test_refusals(body: dict[str, object], error: type[Exception]) -> None:
    """What cannot run is refused before anything runs."""
    with pytest.raises(error):
        run_directly(CATALOGUE, body, "p")
