"""The check before a resume, against what comes of the resume.

On generated workflows, in the middle of generated executions, a resume is
asked about, forced, and played to its end. ``REQUIREMENT_SEEDS`` says how many
seeds are tried, ``REQUIREMENT_SEED`` tries one alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.properties import readers
from tests.properties.disturbance import Run
from tests.properties.forecasts import Trial, random_wishes
from wf_es.errors import ConflictError, RequestError

SEEDS = int(os.environ.get("REQUIREMENT_SEEDS", "400"))
ONLY = os.environ.get("REQUIREMENT_SEED")
BLOCKS = 10
TRIALS = 3
DISTURBANCES = (
    Run.pause,
    Run.resume,
    Run.rerun_failed,
    Run.skip_failed,
    Run.resume_somewhere,
    Run.treat_action,
)
"""What people do to an execution before somebody resumes it."""


ENVIRONMENTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"e1": 1},
    {"e0": None},
    {"db": {"port": None, "no": 1}},
)
"""Changes of the environment that come with a resume."""


def seeds(block: int) -> Iterator[int]:
    """Yield the seeds of one block, so that blocks can be tried side by side."""
    if ONLY is None:
        yield from range(block * SEEDS // BLOCKS, (block + 1) * SEEDS // BLOCKS)
    elif block == 0:
        yield int(ONLY)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_is_told_is_what_happens(block: int) -> None:
    """Nobody fails on something unset that was not told, and what is missing is missed."""
    for seed in seeds(block):
        try:
            trials(seed)
        except Exception as error:
            again = f"REQUIREMENT_SEED={seed} python -m pytest {os.path.relpath(__file__)}"
            text = readers.text(Random(seed))
            raise AssertionError(f"seed {seed}: {error}\nrepeat it: {again}\n{text}") from error


def trials(seed: int) -> list[tuple[Trial, int]]:
    """Live for a while, then resume somewhere and look what comes of it, several times."""
    random = Random(seed)
    run = Run(readers.library(Random(seed)), random, readers.ENV)
    for _ in range(random.randint(0, 25)):
        if random.random() < 0.4:
            random.choice(DISTURBANCES)(run, run.state)
        run.go_on()
    found = []
    for _ in range(TRIALS):
        wishes = () if run.state.state == "PAUSED" and random.random() < 0.5 else random_wishes(run, random)
        try:
            trial = Trial(run, wishes, random.choice(ENVIRONMENTS))
        except (RequestError, ConflictError):
            continue  # what is named belongs to a sub-workflow that does not count any more
        if trial.is_possible:
            trial.carry_out()
            found.append((trial, trial.check()))
    return found
