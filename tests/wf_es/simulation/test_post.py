"""What is on its way between executions, and what a crash makes of it."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionSpec, read_workflows
from wf_es.simulation import Library, Post, World

TEXT = """
version: '2.0'
w: {tasks: {a: {workflow: w2}, b: {workflow: nobody}}}
w2: {tasks: {a: {action: std.async_noop}}}
"""
ACTIONS = {"std.async_noop": ActionSpec(name="std.async_noop", inputs={}, is_async=True)}


def begun() -> tuple[World, Post, str]:
    """Return a world with one execution, what is on its way, and the id."""
    post = Post()
    world = World(Library(read_workflows(TEXT).workflows, ACTIONS), observe=post.note)
    return world, post, world.start("w").after.id


def test_an_event_is_delivered_when_the_holder_says_so() -> None:
    """One at a time, the oldest of an execution first; a refusal goes back at once."""
    world, post, main = begun()
    assert [len(events) for events in post.waiting.values()] == [2]

    (step,) = post.deliver(world, main)
    assert step.after.parent_execution_id == main
    started, refused = post.deliver(world, main)

    assert started.refusal is not None
    assert refused.after.id == main
    assert "nobody" in (world.states[main].tasks[world.states[main].latest["b"]].state_info or "")
    assert not post.waiting


def test_a_crash_loses_nothing() -> None:
    """What was on its way is found again in the states."""
    world, post, main = begun()
    world.forget()
    post.recover(world)

    assert not post.waiting
    assert {state.workflow_name for state in world.states.values()} == {"w", "w2"}
    assert world.states[main].tasks[world.states[main].latest["b"]].state == "ERROR"


def test_what_never_ends_is_noticed() -> None:
    """Whoever delivers until nothing is left gets an error instead of waiting for ever."""
    world, post, _ = begun()

    with pytest.raises(RuntimeError, match="still crossing"):
        post.deliver_all(world, limit=1)
