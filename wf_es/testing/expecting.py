"""Readers for what is expected of a case."""

from __future__ import annotations

from wf_es.definition.keys import Key
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import shown
from wf_es.definition.values import wrong_type
from wf_es.execution.lifecycle import TASK
from wf_es.testing.model import Calls, Expectation, Step, TaskExpectation
from wf_es.testing.values import (
    ListOf,
    MappingOf,
    OneOf,
    exactly,
    fields_of,
    read_count,
    read_object_value,
    read_seconds,
    read_text,
)

EXECUTION_STATES = ("SUCCESS", "ERROR", "CANCELLED", "PAUSED", "RUNNING")
TASK_STATES = tuple(TASK)


def read_step(node: Node, passage: Passage) -> Step | None:
    """Read a run of a task: its name, or its name with a state."""
    if isinstance(node.data, str):
        return Step(task=node.data)
    if node.members is None or len(node.members) != 1:
        passage.problem(
            "E105", node, f"{passage.here} must be a task, or a task with its state, not {shown(node.data)}"
        )
        return None
    (task, _, value) = next(node.entries())
    state = OneOf(*TASK_STATES)(value, passage.within(task))
    return Step(task=task, state=state)


def _read_calls(node: Node, passage: Passage) -> Calls | None:
    """Read a number of calls, or the inputs of all of them."""
    if node.items is not None:
        return Calls(count=len(node.items), inputs=tuple(node.data))
    if isinstance(node.data, int):
        count = read_count(node, passage)
        return None if count is None else Calls(count=count)
    wrong_type(node, passage, "array")
    return None


TASK_KEYS = {
    "state": Key(read=OneOf(*TASK_STATES), field="state"),
    "state-info": Key(read=read_text, field="state_info"),
    "result": Key(read=exactly, field="result"),
    "published": Key(read=read_object_value, field="published"),
    "runs": Key(read=read_count, field="runs"),
    "attempts": Key(read=read_count, field="attempts"),
}
"""Every key of what is expected of a task."""


def _read_task(node: Node, passage: Passage) -> TaskExpectation | None:
    if isinstance(node.data, str):
        state = OneOf(*TASK_STATES)(node, passage)
        return None if state is None else TaskExpectation(state=state)
    return TaskExpectation(**fields_of(node, passage, TASK_KEYS))


_read_path = ListOf(read_step)

EXPECT_KEYS = {
    "state": Key(read=OneOf(*EXECUTION_STATES), field="state"),
    "state-info": Key(read=read_text, field="state_info"),
    "output": Key(read=exactly, field="output"),
    "output-contains": Key(read=exactly, field="output_contains"),
    "variables": Key(read=read_object_value, field="variables"),
    "path": Key(read=_read_path, field="path"),
    "path-includes": Key(read=_read_path, field="path_includes"),
    "path-excludes": Key(read=ListOf(read_text), field="path_excludes"),
    "paths": Key(read=MappingOf(_read_path), field="paths"),
    "tasks": Key(read=MappingOf(_read_task), field="tasks"),
    "calls": Key(read=MappingOf(_read_calls), field="calls"),
    "duration": Key(read=read_seconds, field="duration"),
}
"""Every key of ``expect``."""


def read_expectation(node: Node, passage: Passage) -> Expectation:
    """Read what is expected; without a state that is success."""
    return Expectation(places=dict(node.places()), **fields_of(node, passage, EXPECT_KEYS))
