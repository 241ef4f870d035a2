"""A portrait changes with what it shows, and with nothing else."""

from __future__ import annotations

import random

import msgspec

from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from wf_es.execution.state import ExecutionState
from wf_es.exports.portrait import EXECUTION, everything, marks, touched


def lived(seed: int) -> Run:
    """Return a run that has had a life."""
    with chunked(seed):
        run = Run(generator.library(random.Random(seed)), random.Random(seed))
        run.live()
    return run


def whole(state: ExecutionState) -> dict[str, str]:
    """Return the marks of everything."""
    return marks(state, everything(state))


def test_every_part_has_a_mark_with_its_state() -> None:
    """Tasks, actions, sub-workflows and the execution itself."""
    state = lived(3).state
    found = whole(state)
    assert len(found) == 1 + len(state.tasks) + len(state.actions) + len(state.children)
    assert found[EXECUTION].startswith(f"{state.state} ")
    for task in state.tasks.values():
        assert found[f"task {task.id}"].startswith(f"{task.state} ")


def test_what_is_touched_is_named_by_the_events() -> None:
    """Whatever a decision changes in a task or an action, one of its events is about it."""
    for seed in range(8):
        run = lived(seed)
        events = run.world.logs[run.id]
        assert touched(events) >= everything(run.state), seed


def test_each_field_counts() -> None:
    """A change of a task's values, states or place changes its mark, and only its own."""
    state = lived(3).state
    task = next(iter(state.tasks.values()))
    changes = {
        "state": "X",
        "result": 17,
        "published": {"x": 1},
        "attempt": 99,
        "processed": not task.processed,
    }
    before = whole(state)
    for name, value in changes.items():
        other = msgspec.structs.replace(task, **{name: value})
        after = whole(msgspec.structs.replace(state, tasks=state.tasks.set(task.id, other)))
        assert {key for key in before if before[key] != after[key]} == {f"task {task.id}"}, name


def test_the_execution_has_a_mark_of_its_own() -> None:
    """Its input, output, environment and variables."""
    state = lived(3).state
    for name in ("state", "state_info", "input", "output", "env", "vars", "published_global", "description"):
        after = msgspec.structs.replace(state, **{name: {"other": 1}})
        assert whole(after)[EXECUTION] != whole(state)[EXECUTION], name
