"""States in the making: changed in place as long as nobody else has them."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from wf_es.execution.making import assign, change, closed, copy_of, drop, keys, opened, put
from wf_es.execution.state import ExecutionState

KNOWN = ExecutionState(id="e", waiting=Map({"a": 1, "b": 2}))
WAYS = pytest.mark.parametrize("begin", [copy_of, opened])


@WAYS
def test_changing_a_copy_leaves_the_original_alone(begin: Any) -> None:
    """Whatever happens to the copy; and what was changed in it is there when it is done."""
    made = begin(KNOWN)

    assign(made, "counter", 7)
    change(made, state="RUNNING", depth=2)
    put(made, "waiting", "c", 3)
    drop(made, "waiting", "a")

    assert ExecutionState(id="e", waiting=Map({"a": 1, "b": 2})) == KNOWN
    done = closed(made)
    assert done == ExecutionState(id="e", counter=7, state="RUNNING", depth=2, waiting=Map({"b": 2, "c": 3}))
    assert type(done.waiting) is Map
    assert type(done.tasks) is Map


@WAYS
def test_each_change_sees_those_before_it(begin: Any) -> None:
    """Look-ups and keys tell how the map stands now, and it can still be changed then."""
    made = begin(KNOWN)

    put(made, "waiting", "c", 3)
    assert made.waiting["c"] == 3
    assert sorted(keys(made, "waiting")) == ["a", "b", "c"]
    for key in keys(made, "waiting"):
        drop(made, "waiting", key)
    put(made, "waiting", "d", 4)

    assert closed(made).waiting == Map({"d": 4})


@WAYS
def test_what_is_not_there_cannot_be_dropped(begin: Any) -> None:
    """A log that says so is damaged."""
    with pytest.raises(KeyError):
        drop(begin(KNOWN), "waiting", "z")


def test_a_state_that_is_done_is_left_alone_by_what_begins_with_it() -> None:
    """States on the way through a long history are kept, and folding goes on from them."""
    first = closed(opened(KNOWN))
    further = opened(first)
    put(further, "waiting", "c", 3)
    closed(further)
    assert first.waiting == KNOWN.waiting


def test_a_map_may_be_replaced_while_the_others_are_open() -> None:
    """What takes its place changes as maps do."""
    made = opened(KNOWN)
    assign(made, "waiting", Map())
    put(made, "waiting", "c", 3)
    assert closed(made).waiting == Map({"c": 3})
