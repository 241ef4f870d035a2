"""Running an action outside of any workflow."""

from __future__ import annotations

import pytest

from api.rest.direct_runs import run_directly
from wf_es.actions import Catalogue, action
from wf_es.errors import InvalidInput, InvalidRequest


@action("my.greet")
def greet(name: str, loud: bool = False) -> str:
    """Say hello."""
    return f"hello {name}".upper() if loud else f"hello {name}"


@action("my.crash")
def crash() -> None:
    """Raise something."""
    raise ZeroDivisionError("oops")


CATALOGUE = Catalogue().with_actions(greet, crash)


def test_the_row_has_the_output_and_no_id() -> None:
    """Nothing is stored, so there is nothing to name."""
    row = run_directly(CATALOGUE, {"name": "my.greet", "input": {"name": "ann"}}, "p")
    assert (row["id"], row["state"], row["output"]) == (None, "SUCCESS", {"result": "hello ann"})
    assert row["project_id"] == "p"


def test_a_failure_is_an_answer() -> None:
    """The action failed, the request did not."""
    row = run_directly(CATALOGUE, {"name": "my.crash"}, "p")
    assert row["state"] == "ERROR"
    assert "oops" in row["output"]["result"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
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
