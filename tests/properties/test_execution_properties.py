"""What must hold for any workflow, any order of completions and any command.

Workflows are generated from a seeded random number generator, so a failure is
repeated with the seed that its message names. All of it runs in a simulated
world: no threads, no real time, no store. ``PROPERTY_SEEDS`` says how many
seeds are tried, ``PROPERTY_SEED`` tries one alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from wf_es.simulation import Library

SEEDS = int(os.environ.get("PROPERTY_SEEDS", "2000"))
ONLY = os.environ.get("PROPERTY_SEED")
BLOCKS = 20

Check = Callable[[int, Library], None]

blocks = pytest.mark.parametrize("block", range(BLOCKS))


def seeds(block: int) -> Iterator[int]:
    """Yield the seeds of one block, so that blocks can be tried side by side."""
    if ONLY is None:
        yield from range(block * SEEDS // BLOCKS, (block + 1) * SEEDS // BLOCKS)
    elif block == 0:
        yield int(ONLY)


def holds(name: str, block: int, simple: bool, check: Check) -> None:
    """Check each seed of a block; say how to repeat a failure."""
    for seed in seeds(block):
        try:
            with chunked(seed):
                check(seed, generator.library(Random(seed), simple))
        except Exception as error:
            again = f"PROPERTY_SEED={seed} python -m pytest {os.path.relpath(__file__)} -k {name}"
            text = generator.text(Random(seed), simple)
            raise AssertionError(f"seed {seed}: {error}\nrepeat it: {again}\n{text}") from error


@blocks
def test_any_workflow_under_any_commands(block: int) -> None:
    """Every command refuses or yields events that replay; nothing hangs; repeats are harmless."""

    def check(seed: int, library: Library) -> None:
        run = Run(library, Random(seed))
        run.live()
        run.delete()

    holds("any_workflow", block, simple=False, check=check)


@blocks
def test_order_of_independent_completions_does_not_matter(block: int) -> None:
    """Without partial joins, commands and clashes any order ends in the same outcome.

    That is the final state, the output, all runs of tasks with what they
    published, and the global variables with all atomic updates.
    """

    def check(seed: int, library: Library) -> None:
        if generator.is_orderly(library.workflows["w"]):
            runs = [ended(library, seed, order) for order in range(3)]
            first, *others = [(*run.result(), run.state.published_global) for run in runs]
            assert others == [first, first], "the order of completions matters"

    holds("order_of", block, simple=True, check=check)


@blocks
def test_reruns_are_corrections(block: int) -> None:
    """However often finished tasks are run again on the way, what counts in the end is the same."""

    def check(seed: int, library: Library) -> None:
        if generator.is_simple(library.workflows["w"]):
            corrected = ended(library, seed, 0, reruns=5).result()
            assert corrected == ended(library, seed, 0).result(), "reruns change what counts in the end"

    holds("reruns", block, simple=True, check=check)


def test_no_order_is_left_to_the_process() -> None:
    """Texts have another hash in each process; what is decided does not depend on it."""
    first, second = (digests(hash_seed) for hash_seed in ("1", "2"))

    different = [line for line, other in zip(first, second, strict=True) if line != other]
    assert different == [], "repeat one with: PYTHONHASHSEED=1 python -m tests.properties.digests SEED"


def digests(hash_seed: str) -> list[str]:
    """Return a line for each seed, as another process decides."""
    count = str(SEEDS // BLOCKS)
    return subprocess.run(
        [sys.executable, "-m", "tests.properties.digests", "0", count],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()


def ended(library: Library, seed: int, order: int, reruns: int = 0) -> Run:
    """Run to the end in one order; whether a task fails depends on its name alone.

    So many tasks that have run are run again at random moments.
    """
    names = [f"{name}.{task}" for name, made in library.workflows.items() for task in made.spec.tasks]
    failing = {name for name in names if Random(f"{seed}{name}").random() < 0.2}
    run = Run(library, Random(seed * 10 + order))
    while run.is_waiting or run.world.continue_items() or reruns:
        run.go_on(failing)
        if reruns and run.random.random() < 0.3:
            reruns -= 1
            run.rerun_any()
    return run
