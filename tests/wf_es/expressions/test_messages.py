"""The messages between the processes survive the pipe."""

from __future__ import annotations

import msgspec
import pytest

from wf_es.expressions.messages import (
    LENGTH,
    Abort,
    Aborted,
    Answer,
    Call,
    Done,
    Evaluate,
    Failed,
    FromChild,
    Message,
    Ready,
    ToChild,
    packed,
)  # fmt: skip
from wf_es.expressions.scope import DEFAULT_LIMITS

VALUE = {"text": "é\n", "big": 10**30, "float": -0.0, "none": None, "list": [True]}
EVALUATE = Evaluate(
    language="yaql", code="$", whole=True, as_text=False,
    variables=VALUE, functions=("f",), limits=DEFAULT_LIMITS,
)  # fmt: skip


@pytest.mark.parametrize("message", [EVALUATE, Answer(value=VALUE), Abort()], ids=type)
def test_to_child(message: Message) -> None:
    """What the engine sends is what the other side reads."""
    data = packed(message)

    assert LENGTH.unpack(data[: LENGTH.size]) == (len(data) - LENGTH.size,)
    assert msgspec.json.decode(data[LENGTH.size :], type=ToChild) == message


@pytest.mark.parametrize(
    "message",
    [
        Ready(),
        Call(name="f", arguments=(VALUE,), keywords={"k": 1}),
        Done(value=VALUE, tired=True),
        Failed(kind="unset", reason="r", name="n"),
        Aborted(),
    ],
    ids=type,
)
def test_from_child(message: Message) -> None:
    """What the other side sends is what the engine reads."""
    data = packed(message)

    assert msgspec.json.decode(data[LENGTH.size :], type=FromChild) == message
