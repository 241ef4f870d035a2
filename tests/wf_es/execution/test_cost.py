"""One completion costs the same in a large execution as in a small one.

Time is not measured here: it would depend on what else the machine does.
Counted is what the interpreter does, and how much memory a decision needs. A
scan in Python shows in the first, a copy of something large in the second.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tests.benchmarks.reducer import SHAPES, Execution, items, loop, some_items

SMALL, LARGE, VERY_LARGE = 12, 600, 6000
SAMPLE = 4
RATIO = 1.2
ROOM_BYTES = 16_384
"""How much more deeper trees may take; a list of what a very large execution has takes three times that."""


class Opcodes:
    """Counts what the interpreter carries out in a with statement."""

    def __enter__(self) -> Opcodes:
        """Begin to count."""
        self.count = 0
        self._before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *error: object) -> None:
        """Stop counting."""
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        self.count += event == "opcode"
        return self._trace


def halfway(shape: Callable[[int], str], size: int) -> Execution:
    """Return an execution of which half of the tasks or items have ended."""
    execution = Execution(shape(size))
    execution.complete(execution.unfinished()[0])
    execution.begin_all()
    ended = 0
    while ended < size // 2:
        for action_id in execution.unfinished()[: size // 2 - ended]:
            execution.complete(action_id)
            ended += 1
    return execution


def opcodes(execution: Execution) -> int:
    """Return how many opcodes a few completions take."""
    count = 0
    for _ in range(SAMPLE):
        action_id = execution.unfinished()[0]
        with Opcodes() as counted:
            execution.complete(action_id)
        count += counted.count
    return count


def memory(execution: Execution) -> int:
    """Return how many bytes a completion needs at most, while it is decided."""
    action_id = execution.unfinished()[0]
    tracemalloc.start(1)
    try:
        before, _ = tracemalloc.get_traced_memory()
        execution.complete(action_id)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before


class Copying(Execution):
    """An execution whose completions copy a list."""

    def __init__(self, text: str, numbers: list[int]) -> None:
        """Start, and keep the list."""
        super().__init__(text)
        self._numbers = numbers

    def complete(self, action_id: str) -> float:
        """Complete an action with a copy of the list at hand."""
        copied = (*self._numbers,)
        return super().complete(action_id) + len(copied)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_completion_costs_what_it_changes(shape: Callable[[int], str]) -> None:
    """Not what exists: fifty times as many tasks or items change nothing."""
    small, large = halfway(shape, SMALL), halfway(shape, LARGE)
    few, many = opcodes(small), opcodes(large)
    assert few > 100
    assert many <= few * RATIO
    assert large.state.state == small.state.state == "RUNNING"


@pytest.mark.parametrize("shape", [loop, items, some_items])
def test_a_completion_copies_nothing_large(shape: Callable[[int], str]) -> None:
    """What a decision needs in memory does not grow with the execution either."""
    small, large = halfway(shape, SMALL), halfway(shape, VERY_LARGE)
    assert memory(large) <= memory(small) * RATIO + ROOM_BYTES


def test_the_count_sees_a_scan_and_the_memory_a_copy() -> None:
    """The two measures notice what they are there for."""
    numbers = list(range(VERY_LARGE))
    with Opcodes() as counted:
        assert max(number for number in numbers) == VERY_LARGE - 1
    assert counted.count > VERY_LARGE
    assert memory(Copying(loop(SMALL), numbers)) > 2 * ROOM_BYTES
