"""The running state of one evaluation."""

from __future__ import annotations

import pytest

from wf_es.expressions import Scope
from wf_es.expressions.frame import BadCall, Frame, LeaveToLibrary, OutOfBudget, call_function
from wf_es.limits import ExpressionLimits


def test_charge() -> None:
    """Steps may be used up to the last one."""
    frame = Frame(Scope([], limits=ExpressionLimits(steps=3)))
    frame.charge(3)

    with pytest.raises(OutOfBudget, match="more than 3 steps"):
        frame.charge(1)


def test_names_of_a_root_that_is_no_dict() -> None:
    """What a name means when ``$`` is no dict is for the library to say."""
    frame = Frame(Scope([{"x": 1}], root=[1]))

    assert frame.whole() == [1]
    with pytest.raises(LeaveToLibrary):
        frame.layers[0].get("x")


def test_call_function() -> None:
    """Wrong arguments are the author's fault; every other error is passed on as it is."""

    def divide(left: int, right: int) -> float:
        return left / right

    assert call_function(divide, "divide", [4], {"right": 2}) == 2
    with pytest.raises(BadCall, match="divide"):
        call_function(divide, "divide", [1, 2, 3], {})
    with pytest.raises(ZeroDivisionError):
        call_function(divide, "divide", [1, 0], {})
