"""What the validator says of a workflow holds for whatever happens in it.

Workflows and what happens are random, from seeds: a failure names the one to
repeat. Nobody intervenes, because a repair by hand may bring about what cannot
happen otherwise.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.properties import generator
from tests.properties.disturbance import Run
from wf_es.definition import read_workflows
from wf_es.execution import commands

SEEDS = 300
BLOCKS = 3
ORDERS = 3
_MOST = 300
"""Things that happen in one run, at most."""


def accused(text: str, code: str) -> set[str]:
    """Return the tasks, as ``workflow.task``, of which a problem is reported."""
    problems = [problem for problem in read_workflows(text).problems if problem.code == code]
    names = [problem.subject.split("'")[1] for problem in problems]
    return {
        f"{workflow_at(text, problem.line)}.{name}" for problem, name in zip(problems, names, strict=True)
    }


def workflow_at(text: str, line: int) -> str:
    """Return the name of the workflow that a line stands in."""
    before = text.splitlines()[:line]
    return next(found.rstrip(":") for found in reversed(before) if not found.startswith(" "))


def begun(text: str, seed: int) -> set[str]:
    """Return the tasks, as ``workflow.task``, that have begun in a run without interventions."""
    run = Run(generator.read(text), Random(seed))
    for _ in range(_MOST):
        if run.is_waiting:
            run.go_on()
        elif run.state.state == "PAUSED":
            run.give(commands.ResumeWorkflow)
        else:
            break
    return {
        f"{state.workflow_name}.{task.name}"
        for state in run.world.states.values()
        for task in state.tasks.values()
        if task.started_at is not None
    }


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_is_called_impossible_never_happens(block: int) -> None:
    """A join that can never be satisfied never begins, nor does a task that is never reached."""
    found = 0
    for seed in range(block, SEEDS, BLOCKS):
        text = generator.text(Random(seed))
        impossible = accused(text, "W508") | accused(text, "W505")
        found += len(impossible)
        for order in range(ORDERS if impossible else 0):
            assert begun(text, seed * ORDERS + order) & impossible == set(), (
                f"seed {seed}, order {order}\n{text}"
            )
    assert found, "the generator makes no such workflows any more"
