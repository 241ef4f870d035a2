"""A resume inside of sub-workflows with other versions of their workflows: refused, or it goes on to an end.

Executions are generated and disturbed as in the other properties; then tasks
anywhere below are resumed, and the executions on the way down go on with
another version of their workflow: all of them or only some. ``VERSION_SEEDS`` says how many
seeds are tried, ``PROPERTY_SEED`` tries one alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from tests.properties.test_fork_properties import another_version
from wf_es.errors import ConflictError, RequestError
from wf_es.execution.commands import Command, ResumeFrom, TaskResumption
from wf_es.execution.decision import Definition
from wf_es.execution.events import DefinitionChosen
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.state import ExecutionState
from wf_es.simulation import Step

SEEDS = int(os.environ.get("VERSION_SEEDS", "200"))
ONLY = os.environ.get("PROPERTY_SEED")
BLOCKS = 2


@contextmanager
def versions_of(run: Run, latest: Mapping[str, Definition]) -> Iterator[None]:
    """Let executions that choose the latest version, or have chosen it, run these, by workflow."""
    usual = run.world._definition

    def definition(command: Command, state: ExecutionState) -> Definition:
        chosen = latest.get(state.workflow_name)
        if chosen is None:
            return usual(command, state)
        wanted = isinstance(command, ResumeFrom) and command.definition == "latest"
        return chosen if wanted or state.definition == chosen.pin else usual(command, state)

    def note(step: Step) -> None:
        run._steps += 1
        run.post.note(step)

    # The run's own checks of joins know the first version only.
    with patch.object(run.world, "_definition", definition), patch.object(run.world, "_observe", note):
        yield


def resumed_below(run: Run) -> bool:
    """Resume tasks below the outermost execution with other versions; whether it was possible."""
    below = [state for state in run.world.states.values() if state.id != run.id and not state.deleted]
    ended = sorted(task.id for state in below for task in state.tasks.values() if task.state in COMPLETED)
    if not ended:
        return False
    random = run.random
    fields: dict[str, Any] = {
        "tasks": tuple(TaskResumption(task=one) for one in random.sample(ended, min(len(ended), 2))),
        "definition": random.choice(["original", "latest"]),
        "definitions": {"*": "latest"},
        "force": True,
        "allow_succeeded": True,
    }
    before = dict(run.world.states)
    try:
        steps = run.world.resume(run.id, **fields)
    except (RequestError, ConflictError):
        assert run.world.states == before, "a refused resume has left something behind"
        return False
    return any(isinstance(event.data, DefinitionChosen) for step in steps for event in step.events)


def check(seed: int) -> bool:
    """Disturb a family, resume below, and let it end; whether a version was chosen."""
    run = Run(generator.library(Random(seed), simple=False), Random(seed))
    for _ in range(25):
        run.disturb()
        run.go_on()
    latest = {name: another_version(run, name) for name in run.world.library.workflows}
    with versions_of(run, latest):
        is_chosen = resumed_below(run)
        run.end()
    return is_chosen


@pytest.mark.parametrize("block", range(BLOCKS))
def test_other_versions_on_the_way_down(block: int) -> None:
    """Whatever they look like: what does not fit is told before, and never met later."""
    chosen = 0
    seeds = range(block, SEEDS, BLOCKS) if ONLY is None else [int(ONLY)] if block == 0 else []
    for seed in seeds:
        try:
            with chunked(seed):
                chosen += check(seed)
        except Exception as error:
            again = f"PROPERTY_SEED={seed} python -m pytest {os.path.relpath(__file__)}"
            text = generator.text(Random(seed), simple=False)
            raise AssertionError(f"seed {seed}: {error!r}\nrepeat it: {again}\n{text}") from error
    assert ONLY is not None or chosen > len(seeds) // 20, "hardly any version was chosen"
