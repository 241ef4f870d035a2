"""The evaluating process from its own side: pipe in, pipe out, end with the input."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest

from wf_es.envelope import JSON
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
    packed,
)  # fmt: skip
from wf_es.limits import ExpressionLimits

SECONDS = 30.0


def request(code: str, variables: dict[str, JSON], seconds: float) -> Evaluate:
    """Return a request to evaluate YAQL."""
    return Evaluate(
        language="yaql",
        code=code,
        whole=True,
        as_text=False,
        variables=variables,
        functions=("task",),
        limits=ExpressionLimits(seconds=seconds),
    )


class Pipe:
    """A process and a simple way to talk with it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wf_es.expressions.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert isinstance(self.receive(), Ready)

    def send(self, message: Message) -> None:
        """Write one message."""
        assert self.process.stdin is not None
        self.process.stdin.write(packed(message))
        self.process.stdin.flush()

    def receive(self) -> Message:
        """Read one message."""
        assert self.process.stdout is not None
        (length,) = LENGTH.unpack(self.process.stdout.read(LENGTH.size))
        message: Message = msgspec.json.decode(self.process.stdout.read(length), type=FromChild)
        return message

    def ask(self, code: str, **variables: JSON) -> Message:
        """Evaluate YAQL and return the first reply."""
        self.send(request(code, variables, SECONDS))
        return self.receive()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A running process, ended by the end of its input."""
    pipe = Pipe()
    with pipe.process:
        yield pipe


def test_values_and_failures(pipe: Pipe) -> None:
    """One request after the other gets its reply."""
    done = pipe.ask("$.l.groupBy($)", l=[1, 1])
    failed = pipe.ask("$.nope")

    assert isinstance(done, Done)
    assert done.value == [[1, [1, 1]]]
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.name) == ("unset", "nope")


def test_a_context_function_is_answered(pipe: Pipe) -> None:
    """A call comes out as plain data, its answer goes on in the expression."""
    call = pipe.ask("task([$.x], state => ERROR).k + 1", x=5)
    pipe.send(Answer(value={"k": 2}))
    done = pipe.receive()

    assert call == Call(name="task", arguments=([5],), keywords={"state": "ERROR"})
    assert isinstance(done, Done)
    assert done.value == 3


def test_a_context_function_is_refused(pipe: Pipe) -> None:
    """After an abort the process takes the next request; no library swallows the abort."""
    pipe.ask("[1].groupBy($, $, task($))")
    pipe.send(Abort())

    assert pipe.receive() == Aborted()
    assert isinstance(pipe.ask("1"), Done)


def test_it_ends_with_its_input(pipe: Pipe) -> None:
    """Nobody has to kill a process that is at rest or waits for an answer."""
    pipe.ask("task(a)")
    assert pipe.process.stdin is not None
    pipe.process.stdin.close()

    assert pipe.process.wait(timeout=SECONDS) == 0


def test_its_time_is_limited_from_inside(pipe: Pipe) -> None:
    """Nobody has to watch a process that computes for ever, either."""
    pipe.send(request("regex('(a+)+b').matches('a' * 40)", {}, 0.05))

    assert pipe.process.wait(timeout=SECONDS) < 0
