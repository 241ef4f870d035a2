"""What an action may answer."""

from __future__ import annotations

import math

import pytest

from wf_es.actions import LATER, Result
from wf_es.errors import ActionError


@pytest.mark.parametrize(
    ("result", "state", "output"),
    [
        pytest.param(Result(3), "SUCCESS", 3, id="data"),
        pytest.param(Result(), "SUCCESS", None, id="nothing"),
        pytest.param(Result(error={"code": 1}), "ERROR", {"code": 1}, id="error"),
        pytest.param(Result(error=False), "ERROR", False, id="an error that is false"),
        pytest.param(Result(cancelled=True, data=3), "CANCELLED", None, id="cancelled"),
        pytest.param(Result.after(2, "x"), "SUCCESS", "x", id="after a while"),
        pytest.param(Result.later(), None, None, id="later"),
    ],
)
def test_state_and_output(result: Result, state: str | None, output: object) -> None:
    """Each kind of result has its state and what the task sees."""
    assert (result.state, result.output) == (state, output)


def test_later_is_the_constant() -> None:
    """There is one way to be late, and it compares equal."""
    assert Result.later() == LATER


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan, "1", True, None, 10**12])
def test_a_delay_must_be_a_sensible_number(seconds: object) -> None:
    """What is no number of seconds is refused, not slept."""
    with pytest.raises(ActionError, match="seconds"):
        Result.after(seconds)  # type: ignore[arg-type]
